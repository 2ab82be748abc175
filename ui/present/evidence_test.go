package present_test

import (
	"bytes"
	"slices"
	"testing"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// onEvidence opens a draft that needs evidence, on its step.
func onEvidence(t *testing.T) (*presenttest.World, *present.Desk, *present.Form) {
	t.Helper()
	w, d := desk(t)
	doc := presenttest.Complete()
	doc.Commitment = exam.CommitmentDeclined
	n, err := w.Ports().Drafts.Create(doc, w.Pack.Ref())
	if err != nil {
		t.Fatal(err)
	}
	d.Open(n.ID)
	w.Loop.Drain()
	d.Form().Show(exam.StepEvidence)
	w.Loop.Drain()
	return w, d, d.Form()
}

// A picture of so many bytes, by its magic.
func picture(size int) []byte { return append([]byte("\xff\xd8\xff"), make([]byte, size-3)...) }

func document(size int) []byte { return append([]byte("%PDF-"), make([]byte, size-5)...) }

func attached(w *presenttest.World, f *present.Form) (list []exam.File) {
	return w.Drafts[f.ID()].Files
}

func TestALargePictureIsReducedOnlyWithConsent(t *testing.T) {
	for name, choose := range map[string]struct {
		smaller, attach bool
		bytes           int
		file            string
	}{
		"the smaller one": {true, true, 600_000, "毕业证书.jpg"},
		"as it is":        {false, true, 6_000_000, "毕业证书.jpeg"},
		"neither":         {false, false, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w, _, f := onEvidence(t)
			w.Disk["/毕业证书.jpeg"] = picture(6_000_000)
			f.AddEvidence("diploma", "/毕业证书.jpeg")
			w.Loop.Drain()
			if len(attached(w, f)) != 0 {
				t.Fatal("it was attached before anybody chose")
			}
			offers := f.Offered("diploma")
			if len(offers) != 1 || offers[0].Before != 6_000_000 || offers[0].After != 600_000 || offers[0].Must {
				t.Fatalf("offered %+v", offers)
			}
			if len(f.Offered("degree")) != 0 {
				t.Error("it is offered under another kind as well")
			}
			f.Choose(offers[0], choose.smaller, choose.attach)
			w.Loop.Drain()
			files := attached(w, f)
			switch {
			case choose.bytes == 0 && len(files) == 0:
			case choose.bytes > 0 && len(files) == 1 && int(files[0].Size) == choose.bytes && files[0].Name == choose.file && files[0].Type == "image/jpeg" && files[0].Kind == "diploma":
			default:
				t.Errorf("attached %+v", files)
			}
			f.Choose(offers[0], true, true)
			w.Loop.Drain()
			if len(f.Offered("diploma")) != 0 || len(attached(w, f)) != len(files) {
				t.Error("one offer was answered twice")
			}
		})
	}
}

func TestAPictureTooLargeToBeSentIsTakenOnlySmaller(t *testing.T) {
	w, _, f := onEvidence(t)
	w.Disk["/scan.png"] = append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, exam.MaxFileBytes)...)
	f.AddEvidence("diploma", "/scan.png")
	w.Loop.Drain()
	o := f.Offered("diploma")
	if len(o) != 1 || !o[0].Must {
		t.Fatalf("offered %+v", o)
	}
	f.Choose(o[0], false, true)
	w.Loop.Drain()
	if len(attached(w, f)) != 0 {
		t.Error("a file that no server takes was attached")
	}
	f.AddEvidence("diploma", "/scan.png")
	w.Loop.Drain()
	f.Choose(f.Offered("diploma")[0], true, true)
	w.Loop.Drain()
	if files := attached(w, f); len(files) != 1 || files[0].Name != "scan.jpg" {
		t.Errorf("attached %+v", files)
	}
}

func TestWhatIsSmallOrNoPictureIsAttachedAtOnce(t *testing.T) {
	w, _, f := onEvidence(t)
	w.Disk["/small.jpg"], w.Disk["/report.pdf"] = picture(90_000), document(5_000_000)
	f.AddEvidence("diploma", "/small.jpg")
	f.AddEvidence("diploma", "/report.pdf")
	w.Loop.Drain()
	if files := attached(w, f); len(files) != 2 || len(f.Offered("diploma")) != 0 {
		t.Errorf("attached %+v, offered %+v", files, f.Offered("diploma"))
	}
	if f.Weighing() {
		t.Error("it still looks into files")
	}
}

func TestAPDFTooLargeIsRefusedWithItsBound(t *testing.T) {
	w, _, f := onEvidence(t)
	w.Disk["/report.pdf"] = document(exam.MaxFileBytes + 1)
	f.AddEvidence("diploma", "/report.pdf")
	w.Loop.Drain()
	m, ok := f.Message()
	if !ok || m.Title.Key() != "ui.file.too_large.title" || m.Text.Arg("megabytes") != "20" || len(attached(w, f)) != 0 {
		t.Errorf("%+v; attached %+v", m, attached(w, f))
	}
}

