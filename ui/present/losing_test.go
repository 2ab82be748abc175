package present_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// What happens late, at the same time or not at all takes nothing away that was typed.

func TestNoListIsCopiedOrPutBackBeyondItsBound(t *testing.T) {
	for _, l := range lists {
		w, d, f := opened(t, exam.Document{})
		f.Show(l.step)
		for range l.most {
			f.Add(l.list)
		}
		f.Duplicate(l.list + ".0")
		if n := len(sectionOf(t, f, l.list).Records); n != l.most {
			t.Errorf("%s: a copy makes %d", l.list, n)
		}
		f.Remove(l.list + ".0")
		f.Add(l.list)
		d.UndoLast()
		w.Loop.Drain()
		if n := len(sectionOf(t, f, l.list).Records); n != l.most {
			t.Errorf("%s: put back it has %d", l.list, n)
		}
		if _, err := exam.DecodeDocument(w.Drafts[f.ID()].Document.Encode()); err != nil {
			t.Errorf("%s: stored is what cannot be read again: %v", l.list, err)
		}
	}
}

func TestOlderVersionsAreKeptWhenTheSmallerNumberIsNot(t *testing.T) {
	w, d := setting(t)
	w.DiskFull()
	d.KeepVersions(20)
	w.Loop.Drain()
	if shown := d.Settings().Versions; w.Keep != 0 && w.Keep != shown {
		t.Errorf("%d versions are shown, %d are kept", shown, w.Keep)
	}
}

func TestARecordTakenOutAfterwardsIsNotElsewhere(t *testing.T) {
	w, d, f := opened(t, presenttest.Complete())
	w.DiskFull()
	f.Set("city", "开封市")
	w.Loop.Advance(time.Second)
	d.SaveElsewhere("/media/stick")
	w.Loop.Drain()
	f.Remove("work.0")
	w.Loop.Drain()
	if got := lines(d); len(got) != 1 {
		t.Errorf("it says %v", got)
	}
	closed := false
	d.Close(func() { closed = true })
	w.Loop.Drain()
	if closed {
		t.Error("it closes though the change is in the window alone")
	}
}

func TestADraftThatIsOpenAgainIsUnsavedOnce(t *testing.T) {
	y := newTypist(t)
	y.desk.Open(y.ids[0])
	y.world.Loop.Drain()
	y.world.DiskFull()
	y.types("city")
	y.desk.Open(y.ids[1])
	y.world.Loop.Drain()
	y.desk.Open(y.ids[0])
	y.world.Loop.Drain()
	y.desk.Close(func() {})
	ask, _ := y.desk.Asked()
	if n := ask.Text.Arg("count"); n != "1" {
		t.Errorf("%s drafts are called unsaved", n)
	}
	y.desk.Answer(false)
	y.desk.SaveElsewhere("/media/stick")
	y.world.Loop.Drain()
	if n := len(y.world.Away); n != 1 {
		t.Errorf("%d files are written", n)
	}
}

func TestAPictureOfAnotherVersionThatComesLateHarmsNothing(t *testing.T) {
	w, d, f := submitted(t, exam.StateSubmitted)
	base := *w.Drafts[f.ID()].Registration
	sub, err := exam.DecodeSubmission(base.Content)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Ports().Files.Attach(f.ID(), exam.File{Kind: exam.FilePhoto, Type: "image/jpeg"}, []byte("mine")); err != nil {
		t.Fatal(err)
	}
	theirs := []byte("theirs")
	w.Bytes[exam.Digest(theirs)] = theirs
	sub.Files = []exam.File{{Kind: exam.FilePhoto, SHA256: exam.Digest(theirs), Size: int64(len(theirs)), Type: "image/jpeg"}}
	changedElsewhere(w, d, f, base, sub)
	again := present.NewDesk(w.Ports(), w.Loop, func() {}) // nobody looks but this test
	again.Open(f.ID())
	w.Loop.Drain()
	f = again.Form()
	if m := f.Meeting(); len(m.Decide) != 1 {
		t.Fatalf("to decide: %+v", m.Decide)
	}
	f.DropPicture()
	w.Loop.Drain()
	f.Meeting()
	w.Loop.Drain()
	if p := f.Meeting().Decide[0].Pictures[2]; string(p) != "theirs" {
		t.Errorf("their photo is shown as %q", p)
	}
}

func TestWhatIsTypedWhileTheWindowClosesIsNotLost(t *testing.T) {
	y := newTypist(t)
	y.desk.Open(y.ids[0])
	y.world.Loop.Drain()
	y.world.DiskFull()
	y.types("city")
	y.desk.Form().SaveNow()
	y.world.Loop.Drain()
	y.desk.Open(y.ids[1])
	y.world.Loop.Drain()
	y.desk.Close(func() {
		for _, id := range y.ids {
			if gone := y.missing(id); gone != "" {
				t.Errorf("closed although %s", gone)
			}
		}
	})
	y.world.Loop.Advance(4900 * time.Millisecond)
	y.types("address")
	y.world.Mended()
	y.world.Loop.Advance(20 * time.Second)
}

