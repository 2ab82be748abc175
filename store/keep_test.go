package store_test

import (
	"strconv"
	"testing"

	"wenbao/exam"
	"wenbao/store"
	"wenbao/store/storetest"
)

func TestFewerVersionsAreKeptFromTheNextSaveOn(t *testing.T) {
	s := storetest.OpenAt(t, t.TempDir(), store.Options{})
	d, err := s.Create(exam.Document{Name: "李小满"}, exam.PackRef{})
	if err != nil {
		t.Fatal(err)
	}
	save := func(n int) {
		t.Helper()
		if _, err := s.Save(d.ID, exam.Document{Name: "李小满", Phone: strconv.Itoa(n)}); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 20 {
		save(n)
	}
	kept := func() (newest, oldest uint64, count int) {
		list, err := s.History(d.ID)
		if err != nil || len(list) == 0 {
			t.Fatalf("%d versions, %v", len(list), err)
		}
		return list[0].Revision, list[len(list)-1].Revision, len(list)
	}
	if _, oldest, count := kept(); oldest != 1 || count != 21 {
		t.Fatalf("%d versions from %d", count, oldest)
	}
	s.KeepVersions(5)
	save(20)
	newest, oldest, count := kept()
	if newest != 22 || count > 6 || oldest < 17 {
		t.Errorf("%d versions from %d to %d", count, oldest, newest)
	}
	for r := oldest; r <= newest; r++ {
		if doc, err := s.At(d.ID, r); err != nil || r > 1 && doc.Phone != strconv.Itoa(int(r)-2) {
			t.Errorf("version %d is %q, %v", r, doc.Phone, err)
		}
	}
	if _, err := s.At(d.ID, 3); exam.KindOf(err) != exam.KindNotFound {
		t.Errorf("a version that is not kept: %v", err)
	}
	for n := 21; n < 500; n++ {
		bound := 5 + n/20 - 1
		s.KeepVersions(bound)
		save(n)
		if _, _, count := kept(); count != bound+1 {
			t.Fatalf("%d versions after %d, %d are kept", count, n, bound)
		}
	}
	s.KeepVersions(5)
	save(500)
	s.KeepVersions(100)
	if _, _, count := kept(); count > 2*6 {
		t.Errorf("%d versions are on the disk, 5 are kept", count)
	}
}
