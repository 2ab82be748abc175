package ui_test

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
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
