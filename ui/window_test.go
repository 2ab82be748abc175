package ui_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"wenbao/exam"
	"wenbao/ui"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
	"wenbao/ui/story"
)

var update = flag.Bool("update", false, "write the outlines anew")

var plain = present.Preferences{Lang: "zh-CN", TextScale: 1, Brightness: "light", Width: 1366, Height: 768}

func TestMain(m *testing.M) {
	debug.SetGCPercent(400)                   // pages are made and dropped by the hundred
	time.Local = presenttest.Start.Location() // elsewhere the pages say 北京时间
	test.NewApp()
	os.Exit(m.Run())
}

// show plays a scene in a window of 1366×768.
func show(t *testing.T, look present.Preferences, s story.Scene) (*story.Stage, fyne.Window) {
	t.Helper()
	a := fyne.CurrentApp() // one for all: Fyne parses the fonts anew for each
	w := a.NewWindow("")
	t.Cleanup(w.Close)
	st := story.Show(a, w, look, s)
	w.Resize(fyne.NewSize(look.Width, look.Height))
	return st, w
}

// each runs a test for every scene; the window of one is closed before the next
// opens, for Fyne gives a new theme to every open window.
func each(t *testing.T, run func(*testing.T, story.Scene)) {
	for _, s := range scenes() {
		t.Run(s.Name, func(t *testing.T) { run(t, s) })
	}
}

// scenes are those of the storybook; with -short every sixth.
func scenes() (list []story.Scene) {
	for i, s := range story.Scenes() {
		if !testing.Short() || i%6 == 0 {
			list = append(list, s)
		}
	}
	return list
}

// draft opens a draft of doc on a step.
func draft(t *testing.T, doc exam.Document, step exam.StepID) (*story.Stage, fyne.Window) {
	t.Helper()
	return show(t, plain, story.Scene{Name: "test", Play: func(s *story.Stage) {
		d, err := s.World.Ports().Drafts.Create(doc, s.World.Pack.Ref())
		if err != nil {
			t.Fatal(err)
		}
		s.Desk.Open(d.ID)
		s.World.Loop.Drain()
		s.Desk.Form().Show(step)
	}})
}

// volatile is what differs from run to run: ids, digests and local times.
var volatile = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9a-f]{16}\b|\b[0-9a-f]{8}\b|2026-03-10 \d\d:\d\d(:\d\d)?`)

func TestEveryPageSaysWhatItShouldInBothLanguages(t *testing.T) {
	for _, s := range scenes() {
		for _, lang := range []string{"zh-CN", "en"} {
			t.Run(s.Name+"."+lang, func(t *testing.T) {
				look := plain
				look.Lang = lang
				st, _ := show(t, look, s)
				got := volatile.ReplaceAllString(ui.Outline(st.Window.Front()), "…")
				if strings.Contains(got, "⟦") {
					t.Errorf("a translation is missing:\n%s", lineWith(got, "⟦"))
				}
				if lang == "en" && mixed(got) != "" {
					t.Errorf("the English page has Chinese: %s", mixed(got))
				}
				golden(t, filepath.Join("testdata", "outline", s.Name+"."+lang+".txt"), got)
			})
		}
	}
}

func lineWith(text, what string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, what) {
			return line
		}
	}
	return ""
}

// ownWords are Chinese on an English page by right: what the candidate typed,
// proper names that must be read on paper or file, and the language's own name.
var ownWords = regexp.MustCompile(`李[\[\]小满宏𬭎𠮷㛃]*|[钅厷𬭎𠮷㛃宏]|毕业证书[\p{Han}，。]*|学信网报告|小满|河南省郑州市金水区示例路 1 号|郑州市|开封市|示例[\p{Han}]+|社会工作|社工|社区工作者|个案与小组工作|工作年限证明与\p{Han}+|[^"]*报名照片\.jpg|中文|草稿|演练|无|北京|上海`)

var han = regexp.MustCompile(`\p{Han}+`)

func mixed(text string) string {
	return strings.Join(han.FindAllString(ownWords.ReplaceAllString(text, ""), -1), " ")
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (go test ./ui -update writes it)", err)
	}
	if got != string(want) {
		t.Errorf("differs from %s; first difference: %s (go test ./ui -update accepts)", file, firstDifference(got, string(want)))
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			return g[i]
		}
	}
	return "the end"
}

func TestNothingIsCutOff(t *testing.T) {
	for _, look := range []present.Preferences{
		{Lang: "zh-CN", TextScale: 1}, {Lang: "en", TextScale: 1}, {Lang: "zh-CN", TextScale: 2}, {Lang: "en", TextScale: 2},
	} {
		look.Brightness, look.Width, look.Height = "light", 1366, 768
		for _, s := range scenes() {
			t.Run(fmt.Sprint(s.Name, ".", look.Lang, ".", look.TextScale), func(t *testing.T) {
				_, w := show(t, look, s)
				for _, c := range ui.Cut(w.Content(), 1366) {
					t.Error(c)
				}
			})
		}
	}
}

