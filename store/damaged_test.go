package store

import (
	"testing"

	"wenbao/exam"
	"wenbao/store/internal/engine"
	"wenbao/store/internal/keyslot"
	"wenbao/store/internal/seal"
)

// A draft that neither copy can give back does not keep the news of the others away.
func TestADraftThatIsLostStopsNoNews(t *testing.T) {
	s, err := Open(t.Context(), t.TempDir(), Options{Keys: Keys{Cost: keyslot.Cost{Passes: 1, Memory: 64, Threads: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	drafts, err := s.CreateAll(make([]exam.Document, 2), exam.PackRef{})
	if err != nil {
		t.Fatal(err)
	}
	other, err := seal.NewBox(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	lost, kept := drafts[0].ID, drafts[1].ID
	err = s.engine.Update(func(e *engine.Tx) error {
		e.Put(bucketDrafts, string(lost), other.Seal(bucketDrafts, string(lost), e.Seq, []byte("{}")))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var updates []exam.Update
	for _, id := range []exam.DraftID{lost, kept} {
		content := exam.Submission{Schema: 1, ID: id}.Encode()
		updates = append(updates, exam.Update{Registration: exam.Registration{ID: id, Number: "1", Version: 2, State: exam.StateVerified, Content: content, Digest: exam.Digest(content)}})
	}
	if err := s.Apply("c", updates, nil); err != nil {
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
