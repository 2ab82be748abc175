package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// flowing is a thing whose height follows from its width. Fyne asks for a
// minimum size before it tells the width, which cannot serve wrapped text; the
// layouts of this file ask for the height at a width instead, so that one pass
// is right, on the screen as in a test.
type flowing interface{ HeightFor(width float32) float32 }

// flowLayout is the same for a container's layout.
type flowLayout interface {
	heightFor(objects []fyne.CanvasObject, width float32) float32
}

func heightFor(o fyne.CanvasObject, width float32) float32 {
	switch v := o.(type) {
	case flowing:
		return v.HeightFor(width)
	case *fyne.Container:
		if l, ok := v.Layout.(flowLayout); ok {
			return l.heightFor(v.Objects, width)
		}
	}
	return o.MinSize().Height
}

// asked remembers the width last laid out, for callers that can only ask for a
// minimum size.
type asked struct{ width float32 }

// column stacks objects, each as wide as the column.
type column struct {
	asked
	gap float32
}

func newColumn(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&column{gap: gap}, existing(objects)...)
}

// existing drops the nils, so that callers may leave out what does not apply.
func existing(objects []fyne.CanvasObject) []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, 0, len(objects))
	for _, o := range objects {
		if o != nil {
			out = append(out, o)
		}
	}
	return out
}

// add puts objects into a container that is still being made; Fyne's own Add lays
// out all that is there again each time.
func add(c *fyne.Container, objects ...fyne.CanvasObject) *fyne.Container {
	c.Objects = append(c.Objects, existing(objects)...)
	return c
}

func (l *column) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	total, n := float32(0), 0
	for _, o := range objects {
		if o.Visible() {
			total += heightFor(o, width)
			n++
		}
	}
	return total + l.gap*float32(max(n-1, 0))
}

func (l *column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := widest(objects)
	return fyne.NewSize(w, l.heightFor(objects, max(w, l.width)))
}

func (l *column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	y := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		h := heightFor(o, size.Width)
		o.Resize(fyne.NewSize(size.Width, h))
		o.Move(fyne.NewPos(0, y))
		y += h + l.gap
	}
}

func widest(objects []fyne.CanvasObject) (w float32) {
	for _, o := range objects {
		if o.Visible() {
			w = max(w, o.MinSize().Width)
		}
	}
	return w
}

// row sets objects side by side at their least width; the one at index grow
// takes what is left. A negative grow leaves the rest empty.
type row struct {
	asked
	gap  float32
	grow int
}

func newRow(gap float32, grow int, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&row{gap: gap, grow: grow}, objects...)
}

func (l *row) widths(objects []fyne.CanvasObject, width float32) []float32 {
	ws := make([]float32, len(objects))
	rest := width - l.gap*float32(len(objects)-1)
	for i, o := range objects {
		if i != l.grow {
			ws[i] = o.MinSize().Width
			rest -= ws[i]
		}
	}
	if l.grow >= 0 && l.grow < len(ws) {
		ws[l.grow] = max(rest, 0)
	}
	return ws
}

func (l *row) heightFor(objects []fyne.CanvasObject, width float32) (h float32) {
	for i, w := range l.widths(objects, width) {
		h = max(h, heightFor(objects[i], w))
	}
	return h
}

func (l *row) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := l.gap * float32(max(len(objects)-1, 0))
	for _, o := range objects {
		w += o.MinSize().Width
	}
	return fyne.NewSize(w, l.heightFor(objects, max(w, l.width)))
}

func (l *row) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	x := float32(0)
	for i, w := range l.widths(objects, size.Width) {
		h := heightFor(objects[i], w)
		objects[i].Resize(fyne.NewSize(w, h))
		y := (size.Height - h) / 2
		if c, ok := objects[i].(*fyne.Container); ok && isTop(c) {
			y = 0
		}
		objects[i].Move(fyne.NewPos(x, y))
		x += w + l.gap
	}
}

// flow sets objects side by side and goes on in a new line when one is full.
type flow struct {
	asked
	gap float32
}

func newFlow(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&flow{gap: gap}, existing(objects)...)
}

// place calls put for each object with its place, and gives the height.
func (l *flow) place(objects []fyne.CanvasObject, width float32, put func(o fyne.CanvasObject, x, y, w, h float32)) float32 {
	var x, y, line float32
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		w := min(o.MinSize().Width, width)
		h := heightFor(o, w)
		if x > 0 && x+w > width+0.5 {
			x, y, line = 0, y+line+l.gap, 0
		}
		put(o, x, y, w, h)
		x += w + l.gap
		line = max(line, h)
	}
	return y + line
}

