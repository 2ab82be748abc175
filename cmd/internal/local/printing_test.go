package local

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/exam/form"
	"wenbao/store"
)

// tray is a printer that lays sheets out one after another. It finishes a paper
// each time it is asked, unless it is jammed.
type tray struct {
	sheets []string // titles of what came out
	queue  []string
	jammed bool
	refuse int // refuses from this paper on; 0 never
	cut    int // after so many papers the power fails, before lp has answered; 0 never
	power  context.CancelFunc
	taken  int
}

func (t *tray) Printers(context.Context) ([]string, error) { return []string{"tray"}, nil }

func (t *tray) Print(ctx context.Context, printer, title string, p *form.Paper) (string, error) {
	if t.refuse > 0 && t.taken+1 >= t.refuse {
		return "", exam.Errorf(exam.KindUnreachable, "print", "the printer is off")
	}
	t.taken++
	t.queue = append(t.queue, title)
	if t.cut == t.taken {
		t.power()
		return "", exam.Errorf(exam.KindCanceled, "print", "the power is gone")
	}
	return title, nil
}

func (t *tray) Waiting(context.Context, string) ([]string, error) {
	if len(t.queue) > 0 && !t.jammed {
		t.sheets, t.queue = append(t.sheets, t.queue[0]), t.queue[1:]
	}
	return slices.Clone(t.queue), nil
}

// drain lets the printer finish by itself.
func (t *tray) drain() {
	t.sheets, t.queue = append(t.sheets, t.queue...), nil
}

