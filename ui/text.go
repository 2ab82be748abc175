package ui

import (
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Text is running text: it breaks lines by the rules of Chinese and of words,
// takes its colour and size from the theme and has no margin of its own.
type Text struct {
	widget.BaseWidget
	content string
	style   textStyle
	font    fyne.Resource // of its own, in one weight; nil: the theme's
}

// textStyle is how a Text looks.
type textStyle struct {
	size  fyne.ThemeSizeName
	color fyne.ThemeColorName
	bold  bool
	line  bool // one line, never broken
	align fyne.TextAlign
}

var (
	styleBody    = textStyle{size: sizeBody, color: colorText}
	styleStrong  = textStyle{size: sizeBody, color: colorText, bold: true}
	styleCaption = textStyle{size: sizeCaption, color: colorMuted}
	styleHeading = textStyle{size: sizeHeading, color: colorText, bold: true}
	styleTitle   = textStyle{size: sizeTitle, color: colorText, bold: true}
)

func (s textStyle) in(c fyne.ThemeColorName) textStyle { s.color = c; return s }

func (s textStyle) oneLine() textStyle { s.line = true; return s }

func newText(s textStyle, content string) *Text {
	t := &Text{content: content, style: s, font: lineFont(content)}
	t.ExtendBaseWidget(t)
	return t
}

// body, caption, heading and title are the four texts of every page.
func body(s string) *Text    { return newText(styleBody, s) }
func caption(s string) *Text { return newText(styleCaption, s) }
func heading(s string) *Text { return newText(styleHeading, s) }
func title(s string) *Text   { return newText(styleTitle, s) }

// set changes the words; the page that holds the text lays itself out again.
func (t *Text) set(content string, c fyne.ThemeColorName) {
	if t.content == content && t.style.color == c {
		return
	}
	t.content, t.style.color, t.font = content, c, lineFont(content)
	t.Refresh()
}

func (t *Text) measure(s string) float32 {
	size, _ := fyne.CurrentApp().Driver().RenderedTextSize(s, sizeOf(t.style.size), fyne.TextStyle{Bold: t.style.bold}, t.font)
	return size.Width
}

func (t *Text) lineHeight() float32 { return sizeOf(t.style.size) * 1.5 }

// HeightFor gives the height at a width.
func (t *Text) HeightFor(width float32) float32 {
	return t.lineHeight() * float32(len(t.broken(width)))
}

// MinSize is one line for text that is never broken, else room for the longest
// piece that cannot be broken.
func (t *Text) MinSize() fyne.Size {
	if t.style.line {
		return fyne.NewSize(t.measure(t.content)+0.5, t.lineHeight())
	}
	w := t.least()
	return fyne.NewSize(w, t.HeightFor(max(w, t.Size().Width)))
}

// memory keeps what texts measured: pages are built anew for every change, most
// of them with the words they had. Fyne itself remembers the width of a piece,
// not where the lines of a text end.
var memory struct {
	worn  *Theme // the fonts that the rest was measured with
	least map[setting]float32
	lines map[setting][]string
}

// setting is a text as it is set, at a width; 0 where none was asked for.
type setting struct {
	content     string
	size, width float32
	bold        bool
}

// mostRemembered is some dozens of pages.
const mostRemembered = 8192

func (t *Text) setting(width float32) setting {
	worn := worn()
	if memory.lines == nil || memory.worn != worn || len(memory.lines) > mostRemembered {
		memory.worn, memory.least, memory.lines = worn, map[setting]float32{}, map[setting][]string{}
	}
	return setting{t.content, sizeOf(t.style.size), width, t.style.bold}
}

// least is the width of the longest piece that cannot be broken.
func (t *Text) least() float32 {
	s := t.setting(0)
	w, ok := memory.least[s]
	if !ok {
		for _, p := range pieces(t.content) {
			w = max(w, t.measure(strings.TrimSpace(p)))
		}
		w = min(w, 10*s.size)
		memory.least[s] = w
	}
	return w
}

// broken gives the lines at a width.
func (t *Text) broken(width float32) []string {
	if t.style.line {
		return []string{t.content}
	}
	s := t.setting(width)
	lines, ok := memory.lines[s]
	if !ok {
		lines = t.breakLines(width)
		memory.lines[s] = lines
	}
	return lines
}

// breakLines adds up the widths of pieces, which Fyne remembers, instead of
// measuring ever longer lines.
func (t *Text) breakLines(width float32) []string {
	var lines []string
	for _, paragraph := range strings.Split(t.content, "\n") {
		line, used := "", float32(0)
		for _, p := range pieces(paragraph) {
			for _, part := range t.chop(p, width) {
				if line != "" && used+t.measure(strings.TrimRightFunc(part, unicode.IsSpace)) > width+0.5 {
					lines = append(lines, strings.TrimRightFunc(line, unicode.IsSpace))
					line, used = "", 0
				}
				line += part
				used += t.measure(part)
			}
		}
		lines = append(lines, strings.TrimRightFunc(line, unicode.IsSpace))
	}
	return lines
}

// chop cuts a piece that is wider than a whole line, and takes what stands before
// closing punctuation along to the next.
func (t *Text) chop(p string, width float32) []string {
	if t.measure(strings.TrimRightFunc(p, unicode.IsSpace)) <= width+0.5 {
		return []string{p}
	}
	var parts []string
	runes, start, used := []rune(p), 0, float32(0)
	for i, r := range runes {
		w := t.measure(string(r))
		if i > start && used+w > width {
			cut := i
			for cut > start+1 && strings.ContainsRune(neverFirst, runes[cut]) {
				cut--
			}
			parts = append(parts, string(runes[start:cut]))
			start, used = cut, t.measure(string(runes[cut:i]))
		}
		used += w
	}
	return append(parts, string(runes[start:]))
}

// pieces cuts a paragraph where a line may end: after white space, and around
// Han characters, but never before closing punctuation or after opening.
func pieces(s string) []string {
	var out []string
	runes := []rune(s)
	start := 0
	for i := 1; i < len(runes); i++ {
		if breakable(runes[i-1], runes[i]) {
			out = append(out, string(runes[start:i]))
			start = i
		}
	}
	if start < len(runes) {
		out = append(out, string(runes[start:]))
	}
	return out
}

const (
	neverFirst = "，。、；：？！）》」』】”’…·,.;:?!)]}％%—"
	neverLast  = "（《「『【“‘([{￥¥"
)

func breakable(before, after rune) bool {
	switch {
	case unicode.IsSpace(after), strings.ContainsRune(neverFirst, after):
		return false
	case unicode.IsSpace(before):
		return true
	case strings.ContainsRune(neverLast, before):
		return false
	}
	return wide(before) || wide(after)
}

// wide tells whether a line may be broken beside r.
func wide(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x30ff || r >= 0xff00 && r <= 0xffef
}

// CreateRenderer implements [fyne.Widget].
func (t *Text) CreateRenderer() fyne.WidgetRenderer { return &textRenderer{text: t} }

type textRenderer struct {
	text    *Text
	objects []fyne.CanvasObject
}

func (r *textRenderer) Destroy()           {}
func (r *textRenderer) MinSize() fyne.Size { return r.text.MinSize() }

func (r *textRenderer) Objects() []fyne.CanvasObject { return r.objects }

func (r *textRenderer) Refresh() {
	r.Layout(r.text.Size())
	for _, o := range r.objects {
		o.Refresh()
	}
}

func (r *textRenderer) Layout(size fyne.Size) {
	lines := r.text.broken(size.Width)
	r.objects = r.objects[:0]
	h := r.text.lineHeight()
	for i, line := range lines {
		c := canvas.NewText(line, tint(r.text.style.color))
		c.TextSize = sizeOf(r.text.style.size)
		c.TextStyle.Bold, c.FontSource = r.text.style.bold, r.text.font
		c.Alignment = r.text.style.align
		c.Resize(fyne.NewSize(size.Width, h))
		c.Move(fyne.NewPos(0, float32(i)*h))
		r.objects = append(r.objects, c)
	}
}