func TestThePhotoIsKeptThatWasShown(t *testing.T) {
	w, _, f := complete(t)
	shown := f.Photo().Photo
	f.ClearPhoto()
	f.KeepPhoto() // while it is taken out
	w.Loop.Drain()
	if got := w.Kept["报名照片.jpg"]; !bytes.Equal(got, shown) {
		t.Errorf("kept are %d bytes of %d", len(got), len(shown))
	}
}

func TestWhatIsTypedWhileAConflictIsResolvedUndoesNothing(t *testing.T) {
	w, d, f := torn(t, map[string]string{"address": "这里"}, func(d *exam.Document) { d.Email = "there@example.com" })
	d.Go(present.PageConflict)
	f.Resolve(nil)
	d.Go(present.PageForm)
	f.Set("postcode", "450001")
	w.Loop.Advance(time.Minute)
	if doc := w.Drafts[f.ID()].Document; doc.Email != "there@example.com" || doc.Postcode != "450001" {
		t.Errorf("stored are %q and %q", doc.Email, doc.Postcode)
	}
	sub, err := exam.DecodeSubmission(w.Waiting[len(w.Waiting)-1].Content)
	if err != nil || sub.Document.Email != "there@example.com" {
		t.Errorf("submitted is %q", sub.Document.Email)
	}
}

func TestARecordThatCannotBePutBackNowIsOfferedAgain(t *testing.T) {
	w, d, f := complete(t)
	f.Remove("work.1")
	f.Submit()
	w.Loop.Drain()
	if len(w.Waiting) != 1 {
		t.Fatal("it was not submitted")
	}
	d.UndoLast() // while it is being sent nothing changes
	w.Loop.Drain()
	m, told := f.Message()
	if _, offered := d.Undoable(); !told || m.Tone != present.Trouble || !offered {
		t.Fatalf("says %q, offered %v", m.Title.Key(), offered)
	}
	f.Do("drop")
	w.Loop.Drain()
	d.UndoLast()
	w.Loop.Drain()
	if n := len(w.Drafts[f.ID()].Document.Work); n != 2 {
		t.Errorf("%d posts", n)
	}
}

func TestAPictureTakenWhileThePhotoIsAttachedStays(t *testing.T) {
	s := pictured(t)
	s.w.Disk["/b.jpg"] = []byte("b")
	s.f.UsePhoto()
	s.f.TakePicture("/b.jpg")
	backwards(s.w)
	if v := s.f.Photo(); v.Source == nil || v.Made == nil || v.Busy {
		t.Errorf("shown %v, made %d bytes, busy %v", v.Source != nil, len(v.Made), v.Busy)
	}
	if n := kinds(s, exam.FilePhoto); n != 1 {
		t.Errorf("%d photos are attached", n)
	}
}

func TestTakingARestoringBackLeavesWhatWasTypedSince(t *testing.T) {
	w, d, f := opened(t, exam.Document{City: "零"})
	f.Set("city", "一")
	f.Leave("city")
	w.Loop.Drain()
	f.Restore(1)
	w.Loop.Drain()
	f.Set("address", "示例路 1 号")
	f.Leave("address")
	w.Loop.Drain()
	d.UndoLast()
	w.Loop.Advance(time.Second)
	if doc := w.Drafts[f.ID()].Document; doc.City != "一" || doc.Address != "示例路 1 号" {
		t.Errorf("stored are %q and %q", doc.City, doc.Address)
	}
}

func TestTakingAMergeBackLeavesWhatCameSince(t *testing.T) {
	w, d, f := torn(t, map[string]string{"address": "这里"}, func(d *exam.Document) { d.Address, d.Phone = "那里", "1" })
	f.Resolve(nil)
	w.Loop.Drain()
	f.Set("postcode", "450001")
	f.Leave("postcode")
	w.Disk["/a.pdf"] = []byte("%PDF-1.4")
	f.AddEvidence(w.Pack.Evidence[0].ID, "/a.pdf")
	w.Loop.Drain()
	d.UndoLast()
	w.Loop.Advance(time.Second)
	n := w.Drafts[f.ID()]
	if n.Document.Postcode != "450001" || n.Document.Phone == "1" {
		t.Errorf("stored are %q and %q", n.Document.Postcode, n.Document.Phone)
	}
	if len(n.Files) != 3 {
		t.Errorf("%d files are stored", len(n.Files))
	}
	if list := f.Conflict(); len(list) != 1 {
		t.Errorf("%d fields are asked of", len(list))
	}
}

