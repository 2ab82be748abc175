package jfif

const (
	fixBits = 13
	pass1   = 2

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

// forward is the discrete cosine transform of 8×8 samples in place, times
// eight: Loeffler's, Ligtenberg's and Moschytz's factorisation in fixed point,
// as in the Independent JPEG Group's jfdctint.c.
func forward(s *[64]int32) {
	for y := range 8 {
		pass(s, 8*y, 1, fixBits-pass1, -pass1)
	}
	for x := range 8 {
		pass(s, x, 8, fixBits+pass1, pass1)
	}
}

// pass transforms eight samples from i on, step apart. The products are shifted
// right by down, the plain sums by sums (left if negative).
func pass(s *[64]int32, i, step int, down, sums int) {
	at := func(k int) *int32 { return &s[(i+k*step)&63] }
	a0, a7 := *at(0)+*at(7), *at(0)-*at(7)
	a1, a6 := *at(1)+*at(6), *at(1)-*at(6)
	a2, a5 := *at(2)+*at(5), *at(2)-*at(5)
	a3, a4 := *at(3)+*at(4), *at(3)-*at(4)

	b0, b3, b1, b2 := a0+a3, a0-a3, a1+a2, a1-a2
	if sums < 0 {
		*at(0), *at(4) = (b0+b1)<<-sums, (b0-b1)<<-sums
	} else {
		round := int32(1) << (sums - 1)
		*at(0), *at(4) = (b0+b1+round)>>sums, (b0-b1+round)>>sums
	}
	round := int32(1) << (down - 1)
	z := (b2+b3)*fix0541 + round
	*at(2), *at(6) = (z+b3*fix0765)>>down, (z-b2*fix1847)>>down

	z1, z2, z3, z4 := a4+a7, a5+a6, a4+a6, a5+a7
	z5 := (z3+z4)*fix1175 + round
	z1, z2 = z1*-fix0899, z2*-fix2562
	z3, z4 = z3*-fix1961+z5, z4*-fix0390+z5
	*at(7) = (a4*fix0298 + z1 + z3) >> down
	*at(5) = (a5*fix2053 + z2 + z4) >> down
	*at(3) = (a6*fix3072 + z2 + z3) >> down
	*at(1) = (a7*fix1501 + z1 + z4) >> down
}
