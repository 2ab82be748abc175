package present_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// atTheTray gives the print page of a draft with its printers.
func atTheTray(t *testing.T) (*presenttest.World, *present.Desk) {
	t.Helper()
	w, d, _ := opened(t, presenttest.Complete())
	d.Go(present.PagePrint)
	w.Loop.Drain()
	return w, d
}

func TestThePrintersOfTheMachineAreOffered(t *testing.T) {
	_, d := atTheTray(t)
	v := d.Print()
	if len(v.Printers) != 2 || v.Printer != v.Printers[0] {
		t.Fatalf("offered are %v, chosen %q", v.Printers, v.Printer)
	}
	d.ChoosePrinter(v.Printers[1])
	if d.Print().Printer != v.Printers[1] {
		t.Errorf("chosen is %q", d.Print().Printer)
	}
}

func TestWithoutAQueueThereIsStillThePDF(t *testing.T) {
	w := presenttest.NewWorld()
	w.Tray.Away = true
	d := w.Desk(t)
	d.New()
	w.Loop.Drain()
	d.Go(present.PagePrint)
	w.Loop.Drain()
	if v := d.Print(); len(v.Printers) != 0 || len(v.Pages) == 0 {
		t.Errorf("the page is %+v", v)
	}
	d.SavePDF(false)
	w.Loop.Drain()
	if len(w.Kept) != 1 {
		t.Error("no PDF was written")
	}
}

func TestAPaperGoesToTheChosenPrinterOnce(t *testing.T) {
	w, d := atTheTray(t)
	d.ChoosePrinter("Pantum P2500")
	d.PrintPaper()
	d.PrintPaper() // while the first runs
	if d.Print().State != present.PressRunning {
		t.Errorf("the press is %q", d.Print().State)
	}
	w.Loop.Drain()
	v := d.Print()
	if v.State != present.PressDone || v.Job.Printed != 1 || w.Tray.Job.Printer != "Pantum P2500" || !slices.Equal(w.Tray.Given, []exam.DraftID{d.Form().ID()}) {
		t.Errorf("the press is %q, printed %+v of %v", v.State, w.Tray.Job, w.Tray.Given)
	}
}

func TestWhatIsTypedIsOnTheDiskBeforeItIsOnPaper(t *testing.T) {
	w, d := atTheTray(t)
	d.Form().Set("city", "洛阳市")
	d.PrintPaper()
	for w.Loop.Waiting() > 0 {
		w.Loop.StepAt(0)
		if len(w.Tray.Given) > 0 && w.Drafts[d.Form().ID()].Document.City != "洛阳市" {
			t.Fatal("printed before it was saved")
		}
	}
	if len(w.Tray.Given) != 1 {
		t.Error("not printed")
	}
}

func TestEveryRefusalOfThePrinterHasItsWords(t *testing.T) {
	for _, kind := range []exam.Kind{exam.KindCanceled, exam.KindNotFound, exam.KindUnreachable, exam.KindState, exam.KindInternal, exam.KindFull} {
		w, d := atTheTray(t)
		w.Tray.Refuses = kind
		d.PrintPaper()
		w.Loop.Drain()
		v := d.Print()
		if v.State != present.PressUnfinished || v.Refused.Empty() {
			t.Errorf("%s: the press is %q", kind, v.State)
		}
		for _, words := range []present.Words{chinese(), english()} {
			if s := v.Refused.In(words); strings.Contains(s, "⟦") || s == "" {
				t.Errorf("%s in %s: %q", kind, words.Lang(), s)
			}
		}
	}
}

func TestAnInterruptedJobWaitsForTheNextStart(t *testing.T) {
	w := presenttest.NewWorld()
	w.Tray.Job, w.Tray.Open = present.PrintJob{Printer: "Pantum P2500", Printed: 3, All: 8}, true
	d := w.Desk(t)
	d.New()
	w.Loop.Drain()
	d.Go(present.PagePrint)
	w.Loop.Drain()
	if v := d.Print(); v.State != present.PressUnfinished || v.Job.Printed != 3 {
		t.Fatalf("the press is %q with %+v", v.State, v.Job)
	}
	d.GoOnPrinting(" 3841260000012345 ")
	w.Loop.Drain()
	if v := d.Print(); w.Tray.After != "3841260000012345" || v.State != present.PressDone || v.Job.Printed != 8 {
		t.Errorf("gone on after %q to %+v", w.Tray.After, v.Job)
	}
}

