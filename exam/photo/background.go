package photo

import (
	"cmp"
	"image"
	"slices"

	"wenbao/exam"
)

// backdrop is what the border of a photo shows of its background.
type backdrop struct {
	colour lab     // the middle one of the patches
	spread float64 // ΔE of the farthest patch but one from it
}

// backdrop looks at patches along both sides, down to the height of the chin,
// and along the top. The farthest patch does not count: hair or a shoulder
// may fill it.
func (f frame) backdrop() backdrop {
	w, h := f.Rect.Dx(), f.Rect.Dy()
	var patches []lab
	const n = 4
	for i := range n {
		top, bottom := h*45/100*i/n, h*45/100*(i+1)/n
		patches = append(patches,
			tonesOf(f, image.Rect(0, top, w/10, bottom)).median(),
			tonesOf(f, image.Rect(w-w/10, top, w, bottom)).median(),
			tonesOf(f, image.Rect(w*i/n, 0, w*(i+1)/n, h*6/100)).median())
	}
	middle := lab{middling(patches, func(c lab) float64 { return c.l }),
		middling(patches, func(c lab) float64 { return c.a }),
		middling(patches, func(c lab) float64 { return c.b })}
	slices.SortFunc(patches, func(a, b lab) int { return cmp.Compare(a.distance(middle), b.distance(middle)) })
	return backdrop{colour: middle, spread: patches[len(patches)-2].distance(middle)}
}

func middling(patches []lab, of func(lab) float64) float64 {
	v := make([]float64, len(patches))
	for i, c := range patches {
		v[i] = of(c)
	}
	slices.Sort(v)
	return v[len(v)/2]
}

func (c lab) String() string { return "L*" + number(c.l, 0) + " C*" + number(c.chroma(), 0) }

// background asks for white, and for the same white everywhere. What is near
// white can be whitened; another colour cannot.
func (x *subject) background() {
	b := x.backdrop()
	near := "L*" + number(x.spec.NearWhiteL, 0) + " C*" + number(x.spec.NearWhiteC, 0)
	white := "L*" + number(x.spec.BackgroundL, 0) + " C*" + number(x.spec.BackgroundC, 0)
	switch {
	case !b.nearWhite(x.spec):
		x.say("background_colour", exam.Block, b.colour.String(), near)
	case b.colour.l < x.spec.BackgroundL || b.colour.chroma() > x.spec.BackgroundC:
		x.say("background", exam.Warn, b.colour.String(), white)
	}
	if b.spread > x.spec.BackgroundRange {
		x.say("background_uneven", exam.Warn, number(b.spread, 1), number(x.spec.BackgroundRange, 1))
	}
}

func (b backdrop) nearWhite(spec Spec) bool {
	return b.colour.l >= spec.NearWhiteL && b.colour.chroma() <= spec.NearWhiteC
}
