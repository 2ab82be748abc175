package native

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"fyne.io/fyne/v2"
	"github.com/ncruces/zenity"
)

// Question is what the system's dialog asks for.
type Question struct {
	Title  string
	Folder bool     // a folder instead of a file
	Kinds  []string // of a file: extensions with their dot; none: any
	From   string   // folder that is shown first; "": the system decides
}

// kinds names the extensions for a person.
func (q Question) kinds() string { return "*" + strings.Join(q.Kinds, " *") }

// Chooser asks a person for a file or a folder in a dialog of the system's own.
type Chooser struct{ parent any }

// NewChooser gives the chooser of a window. It must run on the window's goroutine.
func NewChooser(w fyne.Window) *Chooser {
	c := &Chooser{}
	handle(w, func(h uintptr) { c.parent = parent(h) })
	return c
}

// Choose waits until the person has chosen; "" when nothing was, or ctx ended. An
// error says that the system has no dialog, or that it went away. It must not run on
// the window's goroutine.
//
// Windows and macOS have one dialog. Elsewhere the desktop's portal is asked, and
// where there is none, zenity.
func (c *Chooser) Choose(ctx context.Context, q Question) (path string, err error) {
	if runtime.GOOS != "windows" && runtime.GOOS != "darwin" {
		window := ""
		if id, ok := c.parent.(int); ok {
			window = fmt.Sprintf("x11:%x", id)
		}
		if path, err = askPortal(ctx, window, q); err == nil {
			return path, nil
		}
	}
	if !zenity.IsAvailable() {
		return "", errors.Join(errors.New("zenity is not installed"), err)
	}
	options := []zenity.Option{zenity.Context(ctx), zenity.Title(q.Title), zenity.Modal()}
	if c.parent != nil {
		options = append(options, zenity.Attach(c.parent))
	}
	if q.From != "" {
		options = append(options, zenity.Filename(strings.TrimRight(q.From, `/\`)+"/"))
	}
	if q.Folder {
		options = append(options, zenity.Directory())
	} else if len(q.Kinds) > 0 {
		kinds := zenity.FileFilter{Name: q.kinds(), CaseFold: true}
		for _, k := range q.Kinds {
			kinds.Patterns = append(kinds.Patterns, "*"+k)
		}
		options = append(options, kinds)
	}
	path, err = zenity.SelectFile(options...)
	if errors.Is(err, zenity.ErrCanceled) || ctx.Err() != nil {
		return "", nil
	}
	return path, err
}
