package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// The colours that Fyne has no name for. Text colours keep a contrast of at
// least 4.5:1 on every surface they stand on; a test over the tokens holds it.
const (
	colorSidebar    fyne.ThemeColorName = "wenbao.sidebar"    // surface behind navigation
	colorCard       fyne.ThemeColorName = "wenbao.card"       // surface of cards and inputs
	colorLine       fyne.ThemeColorName = "wenbao.line"       // thin borders
	colorMuted      fyne.ThemeColorName = "wenbao.muted"      // secondary text
	colorAccentSoft fyne.ThemeColorName = "wenbao.accentSoft" // surface of what is chosen
	colorGoodSoft   fyne.ThemeColorName = "wenbao.goodSoft"
	colorWarnSoft   fyne.ThemeColorName = "wenbao.warnSoft"
	colorBadSoft    fyne.ThemeColorName = "wenbao.badSoft"
	colorText                           = theme.ColorNameForeground
	colorAccent                         = theme.ColorNamePrimary
	colorGood                           = theme.ColorNameSuccess
	colorWarn                           = theme.ColorNameWarning
	colorBad                            = theme.ColorNameError
	colorOnAccent                       = theme.ColorNameForegroundOnPrimary
	colorPage                           = theme.ColorNameBackground
	colorNone       fyne.ThemeColorName = ""
)

// Text sizes. Their values grow with [Look.TextScale].
const (
	sizeBody    = theme.SizeNameText
	sizeCaption = theme.SizeNameCaptionText
	sizeHeading = theme.SizeNameSubHeadingText
	sizeTitle   = theme.SizeNameHeadingText
)

// Spaces and radii, in Fyne's units (1/96 inch at 100 %).
const (
	gapTiny    float32 = 4
	gapSmall   float32 = 8
	gap        float32 = 12
	gapLarge   float32 = 20
	gapHuge    float32 = 32
	radius     float32 = 6
	radiusCard float32 = 10
	hairline   float32 = 1
)

// palette maps each colour to its value in the light and the dark variant.
var palette = map[fyne.ThemeColorName][2]color.NRGBA{
	colorPage:       {rgb(0xffffff), rgb(0x16191d)},
	colorSidebar:    {rgb(0xf5f7f9), rgb(0x1c2025)},
	colorCard:       {rgb(0xffffff), rgb(0x1f242a)},
	colorLine:       {rgb(0xdde2e8), rgb(0x363d46)},
	colorText:       {rgb(0x1c2430), rgb(0xe7eaee)},
	colorMuted:      {rgb(0x566273), rgb(0xa6b0bd)},
	colorAccent:     {rgb(0x1a5fb4), rgb(0x86b6f5)},
	colorOnAccent:   {rgb(0xffffff), rgb(0x0c1a2c)},
	colorAccentSoft: {rgb(0xe9f1fb), rgb(0x22344b)},
	colorGood:       {rgb(0x14703f), rgb(0x74d39b)},
	colorGoodSoft:   {rgb(0xe7f5ec), rgb(0x1c3528)},
	colorWarn:       {rgb(0x8a4f00), rgb(0xf2bd62)},
	colorWarnSoft:   {rgb(0xfdf3e1), rgb(0x3a2f1b)},
	colorBad:        {rgb(0xb3261e), rgb(0xff9d94)},
	colorBadSoft:    {rgb(0xfdecea), rgb(0x412422)},

	theme.ColorNameButton:              {rgb(0xf0f3f6), rgb(0x2a3038)},
	theme.ColorNameDisabledButton:      {rgb(0xf0f3f6), rgb(0x2a3038)},
	theme.ColorNameDisabled:            {rgb(0x5f6977), rgb(0x98a2ae)},
	theme.ColorNamePlaceHolder:         {rgb(0x5f6977), rgb(0x98a2ae)},
	theme.ColorNameHyperlink:           {rgb(0x1a5fb4), rgb(0x86b6f5)},
	theme.ColorNameInputBackground:     {rgb(0xffffff), rgb(0x1f242a)},
	theme.ColorNameInputBorder:         {rgb(0xb4bdc9), rgb(0x505a67)},
	theme.ColorNameSeparator:           {rgb(0xdde2e8), rgb(0x363d46)},
	theme.ColorNameMenuBackground:      {rgb(0xffffff), rgb(0x242a31)},
	theme.ColorNameOverlayBackground:   {rgb(0xffffff), rgb(0x242a31)},
	theme.ColorNameHeaderBackground:    {rgb(0xf5f7f9), rgb(0x1c2025)},
	theme.ColorNameForegroundOnError:   {rgb(0xffffff), rgb(0x2b0d0a)},
	theme.ColorNameForegroundOnSuccess: {rgb(0xffffff), rgb(0x08210f)},
	theme.ColorNameForegroundOnWarning: {rgb(0xffffff), rgb(0x241700)},
	theme.ColorNameHover:               {rgba(0x1c2430, 0x0d), rgba(0xffffff, 0x12)},
	theme.ColorNamePressed:             {rgba(0x1c2430, 0x1f), rgba(0xffffff, 0x24)},
	theme.ColorNameFocus:               {rgba(0x1a5fb4, 0x55), rgba(0x86b6f5, 0x66)},
	theme.ColorNameSelection:           {rgba(0x1a5fb4, 0x40), rgba(0x86b6f5, 0x4d)},
	theme.ColorNameScrollBar:           {rgba(0x1c2430, 0x66), rgba(0xffffff, 0x66)},
	theme.ColorNameScrollBarBackground: {rgba(0, 0), rgba(0, 0)},
	theme.ColorNameShadow:              {rgba(0x1c2430, 0x26), rgba(0, 0x80)},
}

