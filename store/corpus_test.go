package store_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wenbao/exam"
	"wenbao/store"
	"wenbao/store/internal/keyslot"
	"wenbao/store/storetest"
)

// The corpus holds a store of every form that was ever written, as FORM.zip
// with what it shows in FORM.txt. A new form adds one (WENBAO_CORPUS=FORM makes
// it); none is ever changed or removed.
const (
	corpus           = "testdata/corpus"
	corpusPassphrase = "语料 corpus"
)

func TestStoresOfEveryFormOpenForEver(t *testing.T) {
	if form := os.Getenv("WENBAO_CORPUS"); form != "" {
		makeCorpus(t, form)
	}
	zips, err := filepath.Glob(filepath.Join(corpus, "*.zip"))
	if err != nil || len(zips) == 0 {
		t.Fatal("no corpus", err)
	}
	for _, name := range zips {
		want, err := os.ReadFile(strings.TrimSuffix(name, ".zip") + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		unzip(t, name, dir)
		o := storetest.Options()
		o.Keys.Passphrase = corpusPassphrase
		s := storetest.OpenAt(t, dir, o)
		if got := see(t, s); got != string(want) {
			t.Errorf("%s shows\n%s\nnot\n%s", name, got, want)
		}
		if f := s.Opening(); f.Repaired() {
			t.Errorf("%s: %+v", name, f)
		}
		slots, err := os.ReadFile(filepath.Join(dir, "keys.json"))
		if now := fmt.Sprintf(`"format": %d`, keyslot.Format); err != nil || !bytes.Contains(slots, []byte(now)) {
			t.Errorf("%s: an older program would still open it: %s, %v", name, slots, err)
		}
	}
}

func unzip(t *testing.T, name, dir string) {
	t.Helper()
	r, err := zip.OpenReader(name)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := os.CopyFS(dir, r); err != nil {
		t.Fatal(err)
	}
}

// makeCorpus writes a store of the present form: closed in good
// order.
func makeCorpus(t *testing.T, form string) {
	t.Helper()
	dir := t.TempDir()
	o := storetest.Options()
	o.Keys.Passphrase, o.Segment = corpusPassphrase, 64<<10
	s, err := store.Open(context.Background(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	var ids []exam.DraftID
	for i, step := range steps(6) {
		if err := step(s, &ids); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
	}
	d, err := s.Create(storetest.Person(7), exam.PackRef{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 18 { // a history in every place that one has
		d.Document.Title = fmt.Sprint(i)
		if _, err := s.Save(d.ID, d.Document); err != nil {
			t.Fatal(err)
		}
	}
	picture := see(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	os.Remove(filepath.Join(dir, "journal", "spare.tmp"))
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	if err := w.AddFS(os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(corpus, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{".zip": b.Bytes(), ".txt": []byte(picture)} {
		if err := os.WriteFile(filepath.Join(corpus, form+name), raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
