package ui_test

import (
	"slices"
	"strconv"
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

// keyboard presses keys where the focus is.
type keyboard struct {
	t      *testing.T
	stage  *story.Stage
	window fyne.Window
}

func (k keyboard) press(names ...fyne.KeyName) {
	k.t.Helper()
	for _, n := range names {
		f := k.window.Canvas().Focused()
		if f == nil {
			k.t.Fatalf("nothing has the focus to take %s", n)
		}
		if d, ok := f.(desktop.Keyable); ok {
			d.KeyDown(&fyne.KeyEvent{Name: n})
		}
		k.repeat(n)
		if d, ok := k.window.Canvas().Focused().(desktop.Keyable); ok {
			d.KeyUp(&fyne.KeyEvent{Name: n})
		}
	}
}

// repeat is what a key does that is held down.
func (k keyboard) repeat(n fyne.KeyName) {
	if f := k.window.Canvas().Focused(); f != nil {
		f.TypedKey(&fyne.KeyEvent{Name: n})
	}
	k.stage.World.Loop.Drain()
}

func (k keyboard) write(text string) {
	for _, r := range text {
		k.window.Canvas().Focused().TypedRune(r)
	}
	k.stage.World.Loop.Drain()
}

func (k keyboard) shortcut(s fyne.Shortcut) {
	k.window.Canvas().Focused().(fyne.Shortcutable).TypedShortcut(s)
	k.stage.World.Loop.Drain()
}

func (k keyboard) chord(n fyne.KeyName) {
	k.shortcut(&desktop.CustomShortcut{KeyName: n, Modifier: fyne.KeyModifierShortcutDefault})
}

func (k keyboard) focus(id string) {
	k.t.Helper()
	o := k.stage.Window.Find(id)
	if o == nil {
		k.t.Fatalf("there is no %s", id)
	}
	k.window.Canvas().Focus(o.(fyne.Focusable))
}

func (k keyboard) focused() string { return ui.ID(k.window.Canvas().Focused()) }

func (k keyboard) doc() exam.Document {
	return k.stage.World.Drafts[k.stage.Desk.Form().ID()].Document
}

// hands gives the keyboard over a draft on a step.
func hands(t *testing.T, doc exam.Document, step exam.StepID) keyboard {
	t.Helper()
	st, w := draft(t, doc, step)
	return keyboard{t, st, w}
}

func TestWhatHasTheFocusIsInSight(t *testing.T) {
	each(t, func(t *testing.T, s story.Scene) {
		st, w := show(t, plain, s)
		w.Canvas().Unfocus()
		var there []string
		for range ui.Controls(st.Window.Front()) {
			w.Canvas().FocusNext()
			o := w.Canvas().Focused().(fyne.CanvasObject)
			there = append(there, ui.ID(o))
			if !st.Window.InSight(o) {
				t.Errorf("%s has the focus and is out of sight", ui.ID(o))
			}
		}
		if len(there) == 1 {
			return // there is nowhere to come back from
		}
		w.Canvas().Unfocus()
		var back []string
		for range there {
			w.Canvas().FocusPrevious()
			o := w.Canvas().Focused().(fyne.CanvasObject)
			back = append(back, ui.ID(o))
			if !st.Window.InSight(o) {
				t.Errorf("going back, %s has the focus and is out of sight", ui.ID(o))
			}
		}
		slices.Reverse(back)
		if !slices.Equal(slices.Compact(slices.Sorted(slices.Values(there))), slices.Compact(slices.Sorted(slices.Values(back)))) {
			t.Errorf("Shift+Tab reaches\n%v\nTab reaches\n%v", back, there)
		}
	})
}

// What stands at the top of a page says what it is about; the focus begins there or
// nowhere.
func TestAPageOpensAtItsTop(t *testing.T) {
	// Scenes of what lies further down, and of what came above the control that had the focus.
	later := []string{"settings-", "reminders-", "-picking", "photo-refused", "evidence-broken", "payment-bounced", "payment-late", "payment-call"}
	for _, scale := range []float32{1, 2} {
		look := plain
		look.TextScale = scale
		each(t, func(t *testing.T, s story.Scene) {
			if slices.ContainsFunc(later, func(part string) bool { return strings.Contains(s.Name, part) }) {
				return
			}
			st, _ := show(t, look, s)
			if y := st.Window.Scrolled(); y != 0 {
				t.Errorf("at %v it is scrolled down by %v", scale, y)
			}
		})
	}
}

func TestEnterInAFieldMovesAndDoesNothingElse(t *testing.T) {
	each(t, func(t *testing.T, s story.Scene) {
		st, w := show(t, plain, s)
		page, over := st.Desk.Page(), w.Canvas().Overlays().Top()
		if strings.HasSuffix(s.Name, "-picking") {
			return // the open list lies over the page and takes every key
		}
		waiting, drafts := len(st.World.Waiting), len(st.World.Drafts)
		for _, c := range ui.Controls(st.Window.Body()) {
			kind := ui.Kind(c.Object)
			if c.Disabled || kind == "button" || kind == "draft" || kind == "problem" || kind == "nav" || st.Window.Find(c.ID) != c.Object {
				continue
			}
			w.Canvas().Focus(c.Object.(fyne.Focusable))
			w.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
			st.World.Loop.Drain()
			if st.Desk.Page() != page || len(st.World.Waiting) != waiting || len(st.World.Drafts) != drafts || w.Canvas().Overlays().Top() != over {
				t.Fatalf("Enter in %s %q: on %s, %d steps wait", kind, c.ID, st.Desk.Page(), len(st.World.Waiting))
			}
		}
	})
}

func TestTheFocusStaysOnSomethingThatIsThere(t *testing.T) {
	k := hands(t, presenttest.Complete(), exam.StepWork)
	for _, id := range []string{"action.remove.work.1", "action.remove.work.0"} {
		k.focus(id)
		k.press(fyne.KeySpace)
		o, ok := k.window.Canvas().Focused().(fyne.CanvasObject)
		if !ok || !k.stage.Window.OnPage(o) {
			t.Errorf("after %s the focus is on %q, which is not on the page", id, k.focused())
		}
	}
}

func TestAHeldKeyPressesOnce(t *testing.T) {
	k := hands(t, presenttest.Complete(), exam.StepWork)
	k.focus("action.remove.work.0")
	k.press(fyne.KeySpace)
	for range 20 { // wherever the focus has gone
		k.repeat(fyne.KeySpace)
		k.repeat(fyne.KeyReturn)
	}
	if n := len(k.doc().Work); n != 1 {
		t.Errorf("%d posts are left of 2", n)
	}
}

func TestEnterHeldInAFieldRunsIntoNoButton(t *testing.T) {
	k := hands(t, presenttest.Complete(), exam.StepPerson)
	k.focus("phone")
	k.press(fyne.KeyReturn)
	for range 100 {
		k.repeat(fyne.KeyReturn)
	}
	if k.stage.Desk.Form().At() != exam.StepPerson || k.stage.Desk.Page() != present.PageForm || len(k.stage.World.Waiting) != 0 {
		t.Errorf("it ended on %s of %s, %d wait", k.stage.Desk.Form().At(), k.stage.Desk.Page(), len(k.stage.World.Waiting))
	}
}

func TestARemovalIsUndoneByKeyboard(t *testing.T) {
	k := hands(t, presenttest.Complete(), exam.StepWork)
	before := string(k.doc().Encode())
	k.focus("action.remove.work.0")
	k.press(fyne.KeySpace)
	if n := len(k.doc().Work); n != 1 {
		t.Fatalf("%d posts after removing", n)
	}
	k.shortcut(&fyne.ShortcutUndo{})
	if got := string(k.doc().Encode()); got != before {
		t.Errorf("after Ctrl+Z the draft is\n%s\nit was\n%s", got, before)
	}
}

func TestUndoIsAlsoAButtonThatTabReaches(t *testing.T) {
	k := hands(t, presenttest.Complete(), exam.StepWork)
	k.focus("action.remove.work.0")
	k.press(fyne.KeySpace)
	for range 200 {
		if k.focused() == "action.undo" {
			break
		}
		k.window.Canvas().FocusNext()
	}
	if k.focused() != "action.undo" {
		t.Fatal("Tab does not reach the undo")
	}
	k.press(fyne.KeySpace)
	if n := len(k.doc().Work); n != 2 {
		t.Errorf("%d posts", n)
	}
}

func TestAPostIsEnteredByKeyboardAlone(t *testing.T) {
	k := hands(t, exam.Document{}, exam.StepWork)
	k.focus("action.add.work")
	k.press(fyne.KeySpace)
	if k.focused() != "work.0.employer" {
		t.Fatalf("after adding the focus is on %q", k.focused())
	}
	k.write("示例社会工作服务中心")
	k.press(fyne.KeyReturn)
	if k.focused() != "work.0.employer_type" {
		t.Fatalf("Enter goes to %q", k.focused())
	}
	k.window.Canvas().FocusNext()
	k.write("2012年7月")
	k.window.Canvas().FocusNext()
	k.stage.World.Loop.Advance(2 * time.Second)
	if w := k.doc().Work; len(w) != 1 || w[0].Employer != "示例社会工作服务中心" || w[0].From != "2012-07" {
		t.Errorf("stored is %+v", w)
	}
}

func TestChoicesAreMadeByTheSpaceBar(t *testing.T) {
	k := hands(t, exam.Document{}, exam.StepRegistration)
	k.focus("level=intermediate")
	k.press(fyne.KeySpace)
	if k.doc().Level != exam.Intermediate {
		t.Errorf("chosen is %q", k.doc().Level)
	}
	if k.focused() != "level=intermediate" {
		t.Errorf("the focus went to %q", k.focused())
	}
	k.press(fyne.KeyReturn)
	if k.doc().Level != exam.Intermediate || k.focused() == "level=intermediate" {
		t.Errorf("Enter chose %q and stays on %q", k.doc().Level, k.focused())
	}
	ticked := len(k.doc().Subjects)
	var subject string
	for _, c := range ui.Controls(k.stage.Window.Body()) {
		if strings.HasPrefix(c.ID, "subjects=") && !c.Disabled {
			subject = c.ID
		}
	}
	k.focus(subject)
	k.press(fyne.KeySpace)
	if got := len(k.doc().Subjects); got != ticked-1 {
		t.Errorf("%d subjects after clearing one of %d", got, ticked)
	}
	k.press(fyne.KeySpace)
	if got := len(k.doc().Subjects); got != ticked {
		t.Errorf("%d subjects after ticking it again", got)
	}
}

func TestArrowsMoveInTheListAndBetweenFields(t *testing.T) {
	k := hands(t, exam.Document{}, exam.StepPerson)
	k.focus("name")
	k.press(fyne.KeyDown)
	if k.focused() == "name" {
		t.Error("Down stays in the field")
	}
	k.press(fyne.KeyUp)
	if k.focused() != "name" {
		t.Errorf("Up goes to %q", k.focused())
	}
	k.focus("ethnicity")
	k.press(fyne.KeyDown) // opens
	if k.focused() != "ethnicity.search" {
		t.Fatalf("Down on a list gives the focus to %q", k.focused())
	}
	k.press(fyne.KeyDown, fyne.KeyDown, fyne.KeyUp, fyne.KeyReturn)
	want := k.stage.World.Pack.Choice("ethnicity")[1].Code
	if got := k.doc().Ethnicity; got != want {
		t.Errorf("picked %q, want %q", got, want)
	}
	k.press(fyne.KeyDown, fyne.KeyPageDown, fyne.KeyPageUp, fyne.KeyUp, fyne.KeyReturn)
	if got, first := k.doc().Ethnicity, k.stage.World.Pack.Choice("ethnicity")[0].Code; got != first {
		t.Errorf("picked %q, want the first, %q", got, first)
	}
}

func TestAListThatFindsNothingPicksNothing(t *testing.T) {
	k := hands(t, exam.Document{Ethnicity: "01"}, exam.StepPerson)
	k.focus("ethnicity")
	k.write("qqq")
	k.press(fyne.KeyReturn)
	if got := k.doc().Ethnicity; got != "01" {
		t.Errorf("picked %q", got)
	}
	k.press(fyne.KeyEscape)
	if k.focused() != "ethnicity" || k.stage.Desk.Page() != present.PageForm {
		t.Errorf("Escape leaves %q on %s", k.focused(), k.stage.Desk.Page())
	}
}

func TestAQuestionIsAnsweredByKeyboard(t *testing.T) {
	for _, c := range []struct {
		name   string
		keys   []fyne.KeyName
		queued int
	}{
		{"Enter on the first answer", []fyne.KeyName{fyne.KeyReturn}, 0},
		{"Escape", []fyne.KeyName{fyne.KeyEscape}, 0},
		{"the second answer", []fyne.KeyName{fyne.KeyTab, fyne.KeyReturn}, 1},
	} {
		st, w := show(t, plain, scene(t, "registration-confirm-ask"))
		k := keyboard{t, st, w}
		if k.focused() != "action.no" {
			t.Fatalf("the question gives the focus to %q", k.focused())
		}
		for _, key := range c.keys {
			if key == fyne.KeyTab {
				w.Canvas().FocusNext()
				continue
			}
			k.press(key)
		}
		if _, asked := st.Desk.Asked(); asked || len(st.World.Waiting) != c.queued {
			t.Errorf("%s: asked %v, %d wait, want %d", c.name, asked, len(st.World.Waiting), c.queued)
		}
		if w.Canvas().Overlays().Top() != nil {
			t.Errorf("%s: the question still lies over the page", c.name)
		}
	}
}

func TestTabStaysWithinAQuestion(t *testing.T) {
	st, w := show(t, plain, scene(t, "registration-confirm-ask"))
	for range 12 {
		w.Canvas().FocusNext()
		if o, ok := w.Canvas().Focused().(fyne.CanvasObject); !ok || !st.Window.OnPage(o) {
			t.Fatalf("the focus left the question for %q", ui.ID(w.Canvas().Focused()))
		}
	}
}

func TestEveryShortcutOfTheListDoesSomething(t *testing.T) {
	does := map[string]func(k keyboard) bool{
		"tab":   func(k keyboard) bool { k.focus("city"); k.window.Canvas().FocusNext(); return k.focused() != "city" },
		"enter": func(k keyboard) bool { k.focus("city"); k.press(fyne.KeyReturn); return k.focused() != "city" },
		"save":  func(k keyboard) bool { k.focus("city"); k.write("x"); k.chord(fyne.KeyS); return k.doc().City == "x" },
		"next": func(k keyboard) bool {
			k.focus("city")
			k.chord(fyne.KeyReturn)
			return k.stage.Desk.Form().At() == exam.StepPerson
		},
		"previous": func(k keyboard) bool {
			k.stage.Desk.Form().Show(exam.StepWork)
			k.focus("title")
			k.chord(fyne.KeyPageUp)
			return k.stage.Desk.Form().At() == exam.StepSchooling
		},
		"print": func(k keyboard) bool {
			k.focus("city")
			k.chord(fyne.KeyP)
			return k.stage.Desk.Page() == present.PagePrint
		},
		"undo": func(k keyboard) bool {
			k.stage.Desk.Form().Add("work")
			k.stage.Desk.Form().Remove("work.0")
			k.focus("level=junior")
			k.shortcut(&fyne.ShortcutUndo{})
			return len(k.doc().Work) == 1
		},
		"help": func(k keyboard) bool {
			k.focus("city")
			k.press(fyne.KeyF1)
			return k.stage.Desk.Page() == present.PageHelp
		},
		"back": func(k keyboard) bool {
			k.focus("city")
			k.press(fyne.KeyEscape)
			return k.stage.Desk.Page() == present.PageHome
		},
	}
	for _, s := range present.Shortcuts {
		do, ok := does[s.ID]
		if !ok {
			t.Errorf("%s (%s) is listed and tried nowhere", s.Keys, s.ID)
			continue
		}
		if !do(hands(t, exam.Document{}, exam.StepRegistration)) {
			t.Errorf("%s does nothing", s.Keys)
		}
	}
}

func TestThePageTurnsByKeyboard(t *testing.T) {
	k := hands(t, presenttest.Complete(), exam.StepWork)
	k.focus("first_worked")
	top := k.window.Canvas().Focused().(fyne.CanvasObject)
	at := func() float32 { return fyne.CurrentApp().Driver().AbsolutePositionForObject(top).Y }
	before := at()
	k.press(fyne.KeyPageDown)
	if at() >= before {
		t.Error("Page down does not turn the page")
	}
	k.press(fyne.KeyPageUp)
	if at() != before {
		t.Errorf("Page up turns back to %v, it was %v", at(), before)
	}
}

func TestTheFocusCanBeSeen(t *testing.T) {
	for _, name := range []string{"form-registration", "form-person", "registration-verified", "settings", "home"} {
		st, w := show(t, plain, scene(t, name))
		for _, c := range ui.Controls(st.Window.Front()) {
			if c.Disabled {
				continue
			}
			w.Canvas().Unfocus()
			before := ui.Borders(c.Object)
			w.Canvas().Focus(c.Object.(fyne.Focusable))
			if after := ui.Borders(c.Object); after == before {
				t.Errorf("%s: %s looks the same with the focus: %s", name, c.ID, after)
			}
		}
	}
}

func TestTheFocusStandsOutFromEverySurface(t *testing.T) {
	for _, fill := range ui.Fills() {
		ring := ui.Ring(fill)
		for i, variant := range []string{"light", "dark"} {
			around := []fyne.ThemeColorName{fill}
			if fill != "primary" { // there it is drawn within
				around = append(around, "background", "wenbao.card", "wenbao.sidebar")
			}
			for _, around := range around {
				if c := contrast(ui.Palette[ring][i], ui.Palette[around][i]); c < 3 {
					t.Errorf("the focus on %s, %s: contrast %.2f with %s", fill, variant, c, around)
				}
			}
		}
	}
}

// scene gives one of the storybook by its name.
func scene(t *testing.T, name string) story.Scene {
	t.Helper()
	for _, s := range story.Scenes() {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("the storybook has no scene %s", name)
	return story.Scene{}
}

func TestTypingIsNeverSentTwice(t *testing.T) {
	k := hands(t, exam.Document{}, exam.StepRegistration)
	k.focus("city")
	test.Type(k.window.Canvas().Focused(), "郑州市")
	k.stage.Window.Refresh()
	k.stage.Window.Refresh()
	if got := k.stage.Window.Find("city").(*ui.Entry).Text; got != "郑州市" {
		t.Errorf("the field shows %q", got)
	}
}

func TestTheButtonsAroundThePageOutliveASave(t *testing.T) {
	k := hands(t, exam.Document{}, exam.StepWork)
	tap(t, k.stage, "action.add.work")
	tap(t, k.stage, "action.remove.work.0")
	for _, id := range []string{"page.queue", "action.back", "action.undo"} {
		k.focus("title")
		k.write("社")
		pressed := k.stage.Window.Anywhere(id)
		k.window.Canvas().Unfocus() // as pressing it does, which saves
		k.stage.World.Loop.Advance(100 * time.Millisecond)
		if k.stage.Window.Anywhere(id) != pressed {
			t.Errorf("%s was replaced while it was pressed", id)
		}
		k.window.Canvas().Focus(pressed.(fyne.Focusable))
		k.stage.Desk.Form().Set("first_worked", "2012-0"+id[len(id)-1:])
		k.stage.World.Loop.Advance(3 * time.Second)
		if o, _ := k.window.Canvas().Focused().(fyne.CanvasObject); o == nil || k.stage.Window.Anywhere(id) != o {
			t.Errorf("the focus is not on %s any more", id)
		}
	}
}

func TestTheMarkOfTheLineStaysTheSameButtonAndIsDrawnWhole(t *testing.T) {
	st, _ := draft(t, exam.Document{}, exam.StepRegistration)
	pill := st.Window.Anywhere("page.queue")
	for _, queue := range []int{1284, 1285, 0} { // of one width, and of another
		st.World.Line.Queue = queue
		st.Desk.LineChanged()
		if st.Window.Anywhere("page.queue") != pill {
			t.Error("it was replaced")
		}
		if said := strings.Contains(ui.Outline(pill), strconv.Itoa(queue)); said != (queue > 0) {
			t.Errorf("with %d waiting it says %s", queue, ui.Outline(pill))
		}
		ui.Visit(pill, func(o fyne.CanvasObject) {
			if o.Size().Width == 0 {
				t.Errorf("with %d waiting it shows a %T of no size", queue, o)
			}
		})
	}
}

func TestTheButtonOfAnAlarmOutlivesTheNextAttemptToSave(t *testing.T) {
	st, _ := show(t, plain, scene(t, "form-save-failed"))
	button := st.Window.Anywhere("action.choose.elsewhere")
	st.Desk.Form().Set("city", "开封市")
	st.World.Loop.Advance(3 * time.Second)
	st.World.Line.Queue = 1 // what stands beside it changes, too
	st.Desk.LineChanged()
	if now := st.Window.Anywhere("action.choose.elsewhere"); button == nil || now != button {
		t.Errorf("it is %v, it was %v", now, button)
	}
}

func TestTheFocusDoesNotStayOnAButtonThatIsGone(t *testing.T) {
	k := hands(t, exam.Document{}, exam.StepWork)
	tap(t, k.stage, "action.add.work")
	tap(t, k.stage, "action.remove.work.0")
	k.window.Canvas().Focus(k.stage.Window.Anywhere("action.undo").(fyne.Focusable))
	k.press(fyne.KeyReturn)
	if k.stage.Window.Find("work.0.employer") == nil {
		t.Fatal("nothing was undone")
	}
	if got := k.focused(); k.stage.Window.Find(got) == nil {
		t.Errorf("the focus is on %q", got)
	}
}

func TestAnOpenListIsLeftByTabAndEscapeWhereverTheFocusIs(t *testing.T) {
	for name, leave := range map[string]func(k keyboard){
		"Tab": func(k keyboard) {
			if f := k.window.Canvas().Focused(); !f.(fyne.Tabbable).AcceptsTab() {
				t.Error("Tab goes to the rows, where no key closes the list")
			}
			k.press(fyne.KeyTab)
		},
		"Escape": func(k keyboard) { k.press(fyne.KeyEscape) },
		"Escape without the focus": func(k keyboard) { // lost to a press beside the rows
			k.window.Canvas().Unfocus()
			k.window.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
		},
	} {
		k := hands(t, exam.Document{Area: "110000"}, exam.StepRegistration)
		k.focus("area")
		k.write("hn")
		leave(k)
		if k.window.Canvas().Overlays().Top() != nil {
			t.Errorf("%s: the list is open still", name)
		}
		if got := k.focused(); got != "area" || k.stage.Desk.Page() != present.PageForm || k.doc().Area != "110000" {
			t.Errorf("%s: the focus is on %q of %s, the area is %s", name, got, k.stage.Desk.Page(), k.doc().Area)
		}
	}
}

func TestNoListStaysOverAnotherPageOrStep(t *testing.T) {
	for name, leave := range map[string]func(*story.Stage){
		"page": func(s *story.Stage) { s.Desk.Go(present.PageHelp) },
		"step": func(s *story.Stage) { s.Desk.Form().Next() },
		"look": func(s *story.Stage) { s.Window.Dress() },
	} {
		k := hands(t, exam.Document{}, exam.StepRegistration)
		k.focus("area")
		k.write("h")
		leave(k.stage)
		if k.window.Canvas().Overlays().Top() != nil {
			t.Errorf("another %s: the list is open still", name)
		}
	}
}

func TestAFieldThatWasLockedMeanwhileTakesNoChoice(t *testing.T) {
	k := hands(t, presenttest.Complete(), exam.StepRegistration)
	id, before := k.stage.Desk.Form().ID(), k.doc().Area
	k.focus("area")
	k.write("bj")
	k.stage.World.Answer(id, exam.StateCompleted, "")
	k.stage.Desk.StoreChanged(id)
	k.stage.World.Loop.Drain()
	if o := k.stage.Window.Find("area").(fyne.Disableable); !o.Disabled() {
		t.Fatal("it is not locked")
	}
	k.press(fyne.KeyReturn)
	k.stage.World.Loop.Advance(2 * time.Second)
	if got := k.doc().Area; got != before {
		t.Errorf("the area went from %s to %s", before, got)
	}
	if k.window.Canvas().Overlays().Top() != nil {
		t.Error("the list is open still")
	}
}

func TestARecordIsMovedOnByTheSameKey(t *testing.T) {
	doc := presenttest.Complete()
	doc.Work = nil
	for _, name := range []string{"甲", "乙", "丙"} {
		doc.Work = append(doc.Work, exam.Work{ID: name, Employer: name})
	}
	order := func(k keyboard) (names string) {
		for _, p := range k.stage.World.Drafts[k.stage.Desk.Form().ID()].Document.Work {
			names += p.Employer
		}
		return names
	}
	for _, c := range []struct{ from, want, focus string }{
		{"action.up.work.2", "丙甲乙", "action.down.work.0"},
		{"action.down.work.0", "乙丙甲", "action.up.work.2"},
	} {
		k := hands(t, doc, exam.StepWork)
		k.focus(c.from)
		k.press(fyne.KeyReturn, fyne.KeyReturn)
		k.stage.World.Loop.Advance(2 * time.Second)
		if got := order(k); got != c.want || k.focused() != c.focus {
			t.Errorf("%s twice makes it %s, with the focus on %s", c.from, got, k.focused())
		}
	}
}
