package store

import (
	"strings"
	"testing"

	"wenbao/exam"
	"wenbao/store/internal/engine"
	"wenbao/store/internal/keyslot"
	"wenbao/store/internal/seal"
)

func openTwo(t *testing.T) (s *Store, a, b exam.DraftID) {
	t.Helper()
	s, err := Open(t.Context(), t.TempDir(), Options{Keys: Keys{Cost: keyslot.Cost{Passes: 1, Memory: 64, Threads: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	drafts, err := s.CreateAll(make([]exam.Document, 2), exam.PackRef{})
	if err != nil {
		t.Fatal(err)
	}
	return s, drafts[0].ID, drafts[1].ID
}

// breakRecord puts what no key of the store opens in the place of a record.
func breakRecord(t *testing.T, s *Store, bucket, key string) {
	t.Helper()
	other, err := seal.NewBox(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	err = s.engine.Update(func(e *engine.Tx) error {
		e.Put(bucket, key, other.Seal(bucket, key, e.Seq, []byte("{}")))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// news is a version of a draft from the server.
func news(id exam.DraftID, version int, files ...exam.File) exam.Update {
	content := exam.Submission{Schema: 1, ID: id, Files: files}.Encode()
	return exam.Update{Registration: exam.Registration{ID: id, Number: "1", Version: version, State: exam.StateVerified, Content: content, Digest: exam.Digest(content)}}
}

// A draft that neither copy can give back does not keep the news of the others away.
func TestADraftThatIsLostStopsNoNews(t *testing.T) {
	s, lost, kept := openTwo(t)
	breakRecord(t, s, bucketDrafts, string(lost))
	if err := s.Apply("c", []exam.Update{news(lost, 2), news(kept, 2)}, nil); err != nil {
		t.Fatal(err)
	}
	if at, err := s.Cursor(); err != nil || at != "c" {
		t.Error(at, err)
	}
	if d, err := s.Draft(kept); err != nil || d.State != exam.StateVerified {
		t.Error(d.State, err)
	}
	if _, err := s.Draft(lost); exam.KindOf(err) != exam.KindDamaged {
		t.Error(err)
	}
}

// News of a draft of which one file's record does not open count all the same:
// what was read of it before is older.
func TestNewsBesideADamagedFileAreNewerThanWhatWasRead(t *testing.T) {
	s, a, b := openTwo(t)
	file := exam.File{Kind: exam.FilePhoto, SHA256: strings.Repeat("ab", 32), Size: 3, Type: "image/jpeg"}
	breakRecord(t, s, bucketFiles, s.vault.fileName(file.SHA256))
	apply := func(u exam.Update) {
		t.Helper()
		if err := s.Apply("c", []exam.Update{u}, nil); err != nil {
			t.Fatal(err)
		}
	}
	version := func(d exam.Draft, err error) int {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return d.Registration.Version
	}
	apply(news(a, 1))
	if _, err := s.Save(b, exam.Document{City: "洛阳市"}); err != nil { // a is not the draft being typed
		t.Fatal(err)
	}
	if got := version(s.Draft(a)); got != 1 {
		t.Fatal(got)
	}
	apply(news(a, 3, file))
	if got := version(s.Save(a, exam.Document{City: "郑州市"})); got != 3 {
		t.Errorf("version %d of 3 is the last that was heard", got)
	}
	apply(news(a, 2))
	if got := version(s.Draft(a)); got != 3 {
		t.Errorf("version 3 was replaced by %d", got)
	}
}
