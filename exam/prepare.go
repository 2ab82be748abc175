package exam

import (
	"cmp"
	"slices"
)

// submissionSchema is the edition of [Submission]'s shape.
const submissionSchema = 1

// Prepare turns a draft into what is submitted, and says what is wrong with it:
// the document normalised, with the subjects by their ids (all of the level
// when none is named) and exam and year of the pack; the files sorted by kind,
// then hash, each once, without originals. Where the server holds a registration
// already, what its state locks is among the problems, and no window closes a
// change of contact data. Only a submission whose report is
// Submittable should be sent; it is given either way.
func Prepare(d Draft, p *Pack, at Moment) (Submission, Report) {
	files := FilesToSend(d.Files)
	s := Submission{Schema: submissionSchema, ID: d.ID, Pack: p.Ref(), Document: settle(Normalize(d.Document), p), Files: files}
	held, known := d.held()
	if known && Amends(d.Registration.State) {
		at = Moment{}
	}
	r := Check(s.Document, files, p, at)
	if known {
		r.add(p.Locked(d.Registration.State, held, s))
	}
	return s, r
}

// AsHeld gives the draft's document as the server holds it in theirs, where it comes
// to the same once it is made ready, and as it is otherwise: a receipt over theirs is
// then seen to be over the draft too.
func (d Draft) AsHeld(p *Pack, theirs Registration) Document {
	ready, _ := Prepare(d, p, Moment{})
	held, err := DecodeSubmission(theirs.Content)
	if err != nil || Digest(ready.Encode()) != theirs.Digest {
		return d.Document
	}
	return held.Document
}

// held gives the submission that the server has, as last heard.
func (d Draft) held() (Submission, bool) {
	if d.Registration == nil || len(d.Registration.Content) == 0 {
		return Submission{}, false
	}
	s, err := DecodeSubmission(d.Registration.Content)
	return s, err == nil
}

// settle fills in what the pack says and nobody chooses.
func settle(d Document, p *Pack) Document {
	if d.Exam == "" {
		d.Exam = p.Exam
	}
	if d.Year == 0 {
		d.Year = p.Year
	}
	level, ok := p.Level(d.Level)
	if !ok {
		return d
	}
	if len(d.Subjects) == 0 {
		for _, s := range level.Subjects {
			d.Subjects = append(d.Subjects, s.ID)
		}
		return d
	}
	for i, text := range d.Subjects {
		if s, ok := level.subject(text); ok {
			d.Subjects[i] = s.ID
		}
	}
	return d
}

// FilesToSend gives what of a draft's files is handed in: sorted by kind, then hash,
// each once, without originals and without the candidate's names for them.
func FilesToSend(files []File) []File {
	list := make([]File, 0, len(files))
	for _, f := range files {
		if f.Kind != FilePhotoOriginal {
			f.Name = ""
			list = append(list, f)
		}
	}
	slices.SortFunc(list, func(a, b File) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.SHA256, b.SHA256))
	})
	return slices.CompactFunc(list, func(a, b File) bool { return a.Kind == b.Kind && a.SHA256 == b.SHA256 })
}
