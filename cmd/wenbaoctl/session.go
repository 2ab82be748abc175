package main

import (
	"context"
	"crypto/ed25519"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"wenbao/assets"
	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/store"
)

// session is one run of a command: what it was told, and the store once opened.
type session struct {
	globals
	ctx   context.Context
	out   *output
	words assets.Words
	st    *store.Store

	passphrase string // of the environment
}

// store opens the data folder at the first use.
func (s *session) store() (*store.Store, error) {
	if s.st != nil {
		return s.st, nil
	}
	dir, err := s.folder()
	if err != nil {
		return nil, err
	}
	keys, err := s.storeKeys()
	if err != nil {
		return nil, err
	}
	if s.st, err = local.Open(s.ctx, dir, keys); err != nil {
		return nil, err
	}
	o := s.st.Opening()
	if o.Created { // about the folder's place and its key: once is enough
		for _, key := range o.Warnings {
			s.out.warn(key)
		}
	}
	if key, args := o.Sentence(); key != "" {
		s.out.warn(key, args)
	}
	return s.st, nil
}

// storeKeys are what opens the store on this machine.
func (s *session) storeKeys() (store.Keys, error) {
	keys, err := local.Keys(s.PassphraseFile, s.passphrase)
	if exam.KindOf(err) == exam.KindLocked {
		err = &said{exam.KindLocked, "ctl.passphrase_unreadable", nil}
	}
	return keys, err
}

// folder is the data folder of this run.
func (s *session) folder() (string, error) {
	if s.Data != "" {
		return s.Data, nil
	}
	return local.Folder()
}

// close ends the run, and tells whether the store had been damaged and was repaired.
func (s *session) close() (repaired bool, err error) {
	if s.st == nil {
		return false, nil
	}
	o := s.st.Opening()
	return o.Rebuilt || len(o.Lost) > 0, s.st.Close()
}

// draft opens the store and reads one draft.
func (s *session) draft(id string) (*store.Store, exam.Draft, error) {
	did, err := exam.ParseDraftID(id)
	if err != nil {
		return nil, exam.Draft{}, &said{exam.KindNotFound, "ctl.no_draft", map[string]string{"id": shorten(id)}}
	}
	st, err := s.store()
	if err != nil {
		return nil, exam.Draft{}, err
	}
	d, err := st.Draft(did)
	if exam.KindOf(err) == exam.KindNotFound {
		err = &said{exam.KindNotFound, "ctl.no_draft", map[string]string{"id": id}}
	}
	return st, d, err
}

// packs gives the exam packs: those shipped, or once the data folder is open the
// newest editions that came to it.
func (s *session) packs() []*exam.Pack {
	if s.st == nil {
		return local.Packs()
	}
	return local.Editions(s.st)
}

// pack gives the pack a document belongs to, by its exam and year.
func (s *session) pack(d exam.Document) (*exam.Pack, error) {
	p, err := local.PackFor(s.packs(), d)
	if err != nil {
		return nil, &said{exam.KindInvalid, "ctl.pack_none", map[string]string{"exam": shorten(d.Exam), "year": strconv.Itoa(d.Year)}}
	}
	return p, nil
}

// keys gives the public keys whose receipts are believed.
func (s *session) keys(p *exam.Pack) ([]ed25519.PublicKey, error) {
	if s.ServerKey == "" {
		return p.ServerKeys(), nil
	}
	args := map[string]string{"file": filepath.Base(s.ServerKey)}
	keys, err := local.ServerKey(s.ServerKey)
	switch exam.KindOf(err) {
	case "":
		return keys, nil
	case exam.KindNotFound:
		return nil, usage("ctl.server_key_unreadable", args)
	}
	return nil, usage("ctl.server_key_wrong", args)
}

// now is the moment by this machine's clock, which no deadline believes.
func now() exam.Moment { return exam.Moment{Now: time.Now()} }

func shorten(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}
