package photo

import (
	"cmp"
	"image"
	"math"
	"slices"
	"strconv"

	"wenbao/exam"
)

// Check measures the photo that the adjustment makes of the source: what would
// block it, and what is worth a look. It is [Fix] without the file. An adjustment
// out of range, or a file that turns out damaged, gives the one finding that says so.
func Check(s *Source, adj Adjustment, spec Spec) Findings {
	_, found, err := s.compose(adj, spec.filled())
	if err == nil {
		return found
	}
	if reasons := Reasons(err); reasons != nil {
		return reasons
	}
	return Findings{finding("crop_outside", exam.Block, "100%", "0%")}
}

// subject is a photo under examination.
type subject struct {
	*Source
	frame
	adj   Adjustment
	spec  Spec
	faces []face
	found Findings
}

// judge measures everything.
func (x *subject) judge() {
	x.pixels()
	x.shape()
	x.colour()
	x.background()
	x.head()
	x.light()
	x.sharpness()
	x.origin()
}

// ordered puts the weightiest first; none are an empty list, not null in JSON.
func (fs Findings) ordered() Findings {
	if fs == nil {
		return Findings{}
	}
	weight := map[exam.Severity]int{exam.Block: 0, exam.Warn: 1, exam.Note: 2}
	slices.SortStableFunc(fs, func(a, b Finding) int { return cmp.Compare(weight[a.Severity], weight[b.Severity]) })
	return fs
}

func (x *subject) say(rule string, severity exam.Severity, value, limit string, more ...string) {
	x.found = append(x.found, finding(rule, severity, value, limit, more...))
}

// pixels asks for real pixels: a small photo is never enlarged to pass.
func (x *subject) pixels() {
	w, h := x.adj.Crop.Width*x.finest(), x.adj.Crop.Height*x.finest()
	if math.Round(w) < float64(x.spec.Width) || math.Round(h) < float64(x.spec.Height) {
		x.say("pixels_few", exam.Block, pixels(int(w+0.5), int(h+0.5)), pixels(x.spec.Width, x.spec.Height))
	}
}

// distortion is how far a crop's shape may be off, as a share: two pixels of 413.
const distortion = 0.005

// shape asks for a crop of the photo's proportions within the picture.
func (x *subject) shape() {
	if got := x.adj.Crop.Width / x.adj.Crop.Height; math.Abs(got/x.spec.aspect()-1) > distortion {
		x.say("aspect", exam.Block, number(got, 3), number(x.spec.aspect(), 3))
	}
	if out := x.adj.outside(x.size()); out > 0 {
		severity := exam.Warn
		if out > 0.005 {
			severity = exam.Block
		}
		x.say("crop_outside", severity, percent(out), "0%")
	}
}

// colour tells a grey photo by its most colourful tenth, hair and background
// being near grey in every photo.
func (x *subject) colour() {
	t := tonesOf(x.frame, x.Rect)
	spread := 0
	for _, hist := range []*[256]int{&t.cb, &t.cr} {
		spread = max(spread, 128-rank(hist, t.nc, 0.1), rank(hist, t.nc, 0.9)-128)
	}
	if float64(spread) < x.spec.Colour {
		x.say("grey", exam.Block, strconv.Itoa(spread), number(x.spec.Colour, 0))
	}
}

// head judges the clearest face's place and size, its tilt and its eyes. All of
// it is advice: the finder misses faces and sees some where none are.
func (x *subject) head() {
	if len(x.faces) == 0 {
		x.say("face_none", exam.Warn, "0", "1")
		return
	}
	if n := len(x.faces); n > 1 {
		x.say("face_many", exam.Warn, strconv.Itoa(n), "1")
	}
	f, w, h := x.faces[0], float64(x.Rect.Dx()), float64(x.Rect.Dy())
	size := f.size * headSize / h
	if size < x.spec.HeadMin {
		x.say("head_small", exam.Warn, percent(size), percent(x.spec.HeadMin))
	}
	if size > x.spec.HeadMax {
		x.say("head_large", exam.Warn, percent(size), percent(x.spec.HeadMax))
	}
	if aside := f.x/w - 0.5; math.Abs(aside) > x.spec.HeadShift {
		x.say(either(aside < 0, "head_left", "head_right"), exam.Warn, percent(math.Abs(aside)), percent(x.spec.HeadShift))
	}
	if lower := (f.y-crownAbove*f.size)/h - crownShare; math.Abs(lower) > x.spec.HeadShift {
		x.say(either(lower < 0, "head_high", "head_low"), exam.Warn, percent(math.Abs(lower)), percent(x.spec.HeadShift))
	}
	x.eyes(f)
}

