package ui_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"wenbao/ui"
	"wenbao/ui/present/presenttest"
	"wenbao/ui/story"
)

// monkey presses whatever is there, types, drops files and lets the disk, the
// line and the server have their bad days.
type monkey struct {
	*rand.Rand
	stage  *story.Stage
	window fyne.Window
	did    []string
}

func (m *monkey) did1(what string) { m.did = append(m.did, what) }

func (m *monkey) step() {
	controls := slices.DeleteFunc(ui.Controls(m.stage.Window.Front()), func(c ui.Control) bool {
		return c.Disabled || strings.HasPrefix(c.ID, "action.choose") // opens a dialog of the system's files
	})
	w := m.stage.World
	switch n := m.IntN(20); {
	case n == 0:
		w.DiskFull()
		m.did1("disk full")
	case n == 1:
		w.Mended()
		m.did1("mended")
	case n == 2:
		w.LineAway(time.Minute)
		m.did1("line away")
	case n == 3:
		m.stage.Window.Dropped([]fyne.URI{})
		m.stage.Desk.StoreChanged("")
		m.did1("news of the store")
	case n == 4:
		w.Loop.Advance(time.Duration(m.IntN(20)) * time.Second)
		m.did1("time")
	case n == 5:
		m.key(fyne.KeyEscape)
	case len(controls) > 0:
		m.use(controls[m.IntN(len(controls))])
	}
	if m.IntN(3) > 0 {
		w.Loop.Drain()
	} else if n := w.Loop.Waiting(); n > 0 {
		w.Loop.StepAt(m.IntN(n))
	}
}

func (m *monkey) key(n fyne.KeyName) {
	f := m.window.Canvas().Focused()
	if f == nil {
		return
	}
	m.did1("key " + string(n))
	if d, ok := f.(desktop.Keyable); ok {
		d.KeyDown(&fyne.KeyEvent{Name: n})
	}
	f.TypedKey(&fyne.KeyEvent{Name: n})
}

func (m *monkey) use(c ui.Control) {
	m.did1(ui.Kind(c.Object) + " " + c.ID)
	if e, ok := c.Object.(*ui.Entry); ok {
		m.window.Canvas().Focus(e)
		test.Type(e, []string{"李小满", "2012年7月", "410105199003071230", "x", "/me.jpg", " "}[m.IntN(6)])
		if m.IntN(2) == 0 {
			m.key(fyne.KeyReturn)
		}
		return
	}
	if t, ok := c.Object.(fyne.Tappable); ok {
		t.Tapped(&fyne.PointEvent{})
	}
}

// TestNothingThatCanBePressedLeadsAstray presses a few hundred things from many
// beginnings: the window never panics, never shows a page without a way on, never
// says a key in place of a sentence, and loses no control behind another's id.
func TestNothingThatCanBePressedLeadsAstray(t *testing.T) {
	starts := []string{"home-first", "home", "form-work", "form-review-problems", "form-photo-crop", "registration-needs-materials", "registration-verified", "conflict", "queue-offline", "settings"}
	const steps = 60
	for i, name := range starts {
		t.Run(name, func(t *testing.T) {
			look := plain
			look.Lang = []string{"zh-CN", "en"}[i%2]
			st, w := show(t, look, scene(t, name))
			st.World.Disk["/me.jpg"] = presenttest.JPEG()
			m := &monkey{Rand: rand.New(rand.NewPCG(uint64(i), 7)), stage: st, window: w}
			defer func() {
				if r := recover(); r != nil {
					t.Fatalf("%v after %s", r, strings.Join(m.did[max(0, len(m.did)-12):], ", "))
				}
			}()
			for range steps {
				m.step()
				front := st.Window.Front()
				if len(ui.Controls(front)) == 0 {
					t.Fatalf("no way on after %s", strings.Join(m.did[max(0, len(m.did)-12):], ", "))
				}
				if out := ui.Outline(front); strings.Contains(out, "⟦") || strings.Contains(out, "<no value>") {
					t.Fatalf("after %s it says %s", strings.Join(m.did[max(0, len(m.did)-12):], ", "), lineWith(out, "⟦")+lineWith(out, "<no value>"))
				}
			}
		})
	}
}

func TestTheMonkeyReachesWhatItIsFor(t *testing.T) {
	st, w := show(t, plain, scene(t, "registration-verified"))
	m := &monkey{Rand: rand.New(rand.NewPCG(3, 3)), stage: st, window: w}
	pages := map[string]bool{}
	for range 150 {
		m.step()
		pages[string(st.Desk.Page())] = true
	}
	if len(pages) < 5 || len(m.did) < 100 {
		t.Errorf("in %d deeds it saw %v", len(m.did), pages)
	}
}
