package present_test

import (
	"bytes"
	"slices"
	"testing"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// framed gives the photo step with a picture being cropped.
func framed(t *testing.T) (*presenttest.World, *present.Desk, *present.Form) {
	t.Helper()
	w, d, f := opened(t, exam.Document{})
	f.Show(exam.StepPhoto)
	w.Disk["/me.jpg"] = []byte("a picture")
	f.TakePicture("/me.jpg")
	w.Loop.Drain()
	if f.Photo().Source == nil {
		t.Fatal("the picture was not taken")
	}
	return w, d, f
}

func TestOfManyCropsTheNewestIsMade(t *testing.T) {
	w, _, f := framed(t)
	crop := f.Photo().Crop
	small := crop
	small.Width, small.Height = 10, 14
	for range 20 {
		f.Frame(crop)
		f.Frame(small)
	}
	if n := w.Loop.Waiting(); n != 1 {
		t.Errorf("%d pictures are made at once", n)
	}
	w.Loop.Drain()
	if v := f.Photo(); v.Made != nil || v.Crop != small || v.Busy {
		t.Errorf("made %v of %+v, busy %v", v.Made != nil, v.Crop, v.Busy)
	}
	f.Frame(crop)
	w.Loop.Drain()
	if v := f.Photo(); v.Made == nil || len(v.Found) != 0 {
		t.Errorf("made %v, found %v", v.Made != nil, v.Found)
	}
}

func TestAPictureThatWasLeftGivesNoPhoto(t *testing.T) {
	w, _, f := framed(t)
	f.Frame(f.Photo().Crop)
	f.DropPicture()
	w.Loop.Drain()
	if v := f.Photo(); v.Source != nil || v.Made != nil || v.Busy {
		t.Errorf("photo page is %+v", v)
	}
	f.UsePhoto()
	w.Loop.Drain()
	if n := len(w.Drafts[f.ID()].Files); n != 0 {
		t.Errorf("%d files were attached", n)
	}
}

func TestThePhotoHasTheOfficialNameAndTheOriginalItsOwn(t *testing.T) {
	w, _, f := framed(t)
	f.UsePhoto()
	w.Loop.Drain()
	names := map[exam.FileKind]string{}
	for _, file := range w.Drafts[f.ID()].Files {
		names[file.Kind] = file.Name
	}
	if names[exam.FilePhoto] != w.Pack.Photo.FileName || names[exam.FilePhotoOriginal] != "me.jpg" {
		t.Errorf("named %v", names)
	}
	if v := f.Photo(); v.Source != nil || !bytes.Equal(v.Photo, presenttest.JPEG()) {
		t.Error("the photo is not shown, or the cropping stays open")
	}
}

func TestAPhotoIsThereAgainAfterARestart(t *testing.T) {
	w, _, f := framed(t)
	f.UsePhoto()
	w.Loop.Drain()
	w = w.Killed()
	d := w.Desk(t)
	d.Open(f.ID())
	w.Loop.Drain()
	if !bytes.Equal(d.Form().Photo().Photo, presenttest.JPEG()) {
		t.Error("the photo is gone")
	}
}

func TestAnotherPhotoTakesThePlaceOfTheFirst(t *testing.T) {
	w, _, f := framed(t)
	for range 2 {
		f.TakePicture("/me.jpg")
		w.Loop.Drain()
		f.UsePhoto()
		w.Loop.Drain()
	}
	photos := 0
	for _, file := range w.Drafts[f.ID()].Files {
		if file.Kind == exam.FilePhoto {
			photos++
		}
	}
	if photos != 1 {
		t.Errorf("%d photos", photos)
	}
}

func TestAPhotoThatCannotBeStoredIsSaidAndStaysToBeTriedAgain(t *testing.T) {
	w, _, f := framed(t)
	w.DiskFull()
	f.UsePhoto()
	w.Loop.Drain()
	if m, ok := f.Message(); !ok || m.Title.Key() != "ui.step.failed.full.title" {
		t.Errorf("says %v", m)
	}
	if f.Photo().Made == nil || f.Photo().Source == nil {
		t.Fatal("the picture has to be chosen anew")
	}
	w.Mended()
	f.UsePhoto()
	w.Loop.Drain()
	if _, ok := w.Drafts[f.ID()].Photo(); !ok {
		t.Error("not attached at the second try")
	}
}

func TestClearingNoPhotoOffersNoUndo(t *testing.T) {
	w, d, f := opened(t, exam.Document{})
	f.ClearPhoto()
	f.KeepPhoto()
	w.Loop.Drain()
	if _, ok := d.Undoable(); ok || len(w.Kept) != 0 {
		t.Error("something is offered or kept without a photo")
	}
}

func TestPathsAreTakenAsPeoplePasteThem(t *testing.T) {
	for path, file := range map[string]string{
		"/me.jpg": "/me.jpg", ` /me.jpg `: "/me.jpg", `"/me.jpg"`: "/me.jpg", `'/me.jpg'`: "/me.jpg", "/me.jpg\n": "/me.jpg",
		"file:///me.jpg": "/me.jpg", "file:///%E7%85%A7%20%E7%89%87.jpg": "/照 片.jpg", "/100%25.jpg": "/100%25.jpg",
		"file:///C:/me.jpg": "C:/me.jpg", `"C:\照片\me.jpg"`: `C:\照片\me.jpg`,
	} {
		w, _, f := opened(t, exam.Document{})
		w.Disk[file] = []byte("a picture")
		f.TakePicture(path)
		w.Loop.Drain()
		if f.Photo().Source == nil {
			t.Errorf("%q is not understood", path)
		}
	}
}

func TestAFileThatIsTooLargeSaysHowLargeItMayBe(t *testing.T) {
	w, _, f := opened(t, exam.Document{})
	w.Disk["/big.jpg"] = make([]byte, 80<<20)
	f.TakePicture("/big.jpg")
	w.Loop.Drain()
	m, ok := f.Message()
	if !ok || m.Title.Key() != "ui.file.too_large.title" || m.Text.Arg("megabytes") == "0" {
		t.Errorf("says %v", m)
	}
	f.AddEvidence(w.Pack.Evidence[0].ID, "/big.jpg")
	w.Loop.Drain()
	if m, ok := f.Message(); !ok || m.Title.Key() != "ui.file.too_large.title" {
		t.Errorf("evidence: says %v", m)
	}
}

func TestEvidenceIsKnownByItsBytesAndNotByItsName(t *testing.T) {
	for name, c := range map[string]struct {
		raw   string
		typ   string
		taken bool
	}{
		"a.pdf": {"%PDF-1.4 x", "application/pdf", true}, "A.PDF": {"%PDF-1.7", "application/pdf", true},
		"a.jpg": {"\xff\xd8\xff\xe0x", "image/jpeg", true}, "a.jpeg": {"\xff\xd8\xffx", "image/jpeg", true}, "a.png": {"\x89PNG\r\n\x1a\nx", "image/png", true},
		"b.pdf": {"\xff\xd8\xff", "", false}, "b.jpg": {"%PDF-1.4", "", false}, "b.png": {"", "", false}, "b.docx": {"PK\x03\x04", "", false}, "b": {"%PDF-", "", false},
		"b.pdf.exe": {"MZ", "", false},
	} {
		w, _, f := opened(t, presenttest.Complete())
		w.Disk["/"+name] = []byte(c.raw)
		f.AddEvidence(w.Pack.Evidence[0].ID, "/"+name)
		w.Loop.Drain()
		files := w.Drafts[f.ID()].Files
		if (len(files) == 1) != c.taken {
			t.Errorf("%s with %q: %d files", name, c.raw, len(files))
			continue
		}
		if c.taken && (files[0].Type != c.typ || files[0].Name != name) {
			t.Errorf("%s is attached as %s %q", name, files[0].Type, files[0].Name)
		}
		if m, ok := f.Message(); !c.taken && (!ok || m.Tone != present.Trouble) {
			t.Errorf("%s is refused without a word", name)
		}
	}
}

func TestWhatIsNeededStandsBeforeWhatMayBeAdded(t *testing.T) {
	doc := presenttest.Complete()
	doc.Commitment = exam.CommitmentDeclined
	_, _, f := opened(t, doc)
	list, _ := f.Evidence()
	over := false
	for _, e := range list {
		if !e.Needed {
			over = true
		} else if over {
			t.Errorf("%s is needed and stands behind what is not", e.Kind)
		}
		if e.Needed && len(e.Why) == 0 {
			t.Errorf("%s is needed, nobody knows why", e.Kind)
		}
		if e.Name.In(chinese()) == "" || e.Name.In(english()) == "" {
			t.Errorf("%s has no name", e.Kind)
		}
	}
	if !list[0].Needed {
		t.Error("who declines the commitment needs evidence")
	}
}

func TestRemovedEvidenceComesBackWithTheBytesItHad(t *testing.T) {
	w, d, f := opened(t, presenttest.Complete())
	kind := w.Pack.Evidence[0].ID
	w.Disk["/a.pdf"], w.Disk["/b.pdf"] = []byte("%PDF-1.4 first"), []byte("%PDF-1.4 second")
	f.AddEvidence(kind, "/a.pdf")
	f.AddEvidence(kind, "/b.pdf")
	w.Loop.Drain()
	before := slices.Clone(w.Drafts[f.ID()].Files)
	if len(before) != 2 {
		t.Fatalf("%d files", len(before))
	}
	f.RemoveEvidence(before[0])
	w.Loop.Drain()
	if left := w.Drafts[f.ID()].Files; len(left) != 1 || left[0] != before[1] {
		t.Fatalf("left is %v", left)
	}
	d.UndoLast()
	w.Loop.Drain()
	after := w.Drafts[f.ID()].Files
	for _, file := range before {
		if !slices.Contains(after, file) {
			t.Errorf("%s did not come back: %v", file.Name, after)
		}
	}
}

func TestDroppedPapersAreAllTaken(t *testing.T) {
	doc := presenttest.Complete()
	doc.Commitment = exam.CommitmentDeclined
	w, d, f := opened(t, doc)
	w.Disk["/a.pdf"], w.Disk["/b.png"] = []byte("%PDF-1.4"), []byte("\x89PNG\r\n\x1a\n")
	f.Show(exam.StepEvidence)
	f.Drop([]string{"/a.pdf", "/b.png"})
	w.Loop.Drain()
	if n := len(w.Drafts[f.ID()].Files); n != 2 {
		t.Errorf("%d of 2 were attached", n)
	}
	d.Go(present.PageHelp)
	f.Drop([]string{"/a.pdf"})
	f.Drop(nil)
	w.Loop.Drain()
	if n := len(w.Drafts[f.ID()].Files); n != 2 {
		t.Errorf("a file dropped on the help page was attached: %d", n)
	}
}

func TestEvidenceOfALockedRegistrationStays(t *testing.T) {
	w, _, f := submitted(t, exam.StateCompleted)
	w.Disk["/a.pdf"] = []byte("%PDF-1.4")
	f.Show(exam.StepEvidence)
	if _, locked := f.Evidence(); !locked {
		t.Fatal("evidence is not locked")
	}
	before := len(w.Drafts[f.ID()].Files)
	f.Drop([]string{"/a.pdf"})
	w.Loop.Drain()
	if n := len(w.Drafts[f.ID()].Files); n != before {
		t.Errorf("%d files, before %d", n, before)
	}
}

func TestACropGrowsAroundItsMiddle(t *testing.T) {
	c := present.Crop{X: 100, Y: 50, Width: 200, Height: 280}
	c.Scale(2)
	if c.X != 0 || c.Y != -90 || c.Width != 400 || c.Height != 560 {
		t.Errorf("scaled to %+v", c)
	}
	c.Scale(0.5)
	if c.X != 100 || c.Y != 50 || c.Width != 200 || c.Height != 280 {
		t.Errorf("scaled back to %+v", c)
	}
}
