package server_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/boltdb"
	"wenbao/server/servertest"
	"wenbao/sync/synctest"
	"wenbao/sync/wire"
)

// fresh makes a practice server on an empty database.
func fresh(t testing.TB, change func(*server.Config)) *server.Server {
	t.Helper()
	db, err := boltdb.Open(t.TempDir(), boltdb.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	c := server.Config{Repository: db, Rules: rules(t), Signer: signer, Practice: true, Limits: generous, Log: everything()}
	if change != nil {
		change(&c)
	}
	s, err := server.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Drain(); db.Close() })
	return s
}

// device is a client with a credential; whatever it says and hears is held to the
// OpenAPI document.
type device struct {
	t      testing.TB
	h      http.Handler
	bearer string
}

func newDevice(t testing.TB, h http.Handler, name string) device {
	sum := sha256.Sum256([]byte(name))
	return device{t, servertest.Witness(t, h), "Bearer " + base64.RawURLEncoding.EncodeToString(sum[:])}
}

// do makes a request; header holds pairs.
func (d device) do(method, path, mediaType string, body []byte, header ...string) *httptest.ResponseRecorder {
	d.t.Helper()
	r := httptest.NewRequest(method, path, bytes.NewReader(body))
	r.Header.Set("Authorization", d.bearer)
	if mediaType != "" {
		r.Header.Set("Content-Type", mediaType)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	d.h.ServeHTTP(w, r)
	return w
}

// submission gives a submission with its photo in one body.
func submission(id exam.DraftID, n int) (body []byte, mediaType string) {
	raw := synctest.Photo(rand.New(rand.NewPCG(uint64(n), 7)), 24_000)
	f := exam.File{Kind: exam.FilePhoto, SHA256: exam.Digest(raw), Size: int64(len(raw)), Type: "image/jpeg"}
	return wire.PackStep(synctest.Submit(id, 0, synctest.Document(n), f).Content, []wire.File{{SHA256: f.SHA256, Bytes: raw}})
}

func (d device) submit(id exam.DraftID, n, base int, entry exam.EntryID) *httptest.ResponseRecorder {
	body, mediaType := submission(id, n)
	return d.do("PUT", "/v1/registrations/"+string(id), mediaType, body, "Idempotency-Key", string(entry), "If-Match", fmt.Sprintf(`"%d"`, base))
}

func kindOf(t testing.TB, w *httptest.ResponseRecorder) exam.Kind {
	t.Helper()
	if w.Code < 400 {
		return ""
	}
	p, err := wire.Decode[wire.Problem](w.Body.Bytes())
	if err != nil {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return p.Kind
}

func TestTheSameStepGetsTheSameBytesForEver(t *testing.T) {
	s := fresh(t, nil)
	d := newDevice(t, s, "a")
	id, entry := exam.NewDraftID(), exam.NewEntryID()
	first := d.submit(id, 1, 0, entry)
	if first.Code != http.StatusCreated {
		t.Fatal(first.Code, first.Body)
	}
	confirm := func(key exam.EntryID) *httptest.ResponseRecorder {
		return d.do("POST", "/v1/registrations/"+string(id)+"/confirm", "", nil, "Idempotency-Key", string(key), "If-Match", `"2"`)
	}
	if w := confirm(exam.NewEntryID()); w.Code != http.StatusOK {
		t.Fatal(w.Code, w.Body)
	}
	for range 5 {
		if again := d.submit(id, 1, 0, entry); again.Code != first.Code || !bytes.Equal(again.Body.Bytes(), first.Body.Bytes()) {
			t.Fatal(again.Code, again.Body)
		}
	}
	if w := d.submit(id, 2, 0, entry); kindOf(t, w) != exam.KindInvalid {
		t.Fatal("the key of another step was taken:", w.Code)
	}
	if w := confirm(entry); kindOf(t, w) != exam.KindInvalid {
		t.Fatal("the key of another step was taken:", w.Code)
	}
}

// Facts 2.4: core fields are locked once they were verified; contact data may
// always be changed, and moves nothing.
func TestAfterVerificationOnlyWhatTheStateAllowsIsChanged(t *testing.T) {
	s := fresh(t, func(c *server.Config) { c.ManualPayments = true })
	d := newDevice(t, s, "a")
	id, version := exam.NewDraftID(), 0
	raw := synctest.Photo(rand.New(rand.NewPCG(1, 7)), 24_000)
	photo := exam.File{Kind: exam.FilePhoto, SHA256: exam.Digest(raw), Size: int64(len(raw)), Type: "image/jpeg"}
	submit := func(change func(*exam.Document)) *httptest.ResponseRecorder {
		doc := synctest.Document(1)
		change(&doc)
		body, mediaType := wire.PackStep(synctest.Submit(id, 0, doc, photo).Content, []wire.File{{SHA256: photo.SHA256, Bytes: raw}})
		return d.do("PUT", "/v1/registrations/"+string(id), mediaType, body, "Idempotency-Key", string(exam.NewEntryID()), "If-Match", fmt.Sprintf(`"%d"`, version))
	}
	step := func(action string, body string) *httptest.ResponseRecorder {
		mediaType := ""
		if body != "" {
			mediaType = wire.JSON
		}
		return d.do("POST", "/v1/registrations/"+string(id)+"/"+action, mediaType, []byte(body), "Idempotency-Key", string(exam.NewEntryID()), "If-Match", fmt.Sprintf(`"%d"`, version))
	}
	took := func(w *httptest.ResponseRecorder, state exam.State) wire.Registration {
		t.Helper()
		a, err := wire.Decode[wire.Answer](w.Body.Bytes())
		if err != nil || w.Code/100 != 2 || a.Registration.State != state {
			t.Fatalf("%d %s, want %s", w.Code, w.Body, state)
		}
		version = a.Registration.Version
		return a.Registration
	}
	refused := func(w *httptest.ResponseRecorder, field string) {
		t.Helper()
		p, err := wire.Decode[wire.Problem](w.Body.Bytes())
		if err != nil || p.Kind != exam.KindInvalid || len(p.Problems) != 1 || p.Problems[0].Rule != "field.locked" || p.Problems[0].Field != field {
			t.Errorf("%d %s, want %s to be locked", w.Code, w.Body, field)
		}
	}
	took(submit(func(*exam.Document) {}), exam.StateVerified)
	refused(submit(func(d *exam.Document) { d.Name = "李某某" }), "name")
	took(submit(func(d *exam.Document) { d.City = "洛阳市" }), exam.StateVerified)
	confirmed := took(step("confirm", ""), exam.StateConfirmed)
	refused(submit(func(d *exam.Document) {}), "city")
	moved := took(submit(func(d *exam.Document) { d.City, d.Phone = "洛阳市", "13900139000" }), exam.StateConfirmed)
	if moved.Version != confirmed.Version+1 || moved.Due != confirmed.Due || moved.Digest == confirmed.Digest || moved.Number != confirmed.Number {
		t.Errorf("%+v after %+v", moved, confirmed)
	}
	paying := took(step("pay", `{"method":"sandbox"}`), exam.StatePaying)
	refused(submit(func(d *exam.Document) { d.City, d.Phone, d.Level = "洛阳市", "13900139001", exam.Intermediate }), "level")
	if moved := took(submit(func(d *exam.Document) { d.City, d.Phone = "洛阳市", "13900139001" }), exam.StatePaying); moved.Due != paying.Due || moved.Version != paying.Version+1 {
		t.Errorf("%+v after %+v", moved, paying)
	}
	s.ManualPayments = false // a change of contact data is no payment
	took(submit(func(d *exam.Document) { d.City, d.Phone = "洛阳市", "13900139002" }), exam.StatePaying)
	rec, err := s.Review(t.Context(), id, exam.ActionSettle, "")
	if err != nil {
		t.Fatal(err)
	}
	version = rec.Version
	took(submit(func(d *exam.Document) { d.City, d.Address = "洛阳市", "新路 2 号" }), exam.StateCompleted)
	refused(submit(func(d *exam.Document) { d.City, d.Level = "洛阳市", exam.Intermediate }), "level")
}

func TestAVerdictIsTheRulesAndKeepsNothing(t *testing.T) {
	s := fresh(t, nil)
	d := newDevice(t, s, "a")
	id := exam.NewDraftID()
	doc := synctest.Document(1)
	doc.Phone, doc.PoliticalStatus = "12", ""
	for _, doc := range []exam.Document{synctest.Document(1), doc, {Exam: doc.Exam, Year: doc.Year}, {Exam: "none"}} {
		sub := exam.Submission{Schema: 1, ID: id, Document: doc}
		body, mediaType := wire.PackStep(sub.Encode(), nil)
		w := d.do("POST", "/v1/verdicts", mediaType, body)
		got, err := wire.Decode[wire.Verdict](w.Body.Bytes())
		if want := wire.FromReport(rules(t).Judge(sub)); err != nil || w.Code != http.StatusOK || !bytes.Equal(wire.Encode(got), wire.Encode(want)) {
			t.Errorf("%d %s, want %s", w.Code, w.Body, wire.Encode(want))
		}
	}
	if w := d.do("GET", "/v1/registrations/"+string(id), "", nil); kindOf(t, w) != exam.KindNotFound {
		t.Error("a question was kept:", w.Code)
	}
	for _, raw := range []string{"", "[[[[", `{"schema":1}`} {
		if w := d.do("POST", "/v1/verdicts", wire.JSON, []byte(raw)); kindOf(t, w) != exam.KindInvalid {
			t.Errorf("%q: %d", raw, w.Code)
		}
	}
}

// TestADeviceCannotFillTheDisk brings the beginnings of ever new files, in
// pieces and over tus, that no registration will name.
func TestADeviceCannotFillTheDisk(t *testing.T) {
	s := fresh(t, func(c *server.Config) { c.Limits.Unnamed = 2 << 20 })

	d, other := newDevice(t, s, "filler"), newDevice(t, s, "other")
	begin := func(d device, n, size int) (rest func() *httptest.ResponseRecorder, first *httptest.ResponseRecorder) {
		raw := synctest.Photo(rand.New(rand.NewPCG(uint64(n), 3)), size)
		piece := func(from, to int) *httptest.ResponseRecorder {
			return d.do("PUT", "/v1/files/"+exam.Digest(raw), wire.Bytes, raw[from:to],
				"Content-Range", wire.ContentRange(int64(from), int64(to), int64(size)), "Content-Digest", wire.ContentDigest(raw[from:to]))
		}
		return func() *httptest.ResponseRecorder { return piece(1, size) }, piece(0, 1)
	}
	tus := func(n int) *httptest.ResponseRecorder {
		hash := base64.StdEncoding.EncodeToString([]byte(exam.Digest([]byte(strconv.Itoa(n)))))
		return d.do("POST", "/v1/tus", "", nil, "Tus-Resumable", "1.0.0", "Upload-Length", "100", "Upload-Metadata", "sha256 "+hash)
	}
	refused := func(w *httptest.ResponseRecorder) bool {
		if w.Code/100 == 2 {
			return false
		}
		if kindOf(t, w) != exam.KindRateLimited || w.Header().Get("Retry-After") != "60" || !strings.Contains(w.Body.String(), "no registration names") {
			t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
		}
		return true
	}
	end, w := begin(d, 0, 100)
	taken := 0
	for n := 1; !refused(w); n++ {
		taken++
		if n%3 == 0 {
			w = tus(n)
		} else {
			_, w = begin(d, n, 100)
		}
		if taken > 40 {
			t.Fatal("files without end are kept")
		}
	}
	if taken < 20 {
		t.Errorf("only %d files of 64 KB and a bit fit into 2 MB", taken)
	}
	if _, w := begin(d, 1000, 100); !refused(w) {
		t.Error("one more was taken")
	}
	if w := end(); w.Code != http.StatusCreated {
		t.Error("what was begun cannot be ended:", w.Code, w.Body)
	}
	if w := d.submit(exam.NewDraftID(), 1, 0, exam.NewEntryID()); w.Code != http.StatusCreated {
		t.Error("a registration with its photo was refused:", w.Code, w.Body)
	}
	if _, w := begin(other, 1, 100); refused(w) {
		t.Error("somebody else was refused")
	}
	for n := 3; n < 30; n += 3 {
		d.do("DELETE", "/v1/tus/"+exam.Digest([]byte(strconv.Itoa(n))), "", nil, "Tus-Resumable", "1.0.0")
	}
	if _, w := begin(d, 1001, 100); refused(w) {
		t.Error("what was taken away still counts")
	}
}

func TestOtherPeoplesThingsAreNotThere(t *testing.T) {
	s := fresh(t, nil)

	mine, other := newDevice(t, s, "mine"), newDevice(t, s, "other")
	id := exam.NewDraftID()
	if w := mine.submit(id, 1, 0, exam.NewEntryID()); w.Code != http.StatusCreated {
		t.Fatal(w.Code, w.Body)
	}
	body, mediaType := submission(id, 1)
	content, files, err := wire.UnpackStep(mediaType, body)
	if err != nil {
		t.Fatal(err)
	}
	answer := mine.do("GET", "/v1/registrations/"+string(id), "", nil)
	a, err := wire.Decode[wire.Answer](answer.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	restore := wire.Encode(wire.Restore{Content: string(content), Receipt: a.Receipt})
	for name, w := range map[string]*httptest.ResponseRecorder{
		"read":     other.do("GET", "/v1/registrations/"+string(id), "", nil),
		"submit":   other.submit(id, 1, 2, exam.NewEntryID()),
		"withdraw": other.do("POST", "/v1/registrations/"+string(id)+"/withdraw", "", nil, "Idempotency-Key", string(exam.NewEntryID()), "If-Match", `"2"`),
		"restore":  other.do("PUT", "/v1/registrations/"+string(id)+"/receipt", wire.JSON, restore),
		"photo":    other.do("GET", "/v1/files/"+files[0].SHA256, "", nil),
	} {
		if kind := kindOf(t, w); kind != exam.KindNotFound && kind != wire.KindLacks {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	// A server that lost its key and all it had still believes what that key signed; no other does.
	for name, former := range map[string][]ed25519.PublicKey{"with": {s.Public()}, "without": nil} {
		next := fresh(t, func(c *server.Config) {
			c.Signer = ed25519.NewKeyFromSeed([]byte("another key, for it lost the old"))
			c.Former = former
		})
		d := newDevice(t, next, "mine")
		size := int64(len(files[0].Bytes))
		d.do("PUT", "/v1/files/"+files[0].SHA256, wire.Bytes, files[0].Bytes, "Content-Range", wire.ContentRange(0, size, size), "Content-Digest", wire.ContentDigest(files[0].Bytes))
		if w := d.do("PUT", "/v1/registrations/"+string(id)+"/receipt", wire.JSON, restore); (w.Code == http.StatusOK) != (former != nil) {
			t.Errorf("%s the former key: %d %s", name, w.Code, w.Body)
		}
	}
	changes := other.do("GET", "/v1/changes", "", nil)
	if c, err := wire.Decode[wire.Changes](changes.Body.Bytes()); err != nil || len(c.Answers) != 0 {
		t.Error("changes of somebody else:", changes.Body)
	}
	// Knowing a hash is not having the file: a submission that names it is asked for its bytes.
	theirs := exam.NewDraftID()
	entry := synctest.Submit(theirs, 0, synctest.Document(9), exam.File{Kind: exam.FilePhoto, SHA256: files[0].SHA256, Size: int64(len(files[0].Bytes)), Type: "image/jpeg"})
	w := other.do("PUT", "/v1/registrations/"+string(theirs), wire.Packed, wire.Pack(entry.Content), "Idempotency-Key", string(entry.ID), "If-Match", `"0"`)
	if kindOf(t, w) != wire.KindLacks {
		t.Error("a hash was taken for a file:", w.Code, w.Body)
	}
}

func TestHostileRequestsAreRefusedAndBreakNothing(t *testing.T) {
	s := fresh(t, nil)
	d := newDevice(t, s, "hostile")
	id := string(exam.NewDraftID())
	key := []string{"Idempotency-Key", string(exam.NewEntryID()), "If-Match", `"0"`}
	hash := exam.Digest([]byte("x"))
	bomb := wire.Deflate(make([]byte, 64<<20))
	for name, w := range map[string]*httptest.ResponseRecorder{
		"path trick":      d.do("GET", "/v1/registrations/..%2f..%2fetc%2fpasswd", "", nil),
		"file path trick": d.do("GET", "/v1/files/..%2f..%2fwenbaod.bolt", "", nil),
		"huge body":       d.do("PUT", "/v1/registrations/"+id, wire.JSON, make([]byte, wire.MaxStepBody+1), key...),
		"zip bomb":        d.do("PUT", "/v1/registrations/"+id, wire.Packed, bomb[:min(len(bomb), wire.MaxStepBody)], key...),
		"not JSON":        d.do("PUT", "/v1/registrations/"+id, wire.JSON, []byte("{"), key...),
		"no media type":   d.do("PUT", "/v1/registrations/"+id, "", []byte("{}"), key...),
		"a cut file":      d.do("PUT", "/v1/registrations/"+id, wire.Packed, []byte("\x57\x2a\x4d\x18\xff\xff\xff\xff"+strings.Repeat("x", 40)), key...),
		"no key":          d.do("PUT", "/v1/registrations/"+id, wire.JSON, []byte("{}"), "If-Match", `"0"`),
		"no base":         d.do("PUT", "/v1/registrations/"+id, wire.JSON, []byte("{}"), "Idempotency-Key", string(exam.NewEntryID())),
		"negative base":   d.do("PUT", "/v1/registrations/"+id, wire.JSON, []byte("{}"), "Idempotency-Key", string(exam.NewEntryID()), "If-Match", `"-1"`),
		"range beyond":    d.do("PUT", "/v1/files/"+hash, wire.Bytes, []byte("x"), "Content-Range", "bytes 9223372036854775806-9223372036854775807/9223372036854775807", "Content-Digest", wire.ContentDigest([]byte("x"))),
		"wrong digest":    d.do("PUT", "/v1/files/"+hash, wire.Bytes, []byte("x"), "Content-Range", "bytes 0-0/1", "Content-Digest", wire.ContentDigest([]byte("y"))),
		"upper-case hash": d.do("PUT", "/v1/files/"+strings.ToUpper(hash), wire.Bytes, []byte("x"), "Content-Range", "bytes 0-0/1", "Content-Digest", wire.ContentDigest([]byte("x"))),
		"many files":      d.do("POST", "/v1/files/missing", wire.JSON, wire.Encode(wire.FileQuery{Files: make([]wire.FileRef, wire.MaxQuery+1)})),
		"odd cursor":      d.do("GET", "/v1/changes?wait=x", "", nil),
		"no such method":  d.do("POST", "/v1/registrations/"+id+"/pay", wire.JSON, []byte(`{"method":"gold"}`), key...),
		"old client":      d.do("GET", "/v1/hello", "", nil, wire.HeaderProtocol, "0"),
		"forged receipt":  d.do("PUT", "/v1/registrations/"+id+"/receipt", wire.JSON, wire.Encode(wire.Restore{Content: "{}", Receipt: exam.Receipt{KeyID: exam.KeyID(s.Public()), Statement: []byte("{}"), Signature: make([]byte, 64)}})),
	} {
		if kind := kindOf(t, w); w.Code < 400 || w.Code >= 500 || kind == exam.KindInternal {
			t.Errorf("%s: %d %.200s", name, w.Code, w.Body)
		}
	}
	nobody := device{t, s, "Bearer short"}
	if w := nobody.do("GET", "/v1/changes", "", nil); kindOf(t, w) != exam.KindUnauthorized || w.Header().Get("WWW-Authenticate") == "" {
		t.Error("a credential that is none:", w.Code)
	}
	if list, err := s.Repository.List(t.Context(), "", 10); err != nil || len(list) != 0 {
		t.Errorf("%d registrations, %v", len(list), err)
	}
	if w := d.submit(exam.NewDraftID(), 1, 0, exam.NewEntryID()); w.Code != http.StatusCreated {
		t.Error("and then an honest one:", w.Code, w.Body)
	}
}

func TestADeviceThatAsksTooMuchIsToldWhenToComeBack(t *testing.T) {
	now := time.Date(2026, 3, 9, 1, 0, 0, 0, time.UTC)
	s := fresh(t, func(c *server.Config) {
		c.Limits = server.Limits{PerOwner: 1, OwnerBurst: 3}
		c.Now = func() time.Time { return now }
	})
	greedy, modest := newDevice(t, s, "greedy"), newDevice(t, s, "modest")
	var last *httptest.ResponseRecorder
	for range 4 {
		last = greedy.do("GET", "/v1/changes", "", nil)
	}
	if kindOf(t, last) != exam.KindRateLimited || last.Header().Get("Retry-After") != "1" {
		t.Fatal(last.Code, last.Header())
	}
	if w := modest.do("GET", "/v1/changes", "", nil); w.Code != http.StatusOK {
		t.Fatal("one device's greed is another's loss:", w.Code)
	}
}

func TestNumbersOfPracticeCannotBeTakenForReal(t *testing.T) {
	for practice, want := range map[bool]string{true: "演练410000", false: "410000"} {
		s := fresh(t, func(c *server.Config) { c.Practice = practice; c.Rules = always{c.Rules} })
		w := newDevice(t, s, "a").submit(exam.NewDraftID(), 1, 0, exam.NewEntryID())
		a, err := wire.Decode[wire.Answer](w.Body.Bytes())
		if err != nil || !strings.HasPrefix(a.Registration.Number, want) || (a.Registration.State == exam.StateVerified) != practice {
			t.Errorf("practice %v: %s", practice, w.Body)
		}
		st, err := a.Receipt.Verify([]ed25519.PublicKey{s.Public()})
		if err != nil || st.Practice != practice {
			t.Error("the receipt does not say what it is:", st, err)
		}
	}
}

// always has every window open.
type always struct{ server.Rules }

func (always) Closed(exam.Document, exam.Action, time.Time) (string, bool) { return "", false }

func TestADrainingServerIsNotReadyAndEndsLongPolls(t *testing.T) {
	s := fresh(t, nil)
	d := newDevice(t, s, "a")
	answered := make(chan int)
	go func() { answered <- d.do("GET", "/v1/changes?wait=50", "", nil).Code }()
	s.Drain()
	if code := <-answered; code != http.StatusOK {
		t.Error(code)
	}
	if w := d.do("GET", "/readyz", "", nil); w.Code != http.StatusServiceUnavailable {
		t.Error(w.Code)
	}
	if w := d.do("GET", "/healthz", "", nil); w.Code != http.StatusOK {
		t.Error(w.Code)
	}
}

func TestAReviewerReachesEveryState(t *testing.T) {
	s := fresh(t, func(c *server.Config) { c.Practice = false; c.Rules = always{c.Rules}; c.ManualPayments = true })
	d := newDevice(t, s, "a")
	desk := server.NewDesk(s)
	id := exam.NewDraftID()
	do := func(want exam.State, action exam.Action, reason string) {
		t.Helper()
		out, err := desk.Do(t.Context(), server.Command{Do: "decide", ID: string(id), Action: action, Reason: reason})
		if err != nil || out.Record.State != want {
			t.Fatal(action, out.Record, err)
		}
	}
	step := func(want exam.State, path, body string, base int) {
		t.Helper()
		w := d.do("POST", "/v1/registrations/"+string(id)+path, wire.JSON, []byte(body), "Idempotency-Key", string(exam.NewEntryID()), "If-Match", fmt.Sprintf(`"%d"`, base))
		a, err := wire.Decode[wire.Answer](w.Body.Bytes())
		if err != nil || a.Registration.State != want {
			t.Fatal(path, w.Code, w.Body)
		}
	}
	if w := d.submit(id, 1, 0, exam.NewEntryID()); w.Code != http.StatusCreated {
		t.Fatal(w.Body)
	}
	if out, err := desk.Do(t.Context(), server.Command{Do: "list"}); err != nil || len(out.Rows) != 1 || out.Rows[0].ID != id || out.Rows[0].Area != "410000" {
		t.Fatal(out, err)
	}
	if _, err := desk.Do(t.Context(), server.Command{Do: "decide", ID: string(id), Action: exam.ActionAsk}); exam.KindOf(err) != exam.KindInvalid {
		t.Fatal("asked without a reason:", err)
	}
	do(exam.StateNeedsMaterials, exam.ActionAsk, "请补充学历证书")
	if w := d.submit(id, 1, 3, exam.NewEntryID()); w.Code != http.StatusOK {
		t.Fatal(w.Body)
	}
	do(exam.StateVerified, exam.ActionVerify, "")
	step(exam.StateConfirmed, "/confirm", "", 6)
	step(exam.StatePaying, "/pay", `{"method":"sandbox"}`, 7)
	do(exam.StateConfirmed, exam.ActionUnpaid, "")
	step(exam.StatePaying, "/pay", `{"method":"sandbox"}`, 9)
	do(exam.StateCompleted, exam.ActionSettle, "")
	if _, err := desk.Do(t.Context(), server.Command{Do: "decide", ID: string(id), Action: exam.ActionVerify}); exam.KindOf(err) != exam.KindState {
		t.Fatal(err)
	}
	out, err := desk.Do(t.Context(), server.Command{Do: "show", ID: string(id)})
	if err != nil || len(out.Record.History) != out.Record.Version {
		t.Fatal(out.Record, err)
	}
	if again, err := desk.Do(t.Context(), server.Command{Do: "show", ID: out.Record.Number}); err != nil || again.Record.ID != id {
		t.Fatal("by number:", err)
	}
}

// FuzzServer sends anything to any route: no answer may be a 5xx, and nothing
// may panic.
func FuzzServer(f *testing.F) {
	s := fresh(f, nil)
	d := newDevice(f, s, "fuzz")
	body, mediaType := submission("0198a000-7c4d-7e21-9b0a-000000000001", 1)
	f.Add("PUT", "/v1/registrations/0198a000-7c4d-7e21-9b0a-000000000001", mediaType, body, `"0"`, "bytes 0-1/2")
	f.Add("PUT", "/v1/files/"+exam.Digest([]byte("ab")), wire.Bytes, []byte("ab"), "", "bytes 0-1/2")
	f.Add("GET", "/v1/changes?after=x.1&wait=0", "", []byte{}, "", "")
	f.Add("POST", "/v1/files/missing", wire.JSON, []byte(`{"files":[{"sha256":"","size":-1}]}`), "", "")
	f.Add("PUT", "/v1/registrations/0198a000-7c4d-7e21-9b0a-000000000001/receipt", wire.JSON, []byte(`{"content":"{}","receipt":{}}`), "", "")
	f.Fuzz(func(t *testing.T, method, path, mediaType string, body []byte, base, span string) {
		r, err := http.NewRequest(method, "http://x"+path, bytes.NewReader(body))
		if err != nil || strings.Contains(path, "wait") && !strings.Contains(path, "wait=0") {
			return
		}
		r.RemoteAddr = "127.0.0.1:1"
		r.Header = http.Header{"Authorization": {d.bearer}, "Content-Type": {mediaType}, "If-Match": {base}, "Content-Range": {span},
			"Content-Digest": {wire.ContentDigest(body)}, "Idempotency-Key": {"0198a000-7c4d-7e21-9b0a-00000000000f"}}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code >= 500 {
			raw, _ := io.ReadAll(w.Body)
			t.Fatalf("%d %s", w.Code, raw)
		}
	})
}

// What the description of the wire tells other makers are the bounds of package
// exam, which client and server hold.
func TestTheDescriptionNamesTheRealBounds(t *testing.T) {
	text := string(server.OpenAPI())
	for want, times := range map[string]int{
		fmt.Sprintf("maximum: %d}", exam.MaxFileBytes):                         2,
		fmt.Sprintf("files: {type: array, maxItems: %d, ", exam.MaxFiles):      1,
		fmt.Sprintf("minLength: 1, maxLength: %d}", wire.MaxPiece):             1,
		fmt.Sprintf("files: {type: array, maxItems: %d, items", wire.MaxQuery): 1,
	} {
		if n := strings.Count(text, want); n != times {
			t.Errorf("%q stands %d times, not %d", want, n, times)
		}
	}
}

func TestOnePersonIsOneHoweverTheNumberIsTyped(t *testing.T) {
	s := fresh(t, nil)
	d := newDevice(t, s, "a")
	raw := synctest.Photo(rand.New(rand.NewPCG(1, 7)), 24_000)
	photo := exam.File{Kind: exam.FilePhoto, SHA256: exam.Digest(raw), Size: int64(len(raw)), Type: "image/jpeg"}
	number := synctest.Document(1).IDNumber
	for i, typed := range []string{number, " " + number + " ", number[:6] + "-" + number[6:14] + " " + number[14:], strings.Map(func(r rune) rune { return r - '0' + '０' }, number[:17]) + number[17:]} {
		doc := synctest.Document(1)
		doc.IDNumber = typed
		id := exam.NewDraftID()
		body, mediaType := wire.PackStep(synctest.Submit(id, 0, doc, photo).Content, []wire.File{{SHA256: photo.SHA256, Bytes: raw}})
		w := d.do("PUT", "/v1/registrations/"+string(id), mediaType, body, "Idempotency-Key", string(exam.NewEntryID()), "If-Match", `"0"`)
		if i == 0 && w.Code != http.StatusCreated || i > 0 && kindOf(t, w) != exam.KindDuplicate {
			t.Errorf("typed in way %d: %d %s", i, w.Code, w.Body)
		}
	}
}
