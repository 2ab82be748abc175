package present_test

import (
	"image/color"
	"slices"
	"strings"
	"testing"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

func TestTheHistoryIsNewestFirstAndHoldsWhatWasJustTyped(t *testing.T) {
	w, d, f := opened(t, exam.Document{})
	f.Set("city", "一")
	f.Leave("city")
	w.Loop.Drain()
	f.Set("city", "二") // not saved
	d.Go(present.PageHistory)
	w.Loop.Drain()
	past := f.Past()
	if len(past) != 3 {
		t.Fatalf("%d versions", len(past))
	}
	for i, v := range past {
		if v.Revision != uint64(3-i) {
			t.Errorf("place %d holds revision %d", i, v.Revision)
		}
	}
}

func TestAHistoryThatCannotBeReadIsSaid(t *testing.T) {
	w, d, f := opened(t, exam.Document{})
	w.Unreadable()
	d.Go(present.PageHistory)
	w.Loop.Drain()
	if text, bad := d.Trouble(); !bad || text.Key() != "ui.trouble.damaged" {
		t.Errorf("says %s", text.Key())
	}
	if read, failed := f.PastRead(); !read || !failed || len(f.Past()) != 0 {
		t.Error("it still says that it reads")
	}
}

func TestRestoringIsOneMoreVersionAndLosesNone(t *testing.T) {
	w, d, f := opened(t, exam.Document{City: "零"})
	for _, city := range []string{"一", "二"} {
		f.Set("city", city)
		f.Leave("city")
		w.Loop.Drain()
	}
	d.Go(present.PageHistory)
	w.Loop.Drain()
	f.Restore(1)
	w.Loop.Drain()
	cities := func() (list []string) {
		for _, v := range w.Versions[f.ID()] {
			list = append(list, v.City)
		}
		return list
	}
	if got := cities(); !slices.Equal(got, []string{"零", "一", "二", "零"}) {
		t.Errorf("the versions are %v", got)
	}
	if len(f.Past()) != 4 || f.Past()[0].Revision != 4 {
		t.Errorf("the page shows %d versions", len(f.Past()))
	}
	d.UndoLast()
	w.Loop.Drain()
	if got := cities(); got[len(got)-1] != "二" || len(got) != 5 {
		t.Errorf("taken back: %v", got)
	}
}

func TestRestoringKeepsWhatWasTypedAndNotYetSaved(t *testing.T) {
	w, _, f := opened(t, exam.Document{City: "零"})
	f.Set("city", "一")
	f.Restore(1)
	w.Loop.Drain()
	var typed bool
	for _, v := range w.Versions[f.ID()] {
		typed = typed || v.City == "一"
	}
	if !typed {
		t.Error("what was typed before restoring is in no version")
	}
}

func TestARestoringThatFailsIsSaidAndChangesNothing(t *testing.T) {
	w, _, f := opened(t, exam.Document{City: "零"})
	f.Set("city", "一")
	f.Leave("city")
	w.Loop.Drain()
	w.ReadOnly()
	f.Restore(1)
	w.Loop.Drain()
	if m, ok := f.Message(); !ok || m.Tone != present.Trouble || m.Title.Key() != "ui.step.failed.read_only.title" {
		t.Errorf("says %v", m)
	}
	if got := fieldOf(t, f, "city").Value; got != "一" {
		t.Errorf("the field shows %q", got)
	}
}

// torn gives a registration with its conflict: each change is made here and
// elsewhere on the same base.
func torn(t *testing.T, here map[string]string, elsewhere func(*exam.Document)) (*presenttest.World, *present.Desk, *present.Form) {
	t.Helper()
	w, d, f := submitted(t, exam.StateSubmitted)
	for path, text := range here {
		f.Set(path, text)
		f.Leave(path)
	}
	w.Loop.Drain()
	f.Submit()
	w.Loop.Drain()
	w.Elsewhere(f.ID(), elsewhere)
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	return w, d, f
}

func TestOnlyFieldsChangedOnBothSidesAreAsked(t *testing.T) {
	for name, c := range map[string]struct {
		here      map[string]string
		elsewhere func(*exam.Document)
		asked     []string
	}{
		"different fields":  {map[string]string{"address": "这里"}, func(d *exam.Document) { d.Email = "there@example.com" }, nil},
		"the same field":    {map[string]string{"address": "这里"}, func(d *exam.Document) { d.Address = "那里" }, []string{"address"}},
		"the same text":     {map[string]string{"address": "一样"}, func(d *exam.Document) { d.Address = "一样" }, nil},
		"two fields of two": {map[string]string{"address": "这里", "phone": "13900139000"}, func(d *exam.Document) { d.Address, d.Phone = "那里", "13700137000" }, []string{"phone", "address"}},
		"a record's field":  {map[string]string{"work.0.position": "督导"}, func(d *exam.Document) { d.Work[0].Position = "主任" }, []string{"work.0.position"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, f := torn(t, c.here, c.elsewhere)
			var asked []string
			for _, x := range f.Conflict() {
				asked = append(asked, x.Path)
				if x.Mine == x.Theirs || x.Field.In(chinese()) == "" || strings.Contains(x.Field.In(english()), "⟦") {
					t.Errorf("asked of %s: mine %q, theirs %q, called %q", x.Path, x.Mine, x.Theirs, x.Field.In(english()))
				}
			}
			slices.Sort(asked)
			slices.Sort(c.asked)
			if !slices.Equal(asked, c.asked) {
				t.Errorf("asked of %v, want %v", asked, c.asked)
			}
		})
	}
}

func TestTheLosingSideStaysInTheHistory(t *testing.T) {
	w, _, f := torn(t, map[string]string{"address": "这里"}, func(d *exam.Document) { d.Address = "那里" })
	f.Resolve(map[string]bool{"address": true})
	w.Loop.Drain()
	if got := w.Drafts[f.ID()].Document.Address; got != "那里" {
		t.Fatalf("resolved to %q", got)
	}
	var mine bool
	for _, v := range w.Versions[f.ID()] {
		mine = mine || v.Address == "这里"
	}
	if !mine {
		t.Error("what was typed here is in no version")
	}
}

func TestMineStaysWhereNothingElseWasChosen(t *testing.T) {
	w, _, f := torn(t, map[string]string{"address": "这里", "phone": "13900139000"}, func(d *exam.Document) { d.Address, d.Phone = "那里", "13700137000" })
	f.Resolve(map[string]bool{"phone": true})
	w.Loop.Drain()
	got := w.Drafts[f.ID()].Document
	if got.Address != "这里" || got.Phone != "13700137000" {
		t.Errorf("resolved to %q and %q", got.Address, got.Phone)
	}
	sub, err := exam.DecodeSubmission(w.Waiting[len(w.Waiting)-1].Content)
	if err != nil || sub.Document.Address != "这里" || sub.Document.Phone != "13700137000" {
		t.Errorf("submitted are %q and %q (%v)", sub.Document.Address, sub.Document.Phone, err)
	}
}

func TestWithoutAConflictThereIsNothingToResolve(t *testing.T) {
	w, _, f := submitted(t, exam.StateSubmitted)
	if got := f.Conflict(); got != nil {
		t.Errorf("asked of %v", got)
	}
	before := len(w.Waiting)
	f.Resolve(map[string]bool{"phone": true})
	w.Loop.Drain()
	if len(w.Waiting) != before {
		t.Error("something was submitted")
	}
}

func TestAHistoryThatCouldNotBeReadIsReadAgainWhenAsked(t *testing.T) {
	w, d, f := opened(t, exam.Document{})
	w.Unreadable()
	d.Go(present.PageHistory)
	w.Loop.Drain()
	w.Mended()
	f.ReadPast()
	if read, failed := f.PastRead(); read || failed {
		t.Errorf("while it is read again: read %v, failed %v", read, failed)
	}
	w.Loop.Drain()
	if read, failed := f.PastRead(); !read || failed || len(f.Past()) != 1 {
		t.Errorf("read %v, failed %v, %d versions", read, failed, len(f.Past()))
	}
	if _, bad := d.Alarm(); bad {
		t.Error("what is over is still said")
	}
}

// TestAVersionComesBackWithItsPhoto replaces the photo, looks at what changed, brings
// the older version back with its photo, and takes that back.
func TestAVersionComesBackWithItsPhoto(t *testing.T) {
	w, d, f := opened(t, exam.Document{City: "零"})
	var hashes []string
	for _, cloth := range []color.RGBA{{R: 20, A: 255}, {B: 120, A: 255}} {
		raw := presenttest.JPEGIn(cloth)
		if _, err := w.Ports().Files.Attach(f.ID(), exam.File{Kind: exam.FilePhoto, Type: "image/jpeg"}, raw); err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, exam.Digest(raw))
	}
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	d.Go(present.PageHistory)
	w.Loop.Drain()
	past := f.Past()
	f.Compare(past[0].Revision)
	w.Loop.Drain()
	if _, list := f.Compared(); len(list) != 1 || list[0].To.Key() != "ui.compare.photo.after" {
		t.Errorf("what changed is %+v", list)
	}
	f.Compare(past[1].Revision) // before it there was none
	w.Loop.Drain()
	if _, list := f.Compared(); list == nil || len(list) != 0 {
		t.Errorf("the first photo is shown as %+v", list)
	}
	has := func(want string) {
		t.Helper()
		if photo, _ := w.Drafts[f.ID()].Photo(); photo.SHA256 != want {
			t.Errorf("the draft has the photo %.8s", photo.SHA256)
		}
		if data := f.Photo().Photo; exam.Digest(data) != want {
			t.Errorf("shown is the photo %.8s", exam.Digest(data))
		}
	}
	f.Restore(past[1].Revision)
	w.Loop.Drain()
	has(hashes[0])
	d.UndoLast()
	w.Loop.Drain()
	has(hashes[1])
}

