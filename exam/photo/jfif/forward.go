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
// as in the Independent JPEG Group's jfdctint.c. Each pass transforms rows and
// turns the block over, so that the second one transforms columns.
func forward(s *[64]int32) {
	var turned [64]int32
	pass(&turned, s, fixBits-pass1, pass1, 0)
	pass(s, &turned, fixBits+pass1, 0, pass1)
}

// pass transforms the rows of src into the columns of dst. Products are
// shifted right by down; plain sums left by up, then right by shift.
func pass(dst, src *[64]int32, down, up, shift uint) {
	round, roundSum := int32(1)<<(down-1), int32(1)<<shift>>1
	for y := range 8 {
		r := (*[8]int32)(src[8*y:])
		a0, a7 := r[0]+r[7], r[0]-r[7]
		a1, a6 := r[1]+r[6], r[1]-r[6]
		a2, a5 := r[2]+r[5], r[2]-r[5]
		a3, a4 := r[3]+r[4], r[3]-r[4]

		b0, b3, b1, b2 := a0+a3, a0-a3, a1+a2, a1-a2
		dst[y], dst[32+y] = ((b0+b1)<<up+roundSum)>>shift, ((b0-b1)<<up+roundSum)>>shift
		z := (b2+b3)*fix0541 + round
		dst[16+y], dst[48+y] = (z+b3*fix0765)>>down, (z-b2*fix1847)>>down

		z1, z2, z3, z4 := a4+a7, a5+a6, a4+a6, a5+a7
		z5 := (z3+z4)*fix1175 + round
		z1, z2 = z1*-fix0899, z2*-fix2562
		z3, z4 = z3*-fix1961+z5, z4*-fix0390+z5
		dst[56+y] = (a4*fix0298 + z1 + z3) >> down
		dst[40+y] = (a5*fix2053 + z2 + z4) >> down
		dst[24+y] = (a6*fix3072 + z2 + z3) >> down
		dst[8+y] = (a7*fix1501 + z1 + z4) >> down
	}
}
