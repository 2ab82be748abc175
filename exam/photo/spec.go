package photo

// Spec is what an exam demands of a photo, and the thresholds of the advice.
// It comes from the exam pack; a field left at zero takes [Default]'s value, so
// that a pack states only what it changes.
type Spec struct {
	Width    int `json:"width,omitempty"`     // pixels of the finished photo
	Height   int `json:"height,omitempty"`    //
	MinBytes int `json:"min_bytes,omitempty"` // size of the finished file
	MaxBytes int `json:"max_bytes,omitempty"` //
	DPI      int `json:"dpi,omitempty"`       // written into the file's header; 300 makes 295×413 px 25×35 mm

	HeadMin   float64 `json:"head_min,omitempty"`   // crown to chin, as a share of the photo's height
	HeadMax   float64 `json:"head_max,omitempty"`   //
	HeadShift float64 `json:"head_shift,omitempty"` // the head's middle from where it should be, as a share of width or height
	Tilt      float64 `json:"tilt,omitempty"`       // degrees between the line of the eyes and the horizon

	BackgroundL     float64 `json:"background_l,omitempty"`     // CIE L* from which a background counts as white
	BackgroundC     float64 `json:"background_c,omitempty"`     // CIE chroma up to which it does
	NearWhiteL      float64 `json:"near_white_l,omitempty"`     // below this, or above NearWhiteC, it is another colour: blocks
	NearWhiteC      float64 `json:"near_white_c,omitempty"`     //
	BackgroundRange float64 `json:"background_range,omitempty"` // ΔE between the lightest and the darkest part of it

	FaceMinL float64 `json:"face_min_l,omitempty"` // CIE L* of the face's middle tone
	FaceMaxL float64 `json:"face_max_l,omitempty"` //
	Clipped  float64 `json:"clipped,omitempty"`    // share of the face without any drawing left in the lights

	Blur        float64 `json:"blur,omitempty"`         // 0 (sharp) to 1: see DESIGN.md
	Colour      float64 `json:"colour,omitempty"`       // steps of chroma (of 128) below which a photo counts as grey
	SkinHueMin  float64 `json:"skin_hue_min,omitempty"` // degrees of CIE hue between which skin lies under neutral light
	SkinHueMax  float64 `json:"skin_hue_max,omitempty"` //
	RedEyes     float64 `json:"red_eyes,omitempty"`     // share of the eyes' region that glows red
	Compression int     `json:"compression,omitempty"`  // least JPEG quality (1–100) of the original
	Moire       float64 `json:"moire,omitempty"`        // a peak of the spectrum over its surroundings: see DESIGN.md
}

// Default is what most examinations of the platform ask for (facts 3: 1 寸,
// 25×35 mm, 295×413 px, white, JPEG of 10–30 KB) with thresholds that DESIGN.md
// explains; a pack has its own.
func Default() Spec {
	return Spec{
		Width: 295, Height: 413, MinBytes: 10_000, MaxBytes: 30_000, DPI: 300,
		HeadMin: 0.48, HeadMax: 0.78, HeadShift: 0.08, Tilt: 6,
		BackgroundL: 92, BackgroundC: 5, NearWhiteL: 72, NearWhiteC: 14, BackgroundRange: 8,
		FaceMinL: 38, FaceMaxL: 88, Clipped: 0.08,
		Blur: 0.68, Colour: 4, SkinHueMin: 15, SkinHueMax: 88, RedEyes: 0.01,
		Compression: 50, Moire: 12,
	}
}

// filled replaces every zero by the default.
func (s Spec) filled() Spec {
	d := Default()
	for _, f := range []struct{ have, def *int }{
		{&s.Width, &d.Width}, {&s.Height, &d.Height}, {&s.MinBytes, &d.MinBytes},
		{&s.MaxBytes, &d.MaxBytes}, {&s.DPI, &d.DPI}, {&s.Compression, &d.Compression},
	} {
		if *f.have <= 0 {
			*f.have = *f.def
		}
	}
	for _, f := range []struct{ have, def *float64 }{
		{&s.HeadMin, &d.HeadMin}, {&s.HeadMax, &d.HeadMax}, {&s.HeadShift, &d.HeadShift}, {&s.Tilt, &d.Tilt},
		{&s.BackgroundL, &d.BackgroundL}, {&s.BackgroundC, &d.BackgroundC},
		{&s.NearWhiteL, &d.NearWhiteL}, {&s.NearWhiteC, &d.NearWhiteC}, {&s.BackgroundRange, &d.BackgroundRange},
		{&s.FaceMinL, &d.FaceMinL}, {&s.FaceMaxL, &d.FaceMaxL}, {&s.Clipped, &d.Clipped},
		{&s.Blur, &d.Blur}, {&s.Colour, &d.Colour},
		{&s.SkinHueMin, &d.SkinHueMin}, {&s.SkinHueMax, &d.SkinHueMax}, {&s.RedEyes, &d.RedEyes}, {&s.Moire, &d.Moire},
	} {
		if !(*f.have > 0) {
			*f.have = *f.def
		}
	}
	s.Width, s.Height = min(s.Width, maxSide), min(s.Height, maxSide)
	return s
}

// maxSide bounds the finished photo whatever a pack says.
const maxSide = 4096

// aspect is width over height.
func (s Spec) aspect() float64 { return float64(s.Width) / float64(s.Height) }
