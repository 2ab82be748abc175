package present_test

import (
	"context"
	"image"
	"slices"
	"testing"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// press is a printer whose paper says what it was made of, and that can jam.
type press struct {
	jams  bool
	drawn []present.PaperKind
	last  exam.Draft
}

func (p *press) Pages(ctx context.Context, kind present.PaperKind, d exam.Draft, dpi float64) (present.Preview, error) {
	if ctx.Err() != nil {
		return present.Preview{}, &exam.Error{Kind: exam.KindCanceled, Op: "draw pages", Err: ctx.Err()}
	}
	p.drawn, p.last = append(p.drawn, kind), d
	if p.jams {
		return present.Preview{}, exam.Errorf(exam.KindInternal, "draw pages", "jammed")
	}
	return present.Preview{Pages: []image.Image{image.NewGray(image.Rect(0, 0, 10, 10))}}, nil
}

func (p *press) PDF(_ context.Context, kind present.PaperKind, d exam.Draft) ([]byte, error) {
	p.last = d
	if p.jams {
		return nil, exam.Errorf(exam.KindInternal, "write PDF", "jammed")
	}
	return []byte("%PDF-1.7 " + string(kind) + " " + d.Document.Name), nil
}

// printed gives a desk with a press of its own and a draft open on it.
func printed(t *testing.T, doc exam.Document) (*press, *presenttest.World, *present.Desk) {
	t.Helper()
	w, p := presenttest.NewWorld(), &press{}
	ports := w.Ports()
	ports.Paper = p
	d := present.NewDesk(ports, w.Loop, func() {})
	draft, err := ports.Drafts.Create(doc, w.Pack.Ref())
	if err != nil {
		t.Fatal(err)
	}
	d.Open(draft.ID)
	w.Loop.Drain()
	return p, w, d
}

func TestThePreviewShowsWhatIsTypedAndIsSavedFirst(t *testing.T) {
	p, w, d := printed(t, presenttest.Complete())
	d.Form().Set("name", "王小雪")
	d.Go(present.PagePrint)
	if !d.Print().Busy {
		t.Error("nothing says that the pages are being drawn")
	}
	w.Loop.Drain()
	if p.last.Document.Name != "王小雪" || w.Drafts[d.Form().ID()].Document.Name != "王小雪" {
		t.Errorf("drawn for %q, stored is %q", p.last.Document.Name, w.Drafts[d.Form().ID()].Document.Name)
	}
	if v := d.Print(); v.Busy || v.Trouble || len(v.Pages) != 1 {
		t.Errorf("print page is %+v", v)
	}
}

func TestAPaperThatIsNoLongerWantedIsNotDrawn(t *testing.T) {
	p, w, d := printed(t, presenttest.Complete())
	d.Go(present.PagePrint)
	for _, k := range []present.PaperKind{present.PaperWorkYears, present.PaperCommitment, present.PaperWorkYears} {
		d.Preview(k)
	}
	w.Loop.Drain()
	if !slices.Equal(p.drawn, []present.PaperKind{present.PaperWorkYears}) || d.Print().Kind != present.PaperWorkYears {
		t.Errorf("drawn were %v, shown is %s", p.drawn, d.Print().Kind)
	}
}

func TestAPaperThatCannotBeDrawnIsSaid(t *testing.T) {
	p, w, d := printed(t, presenttest.Complete())
	p.jams = true
	d.Go(present.PagePrint)
	w.Loop.Drain()
	if v := d.Print(); !v.Trouble || v.Busy || len(v.Pages) != 0 {
		t.Errorf("print page is %+v", v)
	}
	p.jams = false
	d.Preview(present.PaperRegistration)
	w.Loop.Drain()
	if v := d.Print(); v.Trouble || len(v.Pages) != 1 {
		t.Errorf("once it works the page is %+v", v)
	}
}

func TestAFileThatCannotBeWrittenIsNeitherKeptNorOpened(t *testing.T) {
	for name, fault := range map[string]func(*press, *presenttest.World){
		"jammed": func(p *press, _ *presenttest.World) { p.jams = true },
		"full":   func(_ *press, w *presenttest.World) { w.DiskFull() },
	} {
		p, w, d := printed(t, presenttest.Complete())
		d.Go(present.PagePrint)
		w.Loop.Drain()
		fault(p, w)
		d.SavePDF(true)
		w.Loop.Drain()
		if _, bad := d.Trouble(); !bad || d.Kept() != "" || len(w.Kept) != 0 || len(w.Shown) != 0 {
			t.Errorf("%s: said %v, kept %q, opened %v", name, bad, d.Kept(), w.Shown)
		}
	}
}

func TestSavingAPaperSaysWhereAndOpensItOnlyIfAsked(t *testing.T) {
	_, w, d := printed(t, presenttest.Complete())
	d.Go(present.PagePrint)
	w.Loop.Drain()
	d.SavePDF(false)
	w.Loop.Drain()
	if len(w.Kept) != 1 || len(w.Shown) != 0 || d.Print().Kept == "" {
		t.Errorf("kept %d files, opened %v, says %q", len(w.Kept), w.Shown, d.Print().Kept)
	}
	d.SavePDF(true)
	w.Loop.Drain()
	if len(w.Shown) != 1 || w.Shown[0] != d.Print().Kept {
		t.Errorf("opened %v, kept at %q", w.Shown, d.Print().Kept)
	}
	d.Preview(present.PaperCommitment)
	if d.Print().Kept != "" {
		t.Error("another paper is said to be kept already")
	}
}

func TestOnlyADeliveredPaperIsWithoutTheDraftMark(t *testing.T) {
	w, d, f := complete(t)
	d.Go(present.PagePrint)
	w.Loop.Drain()
	if !d.Print().Draft {
		t.Error("a draft's paper bears no mark")
	}
	f.Submit()
	w.Loop.Drain()
	if !d.Print().Draft {
		t.Error("a waiting submission's paper bears no mark")
	}
	w.Answer(f.ID(), exam.StateSubmitted, "")
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	if d.Print().Draft {
		t.Error("a delivered registration's paper bears the mark")
	}
	f.Set("address", "另一个地址")
	if !d.Print().Draft {
		t.Error("a paper that differs from what the server has bears no mark")
	}
}

func TestTheReceiptIsOfferedOnceThereIsOne(t *testing.T) {
	for _, state := range every {
		_, d, _ := submitted(t, state)
		if has := slices.Contains(d.Print().Kinds, present.PaperReceipt); has != (state == exam.StateCompleted) {
			t.Errorf("%s: receipt offered %v", state, has)
		}
		for _, k := range []present.PaperKind{present.PaperRegistration, present.PaperWorkYears, present.PaperCommitment} {
			if !slices.Contains(d.Print().Kinds, k) {
				t.Errorf("%s: no %s", state, k)
			}
		}
	}
}

func TestNothingIsPrintedWithoutADraft(t *testing.T) {
	p, w := &press{}, presenttest.NewWorld()
	ports := w.Ports()
	ports.Paper = p
	d := present.NewDesk(ports, w.Loop, func() {})
	d.Preview(present.PaperRegistration)
	d.SavePDF(true)
	w.Loop.Drain()
	if len(p.drawn) != 0 || len(w.Kept) != 0 || d.Print().Busy {
		t.Errorf("drawn %v, kept %d, busy %v", p.drawn, len(w.Kept), d.Print().Busy)
	}
}
