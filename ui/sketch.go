package ui

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// sketch tells what a tree shows, so that a page that would look the same is
// left as it is: replacing it would lose a click that is half done.
func sketch(o fyne.CanvasObject) string {
	var b strings.Builder
	drawInto(&b, o)
	return b.String()
}

func drawInto(b *strings.Builder, o fyne.CanvasObject) {
	if o == nil || !o.Visible() {
		return
	}
	switch v := o.(type) {
	case *Text:
		fmt.Fprint(b, v.content, v.style)
	case *canvas.Image:
		if v.Resource != nil { // its picture is made when it is first drawn
			b.WriteString(v.Resource.Name())
		} else {
			fmt.Fprintf(b, "%p", v.Image)
		}
	case *canvas.Rectangle:
		fmt.Fprint(b, v.FillColor, v.StrokeColor)
	case *canvas.Circle:
		fmt.Fprint(b, v.FillColor, v.StrokeColor)
	case *widget.ProgressBar:
		fmt.Fprint(b, v.Value)
	case *cropFrame:
		fmt.Fprintf(b, "%v%p", v.view.Crop, v.img.Image) // not where it is being dragged to
	case identified:
		fmt.Fprint(b, v.controlKind(), v.controlID())
		if d, ok := v.(fyne.Disableable); ok {
			fmt.Fprint(b, d.Disabled())
		}
	}
	if c, ok := o.(*fyne.Container); ok {
		if l, ok := c.Layout.(*longList); ok {
			for _, row := range l.rows {
				if l.kept {
					fmt.Fprintf(b, "%p", row)
				} else {
					drawInto(b, row)
				}
			}
			return
		}
	}
	b.WriteByte('(')
	for _, child := range children(o) {
		drawInto(b, child)
	}
	b.WriteByte(')')
}
