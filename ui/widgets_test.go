package ui_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"image/color"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"wenbao/assets"
	"wenbao/ui"
)

// entry is a field in a window of its own.
func entry(t *testing.T) (*ui.Entry, *[]fyne.KeyName) {
	t.Helper()
	e, passed := ui.NewTestEntry()
	test.NewTempWindow(t, e)
	return e, passed
}

// press presses keys as Fyne hands them over: the key, then its character if
// there is one.
func press(e *ui.Entry, k fyne.KeyName, r rune) {
	e.TypedKey(&fyne.KeyEvent{Name: k})
	if r != 0 {
		e.TypedRune(r)
	}
}

func TestEditingKeysBelongToTheInputMethodWhileItComposes(t *testing.T) {
	for _, k := range []fyne.KeyName{fyne.KeyBackspace, fyne.KeyDelete, fyne.KeyReturn, fyne.KeyEscape, fyne.KeyLeft, fyne.KeyRight, fyne.KeyUp, fyne.KeyDown, fyne.KeyHome, fyne.KeyEnd} {
		e, passed := entry(t)
		e.SetText("张三")
		e.CursorColumn = 2
		press(e, "N", 0) // swallowed by the input method: no character follows
		press(e, "I", 0)
		press(e, k, 0)
		if e.Text != "张三" || e.CursorColumn != 2 || len(*passed) != 0 {
			t.Errorf("%s while composing: text %q, cursor %d, passed on %v", k, e.Text, e.CursorColumn, *passed)
		}
	}
}

func TestTheTextOfAnInputMethodArrivesWhole(t *testing.T) {
	e, passed := entry(t)
	press(e, "N", 0)
	press(e, "I", 0)
	if !e.AcceptsTab() {
		t.Error("Tab would leave the field while it composes")
	}
	press(e, fyne.KeySpace, '你') // the space bar commits
	e.TypedRune('好')
	if e.Text != "你好" || e.AcceptsTab() {
		t.Fatalf("text is %q", e.Text)
	}
	press(e, fyne.KeyBackspace, 0) // nothing composes any more
	if e.Text != "你" {
		t.Errorf("Backspace after committing gives %q", e.Text)
	}
	press(e, fyne.KeyReturn, 0)
	if !slices.Equal(*passed, []fyne.KeyName{fyne.KeyReturn}) {
		t.Errorf("Enter was not passed on: %v", *passed)
	}
}

func TestBackspaceTakesTheComposingBackLetterByLetter(t *testing.T) {
	e, _ := entry(t)
	e.SetText("张")
	e.CursorColumn = 1
	press(e, "N", 0)
	press(e, "I", 0)
	press(e, fyne.KeyBackspace, 0)
	press(e, fyne.KeyBackspace, 0) // the letters are gone
	if e.Text != "张" {
		t.Fatalf("text is %q", e.Text)
	}
	e.Wait(time.Second)
	press(e, fyne.KeyBackspace, 0) // now it is the field's
	if e.Text != "" {
		t.Errorf("text is %q", e.Text)
	}
}

// An input method that is turned off gives the letters back, but later than
// their keys come.
func TestKeysThatOvertakeTheirLettersKeepTheirPlace(t *testing.T) {
	e, passed := entry(t)
	for _, k := range []fyne.KeyName{"A", "B", "C", fyne.KeyLeft, "D", fyne.KeyBackspace} {
		press(e, k, 0)
	}
	for _, r := range "abcd" {
		e.TypedRune(r)
	}
	if e.Text != "abc" || e.CursorColumn != 2 || len(*passed) != 0 {
		t.Errorf("a, b, c, Left, d, Backspace gives %q with the cursor at %d, passed on %v", e.Text, e.CursorColumn, *passed)
	}
	press(e, fyne.KeyBackspace, 0) // nothing is outstanding any more
	if e.Text != "ac" {
		t.Errorf("the next Backspace gives %q", e.Text)
	}
	e.SetText("100ab")
	e.CursorColumn = 5
	for _, k := range []fyne.KeyName{"0", fyne.KeySpace, "C", fyne.KeyBackspace, fyne.KeyBackspace, fyne.KeyLeft, fyne.KeyLeft, fyne.KeyLeft, fyne.KeyDelete} {
		press(e, k, 0)
	}
	for _, r := range "0 c" {
		e.TypedRune(r)
	}
	if e.Text != "100b0" {
		t.Errorf("keys before what they follow: %q", e.Text)
	}
}

func TestLettersStruckBeforeTheLastCommitArrivesAreComposedStill(t *testing.T) {
	e, _ := entry(t)
	for _, k := range []fyne.KeyName{"Z", "H", "A", "N", "G", "S", "A", "N", fyne.KeySpace, "L", "I"} {
		press(e, k, 0)
	}
	e.TypedRune('张') // late: two letters of the next word are on their way
	e.TypedRune('三')
	press(e, fyne.KeyBackspace, 0)
	press(e, fyne.KeyBackspace, 0)
	if e.Text != "张三" {
		t.Fatalf("taking back the two letters leaves %q", e.Text)
	}
	e.Wait(time.Second)
	press(e, fyne.KeyBackspace, 0)
	if e.Text != "张" {
		t.Errorf("the next Backspace leaves %q", e.Text)
	}
}

