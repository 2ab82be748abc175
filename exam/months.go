package exam

import (
	"cmp"
	"slices"
)

// span is months from..to, both included, as indexes of [Month.Index].
type span struct{ from, to int }

// Interval is months from From to To, both counted.
type Interval struct {
	From   Month `json:"from"`
	To     Month `json:"to"`
	Months int   `json:"months"`
}

// union sorts spans and joins those that overlap or touch; empty ones vanish.
// The argument is reused.
func union(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	out := spans[:0]
	for _, s := range spans {
		switch last := len(out) - 1; {
		case s.from > s.to:
		case last >= 0 && s.from <= out[last].to+1:
			out[last].to = max(out[last].to, s.to)
		default:
			out = append(out, s)
		}
	}
	return out
}

// without takes the months of the second union out of the first.
func without(spans, out []span) []span {
	var rest []span
	for _, s := range spans {
		for _, o := range out {
			if o.to < s.from || o.from > s.to {
				continue
			}
			if o.from > s.from {
				rest = append(rest, span{s.from, o.from - 1})
			}
			s.from = o.to + 1
		}
		if s.from <= s.to {
			rest = append(rest, s)
		}
	}
	return rest
}

// since keeps the months from a month on.
func since(spans []span, from int) []span {
	var kept []span
	for _, s := range spans {
		if s.from = max(s.from, from); s.from <= s.to {
			kept = append(kept, s)
		}
	}
	return kept
}

func monthsIn(spans []span) int {
	n := 0
	for _, s := range spans {
		n += s.to - s.from + 1
	}
	return n
}

func intervalsOf(spans []span) []Interval {
	list := make([]Interval, 0, len(spans))
	for _, s := range spans {
		list = append(list, Interval{MonthOf(s.from), MonthOf(s.to), s.to - s.from + 1})
	}
	return list
}
