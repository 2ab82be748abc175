package ui_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"wenbao/assets"
	"wenbao/ui"
)

func themed(b ui.Brightness, scale float32) *ui.Theme {
	return ui.NewTheme(ui.Look{Brightness: b, TextScale: scale})
}

func TestEveryStatusCanBeReadOnItsSurface(t *testing.T) {
	for ink, soft := range ui.Tones() {
		for i, variant := range []string{"light", "dark"} {
			if c := contrast(ui.Palette[ink][i], ui.Palette[soft][i]); c < 4.5 {
				t.Errorf("%s on %s, %s: contrast %.2f", ink, soft, variant, c)
			}
		}
	}
}

func TestStatusesAreToldApartAlsoWithoutColour(t *testing.T) {
	seen := map[string]string{}
	for _, ink := range []fyne.ThemeColorName{"success", "warning", "error", "primary"} {
		for i, variant := range []string{"light", "dark"} {
			c := ui.Palette[ink][i]
			key := strings.Join([]string{variant, string(rune(c.R)), string(rune(c.G)), string(rune(c.B))}, " ")
			if other, ok := seen[key]; ok {
				t.Errorf("%s and %s are the same colour, %s", ink, other, variant)
			}
			seen[key] = string(ink)
		}
	}
}

func TestBordersOfFieldsCanBeSeen(t *testing.T) {
	for i, variant := range []string{"light", "dark"} {
		if c := contrast(ui.Palette["inputBorder"][i], ui.Palette["inputBackground"][i]); c < 1.5 {
			t.Errorf("the border of a field, %s: contrast %.2f", variant, c)
		}
	}
}

func TestLightIsLightAndDarkIsDark(t *testing.T) {
	for name, pair := range ui.Palette {
		if pair[0].A != 0xff || pair[1].A != 0xff {
			continue // veils
		}
		surface := slices.Contains([]fyne.ThemeColorName{"background", "wenbao.sidebar", "wenbao.card", "overlayBackground", "menuBackground", "inputBackground", "headerBackground"}, name)
		if surface && (luminance(pair[0]) < 0.7 || luminance(pair[1]) > 0.1) {
			t.Errorf("surface %s has luminance %.2f in light and %.2f in dark", name, luminance(pair[0]), luminance(pair[1]))
		}
	}
}

func TestTheCandidatesChoiceBeatsTheSystems(t *testing.T) {
	for _, c := range []struct {
		b      ui.Brightness
		system fyne.ThemeVariant
		dark   bool
	}{
		{ui.BrightnessLight, theme.VariantDark, false}, {ui.BrightnessDark, theme.VariantLight, true},
		{ui.BrightnessSystem, theme.VariantDark, true}, {ui.BrightnessSystem, theme.VariantLight, false},
	} {
		i := 0
		if c.dark {
			i = 1
		}
		if got := themed(c.b, 1).Color("background", c.system); got != ui.Palette["background"][i] {
			t.Errorf("%s on a system of variant %v gives %v", c.b, c.system, got)
		}
	}
}

func TestTextSizesGrowAndStayInProportion(t *testing.T) {
	names := []fyne.ThemeSizeName{theme.SizeNameCaptionText, theme.SizeNameText, theme.SizeNameSubHeadingText, theme.SizeNameHeadingText}
	for _, scale := range []float32{1, 1.25, 1.5, 2} {
		last := float32(0)
		for _, n := range names {
			size := themed(ui.BrightnessLight, scale).Size(n)
			if size != themed(ui.BrightnessLight, 1).Size(n)*scale || size <= last {
				t.Errorf("%s at %v is %v", n, scale, size)
			}
			last = size
		}
	}
	if small, large := themed(ui.BrightnessLight, 0.1).Size("text"), themed(ui.BrightnessLight, 99).Size("text"); small != 15 || large != 30 {
		t.Errorf("sizes out of range give %v and %v", small, large)
	}
	if themed(ui.BrightnessLight, 1).Size("caption") < 12 && themed(ui.BrightnessLight, 1).Size(theme.SizeNameCaptionText) < 12 {
		t.Error("the smallest text is under 12 units")
	}
}

func TestNoTextFallsBackToAFaceOfTheMachine(t *testing.T) {
	th := themed(ui.BrightnessLight, 1)
	for _, s := range []fyne.TextStyle{{}, {Bold: true}, {Italic: true}, {Monospace: true}, {Bold: true, Italic: true}, {TabWidth: 4}} {
		font := th.Font(s)
		if got := ui.RunesOf(font); !slices.Equal(got, ui.RunesOf(fyne.NewStaticResource("", assets.Bold))) {
			t.Errorf("%+v has the face %s with %d characters", s, font.Name(), len(got))
		}
		if s.Bold != (&font.Content()[0] == &assets.Bold[0]) {
			t.Errorf("%+v has the face %s", s, font.Name())
		}
	}
}

func TestEveryTokenIsTheThemesAndNoPageSetsItsOwn(t *testing.T) {
	for path, f := range code(t, ".") {
		if path == "theme.go" || strings.HasPrefix(path, "story/") || strings.HasPrefix(path, "present/") {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch v := n.(type) {
			case *ast.CompositeLit:
				if s, ok := v.Type.(*ast.SelectorExpr); ok {
					if x, ok := s.X.(*ast.Ident); ok && x.Name == "color" && s.Sel.Name != "Palette" { // a code is black on white in every look
						t.Errorf("%s sets a colour of its own: color.%s", path, s.Sel.Name)
					}
				}
			case *ast.KeyValueExpr:
				k, ok := v.Key.(*ast.Ident)
				if l, lit := v.Value.(*ast.BasicLit); ok && lit && l.Kind != token.STRING && k.Name == "TextSize" {
					t.Errorf("%s sets a size of text: %s", path, l.Value)
				}
			}
			return true
		})
	}
}

// dusk is an application over a system that turns dark.
type dusk struct {
	fyne.App
	dark bool
}

func (d *dusk) Settings() fyne.Settings { return duskSettings{d.App.Settings(), d} }

type duskSettings struct {
	fyne.Settings
	app *dusk
}

func (s duskSettings) ThemeVariant() fyne.ThemeVariant {
	if s.app.dark {
		return theme.VariantDark
	}
	return theme.VariantLight
}

func TestAWindowThatLooksLikeTheSystemTurnsDarkAsAWhole(t *testing.T) {
	a := &dusk{App: fyne.CurrentApp()}
	fyne.SetCurrentApp(a)
	t.Cleanup(func() { fyne.SetCurrentApp(a.App) })
	look := plain
	look.Brightness = "system"
	fills := func(w fyne.Window) (list []string) {
		ui.Visit(w.Content(), func(o fyne.CanvasObject) {
			if r, ok := o.(*canvas.Rectangle); ok && r.FillColor != nil {
				list = append(list, fmt.Sprint(r.FillColor))
			}
		})
		return list
	}
	st, w := show(t, look, scene(t, "form-person"))
	light := fills(w)
	a.dark = true
	st.Window.Refresh()
	turned := fills(w)
	st.Window.Dress()
	if dark := fills(w); slices.Equal(light, dark) || !slices.Equal(turned, dark) {
		t.Errorf("of %d surfaces as many as ever are light", len(turned))
	}
	look.Brightness = "light"
	st, _ = show(t, look, scene(t, "form-person"))
	page := st.Window.Find("name")
	a.dark = false
	st.Window.Refresh()
	if st.Window.Find("name") != page {
		t.Error("a window whose look was chosen was built anew")
	}
}
