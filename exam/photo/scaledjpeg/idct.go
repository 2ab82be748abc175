package scaledjpeg

// The inverse transforms: the size×size lowest frequencies of a block become
// size×size samples. An N-point transform of the N lowest of 8 frequencies,
// scaled by N/8, is the picture shrunk by 8/N. Coefficients come dequantised in
// natural order; constants are in 13 bits, as in the Independent JPEG Group's
// jidctint.c, whose factorisation (Loeffler, Ligtenberg, Moschytz) inverse8 is.

const (
	fixBits = 13
	pass1   = 2 // extra bits kept between the passes
)

// sample puts a value around zero into 0..255.
func sample(v int32) byte {
	v += 128
	if uint32(v) > 255 {
		return byte(^(v >> 31))
	}
	return byte(v)
}

func flat(dst []byte, stride, size int, v byte) {
	for y := range size {
		row := dst[y*stride:][:size]
		for x := range row {
			row[x] = v
		}
	}
}

func inverse2(dst []byte, stride int, b *[64]int32) {
	sum, diff := b[0]+b[1]+4, b[0]-b[1]+4
	lower, slope := b[2]+b[3], b[2]-b[3]
	dst[0], dst[1] = sample((sum+lower)>>3), sample((diff+slope)>>3)
	dst[stride], dst[stride+1] = sample((sum-lower)>>3), sample((diff-slope)>>3)
}

// What one pass of the 3-point transform multiplies by, in fixBits; √(3/8) of
// the scaling is in each.
const (
	fix0354 = 2896 // √(1/8): the mean
	fix0433 = 3547 // √(3/16): the slope
	fix0250 = 2048 // 1/4: the bend at the ends
	fix0500 = 4096 // 1/2: the bend in the middle
)

func inverse3(dst []byte, stride int, b *[64]int32) {
	var mid [9]int32
	for x := range 3 {
		const round, shift = 1 << (fixBits - pass1 - 1), fixBits - pass1
		mean, slope, bend := b[x]*fix0354+round, b[3+x]*fix0433, b[6+x]
		mid[x], mid[6+x] = (mean+slope+bend*fix0250)>>shift, (mean-slope+bend*fix0250)>>shift
		mid[3+x] = (mean - bend*fix0500) >> shift
	}
	for y := range 3 {
		const round, shift = 1 << (fixBits + pass1 - 1), fixBits + pass1
		mean, slope, bend := mid[3*y]*fix0354+round, mid[3*y+1]*fix0433, mid[3*y+2]
		row := dst[y*stride:][:3]
		row[0], row[2] = sample((mean+slope+bend*fix0250)>>shift), sample((mean-slope+bend*fix0250)>>shift)
		row[1] = sample((mean - bend*fix0500) >> shift)
	}
}

// cos(π/8)/√2 and cos(3π/8)/√2 in fixBits.
const (
	fix0653 = 5352
	fix0271 = 2217
)

func inverse4(dst []byte, stride int, b *[64]int32) {
	var mid [16]int32
	for x := range 4 {
		c0, c1, c2, c3 := b[x], b[4+x], b[8+x], b[12+x]
		e0, e1 := (c0+c2)<<(fixBits-1), (c0-c2)<<(fixBits-1)
		o0, o1 := c1*fix0653+c3*fix0271, c1*fix0271-c3*fix0653
		const round, shift = 1 << (fixBits - pass1 - 1), fixBits - pass1
		mid[x], mid[12+x] = (e0+o0+round)>>shift, (e0-o0+round)>>shift
		mid[4+x], mid[8+x] = (e1+o1+round)>>shift, (e1-o1+round)>>shift
	}
	for y := range 4 {
		c0, c1, c2, c3 := mid[4*y], mid[4*y+1], mid[4*y+2], mid[4*y+3]
		e0, e1 := (c0+c2)<<(fixBits-1), (c0-c2)<<(fixBits-1)
		o0, o1 := c1*fix0653+c3*fix0271, c1*fix0271-c3*fix0653
		const round, shift = 1 << (fixBits + pass1), fixBits + pass1 + 1
		row := dst[y*stride:][:4]
		row[0], row[3] = sample((e0+o0+round)>>shift), sample((e0-o0+round)>>shift)
		row[1], row[2] = sample((e1+o1+round)>>shift), sample((e1-o1+round)>>shift)
	}
}

const (
	fix0298 = 2446
	fix0390 = 3196
	fix0541 = 4433
	fix0765 = 6270
	fix0899 = 7373
	fix1175 = 9633
	fix1501 = 12299
	fix1847 = 15137
	fix1961 = 16069
	fix2053 = 16819
	fix2562 = 20995
	fix3072 = 25172
)

func inverse8(dst []byte, stride int, b *[64]int32) {
	for x := range 8 {
		c := (*[57]int32)(b[x:])
		if c[8]|c[16]|c[24]|c[32]|c[40]|c[48]|c[56] == 0 {
			v := c[0] << pass1
			c[8], c[16], c[24], c[32], c[40], c[48], c[56] = v, v, v, v, v, v, v
			c[0] = v
			continue
		}
		even, odd := butterfly(c[0], c[8], c[16], c[24], c[32], c[40], c[48], c[56])
		const round, shift = 1 << (fixBits - pass1 - 1), fixBits - pass1
		for i := range 4 {
			c[8*i] = (even[i] + odd[i] + round) >> shift
			c[56-8*i] = (even[i] - odd[i] + round) >> shift
		}
	}
	for y := range 8 {
		r := (*[8]int32)(b[8*y:])
		even, odd := butterfly(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7])
		const round, shift = 1 << (fixBits + pass1 + 2), fixBits + pass1 + 3
		row := dst[y*stride:][:8]
		for i := range 4 {
			row[i] = sample((even[i] + odd[i] + round) >> shift)
			row[7-i] = sample((even[i] - odd[i] + round) >> shift)
		}
	}
}

// butterfly is one 8-point transform but for its last additions.
func butterfly(c0, c1, c2, c3, c4, c5, c6, c7 int32) (even, odd [4]int32) {
	z := (c2 + c6) * fix0541
	t2, t3 := z-c6*fix1847, z+c2*fix0765
	t0, t1 := (c0+c4)<<fixBits, (c0-c4)<<fixBits
	even = [4]int32{t0 + t3, t1 + t2, t1 - t2, t0 - t3}

	z1, z2, z3, z4 := c7+c1, c5+c3, c7+c3, c5+c1
	z5 := (z3 + z4) * fix1175
	z1, z2 = z1*-fix0899, z2*-fix2562
	z3, z4 = z3*-fix1961+z5, z4*-fix0390+z5
	odd = [4]int32{c1*fix1501 + z1 + z4, c3*fix3072 + z2 + z3, c5*fix2053 + z2 + z4, c7*fix0298 + z1 + z3}
	return even, odd
}
