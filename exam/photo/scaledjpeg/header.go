package scaledjpeg

import "bytes"

const (
	sof0, sof1, sof2 = 0xc0, 0xc1, 0xc2
	dht, dqt, dri    = 0xc4, 0xdb, 0xdd
	rst0, soi, eoi   = 0xd0, 0xd8, 0xd9
	sos, app1, app14 = 0xda, 0xe1, 0xee
)

// component is one of up to four.
type component struct {
	id   byte
	h, v int // sampling factors
	tq   byte

	across, down   int // blocks of the picture, when it stands alone in a scan
	stride, blocks int // blocks in a row and in all, rounded up to whole MCUs
	pred           int32
	dc, ac         *huffman
	seen           bool // had a scan

	quant quantTable
	plane Plane

	coef []int16  // progressive: the kept coefficients of every block
	mask []uint64 // progressive: which of all 64 are not zero, by zigzag index
}

// quantTable holds the steps by zigzag index.
type quantTable [64]int32

type decoder struct {
	bits
	Header
	size   int // samples a block is decoded to, each way: one of Eighths
	keep   *[80]int8
	comps  []component
	hmax   int
	vmax   int
	mcux   int
	mcuy   int
	quant  [4]quantTable
	have   [4]bool // which quantisation tables
	tables [8]*huffman
	every  int // restart interval in MCUs
	adobe  int // colour transform of the Adobe segment, -1 without one
	eobrun int
	scans  int
	coefs  [64]int32 // of the block at hand, dequantised; zero between blocks
}

// ReadHeader reads up to the first scan.
func ReadHeader(data []byte) (Header, error) {
	d := &decoder{bits: bits{data: data}, adobe: -1}
	if err := d.toScan(); err != nil {
		return Header{}, err
	}
	d.describe()
	return d.Header, nil
}

// toScan reads the segments up to and including the marker of the next scan.
func (d *decoder) toScan() error {
	for {
		marker, err := d.nextMarker()
		if err != nil {
			return err
		}
		if marker == eoi {
			return ErrTruncated
		}
		if marker == sos {
			if len(d.comps) == 0 {
				return invalid("scan before frame")
			}
			return nil
		}
		if err := d.segment(marker); err != nil {
			return err
		}
	}
}

// nextMarker skips to the next marker that has a segment, or to the end's.
func (d *decoder) nextMarker() (byte, error) {
	if d.pos == 0 {
		if !bytes.HasPrefix(d.data, []byte{0xff, soi}) {
			return 0, invalid("no start of image")
		}
		d.pos = 2
	}
	for {
		i := bytes.IndexByte(d.data[min(d.pos, len(d.data)):], 0xff)
		if i < 0 || d.pos+i+1 >= len(d.data) {
			d.pos = len(d.data)
			return 0, ErrTruncated
		}
		marker := d.data[d.pos+i+1]
		if marker == 0xff {
			d.pos += i + 1
			continue
		}
		d.pos += i + 2
		if marker != 0 && marker != 1 && (marker < rst0 || marker > soi) {
			return marker, nil
		}
	}
}

// payload takes the body of the segment at hand.
func (d *decoder) payload() ([]byte, error) {
	if d.pos+2 > len(d.data) {
		return nil, ErrTruncated
	}
	n := int(d.data[d.pos])<<8 | int(d.data[d.pos+1])
	if n < 2 {
		return nil, invalid("segment of length %d", n)
	}
	if d.pos+n > len(d.data) {
		return nil, ErrTruncated
	}
	b := d.data[d.pos+2 : d.pos+n]
	d.pos += n
	return b, nil
}

func (d *decoder) segment(marker byte) error {
	b, err := d.payload()
	if err != nil {
		return err
	}
	switch {
	case marker == dqt:
		return d.quantTables(b)
	case marker == dht:
		return d.huffmanTables(b)
	case marker == dri:
		if len(b) != 2 {
			return invalid("restart interval")
		}
		d.every = int(b[0])<<8 | int(b[1])
	case marker == app1 && d.Exif == nil:
		if tiff, ok := bytes.CutPrefix(b, []byte("Exif\x00\x00")); ok {
			d.Exif = tiff
		}
	case marker == app14:
		if len(b) >= 12 && string(b[:5]) == "Adobe" {
			d.adobe = int(b[11])
		}
	case marker == sof0 || marker == sof1 || marker == sof2:
		d.Progressive = marker == sof2
		return d.frame(b)
	case marker >= 0xc3 && marker <= 0xcf:
		return ErrUnsupported // lossless, hierarchical or arithmetic
	}
	return nil
}

func (d *decoder) quantTables(b []byte) error {
	for len(b) > 0 {
		id, wide := b[0]&15, int(b[0]>>4)
		if id > 3 || wide > 1 || len(b) < 1+64*(1+wide) {
			return invalid("quantisation table")
		}
		for z := range 64 {
			if wide == 1 {
				d.quant[id][z] = int32(b[1+2*z])<<8 | int32(b[2+2*z])
			} else {
				d.quant[id][z] = int32(b[1+z])
			}
		}
		d.have[id] = true
		b = b[1+64*(1+wide):]
	}
	return nil
}

func (d *decoder) frame(b []byte) error {
	switch {
	case len(d.comps) > 0:
		return invalid("second frame")
	case len(b) < 6 || len(b) != 6+3*int(b[5]):
		return invalid("frame")
	case b[0] != 8 || b[5] == 2 || b[5] > 4:
		return ErrUnsupported
	}
	d.Height, d.Width = int(b[1])<<8|int(b[2]), int(b[3])<<8|int(b[4])
	if d.Width == 0 || b[5] == 0 {
		return invalid("no pixels")
	}
	if d.Height == 0 {
		return ErrUnsupported // told after the scan
	}
	d.comps = make([]component, b[5])
	for i := range d.comps {
		c, s := &d.comps[i], b[6+3*i:]
		c.id, c.h, c.v, c.tq = s[0], int(s[1]>>4), int(s[1]&15), s[2]
		if c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 || c.tq > 3 {
			return invalid("component")
		}
		for _, earlier := range d.comps[:i] {
			if earlier.id == c.id {
				return invalid("component twice")
			}
		}
		d.hmax, d.vmax = max(d.hmax, c.h), max(d.vmax, c.v)
	}
	if len(d.comps) == 1 { // its factors say nothing
		d.comps[0].h, d.comps[0].v, d.hmax, d.vmax = 1, 1, 1, 1
	}
	return nil
}

// describe fills in what the segments together say.
func (d *decoder) describe() {
	d.Model = d.model()
	d.Quality = d.quant[d.comps[0].tq].quality()
}

func (d *decoder) model() Model {
	switch {
	case len(d.comps) == 1:
		return Grey
	case len(d.comps) == 4 && d.adobe == 2:
		return YCCK
	case len(d.comps) == 4:
		return CMYK
	case d.adobe == 0, d.adobe < 0 && d.comps[0].id == 'R' && d.comps[1].id == 'G' && d.comps[2].id == 'B':
		return RGB
	}
	return YCbCr
}

// standardSum is the sum of the luma table of ITU-T T.81 K.1, which encoders
// scale by quality.
const standardSum = 3688

// quality inverts the Independent JPEG Group's scaling of the standard table.
func (q *quantTable) quality() int {
	sum := 0
	for _, v := range q {
		sum += int(v)
	}
	scale := float64(sum) * 100 / standardSum
	if scale <= 100 {
		return max(1, min(100, int((200-scale)/2+0.5)))
	}
	return max(1, int(5000/scale+0.5))
}
