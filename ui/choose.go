package ui

import (
	"context"
	"os"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"wenbao/ui/native"
)

// Chooser asks for a file or a folder in a dialog of the system's own, as
// [native.Chooser] does: "" when nothing was chosen.
type Chooser interface {
	Choose(ctx context.Context, q native.Question) (path string, err error)
}

// chooseFile lets the candidate pick a file of some extensions and gives its path.
func (w *Window) chooseFile(extensions []string, chosen func(path string)) {
	w.choose(native.Question{Title: w.kit.key("file.choose"), Kinds: extensions}, chosen)
}

// chooseFolder lets the candidate pick a folder and gives its path.
func (w *Window) chooseFolder(chosen func(path string)) {
	w.choose(native.Question{Title: w.kit.key("folder.choose"), Folder: true}, chosen)
}

// choose asks in the system's own dialog, which people know and which knows their
// sticks; where there is none, or it does not come, in one that is drawn.
func (w *Window) choose(q native.Question, chosen func(path string)) {
	if w.choosing {
		return // it is open already
	}
	q.From, _ = os.UserHomeDir()
	if w.chooser == nil {
		w.draw(q, chosen)
		return
	}
	w.choosing = true
	w.loop.Go(context.Background(), func(ctx context.Context) func() {
		path, err := w.chooser.Choose(ctx, q)
		return func() {
			w.choosing = false
			switch {
			case err != nil:
				w.draw(q, chosen)
			case path != "":
				chosen(path)
			}
		}
	})
}

// draw asks in a dialog that Fyne draws in the window.
func (w *Window) draw(q native.Question, chosen func(path string)) {
	take := func(u fyne.URI) { chosen(u.Path()) }
	d := dialog.NewFileOpen(func(r fyne.URIReadCloser, err error) {
		if err == nil && r != nil {
			_ = r.Close() // it was only read from
			take(r.URI())
		}
	}, w.win)
	if q.Folder {
		d = dialog.NewFolderOpen(func(u fyne.ListableURI, err error) {
			if err == nil && u != nil {
				take(u)
			}
		}, w.win)
	} else {
		d.SetFilter(storage.NewExtensionFileFilter(q.Kinds))
	}
	d.SetTitleText(q.Title)
	d.SetConfirmText(w.kit.key("file.open"))
	d.SetDismissText(w.kit.key("cancel"))
	if l, err := storage.ListerForURI(storage.NewFileURI(q.From)); err == nil {
		d.SetLocation(l)
	}
	d.Show()
	d.Resize(w.win.Canvas().Size().Subtract(fyne.NewSquareSize(gapHuge * 2))) // Fyne 2.8.1 panics when a dialog gets a size before it shows
}
