package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"wenbao/ui/present"
)

// printPage is 打印: the preview is the print.
func (w *Window) printPage() fyne.CanvasObject {
	k, v := w.kit, w.desk.Print()
	var kinds []choice
	for _, kind := range v.Kinds {
		kinds = append(kinds, choice{string(kind), k.key("paper." + string(kind))})
	}
	box := newColumn(gapLarge, title(k.key("page.print")), k.options("print.kind", kinds, string(v.Kind), false, func(s string) { w.desk.Preview(present.PaperKind(s)) }))
	if v.Draft {
		add(box, banner(present.Calm, "", k.key("print.draft")))
	}
	if v.Missing != "" {
		add(box, banner(present.Warning, k.key("print.missing"), k.key("print.missing.text", "runes", v.Missing)))
	}
	add(box, w.printerCard(v))
	add(box, newFlow(gap, k.secondary("action.print", k.key("print.open"), func() { w.desk.SavePDF(true) }),
		k.secondary("action.save_pdf", k.key("print.save"), func() { w.desk.SavePDF(false) })))
	if v.Kept != "" {
		add(box, banner(present.Good, k.key("print.saved"), v.Kept))
	}
	switch {
	case v.Busy:
		add(box, caption(k.key("print.busy")))
	case v.Trouble:
		add(box, banner(present.Trouble, k.key("print.trouble"), k.key("print.trouble.text")))
	}
	for i, page := range v.Pages {
		img := canvas.NewImageFromImage(page)
		img.FillMode = canvas.ImageFillContain
		add(box, caption(k.key("print.page", "page", i+1, "pages", len(v.Pages))))
		add(box, surface(colorCard, colorLine, 2, 1, container.New(&sheet{}, img)))
	}
	return held(800, box)
}

// printerCard is the system's queue: which printer, this paper or all, and how far
// a job is.
func (w *Window) printerCard(v present.PrintView) fyne.CanvasObject {
	k := w.kit
	box := newColumn(gap, newText(styleStrong, k.key("print.printer")))
	switch {
	case v.Asking:
		add(box, caption(k.key("print.asking")))
		return card(box)
	case len(v.Printers) == 0:
		add(box, caption(k.key("print.no_printer")))
		return card(box)
	}
	var names []choice
	for _, name := range v.Printers {
		names = append(names, choice{name, name})
	}
	running := v.State == present.PressRunning
	add(box, k.options("print.printer", names, v.Printer, running, w.desk.ChoosePrinter))
	if running {
		add(box, progress(int64(v.Job.Printed), int64(max(v.Job.All, 1))))
		add(box, caption(k.key("print.job", "printed", v.Job.Printed, "all", v.Job.All, "queued", v.Job.Queued)))
		add(box, newFlow(gap, k.secondary("action.print_stop", k.key("print.stop"), w.desk.StopPrinting)))
		return card(box)
	}
	if !v.Refused.Empty() {
		add(box, banner(present.Warning, "", k.say(v.Refused)))
	}
	if v.State == present.PressUnfinished {
		after := w.entry("print.after")
		after.SetPlaceHolder(k.key("print.after"))
		goOn := func() { w.desk.GoOnPrinting(after.Text); after.show("") }
		add(box, banner(present.Busy, k.key("print.unfinished"), k.key("print.unfinished.text", "printed", v.Job.Printed, "all", v.Job.All, "printer", v.Job.Printer)))
		add(box, newRow(gapSmall, 0, after, k.primary("action.print_on", k.key("print.on"), goOn)))
		add(box, newFlow(gap, k.plain("action.print_forget", k.key("print.forget"), w.desk.ForgetPrinting)))
		return card(box)
	}
	if v.State == present.PressDone {
		add(box, banner(present.Good, "", k.key("print.done", "printed", v.Job.Printed, "all", v.Job.All)))
		if v.Job.Left > 0 {
			add(box, banner(present.Warning, "", k.key("print.left", "count", v.Job.Left)))
		}
		if v.Job.Doubt > 0 {
			add(box, banner(present.Warning, "", k.key("print.doubt")))
		}
	}
	row := newFlow(gap, k.button("action.print_paper", lookPrimary, textStyle{size: sizeBody, color: colorOnAccent, bold: true}, theme.DocumentPrintIcon(), k.key("print.here"), w.desk.PrintPaper))
	if v.Confirmed > 1 {
		add(row, k.secondary("action.print_all", k.key("print.all", "count", v.Confirmed), w.desk.PrintAll))
	}
	add(box, row)
	return card(box)
}

// sheet keeps the shape of A4.
type sheet struct{ asked }

func (s *sheet) heightFor(_ []fyne.CanvasObject, width float32) float32 { return width * 297 / 210 }

func (s *sheet) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(200, s.heightFor(o, max(s.width, 200)))
}

func (s *sheet) Layout(o []fyne.CanvasObject, size fyne.Size) {
	s.width = size.Width
	o[0].Resize(size)
}
