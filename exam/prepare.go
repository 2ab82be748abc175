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
// then hash, each once, without originals. Only a submission whose report is
// Submittable should be sent; it is given either way.
func Prepare(d Draft, p *Pack, at Moment) (Submission, Report) {
	files := filesToSend(d.Files)
	s := Submission{Schema: submissionSchema, ID: d.ID, Pack: p.Ref(), Document: settle(Normalize(d.Document), p), Files: files}
	return s, Check(s.Document, files, p, at)
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

func filesToSend(files []File) []File {
	list := make([]File, 0, len(files))
	for _, f := range files {
		if f.Kind != FilePhotoOriginal {
			f.Name = "" // the candidate's name for it stays on this machine
			list = append(list, f)
		}
	}
	slices.SortFunc(list, func(a, b File) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.SHA256, b.SHA256))
	})
	return slices.CompactFunc(list, func(a, b File) bool { return a.Kind == b.Kind && a.SHA256 == b.SHA256 })
}
