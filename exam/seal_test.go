package exam

import (
	"crypto/ed25519"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func sealKey(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(rune(seed)), ed25519.SeedSize)))
}

func sealedRegistration(works int) (Registration, Submission) {
	sub := Submission{Schema: 1, ID: "0198c0de-0000-7000-8000-000000000001", Pack: PackRef{ID: "x", Version: 1},
		Document: Document{Exam: "038", Year: 2026, Name: "欧阳𠮷·测试", IDNumber: "110101199003070038", Subjects: []string{"a", "b"},
			Education: []Education{{ID: "e1", School: "某大学"}}},
		Files: []File{{Kind: FilePhoto, SHA256: Digest([]byte("photo")), Size: 5, Type: "image/jpeg"}}}
	for i := range works {
		sub.Document.Work = append(sub.Document.Work, Work{ID: fmt.Sprint(i), Employer: fmt.Sprintf("单位%d", i)})
	}
	content := sub.Encode()
	return Registration{ID: sub.ID, Number: "3841260000012345", Version: 3, State: StateVerified, Content: content, Digest: Digest(content),
		History: []Event{{At: time.Date(2026, 3, 10, 9, 30, 1, 5, time.UTC)}}}, sub
}

func TestSealRoundTrip(t *testing.T) {
	for _, works := range []int{0, 3, MaxWork} {
		r, sub := sealedRegistration(works)
		made, err := NewSeal(r, true)
		if err != nil {
			t.Fatal(err)
		}
		key := sealKey('k')
		text := SignSeal(key, made)
		got, err := VerifySeal(" "+text+"\n", []ed25519.PublicKey{sealKey('o').Public().(ed25519.PublicKey), key.Public().(ed25519.PublicKey)})
		if err != nil {
			t.Fatal(err)
		}
		made.KeyID = KeyID(key.Public().(ed25519.PublicKey))
		if !reflect.DeepEqual(got, made) {
			t.Errorf("got %+v, want %+v", got, made)
		}
		if d := got.Differs(sub); d != nil {
			t.Errorf("the sealed submission differs in %q", d)
		}
		if len(text) > 419 { // alphanumeric capacity of QR version 12 at level M
			t.Errorf("%d posts: %d characters", works, len(text))
		}
	}
}

// TestBytesAreWrittenInBase45AsItsStandardHasThem: the examples of RFC 9285, and its
// edges.
func TestBytesAreWrittenInBase45AsItsStandardHasThem(t *testing.T) {
	for raw, text := range map[string]string{"": "", "AB": "BB8", "Hello!!": "%69 VD92EX0", "base-45": "UJCLQE7W581", "ietf!": "QED8WEX0", "\xff": "U5", "\xff\xff": "FGW"} {
		if got := encodeBase45([]byte(raw)); got != text {
			t.Errorf("%q is %q, want %q", raw, got, text)
		}
		if back, ok := decodeBase45(text); !ok || string(back) != raw {
			t.Errorf("%q reads as %q, %v", text, back, ok)
		}
	}
	for _, text := range []string{"GGW", "::: ", ":::", "V5", "::", "A", "BB8A", "bb8", "BB,"} {
		if raw, ok := decodeBase45(text); ok {
			t.Errorf("%q reads as %q", text, raw)
		}
	}
}

// TestASealOfAnOlderVersionIsTheSame: paper stays, so its code is made alike for ever.
func TestASealOfAnOlderVersionIsTheSame(t *testing.T) {
	for works, want := range map[int]string{
		2:       "fc6afa84b490e71770c74abe036b5a4b4f81cbbe4d71c609443acef7b1efff46",
		MaxWork: "ccacd6e6b050cb4edcf7b91639c985aa12e6f3bd2d0e9f2b3e4a7d23ab79ed60", // short digests of one byte
	} {
		r, _ := sealedRegistration(works)
		s, err := NewSeal(r, true)
		if err != nil {
			t.Fatal(err)
		}
		if got := Digest([]byte(SignSeal(sealKey('k'), s))); got != want {
			t.Errorf("%d posts: %s, want %s", works, got, want)
		}
	}
}

