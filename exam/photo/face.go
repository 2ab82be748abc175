package photo

// face is what the face finder saw, in pixels of the upright source.
type face struct{ x, y, size float64 }

// Propose gives the adjustment to begin with.
func (s *Source) Propose(spec Spec) Adjustment {
	spec = spec.filled()
	w, h := float64(s.Width), float64(s.Height)
	if w/h > spec.aspect() {
		w = h * spec.aspect()
	} else {
		h = w / spec.aspect()
	}
	return Adjustment{Crop: around(float64(s.Width)/2, float64(s.Height)/2, w, h)}
}
