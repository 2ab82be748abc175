package exam_test

import (
	"crypto/ed25519"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wenbao/exam"
)

func signingKey(b byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(rune(b)), ed25519.SeedSize)))
}

func public(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

func TestAReceiptProvesItsOwnBytesAndNothingElse(t *testing.T) {
	key, other := signingKey('a'), signingKey('b')
	content := exam.Submission{Schema: 1, ID: exam.NewDraftID(), Document: complete()}.Encode()
	said := exam.Statement{ID: exam.NewDraftID(), Number: "4100002600000017", Version: 3, State: exam.StateVerified, Digest: exam.Digest(content), SignedAt: time.Unix(1_774_000_000, 5)}
	r := exam.Sign(key, said)
	got, err := r.Verify([]ed25519.PublicKey{public(other), public(key)})
	if err != nil || got.Number != said.Number || got.Version != 3 || got.State != exam.StateVerified || got.SignedAt.Unix() != said.SignedAt.Unix() {
		t.Fatalf("%+v %v", got, err)
	}
	if err := got.Proves(said.ID, content); err != nil {
		t.Error(err)
	}
	if err := got.Proves(said.ID, append(content, ' ')); exam.KindOf(err) != exam.KindUntrusted {
		t.Error("other bytes are proved")
	}
	if err := got.Proves(exam.NewDraftID(), content); exam.KindOf(err) != exam.KindUntrusted {
		t.Error("another draft is proved")
	}
	for name, bad := range map[string]func(*exam.Receipt){
		"one bit of the statement":      func(r *exam.Receipt) { r.Statement[10] ^= 1 },
		"one bit of the signature":      func(r *exam.Receipt) { r.Signature[10] ^= 1 },
		"a signature cut short":         func(r *exam.Receipt) { r.Signature = r.Signature[:63] },
		"no signature":                  func(r *exam.Receipt) { r.Signature = nil },
		"a key nobody trusts":           func(r *exam.Receipt) { *r = exam.Sign(signingKey('c'), said) },
		"the name of another key":       func(r *exam.Receipt) { r.KeyID = exam.KeyID(public(other)) },
		"a signature without context":   func(r *exam.Receipt) { r.Signature = ed25519.Sign(key, r.Statement) },
		"a pack's signature as its own": func(r *exam.Receipt) { r.Signature = exam.SignPack(key, r.Statement) },
	} {
		spoilt := exam.Receipt{KeyID: r.KeyID, Statement: slices.Clone(r.Statement), Signature: slices.Clone(r.Signature)}
		bad(&spoilt)
		if _, err := spoilt.Verify([]ed25519.PublicKey{public(key), public(other)}); exam.KindOf(err) != exam.KindUntrusted {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := r.Verify(nil); exam.KindOf(err) != exam.KindUntrusted {
		t.Error("verified with no keys at all")
	}
	for text, want := range map[string]exam.Kind{`{"schema":2}`: exam.KindUpgrade, `{}`: exam.KindUpgrade, `{`: exam.KindUntrusted} {
		later := exam.Receipt{KeyID: r.KeyID, Statement: []byte(text), Signature: ed25519.Sign(key, []byte("wenbao receipt v1\x00"+text))}
		if _, err := later.Verify([]ed25519.PublicKey{public(key)}); exam.KindOf(err) != want {
			t.Errorf("a statement that is %s: %v, want %s", text, err, want)
		}
	}
}

func TestWhoMadeTheContentIsWhoBroughtItAndNobodyElse(t *testing.T) {
	event := func(version int, action exam.Action, actor exam.Actor) exam.Event {
		return exam.Event{Version: version, Action: action, Actor: actor}
	}
	submitted, centre := event(1, exam.ActionSubmit, exam.Candidate), event(3, exam.ActionSubmit, exam.Centre)
	verified := event(2, exam.ActionVerify, exam.System)
	for name, c := range map[string]struct {
		history []exam.Event
		after   int
		want    int // its version; 0: nobody can tell
	}{
		"no history":                       {nil, 0, 0},
		"only moved since":                 {[]exam.Event{submitted, verified}, 1, 0},
		"changed, then moved":              {[]exam.Event{submitted, verified, centre, event(4, exam.ActionVerify, exam.System), event(5, exam.ActionAsk, exam.Reviewer)}, 2, 3},
		"changed, and that is known":       {[]exam.Event{submitted, verified, centre, event(4, exam.ActionVerify, exam.System)}, 3, 0},
		"material was added":               {[]exam.Event{submitted, event(2, exam.ActionAsk, exam.Reviewer), event(3, exam.ActionSupplement, exam.Candidate)}, 1, 3},
		"from the first, known to nobody":  {[]exam.Event{submitted, verified}, 0, 1},
		"the server got it back":           {[]exam.Event{submitted, event(5, exam.ActionRestore, exam.System)}, 1, 0},
		"the server got a change back":     {[]exam.Event{submitted, centre, event(5, exam.ActionRestore, exam.System)}, 1, 0},
		"the server got it back, and then": {[]exam.Event{submitted, event(5, exam.ActionRestore, exam.System), event(6, exam.ActionSubmit, exam.Centre)}, 1, 6},
	} {
		e, ok := exam.Registration{History: c.history}.Made(c.after)
		if e.Version != c.want || ok != (c.want > 0) {
			t.Errorf("%s: %+v, %v, want version %d", name, e, ok, c.want)
		}
	}
}

func TestTheLastStepTellsAVersion(t *testing.T) {
	r := exam.Registration{Version: 3, History: []exam.Event{{Version: 1}, {Version: 2}, {Version: 3}}}
	if last := r.Last(); len(last.History) != 1 || last.History[0].Version != 3 || last.Version != 3 || len(r.History) != 3 {
		t.Errorf("%+v of %+v", last, r)
	}
	if last := (exam.Registration{}).Last(); len(last.History) != 0 {
		t.Errorf("%+v", last)
	}
}

func TestAKeyIsReadAsItIsWritten(t *testing.T) {
	key := public(signingKey('a'))
	for _, text := range []string{exam.EncodePublicKey(key), "\n " + exam.EncodePublicKey(key) + " \r\n"} {
		if got, err := exam.ParsePublicKey([]byte(text)); err != nil || !got.Equal(key) {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"", "wenbao-ed25519", "wenbao-ed25519 !", "wenbao-ed25519 AAAA", "ssh-ed25519 AAAA", strings.Repeat("wenbao-ed25519 ", 50)} {
		if _, err := exam.ParsePublicKey([]byte(text)); exam.KindOf(err) != exam.KindInvalid {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestOneContentHasOneEncoding(t *testing.T) {
	s := exam.Submission{Schema: 1, ID: exam.NewDraftID(), Pack: pack038.Ref(), Document: complete(), Files: []exam.File{photo}}
	raw := s.Encode()
	if back, err := exam.DecodeSubmission(raw); err != nil || string(back.Encode()) != string(raw) {
		t.Fatal(err)
	}
	odd := s
	odd.Document.Address = "某\"路\" <1> & \\ \t号\u2028 \U00020bb7"
	if back, err := exam.DecodeSubmission(odd.Encode()); err != nil || back.Document.Address != odd.Document.Address {
		t.Errorf("what is escaped comes back as %q, %v", back.Document.Address, err)
	}
	for text, want := range map[string]exam.Kind{
		string(raw) + " ":                          exam.KindInvalid,
		" " + string(raw):                          exam.KindInvalid,
		strings.Replace(string(raw), ",", ", ", 1): exam.KindInvalid,
		strings.Replace(string(raw), `"schema":1`, `"schema":2`, 1):         exam.KindUpgrade,
		strings.Replace(string(raw), `"subjects":[]`, `"subjects":null`, 1): exam.KindInvalid,
		strings.Replace(string(raw), `"name":`, `"Name":`, 1):               exam.KindInvalid,
		strings.Replace(string(raw), `"name":`, `"x":1,"name":`, 1):         exam.KindInvalid,
		string(raw) + string(raw):                                           exam.KindInvalid,
		"":                                                                  exam.KindInvalid,
		strings.Repeat(" ", exam.MaxSubmissionBytes+1):                      exam.KindTooLarge,
	} {
		if _, err := exam.DecodeSubmission([]byte(text)); exam.KindOf(err) != want {
			t.Errorf("%.60q: %v", text, err)
		}
	}
}

func FuzzDecodeSubmission(f *testing.F) {
	f.Add(exam.Submission{Schema: 1, ID: "x", Files: []exam.File{photo}}.Encode())
	f.Add([]byte(`{"schema":1}`))
	f.Add(exam.Submission{Schema: 1, ID: "x", Document: complete(), Files: []exam.File{photo, photo}}.Encode())
	f.Fuzz(func(t *testing.T, raw []byte) {
		if s, err := exam.DecodeSubmission(raw); err == nil && string(s.Encode()) != string(raw) {
			t.Fatalf("%s is taken and written %s", raw, s.Encode())
		}
	})
}

func TestWhatIsSetAtAPathIsReadThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDocument(t, "doc")
		all := d.Paths()
		path := rapid.SampledFrom(all).Draw(t, "path")
		before, err := d.Get(path)
		if err != nil {
			t.Fatal(err)
		}
		want := anyText().Draw(t, "text")
		switch path[strings.LastIndexByte(path, '.')+1:] {
		case "year":
			want = "2027"
		case "social_work", "social_work_major":
			want = "true"
		case "subjects":
			want = `["a","b"]`
		}
		if err := d.Set(path, want); err != nil {
			t.Fatal(err)
		}
		if got, err := d.Get(path); got != want || err != nil {
			t.Fatalf("%s: %q, want %q (%v)", path, got, want, err)
		}
		if err := d.Set(path, before); err != nil || len(d.Paths()) != len(all) {
			t.Fatalf("%s back to %q: %v", path, before, err)
		}
	})
}

func TestAWrongPathOrValueChangesNothing(t *testing.T) {
	d := complete()
	before := string(d.Encode())
	for _, x := range [][2]string{
		{"surname", "x"}, {"", "x"}, {"work", "x"}, {"work.x", "1"}, {"work.-1.employer", "x"}, {"work.2.employer", "x"}, {"work.0.salary", "x"},
		{"name.first", "x"}, {"year", "next"}, {"work.0.social_work", "perhaps"}, {"education", `[{"x":1}]`}, {"subjects", "1,2,3,4,5,6,7,8,9,10,11"},
		{"work.0.employer.name", "x"}, {"work.99999999999999999999.employer", "x"},
	} {
		if err := d.Set(x[0], x[1]); exam.KindOf(err) != exam.KindInvalid {
			t.Errorf("%q = %q: %v", x[0], x[1], err)
		}
	}
	if string(d.Encode()) != before {
		t.Error("the document changed")
	}
	for range exam.MaxWork + 3 {
		_ = d.Set("work."+itoa(len(d.Work))+".employer", "甲")
	}
	if len(d.Work) != exam.MaxWork {
		t.Errorf("%d posts", len(d.Work))
	}
}

func TestADraftIDHasOneSpelling(t *testing.T) {
	id := exam.NewDraftID()
	if got, err := exam.ParseDraftID(string(id)); got != id || err != nil {
		t.Error(err)
	}
	for _, s := range []string{"", "x", strings.ToUpper(string(id)), "{" + string(id) + "}", "urn:uuid:" + string(id), strings.ReplaceAll(string(id), "-", "")} {
		if _, err := exam.ParseDraftID(s); exam.KindOf(err) != exam.KindInvalid {
			t.Errorf("%q: %v", s, err)
		}
	}
}
