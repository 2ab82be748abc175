package server_test

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/server"
	"wenbao/sync/wire"
)

// payUntil publishes an edition in which the area of the tests has a last day
// for paying, and gives the first moment after it.
func payUntil(t testing.TB, s *server.Server, day string) time.Time {
	t.Helper()
	raw, signature := later(t, `"id": "410000",`, `"id": "410000", "windows": {"payment": {"opens": "2026-03-20", "closes": "`+day+`"}},`)
	if _, err := s.PublishPack(t.Context(), raw, signature); err != nil {
		t.Fatal(err)
	}
	p, err := exam.ParsePack(raw)
	if err != nil {
		t.Fatal(err)
	}
	w, _ := p.WindowsOf("410000", "郑州市")
	end, ok := w.Payment.Closes.End()
	if !ok {
		t.Fatal("no last day")
	}
	return end
}

// official makes a server that is not for practice, with a clock of the test's.
func official(t testing.TB, now *time.Time) *server.Server {
	return fresh(t, func(c *server.Config) {
		c.Practice, c.ManualPayments = false, true
		c.Now = func() time.Time { return *now }
	})
}

func TestWhatWasNotPaidInTimeExpiresAndNothingElse(t *testing.T) {
	now := time.Date(2026, 3, 25, 4, 0, 0, 0, time.UTC)
	s := official(t, &now)
	d := newDevice(t, s, "a")
	ids := map[exam.State]exam.DraftID{}
	step := func(id exam.DraftID, path, body string, base int) {
		t.Helper()
		w := d.do("POST", "/v1/registrations/"+string(id)+path, wire.JSON, []byte(body), "Idempotency-Key", string(exam.NewEntryID()), "If-Match", fmt.Sprintf(`"%d"`, base))
		if w.Code != http.StatusOK {
			t.Fatal(path, w.Code, w.Body)
		}
	}
	for n, state := range []exam.State{exam.StateManualReview, exam.StateVerified, exam.StateConfirmed, exam.StatePaying, exam.StateCompleted, exam.StateWithdrawn} {
		id := exam.NewDraftID()
		ids[state] = id
		if w := d.submit(id, n, 0, exam.NewEntryID()); w.Code != http.StatusCreated {
			t.Fatal(w.Body)
		}
		if state == exam.StateWithdrawn {
			step(id, "/withdraw", "", 2)
			continue
		}
		if n > 0 {
			if _, err := s.Review(t.Context(), id, exam.ActionVerify, ""); err != nil {
				t.Fatal(err)
			}
		}
		if n > 1 {
			step(id, "/confirm", "", 3)
		}
		if n > 2 {
			step(id, "/pay", `{"method":"sandbox"}`, 4)
		}
		if n > 3 {
			if _, err := s.Review(t.Context(), id, exam.ActionSettle, ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	states := func() map[exam.State]int {
		t.Helper()
		if err := s.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		list, err := s.Repository.List(t.Context(), "", 100)
		if err != nil {
			t.Fatal(err)
		}
		count := map[exam.State]int{}
		for _, rec := range list {
			count[rec.State]++
		}
		return count
	}
	now = now.AddDate(1, 0, 0)
	if got := states(); got[exam.StateExpired] != 0 {
		t.Fatalf("expired although no last day is published: %v", got)
	}
	now = now.AddDate(-1, 0, 0)
	end := payUntil(t, s, "2026-03-31")
	now = end.Add(-time.Second)
	if got := states(); got[exam.StateExpired] != 0 {
		t.Fatalf("expired before the last day was over: %v", got)
	}
	now = end
	want := map[exam.State]int{exam.StateExpired: 3, exam.StatePaying: 1, exam.StateCompleted: 1, exam.StateWithdrawn: 1}
	for range 2 {
		if got := states(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%v, want %v", got, want)
		}
	}
	// The notice of a payment that never came: given up by an operator, then over.
	if _, err := s.Review(t.Context(), ids[exam.StatePaying], exam.ActionUnpaid, ""); err != nil {
		t.Fatal(err)
	}
	if got := states(); got[exam.StateExpired] != 4 {
		t.Fatal(got)
	}
	rec, err := s.Repository.Registration(t.Context(), ids[exam.StateConfirmed])
	if last := rec.History[len(rec.History)-1]; err != nil || last.Action != exam.ActionExpire || last.Actor != exam.System || rec.Active {
		t.Fatalf("%+v, %v", last, err)
	}
}

func TestPracticeKnowsNoLastDay(t *testing.T) {
	now := time.Date(2026, 3, 25, 4, 0, 0, 0, time.UTC)
	s := fresh(t, func(c *server.Config) { c.Now = func() time.Time { return now } })
	id := exam.NewDraftID()
	if w := newDevice(t, s, "a").submit(id, 1, 0, exam.NewEntryID()); w.Code != http.StatusCreated {
		t.Fatal(w.Body)
	}
	now = payUntil(t, s, "2026-03-31").AddDate(0, 1, 0)
	if err := s.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if rec, err := s.Repository.Registration(t.Context(), id); err != nil || rec.State != exam.StateVerified {
		t.Fatal(rec.State, err)
	}
}

func TestAnAnswerIsGivenAgainAsLongAsAClientMayAsk(t *testing.T) {
	now := time.Date(2026, 3, 25, 4, 0, 0, 0, time.UTC)
	s := fresh(t, func(c *server.Config) { c.Now = func() time.Time { return now } })
	d := newDevice(t, s, "a")
	id, entry := exam.NewDraftID(), exam.NewEntryID()
	first := d.submit(id, 1, 0, entry)
	now = now.Add(server.AnsweredFor - time.Hour)
	for range 2 {
		if err := s.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		if again := d.submit(id, 1, 0, entry); again.Code != http.StatusCreated || !bytes.Equal(again.Body.Bytes(), first.Body.Bytes()) {
			t.Fatal(again.Code, again.Body)
		}
	}
	now = now.Add(2 * time.Hour)
	if err := s.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Forgotten: and still the step is not taken twice.
	if late := d.submit(id, 1, 0, entry); kindOf(t, late) != exam.KindConflict {
		t.Fatal(late.Code, late.Body)
	}
	if rec, err := s.Repository.Registration(t.Context(), id); err != nil || len(rec.History) != 2 {
		t.Fatal(rec.History, err)
	}
}

func TestAnUploadThatIsGivenUpExpires(t *testing.T) {
	now := time.Date(2026, 3, 25, 4, 0, 0, 0, time.UTC)
	s := fresh(t, func(c *server.Config) { c.Now = func() time.Time { return now } })
	d := newDevice(t, s, "a")
	place, raw := d.announce(t, "scan")
	patch := func(from, to int) int {
		return d.do("PATCH", place, offsetBytes, raw[from:to], "Tus-Resumable", "1.0.0", "Upload-Offset", fmt.Sprint(from)).Code
	}
	head := func() (int, string, string) {
		w := d.do("HEAD", place, "", nil, "Tus-Resumable", "1.0.0")
		return w.Code, w.Header().Get("Upload-Offset"), w.Header().Get("Upload-Expires")
	}
	now = now.Add(server.UnnamedFor / 2)
	if code := patch(0, 2); code != http.StatusNoContent {
		t.Fatal(code)
	}
	if code, offset, expires := head(); code != http.StatusOK || offset != "2" || expires != now.Add(server.UnnamedFor).Format(http.TimeFormat) {
		t.Fatal(code, offset, expires)
	}
	now = now.Add(server.UnnamedFor - time.Minute)
	if err := s.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if code, _, _ := head(); code != http.StatusOK {
		t.Fatal("gone too early:", code)
	}
	now = now.Add(2 * time.Minute)
	if code, _, _ := head(); code != http.StatusGone {
		t.Fatal("not gone:", code)
	}
	if code := patch(2, 4); code != http.StatusGone {
		t.Fatal("not gone:", code)
	}
	if err := s.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if code, _, _ := head(); code != http.StatusNotFound {
		t.Fatal("not swept:", code)
	}
	if again, _ := d.announce(t, "scan"); again != place || patch(0, 4) != http.StatusNoContent {
		t.Fatal("and it cannot begin again")
	}
}