func TestEveryControlIsReachedByTheKeyboardInReadingOrder(t *testing.T) {
	each(t, func(t *testing.T, s story.Scene) {
		st, w := show(t, plain, s)
		root := st.Window.Front()
		var want []string
		for _, c := range ui.Controls(root) {
			if !c.Disabled {
				want = append(want, c.ID)
			}
		}
		if len(want) == 0 {
			t.Fatal("no control")
		}
		w.Canvas().Unfocus()
		var got []string
		for range want {
			w.Canvas().FocusNext()
			got = append(got, ui.ID(w.Canvas().Focused()))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: Tab goes\n%v\nreading order is\n%v", s.Name, got, want)
		}
		if slices.Contains(want, "") || len(slices.Compact(slices.Sorted(slices.Values(want)))) != len(want) {
			t.Errorf("%s: ids are not one each: %v", s.Name, want)
		}
	})
}

func TestPracticeIsOnEveryPage(t *testing.T) {
	each(t, func(t *testing.T, s story.Scene) {
		st, w := show(t, plain, s)
		if got := strings.Contains(ui.Outline(w.Content()), "演练："); got == st.World.Real {
			t.Errorf("says that it is practice: %v; it is for real: %v", got, st.World.Real)
		}
	})
}

func TestTypingGoesToTheDraftAndTheFieldKeepsTheFocus(t *testing.T) {
	st, w := draft(t, exam.Document{IDType: exam.ResidentID}, exam.StepPerson)
	entry := st.Window.Find("id_number").(*ui.Entry)
	w.Canvas().Focus(entry)
	test.Type(entry, "4101")
	st.World.Loop.Advance(2 * time.Second)
	if got := st.World.Drafts[st.Desk.Form().ID()].Document.IDNumber; got != "4101" {
		t.Errorf("stored %q", got)
	}
	if w.Canvas().Focused() != fyne.Focusable(entry) || st.Window.Find("id_number") != fyne.CanvasObject(entry) {
		t.Error("the field was replaced or lost the focus while a problem appeared")
	}
	if out := ui.Outline(st.Window.Body()); !strings.Contains(out, "18 位") {
		t.Errorf("the problem is not said under the field:\n%s", out)
	}
}

func TestEnterGoesToTheNextFieldAndSubmitsNothing(t *testing.T) {
	st, w := draft(t, presenttest.Complete(), exam.StepPerson)
	w.Canvas().Focus(st.Window.Find("phone").(fyne.Focusable))
	w.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if got := ui.ID(w.Canvas().Focused()); got != "email" {
		t.Errorf("Enter went to %q", got)
	}
	if len(st.World.Waiting) != 0 || st.Desk.Form().At() != exam.StepPerson {
		t.Error("Enter did more than move")
	}
}

func TestShortcutsWorkFromWithinAField(t *testing.T) {
	st, w := draft(t, exam.Document{}, exam.StepRegistration)
	entry := st.Window.Find("city").(*ui.Entry)
	w.Canvas().Focus(entry)
	chord := func(k fyne.KeyName) {
		entry.TypedShortcut(&desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierShortcutDefault})
		st.World.Loop.Drain()
	}
	test.Type(entry, "Zhengzhou")
	chord(fyne.KeyS)
	if st.World.Drafts[st.Desk.Form().ID()].Document.City != "Zhengzhou" {
		t.Error("Ctrl+S did not save")
	}
	chord(fyne.KeyReturn)
	if st.Desk.Form().At() != exam.StepPerson {
		t.Error("Ctrl+Enter did not go to the next step")
	}
	chord(fyne.KeyP)
	if st.Desk.Page() != present.PagePrint {
		t.Error("Ctrl+P did not show the print page")
	}
	entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if st.Desk.Page() != present.PageForm {
		t.Error("Escape did not go back")
	}
	entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyF1})
	if st.Desk.Page() != present.PageHelp {
		t.Error("F1 did not show the help")
	}
}

func TestAChoiceIsMadeByTypingPinyin(t *testing.T) {
	st, w := draft(t, exam.Document{}, exam.StepRegistration)
	w.Canvas().Focus(st.Window.Find("area").(fyne.Focusable))
	w.Canvas().Focused().TypedRune('h')
	if got := ui.ID(w.Canvas().Focused()); got != "area.search" {
		t.Fatalf("typing opened nothing: focus on %q", got)
	}
	for _, r := range "ns" {
		w.Canvas().Focused().TypedRune(r)
	}
	w.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	st.World.Loop.Drain()
	if got := st.World.Drafts[st.Desk.Form().ID()].Document.Area; got != "410000" {
		t.Errorf("picked %q", got)
	}
	if got := ui.ID(w.Canvas().Focused()); got != "area" {
		t.Errorf("the focus is on %q afterwards", got)
	}
	if w.Canvas().Overlays().Top() != nil {
		t.Error("the list stays open")
	}
}

