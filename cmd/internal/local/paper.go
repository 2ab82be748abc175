package local

import (
	"time"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/exam/form"
	"wenbao/store"
)

// Paper lays out a paper of a draft. What the server has signed is printed with
// the time of its signature, so that every machine prints the same bytes; a
// draft bears the time now. practice marks a draft that was never sent; what
// was sent says of itself whether it was practice.
func Paper(st *store.Store, kind form.Kind, d exam.Draft, words assets.Words, practice bool, now time.Time) (*form.Paper, error) {
	pack, err := PackFor(Editions(st), d.Document)
	if err != nil {
		return nil, err
	}
	in := form.Input{Draft: d, Pack: pack, Printed: now, Practice: practice, Words: words}
	if d.Delivered != nil {
		s, err := d.Delivered.Read()
		if err != nil {
			return nil, err
		}
		in.Printed, in.Practice = s.SignedAt, s.Practice
	}
	if f, ok := d.Photo(); ok {
		if in.Photo, err = st.File(f.SHA256); err != nil {
			return nil, err
		}
	}
	return form.Make(kind, in)
}
