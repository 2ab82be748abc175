package server_test

import (
	"net/http"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/server"
)

type panicking struct{ server.Rules }

func (panicking) Closed(d exam.Document, _ exam.Action, _ time.Time) (string, bool) { panic(d) }

func TestAHandlerThatPanicsIsAnsweredAndTakesNobodyWithIt(t *testing.T) {
	s := fresh(t, func(c *server.Config) { c.Practice, c.Rules = false, panicking{c.Rules} })
	d := newDevice(t, s, "a")
	for n := range 300 { // more than there are places to work in
		if w := d.submit(exam.NewDraftID(), n, 0, exam.NewEntryID()); w.Code != http.StatusInternalServerError || kindOf(t, w) != exam.KindInternal {
			t.Fatal(n, w.Code, w.Body)
		}
	}
	if w := d.do("GET", "/v1/hello", "", nil); w.Code != http.StatusOK {
		t.Error(w.Code)
	}
}