func TestADraftThatGoesIntoTheBinIsNotOpened(t *testing.T) {
	for name, order := range map[string]func(*presenttest.World, *present.Desk, exam.DraftID){
		"opened, then deleted": func(w *presenttest.World, d *present.Desk, id exam.DraftID) { d.Open(id); d.Delete(id) },
		"deleted, then opened": func(w *presenttest.World, d *present.Desk, id exam.DraftID) { d.Delete(id); d.Open(id) },
	} {
		for way, run := range map[string]func(*presenttest.World){"in order": func(w *presenttest.World) { w.Loop.Drain() }, "backwards": backwards} {
			w, d := desk(t)
			draft, err := w.Ports().Drafts.Create(exam.Document{}, w.Pack.Ref())
			if err != nil {
				t.Fatal(err)
			}
			order(w, d, draft.ID)
			run(w)
			if !w.Bin[draft.ID] || d.Form() != nil || d.Page() != present.PageHome {
				t.Errorf("%s, %s: in the bin %v, on %s", name, way, w.Bin[draft.ID], d.Page())
			}
			d.UndoLast()
			w.Loop.Drain()
			d.Open(draft.ID)
			w.Loop.Drain()
			if d.Form() == nil {
				t.Errorf("%s, %s: taken out of the bin it does not open", name, way)
			}
		}
	}
}

func TestAStackOfFilesIsReadOneByOneInItsOrder(t *testing.T) {
	w, d := reviewing(t)
	var paths, numbers []string
	for i := range 30 {
		path, number := fmt.Sprintf("/%d.pdf", i), fmt.Sprint(i)
		v := presenttest.GenuinePaper()
		v.Number = number
		w.Disk[path], w.Verdicts[path] = []byte(path), v
		paths, numbers = append(paths, path), append(numbers, number)
	}
	d.CheckFiles(paths...)
	for w.Loop.Waiting() > 0 {
		if n := w.Loop.Waiting(); n > 1 {
			t.Fatalf("%d files are read at once", n)
		}
		w.Loop.StepAt(w.Loop.Waiting() - 1)
	}
	view := d.Checking()
	if view.Busy || view.Count != 30 {
		t.Errorf("busy %v, %d checked", view.Busy, view.Count)
	}
	for i, v := range view.Verdicts {
		if got, want := v.Facts[0].Value.In(chinese()), numbers[len(numbers)-1-i]; got != want {
			t.Errorf("place %d holds %s, want %s", i, got, want)
		}
	}
}

func TestManyFilesOfEvidenceAreLookedIntoOneByOne(t *testing.T) {
	w, _, f := onEvidence(t)
	var paths []string
	for i := range 20 {
		path := fmt.Sprintf("/%d.pdf", i)
		w.Disk[path] = fmt.Appendf(nil, "%%PDF-1.4 %d", i)
		paths = append(paths, path)
	}
	w.Disk[paths[3]] = []byte("no PDF")
	delete(w.Disk, paths[4])
	f.DropOn("diploma", paths)
	if n := w.Loop.Waiting(); n > 1 || !f.Weighing() {
		t.Errorf("%d files are read at once, weighing %v", n, f.Weighing())
	}
	w.Loop.Drain()
	if n := len(attached(w, f)); n != 18 || f.Weighing() {
		t.Errorf("%d files are attached, weighing %v", n, f.Weighing())
	}
}

func TestADraftWithAStepOnItsWayIsOpenedAsItIs(t *testing.T) {
	w, d, f := torn(t, map[string]string{"address": "这里"}, func(d *exam.Document) { d.Email = "there@example.com" })
	other, err := w.Ports().Drafts.Create(exam.Document{}, w.Pack.Ref())
	if err != nil {
		t.Fatal(err)
	}
	f.Resolve(nil)
	for _, id := range []exam.DraftID{other.ID, f.ID()} {
		d.Open(id)
		for d.Form().ID() != id {
			w.Loop.StepAt(w.Loop.Waiting() - 1)
		}
	}
	d.Form().Set("postcode", "450001")
	w.Loop.Drain()
	d.StoreChanged(f.ID())
	w.Loop.Advance(time.Second)
	if doc := w.Drafts[f.ID()].Document; doc.Email != "there@example.com" || doc.Postcode != "450001" {
		t.Errorf("stored are %q and %q", doc.Email, doc.Postcode)
	}
}

func TestADraftIsSavedBeforeItGoesIntoTheBin(t *testing.T) {
	w, d, f := opened(t, exam.Document{})
	f.Set("city", "郑州市")
	d.Delete(f.ID())
	backwards(w)
	if n := w.Drafts[f.ID()]; !w.Bin[f.ID()] || n.Document.City != "郑州市" {
		t.Errorf("in the bin %v, with %q", w.Bin[f.ID()], n.Document.City)
	}
	if text, bad := d.Alarm(); bad {
		t.Errorf("says %s", text.Key())
	}
}
