package boltdb

import (
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/server"
)

// bbolt shows a commit before the flush of its last page; neither before that nor
// when it failed is anybody told of it.
func TestNobodyIsToldOfWhatIsNotOnTheDisk(t *testing.T) {
	db, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	ids := []exam.DraftID{exam.NewDraftID(), exam.NewDraftID()}
	step := func(n byte) (again bool, err error) {
		rec := server.Record{Owner: server.Owner{1}, Person: server.Person{n}, Active: true}
		rec.ID, rec.Number, rec.Version, rec.State, rec.Content = ids[n], string(ids[n]), 1, exam.StateSubmitted, []byte("{}")
		q := server.Question{Entry: exam.EntryID(ids[n]), Owner: rec.Owner, ID: rec.ID}
		err = db.Decide(t.Context(), q, func(h server.Held) server.Decision {
			if h.Answered != nil {
				again = true
				return server.Decision{Answer: h.Answered}
			}
			return server.Decision{Record: &rec, Answer: &server.Answered{Status: 201, Body: []byte("taken"), At: time.Now()}}
		})
		return again, err
	}
	if again, err := step(0); again || err != nil {
		t.Fatal(again, err)
	}
	db.sure.Add(^uint64(0)) // as while the last page of this commit is being flushed
	db.flush.Lock()
	ended := make(chan error, 2)
	go func() { _, err := step(0); ended <- err }()
	go func() { _, err := db.Registration(t.Context(), ids[0]); ended <- err }()
	select {
	case err := <-ended:
		t.Errorf("answered before the flush: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	db.flush.Unlock() // and it failed
	for range 2 {
		if err := <-ended; exam.KindOf(err) != exam.KindUnreachable {
			t.Errorf("a commit that failed is acknowledged: %v", err)
		}
	}
	// The next commit brings what was written before it to the disk as well.
	if again, err := step(1); again || err != nil {
		t.Fatal(again, err)
	}
	if again, err := step(0); !again || err != nil {
		t.Errorf("after a commit that went well: %v %v", again, err)
	}
}
