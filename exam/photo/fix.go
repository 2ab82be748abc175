package photo

import (
	"wenbao/exam"
	"wenbao/exam/photo/jfif"
)

// Fix makes the photo: a JPEG of exactly the specified size and resolution,
// with nothing in it but the picture, and what was found and done. The photo
// is made also when findings block, so that a person can see it; the error is
// [exam.KindInvalid] for an adjustment out of range or a file that turns out damaged.
func Fix(s *Source, adj Adjustment, spec Spec) ([]byte, Findings, error) {
	spec = spec.filled()
	f, found, err := s.compose(adj, spec)
	if err != nil {
		return nil, nil, err
	}
	file := f.encode(spec)
	if n := len(file); n < spec.MinBytes || n > spec.MaxBytes {
		found = append(found, finding("bytes", exam.Block, kilobytes(n), kilobytes(spec.MinBytes)+"–"+kilobytes(spec.MaxBytes))).ordered()
	}
	return file, found, nil
}

func kilobytes(n int) string { return number(float64(n)/1000, 1) + " KB" }

// compose makes the finished pixels and judges them.
func (s *Source) compose(adj Adjustment, spec Spec) (frame, Findings, error) {
	f, err := s.render(adj, spec)
	if err != nil {
		return frame{}, nil, err
	}
	x := &subject{Source: s, frame: f, adj: adj, spec: spec, faces: s.seen(adj, f)}
	if adj.Whiten {
		x.whiten()
	}
	x.judge()
	return f, x.found.ordered(), nil
}

// encode searches the quality whose file lies within the limits: first a good
// one that nearly always does, then by bisection.
func (f frame) encode(spec Spec) []byte {
	e := jfif.New(f.YCbCr)
	var best []byte
	for low, high, q := 1, 100, 92; low <= high; q = (low + high) / 2 {
		file := e.Encode(q, spec.DPI)
		// What does not fit is kept only if nothing else was made yet.
		if best == nil || len(file) <= spec.MaxBytes {
			best = file
		}
		switch {
		case len(file) > spec.MaxBytes:
			high = q - 1
		case len(file) < spec.MinBytes:
			low = q + 1
		default:
			return file
		}
	}
	return best
}
