package local

import (
	"crypto/ed25519"
	"sync"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/exam/photo"
)

// packs parses the shipped packs once; one that cannot be parsed is a fault of
// the build, which a test finds.
var packs = sync.OnceValue(func() []*exam.Pack {
	var all []*exam.Pack
	for _, id := range assets.PackIDs() {
		raw, _ := assets.Pack(id)
		p, err := exam.ParsePack(raw)
		if err != nil {
			panic("local: shipped pack " + id + ": " + err.Error())
		}
		all = append(all, p)
	}
	return all
})

// Packs gives the exam packs shipped with the program; the first is the one
// that new drafts get.
func Packs() []*exam.Pack { return packs() }

// PackFor gives, of some packs, that of a document's exam and year; a document
// that names neither gets the first. KindNotFound when no pack fits.
func PackFor(packs []*exam.Pack, d exam.Document) (*exam.Pack, error) {
	if d.Exam == "" && d.Year == 0 {
		return packs[0], nil
	}
	for _, p := range packs {
		if p.Exam == d.Exam && (p.Year == d.Year || d.Year == 0) {
			return p, nil
		}
	}
	return nil, exam.Errorf(exam.KindNotFound, "find exam pack", "no pack for this exam and year")
}

// maxKeyFile bounds files that hold one key or one passphrase.
const maxKeyFile = 64 << 10

// ServerKey reads the file with a server's public key, as `wenbaod keys public`
// prints it: [exam.KindNotFound] when it cannot be read, [exam.KindInvalid]
// when it is none.
func ServerKey(file string) ([]ed25519.PublicKey, error) {
	const op = "read server key"
	raw, err := ReadFile(file, maxKeyFile)
	if err != nil {
		return nil, exam.Errorf(exam.KindNotFound, op, "it cannot be read")
	}
	key, err := exam.ParsePublicKey(raw)
	if err != nil {
		return nil, err
	}
	return []ed25519.PublicKey{key}, nil
}

// PhotoSpec is what an exam pack asks of the photo; what it does not say is the
// usual.
func PhotoSpec(p *exam.Pack) photo.Spec {
	s := p.Photo
	return photo.Spec{Width: s.Width, Height: s.Height, MinBytes: s.MinBytes, MaxBytes: s.MaxBytes, DPI: s.DPI}
}
