package wire

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"wenbao/exam"
)

func TestWhatIsPackedUnpacksToTheSameBytes(t *testing.T) {
	content := []byte(`{"schema":1,"document":{"exam":"038","name":"测试"}}`)
	raw := bytes.Repeat([]byte{0xFF, '-', '-'}, 9000)
	files := []File{{exam.Digest(raw), raw}, {exam.Digest([]byte("x")), []byte("x")}}
	for _, with := range [][]File{nil, files} {
		body, mediaType := PackStep(content, with)
		gotContent, gotFiles, err := UnpackStep(mediaType, body)
		if err != nil || !bytes.Equal(gotContent, content) || len(gotFiles) != len(with) {
			t.Fatal(err, len(gotFiles))
		}
		for i, f := range gotFiles {
			if f.SHA256 != with[i].SHA256 || !bytes.Equal(f.Bytes, with[i].Bytes) {
				t.Error(i)
			}
		}
	}
	plain, _, err := UnpackStep("application/json; charset=utf-8", content)
	if err != nil || !bytes.Equal(plain, content) {
		t.Error("plain JSON of a client that is not ours:", err)
	}
}

func TestABombIsRefusedBeforeItTakesTheMemory(t *testing.T) {
	if _, err := Unpack(Pack(make([]byte, exam.MaxSubmissionBytes+1))); exam.KindOf(err) != exam.KindInvalid {
		t.Error(err)
	}
	if _, err := Inflate(Deflate(make([]byte, MaxMessage+1))); exam.KindOf(err) != exam.KindInvalid {
		t.Error(err)
	}
}

func TestRangesLoseExactlyWhatArrived(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		missing := []Range{{0, 50}}
		lacks := map[int64]bool{}
		for i := range int64(50) {
			lacks[i] = true
		}
		for range r.IntN(12) {
			from := r.Int64N(50)
			to := from + 1 + r.Int64N(50-from)
			for _, o := range Overlap(missing, from, to) {
				for i := o.From; i < o.To; i++ {
					if !lacks[i] || i < from || i >= to {
						t.Fatal("overlap has a byte that is there, or outside")
					}
				}
			}
			missing = Without(missing, from, to)
			for i := from; i < to; i++ {
				delete(lacks, i)
			}
		}
		n := 0
		for _, m := range missing {
			for i := m.From; i < m.To; i++ {
				if n++; !lacks[i] {
					t.Fatal("missing, but it is there")
				}
			}
		}
		if n != len(lacks) || !slices.IsSortedFunc(missing, func(a, b Range) int { return int(a.From - b.To) }) {
			t.Fatal(missing, len(lacks))
		}
	}
}

func TestContentRangeReadsBackAndRefusesTheRest(t *testing.T) {
	if from, to, size, err := ParseContentRange(ContentRange(3, 10, 20)); err != nil || from != 3 || to != 10 || size != 20 {
		t.Error(from, to, size, err)
	}
	for _, h := range []string{"", "bytes 0-0", "bytes 5-4/10", "bytes 0-10/10", "bytes -1-2/10", "bytes 0-1/99999999999", "bytes 0-300000/400000",
		"bytes +0-1/2", "items 0-1/2", "bytes 0-1/*", "bytes 00000000000000-1/2"} {
		if _, _, _, err := ParseContentRange(h); err == nil {
			t.Errorf("%q was taken", h)
		}
	}
}

func TestDigestsOfARangeIgnoreTheOrder(t *testing.T) {
	a, b := Summary{"a", 1}, Summary{"b", 2}
	if DigestRange([]Summary{a, b}) != DigestRange([]Summary{b, a}) || DigestRange([]Summary{a}) == DigestRange([]Summary{{"a", 2}}) {
		t.Error("order counts, or versions do not")
	}
}

func TestKindsThatAreNotForTheWireBecomeInternal(t *testing.T) {
	for _, k := range []exam.Kind{exam.KindLocked, exam.KindDamaged, exam.KindUntrusted, "anything"} {
		if p := NewProblem(k, ""); p.Kind != exam.KindInternal || p.Status != 500 {
			t.Error(k, p)
		}
	}
}