func TestLettersGivenBackByEnterMoveNothing(t *testing.T) {
	e, passed := entry(t)
	for _, k := range []fyne.KeyName{"L", "I", fyne.KeyLeft, fyne.KeyReturn} {
		press(e, k, 0)
	}
	e.TypedRune('l')
	e.TypedRune('i')
	if e.Text != "li" || e.CursorColumn != 2 || len(*passed) != 0 {
		t.Errorf("text %q, cursor %d, passed on %v", e.Text, e.CursorColumn, *passed)
	}
}

func TestACandidateOfLettersTakesNoKeyThatLeavesTheField(t *testing.T) {
	e, passed := entry(t)
	for _, k := range []fyne.KeyName{"O", "K", fyne.KeyDown, fyne.KeyTab, fyne.KeyPageDown} {
		press(e, k, 0)
	}
	e.TypedRune('o')
	e.TypedRune('k')
	if e.Text != "ok" || len(*passed) != 0 {
		t.Errorf("text %q, passed on %v", e.Text, *passed)
	}
}

func TestTypingWithoutAnInputMethodIsUntouched(t *testing.T) {
	e, _ := entry(t)
	for _, r := range "ABC" {
		press(e, fyne.KeyName(string(r)), r)
	}
	press(e, fyne.KeyBackspace, 0)
	if e.Text != "AB" {
		t.Errorf("text is %q", e.Text)
	}
}

func TestLinesBreakByTheRulesOfChinese(t *testing.T) {
	for _, c := range []struct {
		text   string
		pieces []string
	}{
		{"你好，世界。", []string{"你", "好，", "世", "界。"}},
		{"（演练）", []string{"（演", "练）"}},
		{"two words", []string{"two ", "words"}},
		{"共 20 项", []string{"共 ", "20 ", "项"}},
		{"", nil},
	} {
		if got := ui.Pieces(c.text); !slices.Equal(got, c.pieces) {
			t.Errorf("%q is cut into %q, want %q", c.text, got, c.pieces)
		}
	}
}

func TestNoLineIsWiderThanItsPlaceAndNothingIsLost(t *testing.T) {
	fyne.CurrentApp().Settings().SetTheme(ui.NewTheme(ui.Look{Brightness: ui.BrightnessLight, TextScale: 1}))
	for _, text := range []string{
		"提交后会先放进发件箱，有网络就送出；收到服务器签名的回执后显示“已送达”。",
		"It goes into the outbox and is sent when there is a line.",
		strings.Repeat("verylongwordwithoutanyspace", 8), "第一段\n第二段",
	} {
		for _, width := range []float32{40, 120, 300, 2000} {
			lines := ui.NewTestText(text, width)
			for _, l := range lines {
				if w := fyne.MeasureText(l, 15, fyne.TextStyle{}).Width; w > width+1 && len([]rune(l)) > 2 {
					t.Errorf("%q is %.0f wide in %.0f", l, w, width)
				}
			}
			squeeze := strings.NewReplacer(" ", "", "\n", "")
			if got := squeeze.Replace(strings.Join(lines, "")); got != squeeze.Replace(text) {
				t.Errorf("at %.0f %q became %q", width, text, got)
			}
		}
	}
}

// luminance is the relative luminance of WCAG 2.
func luminance(c color.NRGBA) float64 {
	channel := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(c.R) + 0.7152*channel(c.G) + 0.0722*channel(c.B)
}

func contrast(a, b color.NRGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestContrastIsEnoughForEveryTextOnEverySurface(t *testing.T) {
	pairs := map[fyne.ThemeColorName][]fyne.ThemeColorName{
		"background":        {"foreground", "wenbao.muted", "primary", "success", "warning", "error", "disabled", "placeholder"},
		"wenbao.sidebar":    {"foreground", "wenbao.muted", "primary", "success", "warning", "error"},
		"wenbao.card":       {"foreground", "wenbao.muted", "primary", "success", "warning", "error", "disabled", "placeholder"},
		"wenbao.accentSoft": {"foreground", "wenbao.muted", "primary", "error"},
		"wenbao.goodSoft":   {"foreground", "success"},
		"wenbao.warnSoft":   {"foreground", "warning"},
		"wenbao.badSoft":    {"foreground", "error"},
		"inputBackground":   {"foreground", "placeholder", "disabled"},
		"disabledButton":    {"disabled"},
		"primary":           {"foregroundOnPrimary"},
		"overlayBackground": {"foreground", "error", "primary"},
	}
	for surface, inks := range pairs {
		for _, ink := range inks {
			for i, variant := range []string{"light", "dark"} {
				if c := contrast(ui.Palette[surface][i], ui.Palette[ink][i]); c < 4.5 {
					t.Errorf("%s on %s, %s: contrast %.2f", ink, surface, variant, c)
				}
			}
		}
	}
}

// sources are the Go files of the window without its tests.
func sources(t *testing.T) (files map[string]*ast.File) {
	t.Helper()
	files = map[string]*ast.File{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
			strings.Contains(path, "presenttest") || strings.Contains(path, "story") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		files[path] = f
		return err
	})
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	return files
}

