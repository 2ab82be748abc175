package photo

import (
	"bytes"
	"image/jpeg"
	"math"

	"wenbao/exam"
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
	file, err := f.encode(spec)
	if err != nil {
		return nil, nil, err
	}
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
func (f frame) encode(spec Spec) ([]byte, error) {
	var best []byte
	for low, high, q := 1, 100, 92; low <= high; q = (low + high) / 2 {
		var b bytes.Buffer
		b.Grow(spec.MaxBytes + 4096)
		if err := jpeg.Encode(&b, f.YCbCr, &jpeg.Options{Quality: q}); err != nil {
			return nil, &exam.Error{Kind: exam.KindInternal, Op: "encode photo", Err: err}
		}
		file := withDensity(b.Bytes(), spec.DPI)
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
			return file, nil
		}
	}
	return best, nil
}

// withDensity puts a JFIF header with the dots per inch behind the start of
// the image; the standard encoder writes none.
func withDensity(file []byte, dpi int) []byte {
	d := min(dpi, math.MaxUint16)
	header := []byte{0xff, 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 1, byte(d >> 8), byte(d), byte(d >> 8), byte(d), 0, 0}
	out := make([]byte, 0, len(file)+len(header))
	return append(append(append(out, file[:2]...), header...), file[2:]...)
}