func TestAJobThatIsGivenUpIsForgotten(t *testing.T) {
	w, d := atTheTray(t)
	w.Tray.Refuses = exam.KindUnreachable
	d.PrintPaper()
	w.Loop.Drain()
	d.ForgetPrinting()
	w.Loop.Drain()
	if v := d.Print(); v.State != present.PressIdle || !v.Refused.Empty() || w.Tray.Open {
		t.Errorf("the press is %q, says %s", v.State, v.Refused.Key())
	}
}

func TestAllConfirmedPapersAreCounted(t *testing.T) {
	w := presenttest.NewWorld()
	w.Tray.Ready = 12
	d := w.Desk(t)
	d.New()
	w.Loop.Drain()
	d.Go(present.PagePrint)
	w.Loop.Drain()
	if d.Print().Confirmed != 12 {
		t.Errorf("%d can be printed", d.Print().Confirmed)
	}
	d.PrintAll()
	w.Loop.Drain()
	if v := d.Print(); v.Job.All != 12 || v.Job.Printed != 12 || len(w.Tray.Given) != 0 {
		t.Errorf("printed %+v of %v", v.Job, w.Tray.Given)
	}
}

// crawl is a printer that waits to be stopped.
type crawl struct{ *presenttest.Tray }

func (c crawl) Print(ctx context.Context, printer string, _ present.PaperKind, drafts []exam.DraftID, tell func(present.PrintJob)) error {
	c.Job, c.Open = present.PrintJob{Printer: printer, Printed: 1, All: 3}, true
	tell(c.Job)
	if err := ctx.Err(); err != nil {
		return &exam.Error{Kind: exam.KindCanceled, Op: "print", Err: errors.New("stopped")}
	}
	return nil
}

func TestPrintingCanBeStoppedAndSaysSo(t *testing.T) {
	w := presenttest.NewWorld()
	ports := w.Ports()
	ports.Printers = crawl{w.Tray}
	d := present.NewDesk(ports, w.Loop, func() {})
	d.New()
	w.Loop.Drain()
	d.Go(present.PagePrint)
	w.Loop.Drain()
	d.StopPrinting() // nothing runs
	d.PrintPaper()
	d.StopPrinting()
	w.Loop.Advance(time.Second)
	if v := d.Print(); v.State != present.PressUnfinished || v.Refused.Key() != "ui.print.refused.canceled" || v.Job.Printed != 1 {
		t.Errorf("the press is %q, %s, %+v", v.State, v.Refused.Key(), v.Job)
	}
}

func TestTheCountGoesOnWhileItPrints(t *testing.T) {
	w, d := atTheTray(t)
	told := 0
	d.PrintPaper()
	for range 3 { // the work has not been run: time alone passes
		before := d.Print().State
		w.Loop.Away(time.Second)
		if before == present.PressRunning {
			told++
		}
	}
	if told != 3 {
		t.Errorf("it ran for %d of 3 looks", told)
	}
	w.Loop.Advance(time.Second)
	if d.Print().State != present.PressDone {
		t.Errorf("it ends as %q", d.Print().State)
	}
}

func TestCharactersThatNoFontHasAreNamed(t *testing.T) {
	w, d := atTheTray(t)
	w.Missing = []rune{0x2CB4E, 0x9FFF}
	d.Preview(present.PaperRegistration)
	w.Loop.Drain()
	if got := d.Print().Missing; got != "U+2CB4E U+9FFF" {
		t.Errorf("named are %q", got)
	}
}

func TestASheetIsWrittenAndOpened(t *testing.T) {
	w, d := desk(t)
	d.KeepSheet("sheet.png", []byte("\x89PNG"))
	w.Loop.Drain()
	if len(w.Kept["sheet.png"]) == 0 || len(w.Shown) != 1 || d.Kept() != w.Shown[0] {
		t.Errorf("kept %d, opened %v", len(w.Kept), w.Shown)
	}
}