func TestEscapeClosesTheListAndChangesNothing(t *testing.T) {
	st, w := draft(t, exam.Document{Area: "110000"}, exam.StepRegistration)
	test.Tap(st.Window.Find("area").(fyne.Tappable))
	w.Canvas().Focused().TypedRune('h')
	w.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	w.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	st.World.Loop.Drain()
	if st.World.Drafts[st.Desk.Form().ID()].Document.Area != "110000" || w.Canvas().Overlays().Top() != nil {
		t.Error("Escape picked something or left the list open")
	}
}

func TestAProblemRowJumpsToItsField(t *testing.T) {
	st, w := draft(t, exam.Document{}, present.StepReview)
	test.Tap(st.Window.Find("problem.0").(fyne.Tappable))
	st.World.Loop.Drain()
	if st.Desk.Form().At() != exam.StepRegistration {
		t.Fatalf("on step %s", st.Desk.Form().At())
	}
	if got := ui.ID(w.Canvas().Focused()); got != "level=junior" {
		t.Errorf("the focus is on %q", got)
	}
}

func TestWhatDidNotChangeIsNotReplaced(t *testing.T) {
	each(t, func(t *testing.T, s story.Scene) {
		st, _ := show(t, plain, s)
		before := ui.Controls(st.Window.Body())
		st.Window.Refresh()
		after := ui.Controls(st.Window.Body())
		if !slices.Equal(before, after) {
			t.Error("a refresh without news replaced controls; a click half done would be lost")
		}
	})
}

func TestTheLanguageChangesAtOnce(t *testing.T) {
	st, w := show(t, plain, story.Scene{Name: "settings", Play: func(s *story.Stage) { s.Desk.Go(present.PageSettings) }})
	test.Tap(st.Window.Find("settings.lang=en").(fyne.Tappable))
	st.World.Loop.Drain()
	if out := ui.Outline(w.Content()); !strings.Contains(out, "Settings") || strings.Contains(out, "设置") {
		t.Errorf("the page is still Chinese:\n%s", out)
	}
	test.Tap(st.Window.Find("settings.text=200 %").(fyne.Tappable))
	if got := fyne.CurrentApp().Settings().Theme().Size("text"); got != 30 {
		t.Errorf("text size is %v", got)
	}
}

func TestWhatTheStoreHasToTellLeavesRoomForThePage(t *testing.T) {
	look := plain
	look.Lang, look.TextScale = "en", 2
	st, w := show(t, look, story.Scene{Name: "told", Play: func(s *story.Stage) {
		for range 4 {
			s.World.Reports = append(s.World.Reports, present.Report{Tone: present.Trouble, Text: present.T("store.opening.repaired", "count", 1284)})
		}
		s.Desk.StoreRepaired()
	}})
	if room, window := st.Window.Body().Size().Height, w.Canvas().Size().Height; room < window/3 {
		t.Errorf("of %.0f units the page has %.0f", window, room)
	}
	drop := st.Window.Anywhere("action.reports.drop")
	w.Canvas().Focus(drop.(fyne.Focusable))
	test.Tap(drop.(fyne.Tappable))
	st.World.Loop.Drain()
	if room, window := st.Window.Body().Size().Height, w.Canvas().Size().Height; room < window*2/3 {
		t.Errorf("when nothing is told the page has %.0f of %.0f units", room, window)
	}
}

func TestTheMapOfControlsHoldsNoValue(t *testing.T) {
	st, _ := show(t, plain, story.Scene{Name: "person", Play: func(s *story.Stage) {
		d, err := s.World.Ports().Drafts.Create(presenttest.Complete(), s.World.Pack.Ref())
		if err != nil {
			t.Fatal(err)
		}
		s.Desk.Open(d.ID)
		s.World.Loop.Drain()
		s.Desk.Form().Show(exam.StepPerson)
	}})
	raw, err := json.Marshal(st.Window.Inspected())
	if err != nil {
		t.Fatal(err)
	}
	doc := presenttest.Complete()
	for _, value := range []string{doc.Name, doc.IDNumber, doc.Phone, doc.Email, doc.Address} {
		if strings.Contains(string(raw), value) {
			t.Errorf("the map holds %q", value)
		}
	}
	if !strings.Contains(string(raw), `"id":"id_number"`) || !strings.Contains(string(raw), `"page":"form"`) {
		t.Errorf("the map is %s", raw)
	}
}

func TestTheMapIsWrittenOnceSettled(t *testing.T) {
	file := filepath.Join(t.TempDir(), "map.json")
	a := fyne.CurrentApp()
	w := a.NewWindow("")
	t.Cleanup(w.Close)
	world := presenttest.NewWorld()
	ui.New(ui.Config{App: a, Window: w, Ports: world.Ports(), Loop: world.Loop, Lang: "zh-CN", Inspect: file})
	world.Loop.Advance(time.Second)
	var m struct {
		Settled  bool
		Page     string
		Controls []struct{ ID string }
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &m); err != nil || !m.Settled || m.Page != "home" || len(m.Controls) == 0 {
		t.Errorf("the map is %s (%v)", raw, err)
	}
}
