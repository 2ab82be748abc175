package exam

// Fee is what a registration costs.
type Fee struct {
	Items []FeeItem `json:"items"`
	Total int       `json:"total_fen"` // sum of the items, in fen (1/100 yuan)
	Known bool      `json:"known"`     // false: at least one price is not published, or a subject is none of the level's; Total is only a part
}

// FeeItem is one line of a bill.
type FeeItem struct {
	Name       Text `json:"name"`
	Fen        int  `json:"fen"`
	Refundable bool `json:"refundable"` // part of the candidates get it back later
}

// Fee adds up the subjects of the document and the area's charges per person
// (facts 5.2). Nothing is guessed: without published prices Known is false.
func (p *Pack) Fee(d Document) Fee { return p.fee(&d) }

func (p *Pack) fee(d *Document) Fee {
	level, ok := p.Level(d.Level)
	area, found := p.Area(d.Area)
	if !ok || !found || area.Fees == nil {
		return Fee{}
	}
	subjects, all := level.chosen(d.Subjects)
	fee := Fee{Known: all, Items: make([]FeeItem, 0, 4)}
	for _, s := range subjects {
		fen, known := area.Fees.Subject[s.FeeClass]
		if !known {
			fee.Known = false
			continue
		}
		fee.add(FeeItem{Name: s.Name, Fen: fen})
	}
	for _, x := range area.Fees.Extra {
		if x.appliesTo(d.Level) {
			fee.add(FeeItem{Name: x.Name, Fen: x.Fen, Refundable: x.Refundable})
		}
	}
	return fee
}

func (f *Fee) add(i FeeItem) {
	f.Items = append(f.Items, i)
	f.Total += i.Fen
}

func (x FeeExtra) appliesTo(level Level) bool {
	if len(x.Levels) == 0 {
		return true
	}
	for _, l := range x.Levels {
		if l == level {
			return true
		}
	}
	return false
}
