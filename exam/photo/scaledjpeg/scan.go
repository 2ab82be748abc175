package scaledjpeg

// scanParts is what a scan header says.
type scanParts struct {
	comps      []*component
	start, end int // zigzag indexes of the band
	high, low  int // successive approximation
}

// scan reads one scan, from its header to the end of its data.
func (d *decoder) scan() error {
	b, err := d.payload()
	if err != nil {
		return err
	}
	p, err := d.scanHeader(b)
	if err != nil {
		return err
	}
	d.reset(p)
	across, down, alone := d.mcux, d.mcuy, len(p.comps) == 1
	if alone {
		across, down = p.comps[0].across, p.comps[0].down
	}
	count, expect := 0, byte(rst0)
	for y := range down {
		for x := range across {
			if d.every > 0 && count == d.every {
				if err := d.restart(expect); err != nil {
					return err
				}
				d.reset(p)
				count, expect = 0, rst0+(expect+1)&7
			}
			count++
			if alone {
				c := p.comps[0]
				err = d.block(c, &p, x, y)
			} else {
				err = d.mcu(&p, x, y)
			}
			if err != nil {
				return err
			}
			if d.overrun() {
				return ErrTruncated
			}
		}
	}
	for _, c := range p.comps {
		c.seen = true
	}
	return nil
}

func (d *decoder) reset(p scanParts) {
	for _, c := range p.comps {
		c.pred = 0
	}
	d.align()
	d.eobrun = 0
}

func (d *decoder) mcu(p *scanParts, x, y int) error {
	for _, c := range p.comps {
		for v := range c.v {
			for h := range c.h {
				if err := d.block(c, p, x*c.h+h, y*c.v+v); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (d *decoder) scanHeader(b []byte) (scanParts, error) {
	if len(b) < 1 || len(b) != 4+2*int(b[0]) || b[0] < 1 || int(b[0]) > len(d.comps) {
		return scanParts{}, invalid("scan header")
	}
	n := int(b[0])
	p := scanParts{start: int(b[1+2*n]), end: int(b[2+2*n]), high: int(b[3+2*n] >> 4), low: int(b[3+2*n] & 15)}
	blocks := 0
	for i := range n {
		c, err := d.scanComponent(b[1+2*i], b[2+2*i], &p)
		if err != nil {
			return scanParts{}, err
		}
		for _, earlier := range p.comps {
			if earlier == c {
				return scanParts{}, invalid("component twice in a scan")
			}
		}
		p.comps = append(p.comps, c)
		blocks += c.h * c.v
	}
	if n > 1 && blocks > 10 {
		return scanParts{}, invalid("%d blocks in an MCU", blocks)
	}
	return p, d.band(&p)
}

// band checks the part of the coefficients that a scan brings.
func (d *decoder) band(p *scanParts) error {
	if !d.Progressive {
		p.start, p.end, p.high, p.low = 0, 63, 0, 0
		return d.needTables(p, true, true)
	}
	switch {
	case p.start > p.end || p.end > 63 || p.low > 13 || p.high > 13,
		p.start == 0 && p.end != 0,
		p.start > 0 && len(p.comps) > 1,
		p.high != 0 && p.low != p.high-1:
		return invalid("progression")
	}
	return d.needTables(p, p.start == 0 && p.high == 0, p.start > 0)
}

func (d *decoder) needTables(p *scanParts, dc, ac bool) error {
	for _, c := range p.comps {
		if !d.have[c.tq] || dc && c.dc == nil || ac && c.ac == nil {
			return invalid("missing table")
		}
		c.quant = d.quant[c.tq]
	}
	return nil
}

func (d *decoder) scanComponent(id, tables byte, p *scanParts) (*component, error) {
	for i := range d.comps {
		c := &d.comps[i]
		if c.id != id {
			continue
		}
		if tables>>4 > 3 || tables&15 > 3 {
			return nil, invalid("table of a scan")
		}
		if !d.Progressive && c.seen {
			return nil, invalid("component scanned twice")
		}
		c.dc, c.ac = d.tables[tables>>4], d.tables[4+tables&15]
		return c, nil
	}
	return nil, invalid("unknown component in a scan")
}

// block reads one block's part of the scan.
func (d *decoder) block(c *component, p *scanParts, x, y int) error {
	if !d.Progressive {
		return d.baseline(c, x, y)
	}
	b := y*c.stride + x
	switch {
	case p.start == 0 && p.high == 0:
		return d.firstDC(c, b, p.low)
	case p.start == 0:
		d.refineDC(c, b, p.low)
	case p.high == 0:
		d.firstAC(c, b, p)
	default:
		return d.refineAC(c, b, p)
	}
	return nil
}

// difference reads a DC coefficient.
func (d *decoder) difference(c *component) error {
	s := d.symbol(c.dc)
	if s > 15 {
		return invalid("DC size %d", s)
	}
	if s > 0 {
		c.pred += d.extend(s)
	}
	return nil
}

func (d *decoder) baseline(c *component, x, y int) error {
	if err := d.difference(c); err != nil {
		return err
	}
	d.coefs[0] = c.pred * c.quant[0]
	last := int8(0)
	keep, h, quant := d.keep, c.ac, &c.quant
	acc, n := d.acc, d.n // in registers: this loop is most of the time
	for z := 1; z < 64; z++ {
		if n < 32 {
			d.acc, d.n = acc, n
			d.fill()
			acc, n = d.acc, d.n
		}
		var v int32
		if e := h.whole[acc>>(64-lookBits)]; e != 0 {
			acc <<= e & 31
			n -= int(e & 31)
			z += int(e >> 8 & 15)
			v = e >> 16
		} else {
			d.acc, d.n = acc, n
			s := d.symbol(h)
			if s&15 == 0 {
				acc, n = d.acc, d.n
				if s != 0xf0 {
					break
				}
				z += 15
				continue
			}
			z += s >> 4
			v = d.extend(s & 15)
			acc, n = d.acc, d.n
		}
		if k := keep[z]; k >= 0 {
			d.coefs[k&63] = v * quant[z&63]
			last = max(last, k)
		}
	}
	d.acc, d.n = acc, n
	d.put(c, x, y, int(last))
	return nil
}