func (l *flow) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	return l.place(objects, width, func(fyne.CanvasObject, float32, float32, float32, float32) {})
}

func (l *flow) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := widest(objects)
	return fyne.NewSize(w, l.heightFor(objects, max(w, l.width)))
}

func (l *flow) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	l.place(objects, size.Width, func(o fyne.CanvasObject, x, y, w, h float32) {
		o.Resize(fyne.NewSize(w, h))
		o.Move(fyne.NewPos(x, y))
	})
}

// halves sets objects in equal columns, as many as fit at least wide, at most
// most.
type halves struct {
	asked
	gap, least float32
	most       int
}

func newHalves(most int, least float32, objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&halves{gap: gapLarge, least: least, most: most}, existing(objects)...)
}

func (l *halves) columns(width float32) (n int, w float32) {
	n = min(max(int((width+l.gap)/(l.least*textScale()+l.gap)), 1), l.most)
	return n, (width - l.gap*float32(n-1)) / float32(n)
}

func (l *halves) heightFor(objects []fyne.CanvasObject, width float32) (total float32) {
	n, w := l.columns(width)
	for i := 0; i < len(objects); i += n {
		if i > 0 {
			total += l.gap
		}
		total += lineHeight(objects[i:min(i+n, len(objects))], w)
	}
	return total
}

func lineHeight(objects []fyne.CanvasObject, w float32) (h float32) {
	for _, o := range objects {
		h = max(h, heightFor(o, w))
	}
	return h
}

func (l *halves) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := widest(objects)
	return fyne.NewSize(w, l.heightFor(objects, max(w, l.width)))
}

func (l *halves) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	n, w := l.columns(size.Width)
	y := float32(0)
	for i := 0; i < len(objects); i += n {
		line := objects[i:min(i+n, len(objects))]
		h := lineHeight(line, w)
		for j, o := range line {
			o.Resize(fyne.NewSize(w, h))
			o.Move(fyne.NewPos(float32(j)*(w+l.gap), y))
		}
		y += h + l.gap
	}
}

// inset keeps a distance around its objects (which lie upon one another) and
// holds them to a greatest width.
type inset struct {
	asked
	left, top, right, bottom float32
	most                     float32 // greatest width of the content; 0: none
}

func padded(p float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(&inset{left: p, top: p, right: p, bottom: p}, o)
}

// held keeps o from being wider than most, at the left.
func held(most float32, o fyne.CanvasObject) *fyne.Container {
	return container.New(&inset{most: most * textScale()}, o)
}

func (l *inset) inner(width float32) float32 {
	w := width - l.left - l.right
	if l.most > 0 {
		w = min(w, l.most)
	}
	return max(w, 0)
}

func (l *inset) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	return lineHeight(objects, l.inner(width)) + l.top + l.bottom
}

func (l *inset) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := widest(objects) + l.left + l.right
	return fyne.NewSize(w, l.heightFor(objects, max(w, l.width)))
}

func (l *inset) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	for _, o := range objects {
		o.Resize(fyne.NewSize(l.inner(size.Width), max(size.Height-l.top-l.bottom, 0)))
		o.Move(fyne.NewPos(l.left, l.top))
	}
}

// over lays objects upon one another, each of the full size; the highest
// decides.
type over struct{ asked }

func newOver(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&over{}, existing(objects)...)
}

func (l *over) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	return lineHeight(objects, width)
}

func (l *over) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := widest(objects)
	return fyne.NewSize(w, l.heightFor(objects, max(w, l.width)))
}

func (l *over) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	for _, o := range objects {
		o.Resize(size)
		o.Move(fyne.NewPos(0, 0))
	}
}

// beside sets a main object and an aside next to each other, and the aside
// below when there is no room for main's least width.
type beside struct {
	asked
	gap, main, aside float32 // widths at 100 % text
}

func newBeside(mainWidth, asideWidth float32, main, aside fyne.CanvasObject) *fyne.Container {
	return container.New(&beside{gap: gapHuge, main: mainWidth, aside: asideWidth}, main, aside)
}

func (l *beside) fits(width float32) bool {
	return width >= (l.main*0.8+l.aside)*textScale()+l.gap
}

func (l *beside) parts(width float32) (main, aside float32) {
	if !l.fits(width) {
		return width, width
	}
	aside = l.aside * textScale()
	return min(width-aside-l.gap, l.main*textScale()), aside
}

func (l *beside) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	m, a := l.parts(width)
	hm, ha := heightFor(objects[0], m), heightFor(objects[1], a)
	if l.fits(width) {
		return max(hm, ha)
	}
	return hm + l.gap + ha
}

func (l *beside) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := widest(objects)
	return fyne.NewSize(w, l.heightFor(objects, max(w, l.width)))
}

