package ui

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"wenbao/ui/present"
)

// completeCard says how far the form is.
func (w *Window) completeCard() fyne.CanvasObject {
	k, f := w.kit, w.desk.Form()
	blocks, doubts := 0, 0
	for _, s := range f.StepList() {
		blocks += s.Missing
		doubts += s.Doubts
	}
	text := k.key("complete.ready")
	if blocks > 0 {
		text = k.key("complete.missing", "count", blocks)
	}
	box := newColumn(gapSmall, newText(styleStrong, k.key("complete.title", "percent", f.Complete())), progress(int64(f.Complete()), 100), caption(text))
	if doubts > 0 {
		add(box, caption(k.key("complete.doubts", "count", doubts)))
	}
	return surface(colorCard, colorLine, radiusCard, 16, box)
}

// yearsCard is the reckoning of the years of work, drawn and in words.
func (w *Window) yearsCard() fyne.CanvasObject {
	k, y := w.kit, w.desk.Form().Years()
	box := newColumn(gapSmall, newFlow(gapSmall, newText(styleStrong.oneLine(), k.key("years.title"))), newFlow(0, badge(y.Tone, k.key("verdict."+string(y.Verdict)))))
	if y.Required > 0 {
		add(box, body(k.key("years.counted", "counted", k.duration(y.Counted), "required", k.duration(y.Required))))
		add(box, newMeter(y.Counted, y.Required))
	}
	if y.To > y.From {
		add(box, newYearsPicture(y))
	}
	add(box, caption(k.say(y.Text)))
	return surface(colorCard, colorLine, radiusCard, 16, box)
}

func (k *kit) duration(months int) string { return k.say(present.Duration(months)) }

// newMeter is a bar with the requirement as a line: months counted against
// months required.
func newMeter(counted, required int) fyne.CanvasObject {
	m := &meterLayout{share: float32(counted) / float32(max(counted, required)), line: float32(required) / float32(max(counted, required))}
	back, fill, mark := canvas.NewRectangle(tint("button")), canvas.NewRectangle(tint(colorAccent)), canvas.NewRectangle(tint(colorText))
	if counted >= required {
		fill.FillColor = tint(colorGood)
	}
	back.CornerRadius, fill.CornerRadius = 4, 4
	return container.New(m, back, fill, mark)
}

type meterLayout struct{ share, line float32 }

func (m *meterLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(60, 16) }

func (m *meterLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Move(fyne.NewPos(0, 4))
	o[0].Resize(fyne.NewSize(size.Width, 8))
	o[1].Move(fyne.NewPos(0, 4))
	o[1].Resize(fyne.NewSize(size.Width*m.share, 8))
	o[2].Move(fyne.NewPos(min(size.Width*m.line, size.Width-2), 0))
	o[2].Resize(fyne.NewSize(2, 16))
}

// newYearsPicture draws the posts on a line of years, the counted months filled.
func newYearsPicture(y present.Years) fyne.CanvasObject {
	l := &yearsLayout{years: y}
	var objects []fyne.CanvasObject
	for range y.Posts {
		r := canvas.NewRectangle(tint("button"))
		r.StrokeColor, r.StrokeWidth, r.CornerRadius = tint("inputBorder"), 1, 3
		objects = append(objects, r)
	}
	for range y.Marks {
		r := canvas.NewRectangle(tint(colorGood))
		r.CornerRadius = 3
		objects = append(objects, r)
	}
	for year := y.From / 12; year <= y.To/12; year += l.stride() {
		t := newText(textStyle{size: sizeCaption, color: colorMuted, line: true}, fmt.Sprintf("%04d", year))
		objects = append(objects, t)
	}
	return container.New(l, objects...)
}

// yearsLayout places the bars of posts, those of counted months below them, and
// the years along the foot.
type yearsLayout struct{ years present.Years }

const barHeight = 10

// stride is how many years lie between two labels.
func (l *yearsLayout) stride() int { return max((l.years.To-l.years.From+1)/12/4, 1) }

func (l *yearsLayout) lanes() int { return min(len(l.years.Posts), 6) }

func (l *yearsLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(120, float32(l.lanes()+1)*(barHeight+3)+sizeOf(sizeCaption)*1.5+gapTiny)
}

func (l *yearsLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	y := l.years
	month := size.Width / float32(y.To-y.From+1)
	put := func(r fyne.CanvasObject, b present.Bar, lane int) {
		r.Move(fyne.NewPos(float32(b.From-y.From)*month, float32(lane)*(barHeight+3)))
		r.Resize(fyne.NewSize(float32(b.To-b.From+1)*month, barHeight))
	}
	for i, b := range y.Posts {
		put(o[i], b, i%l.lanes())
	}
	for i, b := range y.Marks {
		put(o[len(y.Posts)+i], b, l.lanes())
	}
	foot := float32(l.lanes()+1)*(barHeight+3) + gapTiny
	for i, t := range o[len(y.Posts)+len(y.Marks):] {
		t.Move(fyne.NewPos(float32(i*l.stride()*12)*month, foot))
		t.Resize(t.MinSize())
	}
}

// daysCard counts down to the days that matter; nil when none is known.
func (w *Window) daysCard() fyne.CanvasObject {
	k := w.kit
	days := w.desk.Home().Days
	if len(days) == 0 {
		return nil
	}
	box := newColumn(gap, newText(styleStrong, k.key("days.title")))
	national := false
	for _, d := range days {
		c := colorText
		if d.Near {
			c = colorWarn
		}
		add(box, newColumn(0, newRow(gapSmall, 0, newText(styleBody.in(c), k.say(d.Text)), newText(styleStrong.in(c).oneLine(), k.say(d.Left))), caption(k.say(d.When))))
		national = national || d.National
	}
	if national {
		add(box, caption(k.key("days.national")))
	}
	if set := w.remindRow(); set != nil {
		add(box, set)
	}
	return surface(colorCard, colorLine, radiusCard, 16, box)
}
