//go:build !race

// These look at every pixel, which takes minutes with the race detector.

package ui_test

import (
	"go/ast"
	"image"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"wenbao/assets"
	"wenbao/assets/fonts"
	"wenbao/exam"
	"wenbao/ui"
	"wenbao/ui/present"
	"wenbao/ui/story"
)

// rarities are characters that the screen's faces lack: beyond the basic plane
// from the pack, outside 通用规范汉字表, of extension A.
var rarities = []rune{'\U00020BB7', '\U0002A6A5', '陳', '㐀'}

var next = rune(0x2A000)

// fresh gives characters of the pack that the window never showed.
func fresh(n int) string {
	var runes []rune
	for range n {
		next++
		runes = append(runes, next)
	}
	return string(runes)
}

func read(t *testing.T, raw []byte) *fonts.Face {
	t.Helper()
	f, err := fonts.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A bold text and a plain one can show the same.
func TestTheFacesOfTheScreenLackOnlyHanCharacters(t *testing.T) {
	th := themed(ui.BrightnessLight, 1)
	regular, bold := ui.RunesOf(th.Font(fyne.TextStyle{})), ui.RunesOf(th.Font(fyne.TextStyle{Bold: true}))
	if !slices.Equal(regular, bold) {
		t.Errorf("the regular face has %d characters, the bold one %d", len(regular), len(bold))
	}
	han := 0
	for _, r := range read(t, assets.Regular).Runes() {
		if _, has := slices.BinarySearch(regular, r); !has && !unicode.Is(unicode.Han, r) {
			t.Errorf("%U is missing on the screen", r)
		}
	}
	for _, r := range regular {
		if unicode.Is(unicode.Han, r) && r >= 0x3400 {
			han++
		}
	}
	if han < 8105 {
		t.Errorf("the screen has %d Han characters", han)
	}
}

// ink is what is drawn in a place, cut to what is dark in it.
func ink(img image.Image, place image.Rectangle) (dark [][]float64) {
	var box image.Rectangle
	at := func(x, y int) float64 {
		r, g, b, _ := img.At(x, y).RGBA()
		return 1 - float64(r+g+b)/3/0xffff
	}
	for y := place.Min.Y; y < place.Max.Y; y++ {
		for x := place.Min.X; x < place.Max.X; x++ {
			if at(x, y) > 0.25 {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	for y := box.Min.Y; y < box.Max.Y; y++ {
		var row []float64
		for x := box.Min.X; x < box.Max.X; x++ {
			row = append(row, at(x, y))
		}
		dark = append(dark, row)
	}
	return dark
}

// differ is the mean difference of two pictures of one size, 1 for others.
func differ(a, b [][]float64) (d float64) {
	if len(a) == 0 || len(a) != len(b) || len(a[0]) != len(b[0]) {
		return 1
	}
	for y := range a {
		for x := range a[y] {
			d += math.Abs(a[y][x] - b[y][x])
		}
	}
	return d / float64(len(a)*len(a[0]))
}

// drawn is what a window shows in the place of an object, without a border.
func drawn(w fyne.Window, o fyne.CanvasObject, border int) [][]float64 {
	at, size := fyne.CurrentApp().Driver().AbsolutePositionForObject(o), o.Size()
	return ink(w.Canvas().Capture(), image.Rect(int(at.X)+border, int(at.Y)+border, int(at.X+size.Width)-border, int(at.Y+size.Height)-border))
}

// glyph is how a character looks, in a font made for it alone.
func glyph(t *testing.T, r rune, size float32) [][]float64 {
	t.Helper()
	pack, err := fonts.ParseRare(assets.RareGlyphs)
	if err != nil {
		t.Fatal(err)
	}
	font := read(t, assets.Regular).Choose([]rune{r, ' '}, func(r rune) (fonts.Glyph, bool) { return pack.Glyph(r, 1000) })
	c := canvas.NewText(string(r), ui.Palette["foreground"][0])
	c.TextSize, c.FontSource = size, fyne.NewStaticResource("test "+string(r), font)
	w := test.NewWindow(c)
	defer w.Close()
	w.SetPadded(false)
	w.Resize(fyne.NewSize(100, 100))
	return drawn(w, c, 0)
}

// shows tells how far what an object shows is from what it should: the least of
// some looks, for a test before may have left the window of all a new theme, which
// Fyne puts on when it comes to it.
func shows(w fyne.Window, o fyne.CanvasObject, border int, want [][]float64) float64 {
	least := differ(drawn(w, o, border), want)
	for try := 0; try < 5 && least > 0.02; try++ {
		w.Content().Refresh()
		least = min(least, differ(drawn(w, o, border), want))
	}
	return least
}

func TestUnusualCharactersAreDrawnFromTheProgramsOwnFonts(t *testing.T) {
	for _, r := range append([]rune{'李', '\U0002CB4E'}, rarities...) {
		st, w := draft(t, exam.Document{Name: string(r), IDType: exam.ResidentID}, exam.StepPerson)
		want := glyph(t, r, 15)
		w.Canvas().Unfocus() // the cursor is ink too
		if d := shows(w, st.Window.Find("name"), 6, want); d > 0.02 {
			t.Errorf("%c is not what the field shows: %.2f", r, d)
		}
		for _, bold := range []bool{false, true} {
			if bold && !slices.Contains(rarities, r) {
				continue // in the bold face
			}
			label := ui.Label(string(r), bold)
			w.SetContent(label)
			if d := shows(w, label, 0, want); d > 0.02 {
				t.Errorf("%c is not what a text shows, bold: %v: %.2f", r, bold, d)
			}
			label = ui.Label("一", bold)
			w.SetContent(label)
			label.Put(string(r))
			if d := shows(w, label, 0, want); d > 0.02 {
				t.Errorf("%c is not what a text shows that was another, bold: %v: %.2f", r, bold, d)
			}
		}
	}
}

func TestAFieldShowsWhatIsTypedAndPastedIntoIt(t *testing.T) {
	for how, put := range map[string]func(e *ui.Entry, text string){
		"typed": func(e *ui.Entry, text string) { test.Type(e, text) },
		"pasted": func(e *ui.Entry, text string) {
			fyne.CurrentApp().Clipboard().SetContent(text)
			e.TypedShortcut(&fyne.ShortcutPaste{Clipboard: fyne.CurrentApp().Clipboard()})
		},
		"set": func(e *ui.Entry, text string) { e.SetText(text) },
	} {
		for _, r := range []rune{'\U00020BB7', '陳'} {
			st, w := draft(t, exam.Document{Name: "李", IDType: exam.ResidentID}, exam.StepPerson)
			e := st.Window.Find("name").(*ui.Entry)
			e.SetText("")
			put(e, string(r))
			w.Canvas().Unfocus()
			if d := shows(w, e, 6, glyph(t, r, 15)); d > 0.02 {
				t.Errorf("%c, %s, is not what the field shows: %.2f", r, how, d)
			}
		}
	}
}

func TestAFieldsFontHasWhatStandsInPlaceOfItsText(t *testing.T) {
	st, _ := draft(t, exam.Document{Name: "陳", IDType: exam.ResidentID}, exam.StepPerson)
	has := func(e *ui.Entry, r rune) bool {
		return slices.Contains(ui.RunesOf(fyne.CurrentApp().Settings().Theme().Font(e.TextStyle)), r)
	}
	e := st.Window.Find("name").(*ui.Entry)
	e.SetPlaceHolder("丘")
	if test.WidgetRenderer(e); !has(e, '陳') || !has(e, '丘') {
		t.Error("the font lacks the placeholder or the text")
	}
	secret, _ := ui.NewTestEntry()
	secret.Password = true
	secret.SetText("陳")
	if !has(secret, '•') {
		t.Error("the font lacks the dot of a passphrase")
	}
}

// The pack inflates a block for each character, on the window's goroutine.
func TestAFontTakesOnlySoManyCharactersFromThePack(t *testing.T) {
	label := ui.Label(fresh(25), false)
	label.Resize(fyne.NewSize(1000, 30))
	if _, boxed := ui.Boxed(label); len(boxed) != 5 {
		t.Errorf("a font lacks %d of 25 new characters, want 5", len(boxed))
	}
}

func TestATabIsPastedAsASpace(t *testing.T) {
	st, _ := draft(t, exam.Document{IDType: exam.ResidentID}, exam.StepPerson)
	e := st.Window.Find("name").(*ui.Entry)
	fyne.CurrentApp().Clipboard().SetContent("李小满\t女")
	e.TypedShortcut(&fyne.ShortcutPaste{Clipboard: fyne.CurrentApp().Clipboard()})
	if e.Text != "李小满 女" {
		t.Errorf("the field has %q", e.Text)
	}
}

// Wherever a name comes to stand.
func TestNoPageShowsABoxForACharacterOfTheFonts(t *testing.T) {
	name := "李" + string(rarities)
	doc := exam.Document{Name: name, IDType: exam.ResidentID, Address: name, NameRemark: name,
		Education: []exam.Education{{School: name}}, Work: []exam.Work{{Employer: name, Place: name}}}
	st, w := show(t, plain, story.Scene{Name: "rare", Play: func(s *story.Stage) {
		d, err := s.World.Ports().Drafts.Create(doc, s.World.Pack.Ref())
		if err != nil {
			t.Fatal(err)
		}
		s.Desk.Open(d.ID)
	}})
	look := func(where string, least int) {
		t.Helper()
		st.World.Loop.Drain()
		seen, boxed := ui.Boxed(w.Content())
		if seen < least {
			t.Errorf("%s: %d texts have an unusual character", where, seen)
		}
		if len(boxed) > 0 {
			t.Errorf("%s: %s", where, strings.Join(boxed, ", "))
		}
	}
	for _, step := range present.Steps {
		st.Desk.Form().Show(step)
		look(string(step), map[exam.StepID]int{exam.StepPerson: 3, exam.StepSchooling: 1, exam.StepWork: 2}[step])
	}
	for page, least := range map[present.Page]int{present.PageHome: 1, present.PageOfficial: 3, present.PageHistory: 1, present.PageRegistration: 0, present.PagePrint: 0} {
		st.Desk.Go(page)
		look(string(page), least)
	}
}

// What is unusual is found where a text or a field is made, so nothing else may
// make one.
func TestOnlyTextsAndEntriesPutWordsOnTheScreen(t *testing.T) {
	for path, f := range code(t, ".") {
		if path == "text.go" || path == "entry.go" || strings.HasPrefix(path, "story/") || strings.HasPrefix(path, "present/") {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				x, _ := s.X.(*ast.Ident)
				if x != nil && slices.Contains([]string{"canvas.NewText", "canvas.Text", "widget.NewLabel", "widget.NewLabelWithStyle", "widget.Label", "widget.NewEntry",
					"widget.NewMultiLineEntry", "widget.NewPasswordEntry", "widget.Entry", "widget.NewButton", "widget.NewRichText", "widget.NewCheck", "widget.NewSelect"}, x.Name+"."+s.Sel.Name) {
					t.Errorf("%s uses %s.%s", path, x.Name, s.Sel.Name)
				}
			}
			return true
		})
	}
}

func TestManyFontsOfLinesAndFieldsAreLetGo(t *testing.T) {
	st, w := draft(t, exam.Document{Name: "陳", IDType: exam.ResidentID}, exam.StepPerson)
	var spare []rune
	for _, r := range read(t, assets.Regular).Runes() {
		if ui.Unusual(r) {
			spare = append(spare, r)
		}
	}
	th := fyne.CurrentApp().Settings().Theme()
	for _, r := range spare[:1100] {
		ui.Label(string(r), false)
	}
	st.Window.Refresh()
	if lines, _ := ui.FontsKept(); lines > 100 || fyne.CurrentApp().Settings().Theme() == th {
		t.Errorf("%d fonts of lines are kept, the same theme: %v", lines, fyne.CurrentApp().Settings().Theme() == th)
	}
	e := st.Window.Find("name").(*ui.Entry)
	for _, r := range spare[2000:2150] {
		test.Type(e, string(r))
		st.World.Loop.Drain()
		if _, fields := ui.FontsKept(); fields > 128 {
			t.Fatalf("%d fonts of fields are kept", fields)
		}
	}
	if _, boxed := ui.Boxed(w.Content()); len(boxed) > 0 {
		t.Errorf("afterwards it shows boxes: %v", boxed)
	}
	e.SetText("陳")
	w.Canvas().Unfocus()
	if d := shows(w, e, 6, glyph(t, '陳', 15)); d > 0.02 {
		t.Errorf("afterwards the field shows another character: %.2f", d)
	}
}
