package ui_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"wenbao/assets"
	"wenbao/ui"
	"wenbao/ui/native"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
	"wenbao/ui/story"
)

// inside gives every object of an overlay that fits.
func inside[T fyne.CanvasObject](top fyne.CanvasObject, fits func(T) bool) (list []T) {
	ui.WalkAll(top, func(o fyne.CanvasObject) {
		if v, ok := o.(T); ok && fits(v) {
			list = append(list, v)
		}
	})
	return list
}

func tapOn(c ui.Control) { test.Tap(c.Object.(fyne.Tappable)) }

// TestEveryButtonThatChoosesOpensADialogThatFits presses each of them once, where
// the system has no dialog of its own.
func TestEveryButtonThatChoosesOpensADialogThatFits(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	seen := map[string]bool{}
	each(t, func(t *testing.T, s story.Scene) {
		st, w := show(t, plain, s)
		for _, c := range ui.Controls(st.Window.Front()) {
			id := c.ID
			if !strings.HasPrefix(id, "action.choose") || c.Disabled || seen[id] {
				continue
			}
			seen[id] = true
			before := w.Canvas().Overlays().Top()
			tapOn(c)
			top := w.Canvas().Overlays().Top()
			if top == before {
				t.Fatalf("%s opens nothing", id)
			}
			size := inside(top, func(*widget.PopUp) bool { return true })[0].Content.Size()
			if least := plain.Width / 2; size.Width > plain.Width || size.Height > plain.Height || size.Width < least {
				t.Errorf("%s: the dialog is %v large", id, size)
			}
			for _, b := range inside(top, func(b *widget.Button) bool { return b.Text == st.Words.Say("ui.cancel") }) {
				test.Tap(b)
			}
			if w.Canvas().Overlays().Top() != before {
				t.Errorf("%s: the dialog does not go away", id)
			}
		}
	})
	for _, id := range []string{"action.choose.photo", "action.choose.elsewhere", "action.choose.check", "action.choose.restore", "action.choose.reclaim"} {
		if !seen[id] && !testing.Short() {
			t.Errorf("no scene has %s", id)
		}
	}
}

func TestADraftThatTheDiskDoesNotTakeGoesIntoTheFolderThatIsChosen(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	st, w := show(t, plain, scene(t, "form-save-failed"))
	for _, c := range ui.Controls(st.Window.Front()) {
		if c.ID == "action.choose.elsewhere" {
			tapOn(c)
		}
	}
	open := inside(w.Canvas().Overlays().Top(), func(b *widget.Button) bool { return b.Text == st.Words.Say("ui.file.open") })
	if len(open) != 1 {
		t.Fatalf("%d buttons take the folder", len(open))
	}
	test.Tap(open[0])
	st.World.Loop.Drain()
	for path := range st.World.Away {
		if filepath.Dir(path) != home {
			t.Errorf("it is in %s", path)
		}
	}
	if len(st.World.Away) != 1 {
		t.Errorf("%d drafts are elsewhere", len(st.World.Away))
	}
}

// asked is a system's dialog that answers at once.
type asked struct {
	path  string
	err   error
	heard []native.Question
}

func (a *asked) Choose(ctx context.Context, q native.Question) (string, error) {
	a.heard = append(a.heard, q)
	return a.path, a.err
}

func TestTheSystemsOwnDialogComesFirst(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	for _, c := range []struct {
		name, path string
		err        error
		drawn      bool
	}{
		{name: "chosen", path: "/stick/a.wenbao"},
		{name: "canceled"},
		{name: "it does not come", err: errors.New("no display"), drawn: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			world, w := presenttest.NewWorld(), fyne.CurrentApp().NewWindow("")
			t.Cleanup(w.Close)
			chooser := &asked{path: c.path, err: c.err}
			win := ui.New(ui.Config{App: fyne.CurrentApp(), Window: w, Ports: world.Ports(), Loop: world.Loop, Lang: "zh-CN", Chooser: chooser})
			world.Loop.Drain()
			w.Resize(fyne.NewSize(1366, 768))
			win.Desk().Go(present.PageSettings)
			world.Loop.Drain()
			pick := win.Find("action.choose.restore").(fyne.Tappable)
			test.Tap(pick)
			test.Tap(pick) // while it is open
			world.Loop.Drain()
			want := native.Question{Title: assets.In("zh-CN").Say("ui.file.choose"), Kinds: []string{".wenbao"}, From: home}
			if len(chooser.heard) != 1 || fmt.Sprint(chooser.heard[0]) != fmt.Sprint(want) {
				t.Errorf("asked was %+v", chooser.heard)
			}
			if got := win.Find("settings.restore.path").(*ui.Entry).Text; got != c.path {
				t.Errorf("the field says %q", got)
			}
			if drawn := w.Canvas().Overlays().Top() != nil; drawn != c.drawn {
				t.Errorf("a dialog is drawn: %v", drawn)
			}
			test.Tap(pick) // it can be asked again
			world.Loop.Drain()
			if len(chooser.heard) != 2 {
				t.Errorf("a second time %d were asked", len(chooser.heard)-1)
			}
		})
	}
}

// TestAFileIsChosenInTheDrawnDialog picks the one file of the kind that is there.
func TestAFileIsChosenInTheDrawnDialog(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	for _, name := range []string{"a.wenbao", "b.txt"} {
		if err := os.WriteFile(filepath.Join(home, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	st, w := show(t, plain, scene(t, "settings"))
	tap(t, st, "action.choose.restore")
	top := w.Canvas().Overlays().Top()
	items := inside(top, func(o fyne.Widget) bool { return fmt.Sprintf("%T", o) == "*dialog.fileDialogItem" })
	names := []string{}
	for _, item := range items {
		for _, l := range inside(item, func(*widget.Label) bool { return true }) {
			names = append(names, l.Text)
		}
	}
	i := slices.IndexFunc(names, func(n string) bool { return strings.HasPrefix(n, "a") })
	if i < 0 || slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, "b") }) {
		t.Fatalf("the dialog shows %q", names)
	}
	items[i].(fyne.Tappable).Tapped(&fyne.PointEvent{})
	for _, b := range inside(top, func(b *widget.Button) bool { return b.Text == st.Words.Say("ui.file.open") }) {
		test.Tap(b)
	}
	if got := st.Window.Find("settings.restore.path").(*ui.Entry).Text; got != filepath.Join(home, "a.wenbao") {
		t.Errorf("chosen was %q", got)
	}
}
