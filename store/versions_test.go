package store_test

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"wenbao/exam"
	"wenbao/store"
	"wenbao/store/storetest"
)

// reads holds that a draft whose revision r has the title titles[r-1] shows all
// of them, newest first.
func reads(t *testing.T, s *store.Store, id exam.DraftID, titles []string) {
	t.Helper()
	list, err := s.History(id)
	if err != nil || len(list) != len(titles) {
		t.Fatalf("%d versions of %d, %v", len(list), len(titles), err)
	}
	for i, v := range list {
		doc, err := s.At(id, v.Revision)
		if want := len(titles) - i; err != nil || v.Revision != uint64(want) || doc.Title != titles[want-1] {
			t.Fatalf("version %d, the %d. from the top, has the title %.20q, %v", v.Revision, i, doc.Title, err)
		}
	}
}

// Versions stand beside the document and move into their bucket by and by: when
// they are many, when the document takes up the journal's block, and when one of
// them is large.
func TestEveryVersionIsReadWhereverItLies(t *testing.T) {
	dir := t.TempDir()
	o := storetest.Options()
	s := storetest.OpenAt(t, dir, o)
	d, err := s.Create(storetest.Person(1), exam.PackRef{})
	if err != nil {
		t.Fatal(err)
	}
	titles := []string{d.Document.Title}
	for i := range 90 {
		switch i % 30 {
		case 10, 11, 12, 25:
			d.Document.Title = fmt.Sprint(i) + strings.Repeat("长", 500*(i%4))
		case 15:
			if _, err := s.Check(context.Background()); err != nil { // all is in the database
				t.Fatal(err)
			}
			fallthrough
		default:
			d.Document.Title = fmt.Sprint(i)
		}
		titles = append(titles, d.Document.Title)
		if _, err := s.Save(d.ID, d.Document); err != nil {
			t.Fatal(err)
		}
	}
	reads(t, s, d.ID, titles)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = storetest.OpenAt(t, dir, o)
	reads(t, s, d.ID, titles)
	if _, err := s.Restore(d.ID, 2); err != nil {
		t.Fatal(err)
	}
	reads(t, s, d.ID, append(titles, titles[1]))
}

// A draft from before versions stood together keeps its history.
func TestADraftOfAnOldFormKeepsItsHistory(t *testing.T) {
	for _, form := range []string{"v1", "v2", "v3"} {
		dir := t.TempDir()
		unzip(t, filepath.Join(corpus, form+".zip"), dir)
		o := storetest.Options()
		o.Keys.Passphrase = corpusPassphrase
		s := storetest.OpenAt(t, dir, o)
		page, err := s.List(store.Query{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		most := 0
		for _, row := range page.Rows {
			d, err := s.Draft(row.ID)
			if err != nil {
				t.Fatal(err)
			}
			var titles []string
			for r := uint64(1); r <= d.Revision; r++ {
				doc, err := s.At(row.ID, r)
				if err != nil {
					t.Fatal(err)
				}
				titles = append(titles, doc.Title)
			}
			most = max(most, len(titles))
			for i := range 30 {
				d.Document.Title = fmt.Sprint("题", i)
				titles = append(titles, d.Document.Title)
				if _, err := s.Save(row.ID, d.Document); err != nil {
					t.Fatal(err)
				}
			}
			reads(t, s, row.ID, titles)
		}
		if most < 2 {
			t.Errorf("%s has no draft with a history", form)
		}
	}
}

// A history is whole, and nothing counts as lost, while versions move from beside
// the document into their own bucket.
func TestTheHistoryIsWholeBesideSomebodyWhoTypes(t *testing.T) {
	s := storetest.Open(t)
	const kept = 30
	s.KeepVersions(kept)
	d, err := s.Create(storetest.Person(1), exam.PackRef{})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var typing sync.WaitGroup
	typing.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
			}
			d.Document.Title = fmt.Sprint(i)
			if _, err := s.Save(d.ID, d.Document); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for i := range 3000 {
		list, err := s.History(d.ID)
		if err != nil || len(list) == 0 || len(list) != int(min(list[0].Revision, kept+1)) {
			t.Errorf("%d versions of %+v, %v", len(list), list[:min(1, len(list))], err)
			break
		}
		if i%300 == 0 {
			if f, err := s.Check(context.Background()); err != nil || len(f.Lost) > 0 {
				t.Errorf("%+v, %v", f.Lost, err)
				break
			}
		}
	}
	close(done)
	typing.Wait()
}

func TestAFolderOfANewerProgramIsRefusedAndLeftAlone(t *testing.T) {
	dir := t.TempDir()
	s := storetest.OpenAt(t, dir, storetest.Options())
	if _, err := s.Create(storetest.Person(1), exam.PackRef{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	storetest.Newer(t, dir)
	before := digests(t, dir)
	if _, err := store.Open(t.Context(), dir, storetest.Options()); exam.KindOf(err) != exam.KindUpgrade {
		t.Fatal(err)
	}
	if !maps.Equal(before, digests(t, dir)) {
		t.Error("it was changed")
	}
}