// TestTakingARestoringBackTakesItsPhotoAwayAgain restores a version with a photo
// where there is none any more.
func TestTakingARestoringBackTakesItsPhotoAwayAgain(t *testing.T) {
	w, d, f := opened(t, exam.Document{City: "零"})
	for _, kind := range []exam.FileKind{exam.FilePhotoOriginal, exam.FilePhoto} {
		if _, err := w.Ports().Files.Attach(f.ID(), exam.File{Kind: kind, Type: "image/jpeg"}, presenttest.JPEG()); err != nil {
			t.Fatal(err)
		}
	}
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	d.Go(present.PageHistory)
	w.Loop.Drain()
	with := f.Past()[0].Revision
	for _, file := range w.Drafts[f.ID()].Files {
		if _, err := w.Ports().Files.Detach(f.ID(), file.Kind, file.SHA256); err != nil {
			t.Fatal(err)
		}
	}
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	f.Restore(with)
	w.Loop.Drain()
	if photo, ok := w.Drafts[f.ID()].Photo(); !ok || photo.SHA256 != exam.Digest(presenttest.JPEG()) {
		t.Fatal("the photo did not come back")
	}
	d.UndoLast()
	w.Loop.Drain()
	if left := w.Drafts[f.ID()].Files; len(left) != 0 {
		t.Errorf("taken back, it still has %+v", left)
	}
}