func either(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

// part gives a rectangle of the face, in sides of the finder's box from its middle.
func (f face) part(left, top, right, bottom float64) image.Rectangle {
	return image.Rect(
		int(f.x+left*f.size), int(f.y+top*f.size), int(f.x+right*f.size+1), int(f.y+bottom*f.size+1))
}

// skin is the part of a face that is neither hair nor beard nor background.
func (f face) skin() image.Rectangle { return f.part(-0.25, -0.05, 0.25, 0.25) }

// eye is the part of a face around one eye and its brow, side being −1 for the
// left of the photo and 1 for the right, when the head is tilted so far.
func (f face) eye(side, tilt float64) image.Rectangle {
	sin, cos := math.Sincos(tilt * math.Pi / 180)
	x, y := side*eyesAside*cos+eyesAbove*sin, side*eyesAside*sin-eyesAbove*cos
	return f.part(x-0.12, y-0.12, x+0.12, y+0.10)
}

// eyes measures tilt and red eyes.
func (x *subject) eyes(f face) {
	tilt := 0.0
	for range 3 { // the windows follow the eyes
		lx, ly, left := x.dark(f.eye(-1, tilt))
		rx, ry, right := x.dark(f.eye(1, tilt))
		if !left || !right || rx-lx < f.size/8 {
			tilt = 0
			break
		}
		tilt = math.Atan2(ry-ly, rx-lx) * 180 / math.Pi
	}
	if math.Abs(tilt) > x.spec.Tilt {
		x.say(either(tilt < 0, "tilt_left", "tilt_right"), exam.Warn,
			number(math.Abs(tilt), 1)+"°", number(x.spec.Tilt, 1)+"°", "turn", number(-tilt, 1))
	}
	if red := x.red(f, tilt); red > x.spec.RedEyes {
		x.say("red_eyes", exam.Warn, percent(red), percent(x.spec.RedEyes))
	}
}

// dark gives the middle of the darkest sixth of a part, an eye and its brow;
// ok only if it stands out from the rest.
func (x *subject) dark(r image.Rectangle) (mx, my float64, ok bool) {
	r = r.Intersect(x.Rect)
	t := tonesOf(x.frame, r)
	if t.n == 0 {
		return 0, 0, false
	}
	limit := rank(&t.y, t.n, 1.0/6)
	if rank(&t.y, t.n, 0.6)-limit < 12 {
		return 0, 0, false
	}
	n := 0.0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for c, v := range x.Y[y*x.YStride:][r.Min.X:r.Max.X] {
			if int(v) <= limit {
				mx, my, n = mx+float64(r.Min.X+c), my+float64(y), n+1
			}
		}
	}
	return mx / n, my / n, n > 0
}

// red gives the share of the eyes' region that is far redder than the skin.
func (x *subject) red(f face, tilt float64) float64 {
	skin := tonesOf(x.frame, f.skin())
	region := tonesOf(x.frame, f.eye(-1, tilt))
	region.add(x.frame, f.eye(1, tilt))
	const redder = 28 // steps of Cr
	glow := 0
	for v := rank(&skin.cr, skin.nc, 0.5) + redder; v < 256; v++ {
		glow += region.cr[v]
	}
	return float64(glow) / float64(max(1, region.nc))
}

// light judges the exposure and the tint of the face, or of the middle of the
// photo when there is none.
func (x *subject) light() {
	r := image.Rect(x.Rect.Dx()/4, x.Rect.Dy()/4, x.Rect.Dx()*3/4, x.Rect.Dy()*3/4)
	if len(x.faces) > 0 {
		r = x.faces[0].skin()
	}
	t := tonesOf(x.frame, r)
	middle := t.median()
	burnt := 0
	for v := 252; v < 256; v++ {
		burnt += t.y[v]
	}
	clipped := float64(burnt) / float64(max(1, t.n))
	switch {
	case middle.l < x.spec.FaceMinL:
		x.say("dark", exam.Warn, number(middle.l, 0), number(x.spec.FaceMinL, 0))
	case middle.l > x.spec.FaceMaxL:
		x.say("bright", exam.Warn, number(middle.l, 0), number(x.spec.FaceMaxL, 0))
	case len(x.faces) > 0 && clipped > x.spec.Clipped:
		x.say("clipped", exam.Warn, percent(clipped), percent(x.spec.Clipped))
	}
	if hue := middle.hue(); len(x.faces) > 0 && middle.chroma() > x.spec.Colour && (hue < x.spec.SkinHueMin || hue > x.spec.SkinHueMax) {
		x.say("tint", exam.Warn, number(hue, 0)+"°", number(x.spec.SkinHueMin, 0)+"°–"+number(x.spec.SkinHueMax, 0)+"°")
	}
}
