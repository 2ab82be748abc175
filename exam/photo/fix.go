package photo

import (
	"bytes"
	"image/jpeg"
)

// Check measures the photo that the adjustment makes of the source.
func Check(s *Source, adj Adjustment, spec Spec) Findings {
	return nil
}

// Fix makes the photo: a JPEG of exactly the specified size and resolution,
// with nothing but the picture in it, and what was found and done. The photo
// is made also when findings block, so that a person can see it; the error is
// [exam.KindInvalid] for an adjustment out of range.
func Fix(s *Source, adj Adjustment, spec Spec) ([]byte, Findings, error) {
	spec = spec.filled()
	f, err := s.render(adj, spec)
	if err != nil {
		return nil, nil, err
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, f.YCbCr, &jpeg.Options{Quality: 90}); err != nil {
		return nil, nil, err
	}
	return b.Bytes(), nil, nil
}
