package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// longList stacks rows as [column] does. When there is much in them it holds only
// those in sight: Fyne measures and draws everything that stands in a window,
// however far below its edge. The rows themselves are made once and cost little
// until they stand there.
type longList struct {
	asked
	gap     float32
	rows    []fyne.CanvasObject
	heights []float32
	least   float32
	worn    *Theme // what heights were measured with, at asked.width
	box     *fyne.Container
	whole   bool // all rows stand
	kept    bool // rows that show the same are the same
}

// mostWhole is how many objects may stand in a list out of sight: about as many
// as are within it, and far fewer than take time.
const mostWhole = 800

// newLongList gives nil without rows.
func newLongList(gap float32, rows []fyne.CanvasObject) fyne.CanvasObject {
	if len(rows) == 0 {
		return nil
	}
	return makeLongList(gap, rows).box
}

func makeLongList(gap float32, rows []fyne.CanvasObject) *longList {
	objects := 0
	for _, row := range rows {
		objects += count(row)
	}
	l := &longList{gap: gap, rows: rows, whole: objects <= mostWhole}
	l.box = container.New(l, rows...)
	if !l.whole {
		l.box.Objects = rows[:1] // until the pane tells what is in sight
	}
	return l
}

// count is how many objects there are in a tree.
func count(o fyne.CanvasObject) int {
	n := 1
	for _, child := range children(o) {
		n += count(child)
	}
	return n
}

// measure finds every row's height at a width.
func (l *longList) measure(width float32) {
	worn := worn()
	if l.heights != nil && l.width == width && l.worn == worn {
		return
	}
	if l.heights == nil || l.worn != worn {
		l.least = widest(l.rows)
	}
	l.width, l.worn = width, worn
	l.heights = make([]float32, len(l.rows))
	for i, o := range l.rows {
		l.heights[i] = heightFor(o, width)
	}
}

func (l *longList) heightFor(_ []fyne.CanvasObject, width float32) float32 {
	l.measure(width)
	total := l.gap * float32(max(len(l.rows)-1, 0))
	for _, h := range l.heights {
		total += h
	}
	return total
}

func (l *longList) MinSize(objects []fyne.CanvasObject) fyne.Size {
	l.measure(l.width)
	return fyne.NewSize(l.least, l.heightFor(objects, max(l.least, l.width)))
}

func (l *longList) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	l.measure(size.Width)
	y, next := float32(0), 0
	for i, o := range l.rows {
		if next < len(objects) && objects[next] == o {
			o.Resize(fyne.NewSize(size.Width, l.heights[i]))
			o.Move(fyne.NewPos(0, y))
			next++
		}
		y += l.heights[i] + l.gap
	}
}

// sight is told what part of the list is in sight. For the Tab key to lead to,
// one more row stands at either end of it, and the first and the last row of all;
// so does the row that holds kept. It tells whether anything changed.
func (l *longList) sight(top, bottom float32, kept fyne.CanvasObject) bool {
	if l.whole {
		return false
	}
	l.measure(l.box.Size().Width)
	in := make([]bool, len(l.rows))
	in[0], in[len(in)-1] = true, true
	y := float32(0)
	for i, h := range l.heights {
		if y < bottom && y+h > top {
			for j := max(i-1, 0); j <= min(i+1, len(in)-1); j++ {
				in[j] = true
			}
		}
		y += h + l.gap
	}
	if kept != nil {
		if i := slices.IndexFunc(l.rows, func(row fyne.CanvasObject) bool { return within(row, kept) }); i >= 0 {
			in[i] = true
		}
	}
	var standing []fyne.CanvasObject
	for i, o := range l.rows {
		if in[i] {
			standing = append(standing, o)
		}
	}
	if slices.Equal(standing, l.box.Objects) {
		return false
	}
	l.box.Objects = standing
	l.Layout(standing, l.box.Size())
	return true
}

// rowKeeper makes each row of a list once for as long as it shows the same.
type rowKeeper struct{ made map[string]fyne.CanvasObject }

// keepList is a long list of kept rows; the key of an item tells all that its row
// shows. It gives nil without items.
func keepList[T any](k *rowKeeper, gap float32, items []T, key func(T) string, row func(T) fyne.CanvasObject) fyne.CanvasObject {
	now, rows := make(map[string]fyne.CanvasObject, len(items)), make([]fyne.CanvasObject, len(items))
	for i, item := range items {
		id := key(item)
		o, ok := k.made[id]
		if !ok {
			o = row(item)
		}
		now[id], rows[i] = o, o
	}
	k.made = now
	if len(rows) == 0 {
		return nil
	}
	l := makeLongList(gap, rows)
	l.kept = true
	return l.box
}
