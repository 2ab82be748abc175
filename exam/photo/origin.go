package photo

import (
	"math"
	"math/bits"
	"math/cmplx"
	"strconv"

	"wenbao/exam"
)

// sharpness compares the photo with itself blurred once more (Crété and
// others, 2007): a sharp one loses much by it, a blurred one nothing.
func (x *subject) sharpness() {
	r := x.Rect.Inset(x.Rect.Dx() / 8)
	if len(x.faces) > 0 {
		r = x.faces[0].part(-0.4, -0.4, 0.4, 0.5).Intersect(x.Rect)
	}
	p := plane{r.Dx(), r.Dy(), x.YStride, x.Y[r.Min.Y*x.YStride+r.Min.X:]}
	if p.w < 32 || p.h < 32 {
		return
	}
	if b := max(p.blur(1, p.stride, p.w, p.h), p.blur(p.stride, 1, p.h, p.w)); b > x.spec.Blur {
		x.say("blurred", exam.Warn, number(b, 2), number(x.spec.Blur, 2))
	}
}

// blur gives 0 (sharp) to 1 (cannot get more blurred) along one direction:
// n lines of length samples.
func (p plane) blur(step, next, length, n int) float64 {
	const reach = 4 // samples to each side of the one blurred
	var sharp, lost int64
	for line := range n {
		at := line * next
		sum := 0
		for k := range 2*reach + 1 {
			sum += int(p.pix[at+k*step])
		}
		for i := reach; i+reach+1 < length; i++ {
			here := at + i*step
			before := sum
			sum += int(p.pix[here+(reach+1)*step]) - int(p.pix[here-reach*step])
			d := int64(abs(int(p.pix[here+step])-int(p.pix[here]))) * (2*reach + 1)
			sharp += d
			lost += max(0, d-int64(abs(sum-before)))
		}
	}
	if sharp == 0 {
		return 1
	}
	return 1 - float64(lost)/float64(sharp)
}

func abs(v int) int {
	if v < 0 {
		return -v
	}
	return v
}

// origin looks for what made the file: too much compression, a screenshot, a
// photo taken of a screen or of a print.
func (x *subject) origin() {
	// Where three and more pixels of the source make one of the photo, the
	// damage of compression averages out.
	if density := x.adj.Crop.Height / float64(x.spec.Height); x.Quality > 0 && x.Quality < x.spec.Compression && density < 3 {
		x.say("compressed", exam.Warn, strconv.Itoa(x.Quality), strconv.Itoa(x.spec.Compression))
	}
	luma := x.pic.y
	if bars := luma.bars(); bars > 0.03 {
		x.say("screenshot", exam.Warn, percent(bars), percent(0.03))
	}
	if m := luma.moire(); m > x.spec.Moire {
		x.say("rephotographed", exam.Warn, number(m, 1), number(x.spec.Moire, 1))
	}
}

// bars gives the share of the height that is rows of one flat colour, not
// white, at the top and the bottom: the bars of a screen. A camera's noise
// leaves no row flat.
func (p plane) bars() float64 {
	n := 0
	for n < p.h && flatRow(p.row(n)) {
		n++
	}
	for m := p.h - 1; m > n && flatRow(p.row(m)); m-- {
		n++
	}
	return float64(n) / float64(p.h)
}

func flatRow(row []byte) bool {
	if row[0] > 225 {
		return false
	}
	for _, v := range row {
		if abs(int(v)-int(row[0])) > 1 {
			return false
		}
	}
	return true
}

// spectrum is the side of the square of pixels that moire looks at.
const spectrum = 128

// moire looks for a pattern of one frequency, as the grid of a screen or of
// print leaves: the strongest peak of the spectrum of the picture's middle
// over the strength about it. Peaks along the axes are edges, not patterns.
func (p plane) moire() float64 {
	const n = spectrum
	if p.w < n || p.h < n {
		return 0
	}
	samples := make([]float32, n*n)
	x0, y0 := (p.w-n)/2, (p.h-n)/2
	for y := range n {
		for x, v := range p.row(y0 + y)[x0 : x0+n] {
			samples[y*n+x] = float32(v) * hann[x] * hann[y]
		}
	}
	return peak(powerOf(samples, n), n)
}

// hann is the window that keeps the picture's edges out of the spectrum.
var hann = func() (w [spectrum]float32) {
	for i := range w {
		w[i] = float32(0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/spectrum))
	}
	return w
}()

// powerOf gives the power spectrum of n×n samples, n a power of two: row v and
// column u of n/2+1 columns have the frequency u, v. The other half is the same.
func powerOf(samples []float32, n int) []float32 {
	turn := make([]complex64, n/2)
	for i := range turn {
		turn[i] = complex64(cmplx.Rect(1, -2*math.Pi*float64(i)/float64(n)))
	}
	line := make([]complex64, n)
	columns := make([]complex64, (n/2+1)*n)
	for y := 0; y < n; y += 2 { // two real rows as one complex one
		for x := range n {
			line[x] = complex(samples[y*n+x], samples[(y+1)*n+x])
		}
		transform(line, turn)
		for u := range n/2 + 1 {
			a, b := line[u], line[(n-u)&(n-1)]
			b = complex(real(b), -imag(b))
			columns[u*n+y] = (a + b) / 2
			columns[u*n+y+1] = (a - b) / 2i
		}
	}
	power := make([]float32, (n/2+1)*n)
	for u := range n/2 + 1 {
		column := columns[u*n:][:n]
		transform(column, turn)
		for v, c := range column {
			power[v*(n/2+1)+u] = real(c)*real(c) + imag(c)*imag(c)
		}
	}
	return power
}

// peak gives the greatest ratio of a local maximum to the root mean square of
// the frequencies around it.
func peak(power []float32, n int) float64 {
	at := func(u, v int) float32 {
		if u &= n - 1; u > n/2 {
			u, v = n-u, -v
		}
		return power[v&(n-1)*(n/2+1)+u]
	}
	best := 0.0
	for v := -n / 2; v < n/2; v++ {
		for u := range n / 2 {
			if u*u+v*v < n*n/64 || min(u, abs(v)) < 4 {
				continue // faces are made of low frequencies
			}
			here := at(u, v)
			if here < float32(n*n) || here < at(u+1, v) || here < at(u-1, v) || here < at(u, v+1) || here < at(u, v-1) {
				continue
			}
			var ring, count float32
			for dv := -5; dv <= 5; dv++ {
				for du := -5; du <= 5; du++ {
					if max(abs(du), abs(dv)) >= 3 {
						ring, count = ring+at(u+du, v+dv), count+1
					}
				}
			}
			best = math.Max(best, math.Sqrt(float64(here/(1+ring/count))))
		}
	}
	return best
}

// transform is the discrete Fourier transform of a power of two of values in place.
func transform(a, turn []complex64) {
	n := len(a)
	shift := 64 - bits.Len(uint(n-1))
	for i := range a {
		if j := int(bits.Reverse64(uint64(i)) >> shift); i < j {
			a[i], a[j] = a[j], a[i]
		}
	}
	for half := 1; half < n; half *= 2 {
		for start := 0; start < n; start += 2 * half {
			for k := range half {
				u, v := a[start+k], a[start+k+half]*turn[k*n/(2*half)]
				a[start+k], a[start+k+half] = u+v, u-v
			}
		}
	}
}
