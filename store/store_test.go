package store_test

import (
	"context"
	"testing"

	"wenbao/exam"
	"wenbao/store"
	"wenbao/store/storetest"
)

func TestWhatWasSavedIsThereAfterReopening(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(context.Background(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.Create(exam.Document{Exam: "038", Name: "单晓乐"}, exam.PackRef{ID: "038-2026", Version: 1})
	if err != nil {
		t.Fatal(err)
	}
	doc := d.Document
	doc.Phone = "13800000000"
	if d, err = s.Save(d.ID, doc); err != nil || d.Revision != 2 {
		t.Fatal(d.Revision, err)
	}
	if d, err = s.Attach(d.ID, exam.File{Kind: exam.FilePhoto, Type: "image/jpeg"}, []byte("jpeg")); err != nil {
		t.Fatal(err)
	}
	e := exam.Entry{ID: exam.NewEntryID(), Draft: d.ID, Action: exam.ActionSubmit}
	if _, err = s.Queue(e, exam.StateQueued); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = store.Open(context.Background(), dir, store.Options{}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	defer storetest.Inspect(t, s, dir)
	got, err := s.Draft(d.ID)
	if err != nil || got.Document.Phone != doc.Phone || got.State != exam.StateQueued {
		t.Fatal(got, err)
	}
	old, err := s.At(d.ID, 1)
	if err != nil || old.Phone != "" || old.Name != "单晓乐" {
		t.Fatal(old, err)
	}
	p, err := s.List(store.Query{Search: "shanxl"})
	if err != nil || p.Total != 0 {
		t.Fatal(p, err)
	}
	if p, err = s.List(store.Query{Search: "sxl"}); err != nil || p.Total != 1 || p.Rows[0].Transport != exam.TransportWaiting {
		t.Fatal(p, err)
	}
	if data, err := s.File(got.Files[0].SHA256); err != nil || string(data) != "jpeg" {
		t.Fatal(data, err)
	}
}
