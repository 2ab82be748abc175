package ui

import (
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"wenbao/assets"
	"wenbao/ui/present"
)

// kit makes the controls of a window: it knows the language and the hooks that
// every control needs, so that pages need not.
type kit struct {
	words assets.Words
	hooks *hooks
}

// say gives the words for a text of a presenter.
func (k *kit) say(t present.Text) string { return t.In(k.words) }

// key gives the words for a key of the ui part, "ui." left out.
func (k *kit) key(key string, pairs ...any) string { return k.say(present.T("ui."+key, pairs...)) }

func (k *kit) control(id, kind string) control { return control{id: id, kind: kind, hooks: k.hooks} }

// primary, secondary, plain and danger are the four buttons.
func (k *kit) primary(id, text string, pressed func()) *Press {
	return k.button(id, lookPrimary, textStyle{size: sizeBody, color: colorOnAccent, bold: true}, nil, text, pressed)
}

func (k *kit) secondary(id, text string, pressed func()) *Press {
	return k.button(id, lookSecondary, styleBody, nil, text, pressed)
}

func (k *kit) plain(id, text string, pressed func()) *Press {
	return k.button(id, lookPlain, styleBody.in(colorAccent), nil, text, pressed)
}

func (k *kit) danger(id, text string, pressed func()) *Press {
	return k.button(id, lookDanger, styleBody.in(colorBad), nil, text, pressed)
}

func (k *kit) iconButton(id string, icon fyne.Resource, text string, pressed func()) *Press {
	return k.button(id, lookPlain, styleBody.in(colorAccent), icon, text, pressed)
}

func (k *kit) button(id string, look pressLook, s textStyle, icon fyne.Resource, text string, pressed func()) *Press {
	var content fyne.CanvasObject = newText(s.oneLine(), text)
	if icon != nil {
		content = newRow(gapSmall, -1, glyph(icon, s.color), content)
	}
	return newPress(k.control(id, "button"), look, content, pressed)
}

// glyph is an icon in a colour of the theme. A layout tells its size: the image
// itself would read its SVG anew whenever it is asked before it was drawn.
func glyph(res fyne.Resource, c fyne.ThemeColorName) fyne.CanvasObject {
	i := canvas.NewImageFromResource(inked(res, c))
	i.FillMode = canvas.ImageFillContain
	return container.New(iconSquare{}, i)
}

// inks are the icons in their colours. Fyne writes the SVG of a themed icon anew
// whenever the icon is refreshed, twice; pages have dozens, and are built anew when
// colours change.
var inks = map[ink]fyne.Resource{}

// ink is an icon in a colour.
type ink struct {
	icon string
	tint color.Color
}

func inked(res fyne.Resource, c fyne.ThemeColorName) fyne.Resource {
	colored := theme.NewColoredResource(res, c)
	i := ink{colored.Name(), tint(c)}
	r, ok := inks[i]
	if !ok {
		r = fyne.NewStaticResource(fmt.Sprint(i.tint, "_", i.icon), colored.Content())
		inks[i] = r
	}
	return r
}

// iconSquare is as large as an icon beside a line of text.
type iconSquare struct{}

func (iconSquare) MinSize([]fyne.CanvasObject) fyne.Size {
	s := sizeOf(theme.SizeNameInlineIcon)
	return fyne.NewSize(s, s)
}

func (iconSquare) Layout(objects []fyne.CanvasObject, size fyne.Size) { objects[0].Resize(size) }

// tick is a box to tick with its words beside it.
func (k *kit) tick(id, text string, on, locked bool, turned func(on bool)) *Press {
	icon := theme.CheckButtonIcon()
	col := colorMuted
	if on {
		icon, col = theme.CheckButtonCheckedIcon(), colorAccent
	}
	words := body(text)
	if locked {
		col = theme.ColorNameDisabled
		fade(words)
	}
	p := newPress(k.control(id, "check"), lookBare, newRow(gapSmall, 1, glyph(icon, col), words), func() { turned(!on) })
	p.enterMoves, p.disabled = true, locked
	return p
}

// options sets a few choices side by side, one of which can be chosen.
func (k *kit) options(id string, choices []choice, value string, locked bool, chosen func(string)) fyne.CanvasObject {
	var cells []fyne.CanvasObject
	for _, c := range choices {
		cells = append(cells, k.option(id, c, c.value == value, locked, chosen))
	}
	return newFlow(gapSmall, cells...)
}