func (l *beside) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	m, a := l.parts(size.Width)
	hm, ha := heightFor(objects[0], m), heightFor(objects[1], a)
	objects[0].Resize(fyne.NewSize(m, hm))
	objects[0].Move(fyne.NewPos(0, 0))
	objects[1].Resize(fyne.NewSize(a, ha))
	if l.fits(size.Width) {
		objects[1].Move(fyne.NewPos(m+l.gap, 0))
		return
	}
	objects[1].Move(fyne.NewPos(0, hm+l.gap))
}

// pane is a page that scrolls downwards.
type pane struct {
	*fyne.Container
	scroll *container.Scroll
}

func newPane(content fyne.CanvasObject) *pane {
	p := &pane{scroll: container.NewVScroll(content)}
	p.scroll.OnScrolled = func(fyne.Position) { p.look() }
	p.Container = container.New(&paneLayout{pane: p}, p.scroll)
	return p
}

// to scrolls to a place.
func (p *pane) to(at fyne.Position) {
	p.scroll.ScrollToOffset(at)
	p.look()
}

// look tells the long lists of the page what is in sight.
func (p *pane) look() {
	var focus fyne.Focusable
	if c := fyne.CurrentApp().Driver().CanvasForObject(p.scroll); c != nil {
		focus = c.Focused()
	}
	kept, _ := focus.(fyne.CanvasObject)
	p.sight(kept)
}

// sight makes stand what is in sight, and the row of kept, which may be nil.
func (p *pane) sight(kept fyne.CanvasObject) {
	top, height := p.scroll.Offset.Y, p.scroll.Size().Height
	longLists(p.scroll.Content, 0, func(l *longList, y float32) {
		if l.sight(top-y, top+height-y, kept) {
			canvas.Refresh(l.box)
		}
	})
}

// fetch finds a control in the rows that do not stand in the window, and makes
// its row stand there until something else has the focus.
func (p *pane) fetch(fits func(identified) bool) (found identified, ok bool) {
	longLists(p.scroll.Content, 0, func(l *longList, _ float32) {
		for _, row := range l.rows {
			walk(row, func(i identified) {
				if found == nil && fits(i) {
					found = i
				}
			})
		}
	})
	if found != nil {
		p.sight(found)
	}
	return found, found != nil
}

// longLists calls see for every long list of a page with where it begins.
func longLists(o fyne.CanvasObject, y float32, see func(*longList, float32)) {
	c, ok := o.(*fyne.Container)
	if !ok {
		return
	}
	if l, ok := c.Layout.(*longList); ok {
		see(l, y)
		return
	}
	for _, child := range c.Objects {
		longLists(child, y+child.Position().Y, see)
	}
}

// settle lays the content out again after its height may have changed, and
// keeps the place. It draws nothing anew that did not change, as Fyne's Refresh
// would.
func (p *pane) settle() {
	at := p.scroll.Offset
	p.Layout.Layout(p.Objects, p.Size())
	arrange(p.scroll.Content)
	p.scroll.Offset.Y++ // Fyne looks at its bars, and at its content, only when the place changes
	p.to(at)
	canvas.Refresh(p.scroll)
}

// arrange lays out what stands in containers, also where their size is the same.
func arrange(o fyne.CanvasObject) {
	c, ok := o.(*fyne.Container)
	if !ok || !c.Visible() || c.Layout == nil {
		return
	}
	c.Layout.Layout(c.Objects, c.Size())
	for _, child := range c.Objects {
		arrange(child)
	}
}

// span tells where o begins and ends below the upper edge of what is in sight.
func (p *pane) span(o fyne.CanvasObject) (top, bottom float32) {
	d := fyne.CurrentApp().Driver()
	top = d.AbsolutePositionForObject(o).Y - d.AbsolutePositionForObject(p.scroll).Y
	return top, top + o.Size().Height
}

// shows tells whether o is in sight, or nothing can be said as the page has no size yet.
func (p *pane) shows(o fyne.CanvasObject) bool {
	top, bottom := p.span(o)
	height := p.scroll.Size().Height
	return height == 0 || top >= 0 && bottom <= height
}

// reveal scrolls until o is in sight.
func (p *pane) reveal(o fyne.CanvasObject) {
	top, bottom := p.span(o)
	const margin = gapHuge * 2 // what stands around it comes into sight as well
	at := p.scroll.Offset
	switch height := p.scroll.Size().Height; {
	case top < 0:
		at.Y += top - margin
	case bottom > height:
		at.Y += min(bottom-height+margin, top-margin)
	default:
		return
	}
	at.Y = max(at.Y, 0)
	p.to(at)
}