func TestABrokenFileIsSaidAndNotAttached(t *testing.T) {
	w, _, f := onEvidence(t)
	w.Disk["/broken.jpg"] = []byte("\xff\xd8\xffbroken")
	f.AddEvidence("diploma", "/broken.jpg")
	if !f.Weighing() {
		w.Loop.Step() // it is read first
	}
	w.Loop.Drain()
	m, ok := f.Message()
	if !ok || m.Tone != present.Trouble || m.Title.Key() != "ui.evidence.unreadable.title" || m.Text.Arg("name") != "broken.jpg" || len(attached(w, f)) != 0 {
		t.Errorf("%+v; attached %+v", m, attached(w, f))
	}
}

func TestEvidenceIsShownWithItsPages(t *testing.T) {
	w, _, f := onEvidence(t)
	w.Disk["/a.jpg"], w.Disk["/b.pdf"] = picture(90_000), document(80_000)
	f.AddEvidence("diploma", "/a.jpg")
	f.AddEvidence("diploma", "/b.pdf")
	w.Loop.Drain()
	files := attached(w, f)
	if g, ok := f.Glimpse(files[0]); !ok || g.Picture == nil || g.Pages != 1 {
		t.Errorf("the picture shows %+v, %v", g, ok)
	}
	if g, ok := f.Glimpse(files[1]); !ok || g.Picture != nil || g.Pages != 3 {
		t.Errorf("the PDF shows %+v, %v", g, ok)
	}
	if _, ok := f.Glimpse(exam.File{SHA256: "another"}); ok {
		t.Error("a file that is not attached shows something")
	}
}

func TestEvidenceIsDrawnWhenItsStepIsShownAndNotBefore(t *testing.T) {
	w, d := desk(t)
	n, err := w.Ports().Drafts.Create(presenttest.Complete(), w.Pack.Ref())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Ports().Files.Attach(n.ID, exam.File{Kind: "diploma", Type: "image/jpeg", Name: "a.jpg"}, picture(1000)); err != nil {
		t.Fatal(err)
	}
	d.Open(n.ID)
	w.Loop.Drain()
	f, file := d.Form(), w.Drafts[n.ID].Files[0]
	if _, ok := f.Glimpse(file); ok {
		t.Error("it was drawn for a step that is not shown")
	}
	f.Show(exam.StepEvidence)
	w.Loop.Drain()
	if _, ok := f.Glimpse(file); !ok {
		t.Error("it is not drawn on its step")
	}
}

func TestACopyOfEvidenceIsOpenedWhereThePersonFindsIt(t *testing.T) {
	w, d, f := onEvidence(t)
	w.Disk["/b.pdf"] = document(80_000)
	f.AddEvidence("diploma", "/b.pdf")
	w.Loop.Drain()
	f.OpenEvidence(attached(w, f)[0])
	w.Loop.Drain()
	if !bytes.Equal(w.Kept["b.pdf"], w.Disk["/b.pdf"]) || !slices.Contains(w.Shown, d.Kept()) || d.Kept() == "" {
		t.Errorf("kept %d bytes, opened %v", len(w.Kept["b.pdf"]), w.Shown)
	}
}

func TestFilesGoToTheCardTheyAreDroppedOn(t *testing.T) {
	w, _, f := onEvidence(t)
	w.Disk["/a.jpg"], w.Disk["/b.jpg"] = picture(1000), picture(2000)
	f.DropOn("degree", []string{"/a.jpg", "/b.jpg"})
	w.Loop.Drain()
	files := attached(w, f)
	if len(files) != 2 || files[0].Kind != "degree" || files[1].Kind != "degree" {
		t.Errorf("attached %+v", files)
	}
	f.Show(exam.StepPerson)
	f.DropOn("degree", []string{"/a.jpg"})
	w.Loop.Drain()
	if len(attached(w, f)) != 2 {
		t.Error("a file was attached from another step")
	}
}

func TestNothingIsDroppedOnALockedStep(t *testing.T) {
	w, d, f := onEvidence(t)
	f.Set("commitment", "accept")
	w.Disk["/me.jpg"] = picture(1000)
	if _, err := w.Ports().Files.Attach(f.ID(), exam.File{Kind: exam.FilePhoto, Type: "image/jpeg", Name: "报名照片.jpg"}, presenttest.JPEG()); err != nil {
		t.Fatal(err)
	}
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	f.Submit()
	w.Loop.Drain()
	before := len(attached(w, f))
	f.Show(exam.StepEvidence)
	f.DropOn("degree", []string{"/me.jpg"})
	w.Loop.Drain()
	if len(w.Waiting) != 1 || len(attached(w, f)) != before {
		t.Errorf("%d steps wait, %d files where %d were", len(w.Waiting), len(attached(w, f)), before)
	}
}