func TestSealNamesTheFieldThatDiffers(t *testing.T) {
	r, _ := sealedRegistration(2)
	s, err := NewSeal(r, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(partPaths([4]byte{1, 0, 0, 2}), "work.2", "degrees.0") {
		_, sub := sealedRegistration(2)
		switch path {
		case "photo":
			sub.Files[0].SHA256 = Digest([]byte("another photo"))
		case "education.0":
			sub.Document.Education[0].Major = "x"
		case "work.0", "work.1", "work.2", "degrees.0":
			field := map[bool]string{true: ".awarded_by", false: ".employer"}[path == "degrees.0"]
			err = sub.Document.Set(path+field, "x")
		default:
			err = sub.Document.Set(path, "9999")
		}
		if err != nil {
			t.Fatal(path, err)
		}
		if got := s.Differs(sub); !slices.Equal(got, []string{path}) {
			t.Errorf("changed %s, named %q", path, got)
		}
	}
	// By which key a record is told apart no paper shows.
	r, with := sealedRegistration(2)
	with.Document.Degrees, with.Document.Certificates = []Degree{{ID: "d1", AwardedBy: "某大学"}}, []Certificate{{ID: "c1", Number: "1"}}
	r.Content = with.Encode()
	r.Digest = Digest(r.Content)
	if s, err := NewSeal(r, false); err != nil {
		t.Error(err)
	} else {
		bare := with
		bare.Document = with.Document.clone()
		bare.Document.Education[0].ID, bare.Document.Degrees[0].ID, bare.Document.Certificates[0].ID, bare.Document.Work[1].ID = "", "", "", ""
		bare.Document.Degrees[0].AwardedBy = "x"
		if got := s.Differs(bare); !slices.Equal(got, []string{"degrees.0"}) {
			t.Errorf("without keys, and one degree changed: named %q", got)
		}
	}
	_, sub := sealedRegistration(2)
	sub.Files = append(sub.Files, File{Kind: "diploma", SHA256: Digest(nil)})
	if got := s.Differs(sub); !slices.Equal(got, []string{""}) {
		t.Errorf("another file attached: named %q", got)
	}
	_, short := sealedRegistration(1)
	if got := s.Differs(short); !slices.Equal(got, []string{"work.1"}) {
		t.Errorf("a post left out: named %q", got)
	}
}

func TestSealedFieldsAreTheWholeDocument(t *testing.T) {
	known := append(slices.Clone(sealedFields), sealedLists[:]...)
	for i := range reflect.TypeFor[Document]().NumField() {
		key := reflect.TypeFor[Document]().Field(i).Tag.Get("json")
		if !slices.Contains(known, key) {
			t.Errorf("%s is not sealed", key)
		}
	}
}

func TestForgedSealsAreNotBelieved(t *testing.T) {
	r, _ := sealedRegistration(1)
	s, err := NewSeal(r, false)
	if err != nil {
		t.Fatal(err)
	}
	key := sealKey('k')
	keys := []ed25519.PublicKey{key.Public().(ed25519.PublicKey)}
	text := SignSeal(key, s)
	raw, _ := decodeBase45(strings.TrimPrefix(text, sealPrefix))
	for i := range raw {
		forged := slices.Clone(raw)
		forged[i] ^= 1
		if _, err := VerifySeal(sealPrefix+encodeBase45(forged), keys); err == nil {
			t.Fatalf("byte %d changed and believed", i)
		}
	}
	for i, v := range []byte{sealFlags + 1, byte(len(sealedStates))} { // of a program that knows more
		newer := slices.Clone(raw)
		newer[i] = v
		if _, err := ParseSeal(sealPrefix + encodeBase45(newer)); KindOf(err) != KindUpgrade {
			t.Errorf("byte %d is %d: %v", i, v, err)
		}
	}
	for n := range len(text) {
		if _, err := VerifySeal(text[:n], keys); err == nil {
			t.Fatalf("cut to %d and believed", n)
		}
	}
	for text, kind := range map[string]Kind{
		SignSeal(sealKey('o'), s):     KindUntrusted,
		DraftSealText(r.ID):           KindState,
		"":                            KindInvalid,
		"HTTPS://EXAMPLE.CN":          KindInvalid,
		sealPrefix + "::::::::::":     KindInvalid,
		text + strings.Repeat("0", 9): KindInvalid,
	} {
		if _, err := VerifySeal(text, keys); KindOf(err) != kind {
			t.Errorf("%.20q: %v, want %s", text, err, kind)
		}
	}
	if _, err := NewSeal(Registration{Content: r.Content, Number: "1", Version: 1, State: StateDraft}, false); KindOf(err) != KindState {
		t.Errorf("a draft was sealed: %v", err)
	}
}

func FuzzParseSeal(f *testing.F) {
	r, _ := sealedRegistration(2)
	s, _ := NewSeal(r, false)
	f.Add(SignSeal(sealKey('k'), s))
	f.Add("WB1:")
	f.Add(DraftSealText("x"))
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSeal(text)
		if err == nil && (s.Number == "" || s.Version < 1 || len(s.parts) == 0) {
			t.Errorf("accepted %+v", s)
		}
	})
}
