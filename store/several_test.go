package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"wenbao/exam"
	"wenbao/store"
	"wenbao/store/storetest"
)

// An adoption that failed and is tried again leaves a draft that opens after a restart.
func TestAnAdoptionThatFailedOnceIsReadAfterARestart(t *testing.T) {
	dir := t.TempDir()
	disk := &storetest.Faulty{}
	o := storetest.Options()
	o.Disk = disk
	s := storetest.OpenAt(t, dir, o)
	if _, err := s.Create(storetest.Person(1), exam.PackRef{}); err != nil { // the journal has a segment
		t.Fatal(err)
	}
	foreign := exam.NewDraftID()
	sub := exam.Submission{Schema: 1, ID: foreign, Document: storetest.Person(11)}
	reg, r := storetest.Answer(foreign, sub.Encode(), 1, exam.StateConfirmed)
	up := []exam.Update{{Registration: reg, Receipt: r}}
	disk.Fail(syscall.ENOSPC, 0, 0)
	err := s.Apply("c1", up, nil)
	if disk.Heal() == 0 || !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("it did not fail: %v", err)
	}
	if err := s.Apply("c1", up, nil); err != nil { // the sync engine's next turn
		t.Fatal(err)
	}
	d, err := s.Draft(foreign)
	if err != nil {
		t.Fatal(err)
	}
	d.Document.Title = "typed here, acknowledged"
	if _, err := s.Save(foreign, d.Document); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = storetest.OpenAt(t, dir, o)
	if d, err = s.Draft(foreign); err != nil || d.Document.Title != "typed here, acknowledged" {
		t.Errorf("after a restart: %q, %v", d.Document.Title, err)
	}
	reg2, r2 := storetest.Answer(foreign, sub.Encode(), 2, exam.StateConfirmed)
	if err := s.Apply("c2", []exam.Update{{Registration: reg2, Receipt: r2}}, nil); err != nil {
		t.Errorf("and the sync is stuck: %v", err)
	}
}

// A photo that two drafts have stays when one of them is purged, also when the
// other draft came from the server.
func TestAPhotoThatADraftFromTheServerSharesSurvivesAPurge(t *testing.T) {
	t.Run("attached again", func(t *testing.T) { sharedPhoto(t, true) })
	t.Run("as it came", func(t *testing.T) { sharedPhoto(t, false) })
}