func TestWhatArrivedOfABrokenStepIsTheBeginningsOfItsFiles(t *testing.T) {
	files := []File{}
	for _, raw := range [][]byte{bytes.Repeat([]byte("a"), 500), []byte("x"), bytes.Repeat([]byte("c"), 90)} {
		files = append(files, File{exam.Digest(raw), raw})
	}
	body, mediaType := PackStep([]byte("{}"), files)
	for n := range body {
		got := 0
		for i, b := range Arrived(mediaType, body[:n]) {
			if b.SHA256 != files[i].SHA256 || b.Size != int64(len(files[i].Bytes)) || !bytes.HasPrefix(files[i].Bytes, b.Bytes) || len(b.Bytes) == 0 {
				t.Fatalf("after %d bytes: %+v", n, b)
			}
			got += len(b.Bytes)
		}
		if want := min(500, max(0, n-frameHead)) + min(1, max(0, n-500-2*frameHead)) + min(90, max(0, n-501-3*frameHead)); got != want {
			t.Fatalf("%d of %d bytes of files after %d", got, want, n)
		}
	}
	body[frameHead]++
	if _, _, err := UnpackStep(mediaType, body); exam.KindOf(err) != exam.KindInvalid {
		t.Error("a file that is not what its hash says:", err)
	}
}

func FuzzUnpackStep(f *testing.F) {
	body, mediaType := PackStep([]byte("{}"), []File{{exam.Digest([]byte("x")), []byte("x")}})
	f.Add(mediaType, body)
	f.Add(Packed, Pack([]byte("{}")))
	f.Add(JSON, []byte("{}"))
	f.Fuzz(func(t *testing.T, mediaType string, body []byte) {
		content, files, err := UnpackStep(mediaType, body)
		if err == nil && (len(content) > exam.MaxSubmissionBytes || len(files) > exam.MaxFiles) {
			t.Fatal("beyond the limits")
		}
		for _, b := range Arrived(mediaType, body) {
			if !exam.IsDigest(b.SHA256) || b.Size <= 0 || int64(len(b.Bytes)) > b.Size || len(b.Bytes) == 0 {
				t.Fatal(b.FileRef, len(b.Bytes))
			}
		}
	})
}

func FuzzContentRange(f *testing.F) {
	f.Add("bytes 0-1/2")
	f.Fuzz(func(t *testing.T, h string) {
		from, to, size, err := ParseContentRange(h)
		if err == nil && (from < 0 || from >= to || to > size || size > exam.MaxFileBytes || to-from > MaxPiece) {
			t.Fatal(from, to, size)
		}
	})
}

// TestWhatIsDerivedNeverChanges: ids and digests that both sides derive are part
// of the protocol; a library's new habit must not make every client begin again.
func TestWhatIsDerivedNeverChanges(t *testing.T) {
	list := []Summary{{"01a219a5-3316-7b4b-96af-c87823dcc923", 3}, {"01a219a5-3316-7b4b-96af-c87823dcc9a0", 1}}
	for name, x := range map[string][2]string{
		"range":          {RangeOf(list[0].ID), "23"},
		"digest":         {DigestRange(list), "bed1335d27a2f7e11767dfd468c2cd01fda03c71e6b7bbee9437386fe8af8aeb"},
		"content digest": {ContentDigest([]byte("wenbao")), "sha-256=:e4w/A7UNKoklhel9Wla0WuT0XqOqXhQRREPnNVxVKWs=:"},
		"content range":  {ContentRange(0, 10, 20), "bytes 0-9/20"},
	} {
		if x[0] != x[1] {
			t.Errorf("%s is %q, was %q", name, x[0], x[1])
		}
	}
}

// FuzzMessages reads whatever the other side may say.
func FuzzMessages(f *testing.F) {
	f.Add(Encode(Changes{Answers: []Answer{{}}, Next: "a.1", Packs: []PackEdition{{ID: "038-2026"}}}))
	f.Add(Deflate(Encode(Problem{Kind: KindLacks, Lacks: []Lack{{Missing: []Range{{0, 1}}}}})))
	f.Add(Encode(Summaries{Summaries: []Summary{{"a", 1}}}))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if plain, err := Inflate(raw); err == nil {
			if len(plain) > MaxMessage {
				t.Fatal("beyond the limit")
			}
			raw = plain
		}
		if c, err := Decode[Changes](raw); err == nil {
			for _, a := range c.Answers {
				_ = FromRegistration(a.Registration.Registration())
			}
			if again, err := Decode[Changes](Encode(c)); err != nil || len(again.Answers) != len(c.Answers) {
				t.Fatal("what was read cannot be said:", err)
			}
		}
		if p, err := Decode[Problem](raw); err == nil {
			for _, l := range p.Lacks {
				Without(l.Missing, 1, 9)
				Overlap(l.Missing, 1, 9)
			}
		}
		if s, err := Decode[Summaries](raw); err == nil {
			for _, one := range s.Summaries {
				_ = RangeOf(one.ID)
			}
			DigestRange(s.Summaries)
		}
	})
}