type paneLayout struct{ pane *pane }

func (l *paneLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, 120) }

func (l *paneLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	s := l.pane.scroll
	s.Content.Resize(fyne.NewSize(size.Width, max(size.Height, heightFor(s.Content, size.Width))))
	s.Move(fyne.NewPos(0, 0))
	s.Resize(size)
	l.pane.look()
}

// surface is a rectangle with content at a distance from its border.
func surface(fill, stroke fyne.ThemeColorName, corner, pad float32, content fyne.CanvasObject) *fyne.Container {
	r := canvas.NewRectangle(tint(fill))
	r.CornerRadius = corner
	if stroke != colorNone {
		r.StrokeColor, r.StrokeWidth = tint(stroke), hairline
	}
	return newOver(r, padded(pad, content))
}

// stripe is what stands across the whole width, above or below the page; its
// words begin where the page's do.
func stripe(fill fyne.ThemeColorName, content fyne.CanvasObject) *fyne.Container {
	return newOver(canvas.NewRectangle(tint(fill)), container.New(&inset{left: gapHuge, top: gapSmall, right: gapLarge, bottom: gapSmall}, content))
}

// card is the surface that groups what belongs together.
func card(objects ...fyne.CanvasObject) *fyne.Container {
	return surface(colorCard, colorLine, radiusCard, gapLarge, newColumn(gap, objects...))
}

// space is an empty place of a fixed size.
func space(w, h float32) fyne.CanvasObject {
	r := canvas.NewRectangle(tint(colorNone))
	r.SetMinSize(fyne.NewSize(w, h))
	return r
}

// rule is a thin line across.
func rule() fyne.CanvasObject {
	r := canvas.NewRectangle(tint(colorLine))
	r.SetMinSize(fyne.NewSize(1, hairline))
	return r
}

// top keeps an object at the top of a row instead of in its middle.
func top(o fyne.CanvasObject) fyne.CanvasObject { return container.New(&topLayout{}, o) }

type topLayout struct{ over }

func isTop(c *fyne.Container) bool { _, ok := c.Layout.(*topLayout); return ok }

// shell is the frame of the window: a strip above everything, the navigation at
// the left, and at the right the head, the page and the foot. Nothing lies
// between them.
type shell struct {
	strip, nav, head, body fyne.CanvasObject
	foot                   *pane
}

func (s *shell) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(480, 320) }

func (s *shell) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	top := float32(0)
	if s.strip != nil {
		top = heightFor(s.strip, size.Width)
		s.strip.Resize(fyne.NewSize(size.Width, top))
	}
	left := s.nav.MinSize().Width
	put := func(o fyne.CanvasObject, x, y, w, h float32) {
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(max(w, 0), max(h, 0)))
	}
	width := size.Width - left
	head := heightFor(s.head, width)
	foot := min(heightFor(s.foot.scroll.Content, width), (size.Height-top-head)/2) // the rest of it is scrolled to
	put(s.nav, 0, top, left, size.Height-top)
	put(s.head, left, top, width, head)
	put(s.body, left, top+head, width, size.Height-top-head-foot)
	put(s.foot.Container, left, size.Height-foot, width, foot)
}

// bar sets its first object at the left and the others at the right; where they
// do not fit, the others go on below.
type bar struct {
	asked
	gap float32
}

// rest is how wide the first object may be beside the others; negative when it
// has no room.
func (l *bar) rest(objects []fyne.CanvasObject, width float32) float32 {
	left := width - objects[0].MinSize().Width
	for _, o := range objects[1:] {
		left -= o.MinSize().Width + l.gap
	}
	return left
}

func (l *bar) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	if l.rest(objects, width) >= 0 {
		return lineHeight(objects, width)
	}
	below := (&flow{gap: l.gap}).heightFor(objects[1:], width)
	return heightFor(objects[0], width) + l.gap + below
}

func (l *bar) MinSize(objects []fyne.CanvasObject) fyne.Size {
	w := widest(objects)
	return fyne.NewSize(w, l.heightFor(objects, max(w, l.width)))
}

func (l *bar) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.width = size.Width
	if rest := l.rest(objects, size.Width); rest >= 0 {
		r := row{gap: l.gap}
		r.Layout(objects, size)
		return
	}
	first := heightFor(objects[0], size.Width)
	objects[0].Move(fyne.NewPos(0, 0))
	objects[0].Resize(fyne.NewSize(size.Width, first))
	(&flow{gap: l.gap}).place(objects[1:], size.Width, func(o fyne.CanvasObject, x, y, w, h float32) {
		o.Resize(fyne.NewSize(w, h))
		o.Move(fyne.NewPos(x, first+l.gap+y))
	})
}