func open(t *testing.T) *store.Store {
	t.Helper()
	st, err := Open(t.Context(), filepath.Join(t.TempDir(), "data"), store.Keys{Passphrase: "correct horse battery staple"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return st
}

func drafts(t *testing.T, st *store.Store, n int) (ids []exam.DraftID) {
	t.Helper()
	raw, err := os.ReadFile("../../../docs/example.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc exam.Document
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	docs := make([]exam.Document, n)
	for i := range docs {
		docs[i] = doc
		docs[i].Name = fmt.Sprintf("张%d", i)
	}
	all, err := st.CreateAll(docs, Packs()[0].Ref())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		ids = append(ids, d.ID)
	}
	return ids
}

func titles(from, to, of int) (list []string) {
	for i := from; i <= to; i++ {
		list = append(list, fmt.Sprintf("wenbao %d/%d", i, of))
	}
	return list
}

func TestPrintingGoesOnAfterAPowerCutWithTheNextSheet(t *testing.T) {
	st := open(t)
	const n = 40
	ids := drafts(t, st, n)
	synctest.Test(t, func(t *testing.T) {
		ctx, power := context.WithCancel(t.Context())
		printer := &tray{cut: 25, power: power}
		p := Printing{Store: st, Spooler: printer, Words: assets.In("en")}
		j, err := p.Begin(form.KindRegistration, "tray", ids)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(ctx, &j, nil); exam.KindOf(err) != exam.KindCanceled {
			t.Fatalf("the run ended with %v", err)
		}
		printer.cut = 0
		printer.drain() // the queue has its own memory

		back, ok, err := p.Unfinished()
		if err != nil || !ok || back.Taken != 24 || !back.Handing || len(back.IDs) != n || back.Printer != "tray" {
			t.Fatalf("the journal says %+v, %v", back.place, err)
		}
		if _, err := p.Begin(form.KindRegistration, "tray", ids); exam.KindOf(err) != exam.KindState {
			t.Errorf("another job was begun over an unfinished one: %v", err)
		}
		var told []int
		if err := p.Run(t.Context(), &back, func(j PrintJob) { told = append(told, j.Printed()) }); err != nil {
			t.Fatal(err)
		}
		// Only the sheet that was on its way when the power went may come out twice.
		want := append(titles(1, 25, n), titles(25, n, n)...)
		if !slices.Equal(printer.sheets, want) || back.Doubt != 1 {
			t.Errorf("came out: %v, in doubt %d", printer.sheets, back.Doubt)
		}
		if !slices.IsSorted(told) || told[len(told)-1] != n {
			t.Errorf("told %v", told)
		}
		if _, ok, _ := p.Unfinished(); ok {
			t.Error("a finished job is still in the journal")
		}
	})
}

func TestAfterAJamPrintingGoesOnWhereTheOperatorSays(t *testing.T) {
	st := open(t)
	ids := drafts(t, st, 30)
	synctest.Test(t, func(t *testing.T) {
		printer := &tray{jammed: true}
		p := Printing{Store: st, Spooler: printer, Words: assets.In("en")}
		j, err := p.Begin(form.KindRegistration, "tray", ids)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		if err := p.Run(ctx, &j, func(j PrintJob) {
			if len(j.Queued) == ahead {
				stop()
			}
		}); exam.KindOf(err) != exam.KindCanceled {
			t.Fatal(err)
		}
		if printer.taken != ahead || j.Printed() != 0 {
			t.Errorf("a jammed printer was given %d papers, %d are called printed", printer.taken, j.Printed())
		}
		printer.queue, printer.jammed = nil, false // the operator clears the queue; three good sheets are in hand
		back, _, err := p.Unfinished()
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{31, 0, -1} {
			if err := back.From(n); exam.KindOf(err) != exam.KindInvalid {
				t.Errorf("paper %d of 30: %v", n, err)
			}
		}
		if err := p.After(&back, "no such number"); exam.KindOf(err) != exam.KindNotFound {
			t.Errorf("a number of no paper: %v", err)
		}
		if err := back.From(4); err != nil {
			t.Fatal(err)
		}
		if err := p.Run(t.Context(), &back, nil); err != nil {
			t.Fatal(err)
		}
		if want := titles(4, 30, 30); !slices.Equal(printer.sheets, want) {
			t.Errorf("came out: %v", printer.sheets)
		}
	})
}

func TestOnePaperThatCannotBeLaidOutNeverStopsTheOthers(t *testing.T) {
	st := open(t)
	ids := drafts(t, st, 5)
	if err := cmp.Or(st.Delete(ids[2]), st.Purge(ids[2])); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		printer := &tray{}
		p := Printing{Store: st, Spooler: printer, Words: assets.In("en")}
		j, err := p.Begin(form.KindRegistration, "tray", ids)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(t.Context(), &j, nil); err != nil {
			t.Fatal(err)
		}
		if len(printer.sheets) != 4 || !slices.Equal(j.Left, []int{2}) || j.Printed() != 4 {
			t.Errorf("%d sheets, %+v", len(printer.sheets), j.place)
		}
	})
}

func TestAPrinterThatRefusesLeavesTheJournalBeforeTheRefusedPaper(t *testing.T) {
	st := open(t)
	ids := drafts(t, st, 6)
	synctest.Test(t, func(t *testing.T) {
		printer := &tray{refuse: 4}
		p := Printing{Store: st, Spooler: printer, Words: assets.In("en")}
		j, err := p.Begin(form.KindRegistration, "tray", ids)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(t.Context(), &j, nil); exam.KindOf(err) != exam.KindUnreachable {
			t.Fatal(err)
		}
		back, ok, err := p.Unfinished()
		if err != nil || !ok || back.Taken != 3 || back.Handing {
			t.Errorf("%+v, %v, %v", back.place, ok, err)
		}
	})
}

// Nothing of a person may lie on the disk unsealed: names of the job's papers
// are not in any file of the data folder, nor is the list of drafts.
func TestThePrintJournalIsSealed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	st, err := Open(t.Context(), dir, store.Keys{Passphrase: "correct horse battery staple"})
	if err != nil {
		t.Fatal(err)
	}
	ids := drafts(t, st, 3)
	p := Printing{Store: st, Spooler: &tray{}, Words: assets.In("en")}
	if _, err := p.Begin(form.KindRegistration, "printer-in-room-7", ids); err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if strings.Contains(string(raw), "printer-in-room-7") {
			t.Errorf("%s holds the job in the clear", filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
