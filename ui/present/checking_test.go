package present_test

import (
	"strings"
	"testing"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

func reviewing(t *testing.T) (*presenttest.World, *present.Desk) {
	t.Helper()
	w := presenttest.NewWorld()
	paper := presenttest.GenuinePaper()
	w.Disk["/form.pdf"], w.Verdicts["form"] = []byte("form"), paper
	paper.Whole = false
	w.Verdicts["WB1:A"] = paper
	paper.Genuine, paper.Reason, paper.Differs = false, "altered", []string{"birth_date", "work.1.employer", "", "state"}
	w.Verdicts["WB1:B"] = paper
	return w, present.NewDesk(w.Ports(), w.Loop, func() {})
}

func TestOnlyAWholeGenuinePaperIsGreen(t *testing.T) {
	w, d := reviewing(t)
	d.CheckFiles("/form.pdf")
	d.CheckCode("WB1:A\r")
	d.CheckCode("WB1:A")
	d.CheckCode("WB1:B")
	d.CheckCode("   ")
	w.Loop.Drain()
	v := d.Checking()
	if v.Busy || v.Count != 4 || v.Good != 2 || len(v.Verdicts) != 4 {
		t.Fatalf("%+v", v)
	}
	for i, want := range []present.Tone{present.Trouble, present.Warning, present.Trouble, present.Good} {
		if v.Verdicts[i].Tone != want {
			t.Errorf("verdict %d: %v, want %v", i, v.Verdicts[i].Tone, want)
		}
	}
	if n := len(v.Verdicts[0].Differs); n != 4 {
		t.Errorf("%d fields differ", n)
	}
}

func TestPracticePapersAreNeverGreen(t *testing.T) {
	w, d := reviewing(t)
	paper := presenttest.GenuinePaper()
	paper.Practice = true
	w.Verdicts["WB1:P"] = paper
	d.CheckCode("WB1:P")
	w.Loop.Drain()
	if got := d.Checking().Verdicts[0].Tone; got == present.Good {
		t.Error("a paper of the practice mode is green")
	}
}

func TestAFileThatCannotBeReadIsSaidAndNothingIsJudged(t *testing.T) {
	w, d := reviewing(t)
	d.CheckFiles("/gone.pdf")
	w.Loop.Drain()
	if v := d.Checking(); v.Trouble.Empty() || v.Count != 0 || v.Busy {
		t.Errorf("%+v", v)
	}
}

func TestWithoutAServersKeyNothingIsJudged(t *testing.T) {
	w := presenttest.NewWorld()
	w.Verdicts = nil
	d := w.Desk(t)
	d.CheckCode("WB1:A")
	w.Loop.Drain()
	if v := d.Checking(); v.Ready || v.Count != 0 {
		t.Errorf("%+v", v)
	}
}

// atThePrinter opens a draft on the print page.
func atThePrinter(t *testing.T, set func(*presenttest.Tray)) (*presenttest.World, *present.Desk) {
	t.Helper()
	w, d, _ := opened(t, presenttest.Complete())
	set(w.Tray)
	d.Go(present.PagePrint)
	w.Loop.Drain()
	return w, d
}

func TestAPaperGoesToTheChosenPrinter(t *testing.T) {
	w, d := atThePrinter(t, func(*presenttest.Tray) {})
	v := d.Print()
	if len(v.Printers) != 2 || v.Printer != v.Printers[0] || v.State != present.PressIdle {
		t.Fatalf("%+v", v)
	}
	d.ChoosePrinter(v.Printers[1])
	d.PrintPaper()
	w.Loop.Drain()
	v = d.Print()
	if v.State != present.PressDone || v.Job.Printed != 1 || v.Job.Printer != v.Printers[1] || len(w.Tray.Given) != 1 || w.Tray.Given[0] != d.Form().ID() {
		t.Errorf("%+v, given %v", v.Job, w.Tray.Given)
	}
}

func TestAnInterruptedJobIsOfferedAndGoneOnWith(t *testing.T) {
	w, d := atThePrinter(t, func(tray *presenttest.Tray) {
		tray.Job, tray.Open = present.PrintJob{Printer: "HP LaserJet 1020", All: 5000, Printed: 3412}, true
	})
	if v := d.Print(); v.State != present.PressUnfinished || v.Job.Printed != 3412 {
		t.Fatalf("%+v", v)
	}
	w.Tray.Refuses = exam.KindUnreachable
	d.GoOnPrinting("  3841260000012345 ")
	w.Loop.Drain()
	v := d.Print()
	if w.Tray.After != "3841260000012345" || v.State != present.PressUnfinished || v.Refused.Empty() {
		t.Errorf("after %q: %+v", w.Tray.After, v)
	}
	w.Tray.Refuses = ""
	d.GoOnPrinting("")
	w.Loop.Drain()
	if v := d.Print(); v.State != present.PressDone || v.Job.Printed != 5000 || !v.Refused.Empty() {
		t.Errorf("%+v", v)
	}
	w.Tray.Open = true
	d.Go(present.PageHome)
	d.Go(present.PagePrint)
	w.Loop.Drain()
	d.ForgetPrinting()
	w.Loop.Drain()
	if v := d.Print(); v.State != present.PressIdle || w.Tray.Open {
		t.Errorf("%+v", v)
	}
}

func TestEveryConfirmedRegistrationIsPrintedAtOnce(t *testing.T) {
	w, d := atThePrinter(t, func(tray *presenttest.Tray) { tray.Ready = 1284 })
	if d.Print().Confirmed != 1284 {
		t.Fatal("not offered")
	}
	d.PrintAll()
	w.Loop.Drain()
	if v := d.Print(); len(w.Tray.Given) != 0 || v.Job.All != 1284 || v.State != present.PressDone {
		t.Errorf("%+v", v)
	}
}

func TestAMachineWithoutAQueueStillSavesThePDF(t *testing.T) {
	w, d := atThePrinter(t, func(tray *presenttest.Tray) { tray.Away = true })
	if v := d.Print(); len(v.Printers) != 0 {
		t.Errorf("%v", v.Printers)
	}
	d.SavePDF(false)
	w.Loop.Drain()
	if d.Kept() == "" {
		t.Error("not saved")
	}
}

func TestCharactersThatCannotBePrintedAreSaidBeforePrinting(t *testing.T) {
	w, d, _ := opened(t, presenttest.Complete())
	w.Missing = []rune{0x30123, 0xE000}
	d.Go(present.PagePrint)
	w.Loop.Drain()
	if got := d.Print().Missing; !strings.Contains(got, "U+30123") || !strings.Contains(got, "U+E000") {
		t.Errorf("%q", got)
	}
}

func TestThePhotoIsMadeAnewFromTheSealedOriginal(t *testing.T) {
	w, d, f := opened(t, presenttest.Complete())
	w.Disk["/me.jpg"] = []byte("a picture")
	f.Show(exam.StepPhoto)
	if f.Photo().Original {
		t.Fatal("an original before there was one")
	}
	f.TakePicture("/me.jpg")
	w.Loop.Drain()
	f.UsePhoto()
	w.Loop.Drain()
	delete(w.Disk, "/me.jpg") // the candidate's own file may be gone
	if v := d.Form().Photo(); !v.Original || v.Source != nil || v.Photo == nil {
		t.Fatalf("original %v, photo %d bytes", v.Original, len(v.Photo))
	}
	f.Reopen()
	w.Loop.Drain()
	if v := f.Photo(); v.Source == nil || v.Made == nil || v.Busy {
		t.Error("the original is not open")
	}
	f.DropPicture()
	if v := f.Photo(); v.Photo == nil || v.Source != nil {
		t.Error("leaving it lost the photo")
	}
}