func (k *kit) option(id string, c choice, on, locked bool, chosen func(string)) *Press {
	look, style, icon := lookSecondary, styleBody, theme.RadioButtonIcon()
	look.padX, look.padY = 12, 7
	col := colorMuted
	if on {
		look.fill, look.stroke, icon, col = colorAccentSoft, colorAccent, theme.RadioButtonCheckedIcon(), colorAccent
	}
	if locked {
		style, col = styleBody.in(theme.ColorNameDisabled), theme.ColorNameDisabled
	}
	p := newPress(k.control(id+"="+c.value, "option"), look, newRow(6, 1, glyph(icon, col), newText(style.oneLine(), c.label)), func() { chosen(c.value) })
	p.enterMoves, p.disabled = true, locked
	return p
}

// tone is what a badge or banner tells by colour; the words and the shape tell
// the same.
type tone struct {
	ink, soft fyne.ThemeColorName
	icon      func() fyne.Resource
}

var tones = map[present.Tone]tone{
	present.Calm:    {colorMuted, colorSidebar, theme.InfoIcon},
	present.Busy:    {colorAccent, colorAccentSoft, theme.ViewRefreshIcon},
	present.Good:    {colorGood, colorGoodSoft, theme.ConfirmIcon},
	present.Warning: {colorWarn, colorWarnSoft, theme.WarningIcon},
	present.Trouble: {colorBad, colorBadSoft, theme.ErrorIcon},
}

// badge is a short status: shape, word and colour.
func badge(t present.Tone, text string) fyne.CanvasObject {
	look := tones[t]
	content := newRow(6, -1, glyph(look.icon(), look.ink), newText(textStyle{size: sizeCaption, color: look.ink, bold: true, line: true}, text))
	r := canvas.NewRectangle(tint(look.soft))
	r.CornerRadius = 12 * textScale()
	return newOver(r, container.New(&inset{left: 8, right: 12, top: 2, bottom: 2}, content))
}

// banner is a message on a page: what happened, what it means, and buttons for
// what to do.
func banner(t present.Tone, title, text string, actions ...fyne.CanvasObject) fyne.CanvasObject {
	look := tones[t]
	words := newColumn(gapTiny)
	if title != "" {
		add(words, newText(styleStrong.in(look.ink), title))
	}
	if text != "" {
		add(words, body(text))
	}
	if len(actions) > 0 {
		add(words, newFlow(gapSmall, actions...))
	}
	icon := container.New(&inset{top: 2}, newColumn(0, glyph(look.icon(), look.ink)))
	return surface(look.soft, colorNone, radius, gap, newRow(gap, 1, top(icon), words))
}

// fact is a name with its value, for pages that show and do not ask.
func fact(name, value string) fyne.CanvasObject {
	return newRow(gap, 1, container.New(&fixedWidth{112}, caption(name)), body(value))
}

type fixedWidth struct{ width float32 }

func (l *fixedWidth) w() float32 { return l.width * textScale() }

func (l *fixedWidth) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(l.w(), heightFor(o[0], l.w()))
}

func (l *fixedWidth) heightFor(o []fyne.CanvasObject, _ float32) float32 {
	return heightFor(o[0], l.w())
}

func (l *fixedWidth) Layout(o []fyne.CanvasObject, size fyne.Size) {
	h := heightFor(o[0], l.w())
	o[0].Resize(fyne.NewSize(l.w(), h))
	o[0].Move(fyne.NewPos(0, (size.Height-h)/2))
}

// progress is a bar with its words made by the caller.
func progress(done, of int64) fyne.CanvasObject {
	b := widget.NewProgressBar()
	b.TextFormatter = func() string { return "" }
	if of > 0 {
		b.SetValue(float64(done) / float64(of))
	}
	return container.New(&fixedHeight{8}, b)
}

type fixedHeight struct{ height float32 }

func (l *fixedHeight) MinSize(o []fyne.CanvasObject) fyne.Size { return fyne.NewSize(40, l.height) }

func (l *fixedHeight) Layout(o []fyne.CanvasObject, size fyne.Size) { o[0].Resize(size) }