func rgb(v uint32) color.NRGBA { return rgba(v, 0xff) }

func rgba(v uint32, a uint8) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: a}
}

// Brightness is the candidate's choice between light and dark.
type Brightness string

const (
	BrightnessSystem Brightness = "system"
	BrightnessLight  Brightness = "light"
	BrightnessDark   Brightness = "dark"
)

// Look is what the candidate may change about the appearance.
type Look struct {
	Brightness Brightness
	TextScale  float32 // 1 is 100 %; from 1 to 2
}

// Theme is the one theme of the window.
type Theme struct{ look Look }

// NewTheme makes the theme for a look. TextScale outside 1 to 2 is brought
// within.
func NewTheme(l Look) *Theme {
	l.TextScale = min(max(l.TextScale, 1), 2)
	return &Theme{l}
}

// Color implements [fyne.Theme].
func (t *Theme) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	pair, ok := palette[name]
	if !ok {
		return theme.DefaultTheme().Color(name, t.variant(v))
	}
	if t.variant(v) == theme.VariantDark {
		return pair[1]
	}
	return pair[0]
}

func (t *Theme) variant(system fyne.ThemeVariant) fyne.ThemeVariant {
	switch t.look.Brightness {
	case BrightnessLight:
		return theme.VariantLight
	case BrightnessDark:
		return theme.VariantDark
	}
	return system
}

// Font implements [fyne.Theme]: one family for everything, so that no text
// falls back to a face of the machine.
func (t *Theme) Font(s fyne.TextStyle) fyne.Resource {
	switch {
	case s.Symbol && editions.newest != nil:
		return editions.newest // Fyne's own symbols come after it
	case s.Symbol:
		return theme.DefaultTheme().Font(s)
	case s.Bold:
		return screenBold()
	}
	return screenRegular()
}

// Icon implements [fyne.Theme].
func (t *Theme) Icon(name fyne.ThemeIconName) fyne.Resource {
	icon := theme.DefaultTheme().Icon(name)
	if t.dark() {
		return darkIcon{icon}
	}
	return icon
}

func (t *Theme) dark() bool {
	return t.variant(fyne.CurrentApp().Settings().ThemeVariant()) == theme.VariantDark
}

// darkIcon is an icon under a name of its own: Fyne keeps the pictures of icons
// by their names, in the colours that they had when they were first drawn.
type darkIcon struct{ fyne.Resource }

func (d darkIcon) Name() string { return "dark_" + d.Resource.Name() }

// Size implements [fyne.Theme].
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case sizeBody:
		return 15 * t.look.TextScale
	case sizeCaption:
		return 13 * t.look.TextScale
	case sizeHeading:
		return 18 * t.look.TextScale
	case sizeTitle:
		return 25 * t.look.TextScale
	case theme.SizeNameInlineIcon:
		return 18 * t.look.TextScale
	case theme.SizeNamePadding:
		return 4
	case theme.SizeNameInnerPadding:
		return 8
	case theme.SizeNameInputRadius, theme.SizeNameSelectionRadius:
		return radius
	case theme.SizeNameScrollBar:
		return 12
	case theme.SizeNameScrollBarSmall:
		return 4
	}
	return theme.DefaultTheme().Size(name)
}

// worn is the theme that is on; nil while it is not one of ours.
func worn() *Theme {
	t, _ := fyne.CurrentApp().Settings().Theme().(*Theme)
	return t
}

// dark tells whether what is worn is dark now, by choice or as the system is.
func dark() bool {
	t := worn()
	return t != nil && t.dark()
}

// wear puts a look on. Fyne reads every font anew for each theme it is given, in
// which time the window answers nobody; so the look is put into the theme that is
// worn, and the caller builds the window anew.
func wear(a fyne.App, l Look) {
	t := NewTheme(l)
	if now, ok := a.Settings().Theme().(*Theme); ok {
		*now = *t
		return
	}
	a.Settings().SetTheme(t)
}

// tint gives a colour of the current theme; the empty name is transparent.
func tint(name fyne.ThemeColorName) color.Color {
	if name == colorNone {
		return color.Transparent
	}
	s := fyne.CurrentApp().Settings()
	return s.Theme().Color(name, s.ThemeVariant())
}

func sizeOf(name fyne.ThemeSizeName) float32 { return fyne.CurrentApp().Settings().Theme().Size(name) }

// textScale is how much larger than designed the text is.
func textScale() float32 { return sizeOf(sizeBody) / 15 }