func TestNoSentenceStandsInTheCode(t *testing.T) {
	allowed := []string{"中文", "国", "ui.", "。，、；：？！", "（《「"}
	for path, f := range sources(t) {
		ast.Inspect(f, func(n ast.Node) bool {
			l, ok := n.(*ast.BasicLit)
			if !ok || l.Kind != token.STRING {
				return true
			}
			text, _ := strconv.Unquote(l.Value)
			for _, r := range text {
				if r >= 0x4e00 && r <= 0x9fff && !slices.Contains(allowed, text) {
					t.Errorf("%s: %q belongs into the translation files", path, text)
					break
				}
			}
			return true
		})
	}
}

func TestEveryKeyInTheCodeExistsInBothLanguages(t *testing.T) {
	seen := 0
	for path, f := range sources(t) {
		ast.Inspect(f, func(n ast.Node) bool {
			c, ok := n.(*ast.CallExpr)
			if !ok || len(c.Args) == 0 {
				return true
			}
			l, ok := c.Args[0].(*ast.BasicLit)
			if !ok || l.Kind != token.STRING {
				return true
			}
			key, _ := strconv.Unquote(l.Value)
			switch name := called(c.Fun); {
			case name == "key" && !strings.HasSuffix(key, "."):
				key = "ui." + key
			case name == "T" && !strings.HasSuffix(key, "."):
			default:
				return true
			}
			seen++
			for _, lang := range assets.Languages {
				if !assets.In(lang).Has(key) {
					t.Errorf("%s: %s is missing in %s", path, key, lang)
				}
			}
			return true
		})
	}
	if seen < 150 {
		t.Errorf("only %d keys found: the test looks in the wrong place", seen)
	}
}

func called(f ast.Expr) string {
	switch v := f.(type) {
	case *ast.Ident:
		return v.Name
	case *ast.SelectorExpr:
		return v.Sel.Name
	}
	return fmt.Sprintf("%T", f)
}

func TestWorkGoesThroughTheLoopAlone(t *testing.T) {
	for path, f := range sources(t) {
		if path == "loop.go" {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch v := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s has a go statement", path)
			case *ast.SelectorExpr:
				if x, ok := v.X.(*ast.Ident); ok && x.Name == "fyne" && strings.HasPrefix(v.Sel.Name, "Do") && v.Sel.Name != "DoubleTappable" {
					t.Errorf("%s calls fyne.%s", path, v.Sel.Name)
				}
			}
			return true
		})
	}
}

func TestTheNavigationShowsWhereOneIsInLargeText(t *testing.T) {
	look := plain
	look.TextScale = 2
	_, w := show(t, look, scene(t, "form-photo-crop"))
	var row fyne.CanvasObject
	for _, c := range ui.Controls(w.Content()) {
		if c.ID == "step.photo" {
			row = c.Object
		}
	}
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(row)
	if at.Y < 0 || at.Y+row.Size().Height > look.Height {
		t.Errorf("the row of the step that is shown stands at %.0f of %.0f", at.Y, look.Height)
	}
}

// borderOf is the border that a field is drawn with.
func borderOf(e *ui.Entry) color.Color {
	return test.WidgetRenderer(e).Objects()[1].(*canvas.Rectangle).StrokeColor
}

func TestTheBorderOfAFieldTellsItsState(t *testing.T) {
	show(t, plain, scene(t, "home-first")) // for the theme
	wrong, _ := ui.NewTestEntry()
	wrong.Mark(true) // before it was ever drawn
	locked, _ := ui.NewTestEntry()
	locked.Disable()
	rest, _ := ui.NewTestEntry()
	for name, c := range map[string]struct {
		field *ui.Entry
		want  fyne.ThemeColorName
	}{"wrong": {wrong, theme.ColorNameError}, "locked": {locked, theme.ColorNameInputBorder}, "rest": {rest, theme.ColorNameInputBorder}} {
		if got := borderOf(c.field); got != ui.Tint(c.want) {
			t.Errorf("%s: %v when it is made", name, got)
		}
		c.field.Refresh()
		if got := borderOf(c.field); got != ui.Tint(c.want) {
			t.Errorf("%s: %v after a refresh", name, got)
		}
	}
	wrong.Mark(false)
	if got := borderOf(wrong); got != ui.Tint(theme.ColorNameInputBorder) {
		t.Errorf("mended: %v", got)
	}
}
