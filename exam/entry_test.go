package exam_test

import (
	"testing"
	"time"

	"wenbao/exam"
)

// TestWhereTheBytesAreFollowsFromTheOutboxAndTheReceipt: delivered is said only of what a
// receipt proves and nothing waits for.
func TestWhereTheBytesAreFollowsFromTheOutboxAndTheReceipt(t *testing.T) {
	receipt := &exam.Receipt{}
	known := &exam.Registration{Version: 2, Digest: "a", Content: []byte("a")}
	changed := &exam.Registration{Version: 3, Digest: "b", Content: []byte("b")}
	inList := &exam.Registration{Version: 3, Digest: "b"}
	for _, x := range []struct {
		name    string
		draft   exam.Draft
		waiting *exam.Entry
		want    exam.Transport
	}{
		{"nothing sent", exam.Draft{}, nil, exam.TransportLocal},
		{"the server has it, no receipt is kept", exam.Draft{Registration: known, Base: known}, nil, exam.TransportLocal},
		{"a receipt", exam.Draft{Registration: known, Base: known, Delivered: receipt}, nil, exam.TransportDelivered},
		{"a receipt, and a later step waits", exam.Draft{Registration: known, Base: known, Delivered: receipt}, &exam.Entry{}, exam.TransportWaiting},
		{"tried, and to be tried again", exam.Draft{}, &exam.Entry{Last: exam.KindConflict}, exam.TransportWaiting},
		{"set aside", exam.Draft{Delivered: receipt}, &exam.Entry{Aside: true, Last: exam.KindInvalid}, exam.TransportSetAside},
		{"set aside by a conflict", exam.Draft{Delivered: receipt}, &exam.Entry{Aside: true, Last: exam.KindConflict}, exam.TransportConflict},
		{"changed elsewhere", exam.Draft{Registration: changed, Base: known, Delivered: receipt}, nil, exam.TransportConflict},
		{"changed elsewhere, the content is not here", exam.Draft{Registration: inList, Base: known, Delivered: receipt}, nil, exam.TransportDelivered},
	} {
		if got := exam.TransportOf(x.draft, x.waiting); got != x.want {
			t.Errorf("%s: %s, want %s", x.name, got, x.want)
		}
	}
}

// TestAStepBuildsOnWhatItsMakerSaw: nobody confirms over a change that was not taken in,
// and nobody is kept from paying or withdrawing by one.
func TestAStepBuildsOnWhatItsMakerSaw(t *testing.T) {
	seen, newest := &exam.Registration{Version: 2}, &exam.Registration{Version: 5}
	for _, x := range []struct {
		name   string
		draft  exam.Draft
		action exam.Action
		want   int
	}{
		{"the first", exam.Draft{}, exam.ActionSubmit, 0},
		{"again", exam.Draft{Registration: newest, Base: seen}, exam.ActionSubmit, 2},
		{"confirm", exam.Draft{Registration: newest, Base: seen}, exam.ActionConfirm, 2},
		{"pay", exam.Draft{Registration: newest, Base: seen}, exam.ActionPay, 5},
		{"withdraw", exam.Draft{Registration: newest, Base: seen}, exam.ActionWithdraw, 5},
		{"no base is known", exam.Draft{Registration: newest}, exam.ActionSubmit, 5},
	} {
		e := exam.StepEntry(x.draft, x.action, nil, time.Time{})
		if e.Base != x.want || e.Action != x.action {
			t.Errorf("%s: %s on %d, want %d", x.name, e.Action, e.Base, x.want)
		}
	}
	if exam.StateDraft.Waiting() != exam.StateQueued || exam.StateConfirmed.Waiting() != exam.StateConfirmed {
		t.Error("only what was never sent is queued")
	}
}
