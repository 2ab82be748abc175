package present

import (
	"context"
	"time"

	"wenbao/exam"
)

// savePause is how long a typed character may wait for others before they are
// saved together. With the save itself it stays under a second.
const savePause = 600 * time.Millisecond

// retryPause is how long a save that did not work waits to be tried again.
const retryPause = 5 * time.Second

// SaveState says where what was typed is.
type SaveState int

const (
	SavedAll SaveState = iota
	SaveWaits
	SaveFailed
)

// refuge says whether what could not be saved was put somewhere else.
type refuge int

const (
	nowhere  refuge = iota
	underWay        // being written; whatever is typed meanwhile is nowhere again
	keptThere
	notThere // it could not be written there either
)

// saver writes one draft: one save at a time, the newest content last. It is
// owned by the window's goroutine.
type saver struct {
	loop   Loop
	drafts Drafts
	id     exam.DraftID
	// current gives the document as it is now.
	current func() exam.Document
	// stored is told of every save that was made durable.
	stored func(exam.Draft)
	// changed is told when the state below changes, troubled of a save that failed.
	changed, troubled func()
	reasonOf          func(error) reason

	dirty, running bool
	stop           func() // of the pause; nil when none runs
	at             time.Time
	failed         reason // "": the last save worked
	refuge         refuge
	after          []waiting // wait for everything to be saved
}

// waiting is what comes after a save. Where the save fails, refused is told and
// it is given up; without it, it waits for the save that works.
type waiting struct {
	then    func()
	refused func(reason)
}

// touch notes that the document changed.
func (s *saver) touch() {
	s.dirty, s.refuge = true, nowhere
	if s.stop == nil && !s.running {
		s.stop = s.loop.After(savePause, s.now)
	}
}

// now saves at once what is not saved.
func (s *saver) now() {
	if s.stop != nil {
		s.stop()
		s.stop = nil
	}
	if !s.dirty || s.running {
		s.settle()
		return
	}
	s.dirty, s.running = false, true
	doc := s.current()
	s.loop.Go(context.Background(), func(context.Context) func() {
		d, err := s.drafts.Save(s.id, doc)
		return func() { s.finished(d, err) }
	})
}

func (s *saver) finished(d exam.Draft, err error) {
	s.running = false
	if err != nil {
		s.dirty, s.failed = true, s.reasonOf(err)
		s.stop = s.loop.After(retryPause, s.now)
		s.refuse()
		s.changed()
		s.troubled()
		return
	}
	s.at, s.failed, s.refuge = s.loop.Now(), "", nowhere
	s.stored(d)
	if s.dirty && s.stop == nil {
		s.now()
	}
	s.settle()
	s.changed()
}

// then runs f once everything typed so far is durable, however long that takes.
func (s *saver) then(f func()) { s.wait(waiting{then: f}) }

// step runs a step of the candidate's once everything typed so far is durable. A
// step whose save fails is refused: it must not be taken by surprise once there
// is room again.
func (s *saver) step(f func(), refused func(reason)) { s.wait(waiting{f, refused}) }

func (s *saver) wait(w waiting) {
	s.after = append(s.after, w)
	s.now()
}

// refuse gives up the steps that wait for a save that failed.
func (s *saver) refuse() {
	all := s.after
	s.after = nil
	for _, w := range all {
		if w.refused == nil {
			s.after = append(s.after, w)
			continue
		}
		w.refused(s.failed)
	}
}

func (s *saver) settle() {
	if s.dirty || s.running {
		return
	}
	due := s.after
	s.after = nil
	for _, w := range due {
		w.then()
	}
}

// state says where what was typed is.
func (s *saver) state() SaveState {
	switch {
	case s.failed != "":
		return SaveFailed
	case s.dirty || s.running:
		return SaveWaits
	}
	return SavedAll
}
