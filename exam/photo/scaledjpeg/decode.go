package scaledjpeg

import "slices"

// maxScans bounds the work a progressive file can ask for; encoders write about
// ten, the most thorough optimiser fewer than twenty.
const maxScans = 64

// zigzag gives the natural index of a zigzag index.
var zigzag = [64]int8{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
}

// kept gives, for each size of block, the place of a zigzag index among the
// size×size lowest frequencies, or -1; the indexes past 63 are for runs that
// leave the block.
var kept = func() (tables [9]*[80]int8) {
	for _, size := range []int8{1, 2, 3, 4, 8} {
		t := new([80]int8)
		for z := range t {
			t[z] = -1
			if z < 64 && zigzag[z]/8 < size && zigzag[z]%8 < size {
				t[z] = zigzag[z]/8*size + zigzag[z]%8
			}
		}
		tables[size] = t
	}
	return tables
}()

// Eighths are the sizes a picture can be decoded to.
var Eighths = []int{1, 2, 3, 4, 8}

// Decode gives the picture at eighths/8 of its size (1, 2, 3, 4 or 8), rounded
// up. It takes about Width×Height×(eighths/8)² bytes for each full component, for
// a progressive file three times as much and 8 bytes per 64 pixels. The
// caller bounds Width×Height by [ReadHeader] first.
func Decode(data []byte, eighths int) (*Image, error) {
	if !slices.Contains(Eighths, eighths) {
		return nil, invalid("%d eighths", eighths)
	}
	d := &decoder{bits: bits{data: data}, adobe: -1, size: eighths, keep: kept[eighths]}
	if err := d.toScan(); err != nil {
		return nil, err
	}
	if err := d.layout(); err != nil {
		return nil, err
	}
	for {
		if err := d.scan(); err != nil {
			return nil, err
		}
		if !d.Progressive && d.complete() {
			break
		}
		if done, err := d.nextScan(); done || err != nil {
			if err != nil {
				return nil, err
			}
			break
		}
	}
	return d.image()
}

// nextScan moves on to the next scan; done at the end of the image.
func (d *decoder) nextScan() (done bool, err error) {
	d.align()
	for {
		marker, err := d.nextMarker()
		if err != nil {
			return false, err
		}
		switch marker {
		case eoi:
			return true, nil
		case sos:
			if d.scans++; d.scans >= maxScans {
				return false, invalid("%d scans", d.scans)
			}
			return false, nil
		}
		if err := d.segment(marker); err != nil {
			return false, err
		}
	}
}

func (d *decoder) complete() bool {
	for i := range d.comps {
		if !d.comps[i].seen {
			return false
		}
	}
	return true
}

// layout lays out and allocates the planes, unless the file is so small that
// it cannot hold the picture that it claims to hold.
func (d *decoder) layout() error {
	d.mcux = (d.Width + 8*d.hmax - 1) / (8 * d.hmax)
	d.mcuy = (d.Height + 8*d.vmax - 1) / (8 * d.vmax)
	least := 0 // bits: a code for the first coefficient of each block
	for i := range d.comps {
		c := &d.comps[i]
		c.stride = d.mcux * c.h
		c.blocks = c.stride * d.mcuy * c.v
		c.across = (d.Width*c.h + 8*d.hmax - 1) / (8 * d.hmax)
		c.down = (d.Height*c.v + 8*d.vmax - 1) / (8 * d.vmax)
		least += c.across * c.down
	}
	if least/8 > len(d.data) {
		return ErrTruncated
	}
	for i := range d.comps {
		c := &d.comps[i]
		c.plane = Plane{
			W:      (d.Width*c.h*d.size + 8*d.hmax - 1) / (8 * d.hmax),
			H:      (d.Height*c.v*d.size + 8*d.vmax - 1) / (8 * d.vmax),
			Stride: c.stride * d.size,
			Pix:    make([]byte, c.blocks*d.size*d.size),
		}
		if d.Progressive {
			c.coef = make([]int16, c.blocks*d.size*d.size)
			c.mask = make([]uint64, c.blocks)
		}
	}
	return nil
}

// image finishes the planes.
func (d *decoder) image() (*Image, error) {
	if !d.complete() {
		return nil, ErrTruncated
	}
	d.describe()
	m := &Image{Model: d.Model}
	for i := range d.comps {
		c := &d.comps[i]
		if d.Progressive {
			d.transformAll(c)
		}
		if d.Model == CMYK && d.adobe >= 0 || d.Model == YCCK {
			if d.Model == CMYK || i == 3 {
				invert(c.plane.Pix)
			}
		}
		m.Planes = append(m.Planes, c.plane)
	}
	return m, nil
}

// invert turns Adobe's amounts of light into amounts of ink.
func invert(pix []byte) {
	for i, v := range pix {
		pix[i] = 255 - v
	}
}

func (d *decoder) transformAll(c *component) {
	n := d.size * d.size
	var steps [64]int32 // in the order of the kept coefficients
	for z := range 64 {
		if k := d.keep[z]; k >= 0 {
			steps[k] = c.quant[z]
		}
	}
	for b := range c.blocks {
		last := 0
		for i, v := range c.coef[b*n : (b+1)*n] {
			if v != 0 {
				d.coefs[i] = int32(v) * steps[i]
				last = i
			}
		}
		d.put(c, b%c.stride, b/c.stride, last)
	}
}

// put transforms the block at hand into place x, y of the plane and clears it.
// last is the index of its last coefficient that is not zero.
func (d *decoder) put(c *component, x, y, last int) {
	dst := c.plane.Pix[(y*c.plane.Stride+x)*d.size:]
	block := &d.coefs
	switch {
	case last == 0:
		flat(dst, c.plane.Stride, d.size, sample((block[0]+4)>>3))
	case d.size == 8:
		inverse8(dst, c.plane.Stride, block)
		last = 63
	case d.size == 4:
		inverse4(dst, c.plane.Stride, block)
	case d.size == 3:
		inverse3(dst, c.plane.Stride, block)
	case d.size == 2:
		inverse2(dst, c.plane.Stride, block)
	}
	clear(block[:last+1])
}
