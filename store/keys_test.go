package store

import (
	"fmt"
	"testing"

	"wenbao/exam"
)

func TestWhatWasReadIsRememberedUntilItChanges(t *testing.T) {
	v, err := newVault(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	knows := func(id exam.DraftID) bool { _, ok := v.lastHead(id); return ok }
	change := func(seq uint64, id exam.DraftID) { v.outdate(seq, []exam.DraftID{id}) }

	v.keepRead(4, atHand{id: "a"})
	if !knows("a") {
		t.Fatal("what was read is not remembered")
	}
	change(5, "b")
	if !knows("a") {
		t.Fatal("the change of another forgets it")
	}
	change(6, "a")
	if knows("a") {
		t.Fatal("its own change does not")
	}
	// Change 6 is told of, and the last that can be seen is 5: what is read is older.
	v.keepRead(5, atHand{id: "a"})
	if knows("a") {
		t.Fatal("what was read before a change is remembered behind it")
	}
	v.outdate(7, nil) // a setting
	v.keepRead(6, atHand{id: "a"})
	if !knows("a") {
		t.Fatal("a setting counts as a draft's change")
	}
	for i := range readAtHand {
		v.keepRead(6, atHand{id: exam.DraftID(fmt.Sprint(i))})
	}
	if knows("a") || !knows("0") || len(v.read) != readAtHand {
		t.Fatalf("%d are remembered", len(v.read))
	}
}
