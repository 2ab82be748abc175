package scaledjpeg

// A progressive file brings each coefficient in parts. Of every block only the
// kept ones are stored; of the others one bit, whether they are zero, because
// a later scan's code depends on it.

func (d *decoder) firstDC(c *component, b, low int) error {
	if err := d.difference(c); err != nil {
		return err
	}
	c.coef[b*d.size*d.size] = int16(c.pred << low)
	return nil
}

func (d *decoder) refineDC(c *component, b, low int) {
	if d.n < 32 {
		d.fill()
	}
	if d.take(1) == 1 {
		c.coef[b*d.size*d.size] |= 1 << low
	}
}

// endOfBand reads the length of a run of blocks that are done with this scan,
// this one included.
func (d *decoder) endOfBand(run int) {
	d.eobrun = 1 << run
	if run > 0 {
		d.eobrun += int(d.take(run))
	}
}

func (d *decoder) firstAC(c *component, b int, p *scanParts) {
	if d.eobrun > 0 {
		d.eobrun--
		return
	}
	coef := c.coef[b*d.size*d.size:]
	for z := p.start; z <= p.end; z++ {
		s := d.symbol(c.ac)
		run, size := s>>4, s&15
		if size == 0 {
			if run < 15 {
				d.endOfBand(run)
				d.eobrun--
				return
			}
			z += 15
			continue
		}
		z += run
		v := d.extend(size)
		if z > p.end {
			return
		}
		c.mask[b] |= 1 << z
		if k := d.keep[z]; k >= 0 {
			coef[k] = int16(v << p.low)
		}
	}
}

func (d *decoder) refineAC(c *component, b int, p *scanParts) error {
	z := p.start
	for d.eobrun == 0 && z <= p.end {
		s := d.symbol(c.ac)
		run, size := s>>4, s&15
		var v int32
		switch {
		case size > 1:
			return invalid("refinement by %d bits", size)
		case size == 1:
			v = 2*d.take(1) - 1
		case run < 15:
			d.endOfBand(run)
			continue
		}
		z = d.refine(c, b, z, run, p)
		if v != 0 && z <= p.end {
			c.mask[b] |= 1 << z
			if k := d.keep[z]; k >= 0 {
				c.coef[b*d.size*d.size+int(k)] = int16(v << p.low)
			}
		}
		z++
	}
	if d.eobrun > 0 {
		d.eobrun--
		d.refine(c, b, z, -1, p)
	}
	return nil
}

// refine reads one bit for each coefficient that is not zero, from z on, until
// it has passed run zero ones and stands on the next (never, for run < 0).
func (d *decoder) refine(c *component, b, z, run int, p *scanParts) int {
	coef := c.coef[b*d.size*d.size:]
	if run < 0 && c.mask[b]>>z == 0 {
		return p.end + 1
	}
	for ; z <= p.end; z++ {
		if c.mask[b]>>z&1 == 0 {
			if run == 0 {
				return z
			}
			run--
			continue
		}
		if d.n < 32 {
			d.fill()
		}
		if d.take(1) == 0 {
			continue
		}
		if k := d.keep[z]; k >= 0 {
			if coef[k] >= 0 {
				coef[k] += 1 << p.low
			} else {
				coef[k] -= 1 << p.low
			}
		}
	}
	return z
}
