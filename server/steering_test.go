package server_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"wenbao/exam"
	"wenbao/server"
	"wenbao/sync/wire"
)

// TestBadDaysCanBeRehearsed bends a practice server in every way there is, and
// straightens it again.
func TestBadDaysCanBeRehearsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := fresh(t, nil)
		d := newDevice(t, s, "a")
		people := 0
		submit := func() (id exam.DraftID, a wire.Answer) {
			t.Helper()
			id, people = exam.NewDraftID(), people+1
			w := d.submit(id, people, 0, exam.NewEntryID())
			a, err := wire.Decode[wire.Answer](w.Body.Bytes())
			if err != nil || w.Code != http.StatusCreated {
				t.Fatal(w.Code, w.Body)
			}
			return id, a
		}
		bend := func(to server.Steering) {
			t.Helper()
			if err := s.Steer(to); err != nil || s.Steering() != to {
				t.Fatal(err)
			}
		}
		bend(server.Steering{Verification: server.VerifyAsks, Reason: "请补充学历证书"})
		if _, a := submit(); a.Registration.State != exam.StateNeedsMaterials || a.Registration.History[1].Reason != "请补充学历证书" {
			t.Errorf("asks: %+v", a.Registration)
		}
		bend(server.Steering{Verification: server.VerifyByHand})
		if _, a := submit(); a.Registration.State != exam.StateManualReview {
			t.Errorf("by hand: %+v", a.Registration)
		}
		bend(server.Steering{Away: true})
		if w := d.do("GET", "/v1/changes", "", nil); kindOf(t, w) != exam.KindUnreachable || w.Header().Get("Retry-After") == "" {
			t.Error("away:", w.Code)
		}
		bend(server.Steering{Slow: 3 * time.Second})
		began := time.Now()
		if d.do("GET", "/v1/hello", "", nil); time.Since(began) != 3*time.Second {
			t.Error("slow:", time.Since(began))
		}
		bend(server.Steering{LosePayments: true})
		id, _ := submit()
		step := func(path, body, base string) exam.State {
			t.Helper()
			w := d.do("POST", "/v1/registrations/"+string(id)+path, wire.JSON, []byte(body), "Idempotency-Key", string(exam.NewEntryID()), "If-Match", base)
			a, err := wire.Decode[wire.Answer](w.Body.Bytes())
			if err != nil {
				t.Fatal(w.Code, w.Body)
			}
			return a.Registration.State
		}
		step("/confirm", "", `"2"`)
		if got := step("/pay", `{"method":"sandbox"}`, `"3"`); got != exam.StatePaying {
			t.Error("the lost notice arrived:", got)
		}
		if rec, err := s.Review(t.Context(), id, exam.ActionSettle, ""); err != nil || rec.State != exam.StateCompleted {
			t.Error("and it cannot be settled:", rec.State, err)
		}
		bend(server.Steering{})
		if _, a := submit(); a.Registration.State != exam.StateVerified {
			t.Errorf("straight again: %+v", a.Registration)
		}
		for name, to := range map[string]server.Steering{"backwards": {Slow: -1}, "for ever": {Slow: time.Hour}, "unknown": {Verification: "x"}} {
			if err := s.Steer(to); exam.KindOf(err) != exam.KindInvalid {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestARealServerCannotBeBent(t *testing.T) {
	s := fresh(t, func(c *server.Config) { c.Practice = false })
	if err := s.Steer(server.Steering{Away: true}); exam.KindOf(err) != exam.KindState || s.Steering().Away {
		t.Error(err)
	}
}