func sharedPhoto(t *testing.T, again bool) {
	s := storetest.Open(t)
	photo := []byte("the same photo for two exams")
	f := exam.File{Kind: exam.FilePhoto, Type: "image/jpeg", SHA256: exam.Digest(photo), Size: int64(len(photo))}
	b, err := s.Create(storetest.Person(2), exam.PackRef{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Attach(b.ID, f, photo); err != nil {
		t.Fatal(err)
	}
	a := exam.NewDraftID()
	sub := exam.Submission{Schema: 1, ID: a, Document: storetest.Person(2), Files: []exam.File{f}}
	reg, r := storetest.Answer(a, sub.Encode(), 1, exam.StateConfirmed)
	if err := s.Apply("c", []exam.Update{{Registration: reg, Receipt: r}}, nil); err != nil {
		t.Fatal(err)
	}
	if again {
		if _, err := s.Attach(a, f, photo); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Delete(b.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.Purge(b.ID); err != nil {
		t.Fatal(err)
	}
	if got, err := s.File(f.SHA256); err != nil || string(got) != string(photo) {
		t.Errorf("%q, %v", got, err)
	}
}

// A merge that makes two versions at once leaves none behind that counts as lost later.
func TestOfTwoVersionsOfOneMergeNoneIsLeftBehind(t *testing.T) {
	s := storetest.Open(t) // is checked in full at the end
	s.KeepVersions(1)
	d, err := s.Create(storetest.Person(1), exam.PackRef{})
	if err != nil {
		t.Fatal(err)
	}
	doc := d.Document
	save := func(n int) {
		doc.Title = fmt.Sprint("title ", n)
		if _, err := s.Save(d.ID, doc); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 3 {
		save(n)
	}
	theirs := doc
	theirs.Title = "theirs"
	sub := exam.Submission{Schema: 1, ID: d.ID, Document: theirs}
	reg, _ := storetest.Answer(d.ID, sub.Encode(), 2, exam.StateSubmitted)
	mine := doc
	mine.Title = "merged"
	if _, err := s.Rebase(d.ID, mine, nil, reg); err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		save(10 + n)
	}
	f, err := s.Check(t.Context())
	if err != nil || !f.OK() {
		t.Errorf("%v %v %v", f.Lost, f.Faults, err)
	}
}

// What nobody could read again is not kept, and what was there stays.
func TestADocumentBeyondItsBoundsIsRefused(t *testing.T) {
	s := storetest.Open(t)
	d, err := s.Create(storetest.Person(1), exam.PackRef{})
	if err != nil {
		t.Fatal(err)
	}
	many, long := d.Document, d.Document
	many.Education = slices.Repeat(d.Document.Education[:1], exam.MaxEducation+1)
	long.Title = strings.Repeat("长", exam.MaxDocumentBytes)
	reg, _ := storetest.Answer(d.ID, exam.Submission{Schema: 1, ID: d.ID, Document: d.Document}.Encode(), 1, exam.StateSubmitted)
	for want, doc := range map[exam.Kind]exam.Document{exam.KindInvalid: many, exam.KindTooLarge: long} {
		_, saved := s.Save(d.ID, doc)
		_, created := s.Create(doc, exam.PackRef{})
		_, rebased := s.Rebase(d.ID, doc, nil, reg)
		for _, err := range []error{saved, created, rebased} {
			if exam.KindOf(err) != want {
				t.Errorf("%v, not %s", err, want)
			}
		}
	}
	if now, err := s.Draft(d.ID); err != nil || now.Revision != 1 || string(now.Document.Encode()) != string(d.Document.Encode()) {
		t.Errorf("revision %d, %v", now.Revision, err)
	}
	if p, err := s.List(store.Query{}); err != nil || p.Total != 1 {
		t.Errorf("%d drafts, %v", p.Total, err)
	}
}

// What the server has is delivered, in whatever order its papers were attached here.
func TestTheOrderOfFilesIsNoEdit(t *testing.T) {
	s := storetest.Open(t)
	d, err := s.Create(storetest.Person(1), exam.PackRef{})
	if err != nil {
		t.Fatal(err)
	}
	papers := [][]byte{[]byte("first"), []byte("second")}
	slices.SortFunc(papers, func(a, b []byte) int { return strings.Compare(exam.Digest(b), exam.Digest(a)) })
	for _, raw := range papers {
		if d, err = s.Attach(d.ID, exam.File{Kind: "diploma", Type: "application/pdf"}, raw); err != nil {
			t.Fatal(err)
		}
	}
	sub := exam.Submission{Schema: 1, ID: d.ID, Document: d.Document, Files: []exam.File{d.Files[1], d.Files[0]}}
	e := exam.Entry{ID: exam.NewEntryID(), Draft: d.ID, Action: exam.ActionSubmit, Content: sub.Encode()}
	reg, receipt := storetest.Answer(d.ID, e.Content, 1, exam.StateSubmitted)
	reg.Content = e.Content
	if _, err := s.Queue(e, exam.StateQueued); err != nil {
		t.Fatal(err)
	}
	if err := s.Deliver(e.ID, reg, receipt); err != nil {
		t.Fatal(err)
	}
	other := d.Document
	other.Title = "other"
	if _, err := s.Save(d.ID, other); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Rebase(d.ID, d.Document, d.Files, reg); err != nil {
		t.Fatal(err)
	}
	if p, err := s.List(store.Query{}); err != nil || p.Rows[0].Edited || p.Rows[0].Transport != exam.TransportDelivered {
		t.Errorf("%+v, %v", p.Rows[0], err)
	}
}

// Who types in one draft after another takes no version of the one before away.
func TestTypingInTwoDraftsKeepsTheVersionsOfBoth(t *testing.T) {
	s := storetest.Open(t)
	s.KeepVersions(1)
	var ids []exam.DraftID
	for i := range 2 {
		d, err := s.Create(storetest.Person(i), exam.PackRef{})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, d.ID)
	}
	for _, i := range []int{0, 0, 0, 1, 1, 1, 1} {
		d, err := s.Draft(ids[i])
		if err != nil {
			t.Fatal(err)
		}
		d.Document.Title = fmt.Sprint("title ", d.Revision)
		if _, err := s.Save(ids[i], d.Document); err != nil {
			t.Fatal(err)
		}
	}
	for i, id := range ids {
		if list, err := s.History(id); err != nil || len(list) != 2 {
			t.Errorf("draft %d has %d versions, %v", i, len(list), err)
		}
	}
}

// The list shows the same transport when its file was made again from the drafts.
func TestTheListShowsTheSameAfterItsFileIsGone(t *testing.T) {
	dir := t.TempDir()
	o := storetest.Options()
	s := storetest.OpenAt(t, dir, o)
	d, err := s.Create(storetest.Person(1), exam.PackRef{})
	if err != nil {
		t.Fatal(err)
	}
	first := exam.Entry{ID: exam.NewEntryID(), Draft: d.ID, Action: exam.ActionSubmit, Content: []byte("x")}
	second := exam.Entry{ID: exam.NewEntryID(), Draft: d.ID, Action: exam.ActionSupplement, Content: []byte("y")}
	for _, e := range []exam.Entry{first, second} {
		if _, err := s.Queue(e, exam.StateQueued); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SetAside(first.ID, exam.KindConflict, nil, nil); err != nil {
		t.Fatal(err)
	}
	shown := func() exam.Transport {
		p, err := s.List(store.Query{})
		if err != nil || len(p.Rows) != 1 {
			t.Fatal(p, err)
		}
		return p.Rows[0].Transport
	}
	before := shown()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "index")); err != nil {
		t.Fatal(err)
	}
	s = storetest.OpenAt(t, dir, o)
	s.Opening()
	if after := shown(); after != before {
		t.Errorf("%s, before %s", after, before)
	}
}
