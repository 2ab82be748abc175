package present

import (
	"context"
	"image"
	"path/filepath"
	"slices"
	"strings"

	"wenbao/exam"
)

// Scans looks into files of evidence. Its methods take their time on large
// files, so presenters call them through a [Loop].
type Scans interface {
	// Look gives what a file shows; KindInvalid when it is no file of its type.
	Look(typ string, data []byte) (Glimpse, error)
	// Reduce makes a picture as small as a clear print needs; ok is false when that
	// would not be worth it.
	Reduce(typ string, data []byte) (smaller []byte, ok bool)
}

// Glimpse is what a file of evidence shows.
type Glimpse struct {
	Picture       image.Image // small; nil when it cannot be drawn here
	Width, Height int         // of the file's picture, in pixels
	Pages         int         // 0 unknown
}

// Offer is a file that could be smaller: nothing is attached before the person
// has chosen.
type Offer struct {
	Kind          exam.FileKind
	Name          string
	Before, After int  // bytes
	Must          bool // as it is, it is larger than what can be sent

	typ        string
	raw, small []byte
}

// evidence is what the form knows beside the files that are attached.
type evidence struct {
	offers   []Offer
	adding   queue               // files being read and looked into before they are attached
	weighing int                 // of these, being looked into
	glimpses map[string]*Glimpse // by SHA-256; nil while being drawn
}

// AddEvidence attaches a file, by its path. A large picture is offered smaller
// first; see [Form.Offered].
func (f *Form) AddEvidence(kind exam.FileKind, path string) { f.AddTyped(kind, path, func() {}) }

// AddTyped is AddEvidence of a path that was typed; unread is told when there is no
// such file, or none that can be read.
func (f *Form) AddTyped(kind exam.FileKind, path string, unread func()) {
	most := int64(exam.MaxFileBytes)
	if t := typeOf(pasted(path)); strings.HasPrefix(t, "image/") {
		most = exam.MaxOriginalBytes // it may become small enough
	}
	f.message = nil
	f.evidence.adding.add(func(done func()) {
		f.read(path, most, func(name string, raw []byte) { f.weigh(kind, name, raw, done) }, func() { unread(); done() })
	})
	f.desk.changed()
}

func (f *Form) weigh(kind exam.FileKind, name string, raw []byte, done func()) {
	typ := typeOf(name)
	if !looksLike(typ, raw) {
		done()
		f.tell(Trouble, "evidence.wrong_type", "name", name)
		return
	}
	f.evidence.weighing++
	f.desk.loop.Go(context.Background(), func(context.Context) func() {
		_, err := f.desk.ports.Scans.Look(typ, raw)
		o := Offer{Kind: kind, Name: name, Before: len(raw), Must: len(raw) > exam.MaxFileBytes, typ: typ, raw: raw}
		if err == nil {
			o.small, _ = f.desk.ports.Scans.Reduce(typ, raw)
			o.After = len(o.small)
		}
		return func() { done(); f.weighed(o, err) }
	})
	f.desk.changed()
}

func (f *Form) weighed(o Offer, err error) {
	f.evidence.weighing--
	switch {
	case err != nil:
		f.tell(Trouble, "evidence.unreadable", "name", o.Name)
	case o.small != nil:
		f.evidence.offers = append(f.evidence.offers, o)
	case o.Must:
		f.tell(Trouble, "file.too_large", "megabytes", exam.MaxFileBytes>>20)
	default:
		f.attach(o.Kind, o.typ, o.Name, o.raw)
	}
	f.desk.changed()
}

func (f *Form) attach(kind exam.FileKind, typ, name string, raw []byte) {
	f.store("", func() (exam.Draft, error) {
		return f.desk.ports.Files.Attach(f.id, exam.File{Kind: kind, Type: typ, Name: name}, raw)
	}, func() {})
}

// Offered are the files of a kind that wait for a choice, oldest first.
func (f *Form) Offered(kind exam.FileKind) (list []Offer) {
	for _, o := range f.evidence.offers {
		if o.Kind == kind {
			list = append(list, o)
		}
	}
	return list
}

// Weighing tells whether a file that was added is still being looked into.
func (f *Form) Weighing() bool { return f.evidence.weighing+len(f.evidence.adding.waiting) > 0 }

// Choose answers an offer: the smaller file, the file as it is, or neither.
func (f *Form) Choose(o Offer, smaller, attach bool) {
	i := slices.IndexFunc(f.evidence.offers, func(x Offer) bool { return x.Kind == o.Kind && x.Name == o.Name && len(x.raw) == o.Before })
	if i < 0 {
		return
	}
	o = f.evidence.offers[i]
	f.evidence.offers = slices.Delete(f.evidence.offers, i, i+1)
	switch {
	case attach && smaller:
		f.attach(o.Kind, "image/jpeg", strings.TrimSuffix(o.Name, filepath.Ext(o.Name))+".jpg", o.small)
	case attach && !o.Must:
		f.attach(o.Kind, o.typ, o.Name, o.raw)
	}
	f.desk.changed()
}

// mostGlimpses bounds the pictures that are kept in memory at once.
const mostGlimpses = 24

// look draws the evidence that is attached and was not drawn yet.
func (f *Form) look() {
	if f.evidence.glimpses == nil {
		f.evidence.glimpses = map[string]*Glimpse{}
	}
	for _, file := range f.draft.Files {
		if typeOf(file.Name) == "" && file.Type == "" || file.Kind == exam.FilePhoto || file.Kind == exam.FilePhotoOriginal {
			continue
		}
		if _, ok := f.evidence.glimpses[file.SHA256]; ok || len(f.evidence.glimpses) >= mostGlimpses {
			continue
		}
		f.evidence.glimpses[file.SHA256] = nil // being drawn
		f.desk.loop.Go(context.Background(), func(context.Context) func() {
			var g Glimpse
			raw, err := f.desk.ports.Files.File(file.SHA256)
			if err == nil {
				g, _ = f.desk.ports.Scans.Look(file.Type, raw) // what cannot be drawn is shown by its name
			}
			return func() {
				f.evidence.glimpses[file.SHA256] = &g
				f.desk.changed()
			}
		})
	}
}

// Glimpse is what an attached file shows; false while it is not drawn yet.
func (f *Form) Glimpse(file exam.File) (Glimpse, bool) {
	g := f.evidence.glimpses[file.SHA256]
	if g == nil {
		return Glimpse{}, false
	}
	return *g, true
}

// OpenEvidence writes a file into the candidate's folder and opens it with the
// system's viewer. It lies there unsealed, as the page says.
func (f *Form) OpenEvidence(file exam.File) {
	f.desk.keep(filepath.Base(file.Name), func() ([]byte, error) { return f.desk.ports.Files.File(file.SHA256) }, true)
}

// DropOn takes files dropped onto the card of a kind of evidence.
func (f *Form) DropOn(kind exam.FileKind, paths []string) {
	if _, locked := f.Evidence(); locked || f.step != exam.StepEvidence {
		return
	}
	for _, p := range paths {
		f.AddEvidence(kind, p)
	}
}
