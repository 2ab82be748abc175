package present

import (
	"slices"

	"wenbao/exam"
)

// Years is the picture of the reckoned years of work: the posts as bars on a
// line of months, the counted months marked, and what is required.
type Years struct {
	Verdict  exam.Verdict
	Tone     Tone
	Counted  int // months
	Required int // months; 0 when no time of work is needed
	Text     Text
	From, To int // months, as [exam.Month.Index] counts, both included; equal when there is nothing to draw
	Posts    []Bar
	Marks    []Bar // counted
}

// Unknown is the verdict while level or schooling is not filled in.
const Unknown exam.Verdict = "unknown"

// Bar is a span of months, both ends included.
type Bar struct {
	Label    string
	From, To int
}

// Years gives the picture for what is typed now.
func (f *Form) Years() Years {
	e := f.report.Eligibility
	y := Years{Verdict: e.Verdict, Counted: e.Counted, Required: e.Required, Text: Said(e.Phrases()...),
		Tone: map[exam.Verdict]Tone{exam.Met: Good, exam.ForReview: Warning}[e.Verdict]}
	if e.Verdict == exam.NotMet {
		y.Tone = Trouble
	}
	if _, known := f.pack.Level(f.doc.Level); !known || len(f.doc.Education) == 0 {
		y.Verdict, y.Tone = Unknown, Calm
	}
	until := f.pack.Year*12 + 11
	for _, w := range exam.Normalize(f.doc).Work {
		if b, ok := bar(w.Employer, w.From, w.To, until); ok {
			y.Posts = append(y.Posts, b)
		}
	}
	for _, i := range e.Intervals {
		if b, ok := bar("", i.From, i.To, until); ok {
			y.Marks = append(y.Marks, b)
		}
	}
	y.span()
	return y
}

func bar(label string, from, to exam.Month, until int) (Bar, bool) {
	a, ok := from.Index()
	if !ok {
		return Bar{}, false
	}
	b, ok := to.Index()
	if !ok {
		b = until
	}
	return Bar{Label: label, From: a, To: b}, b >= a
}

// span makes the line of months whole years around every bar.
func (y *Years) span() {
	bars := slices.Concat(y.Posts, y.Marks)
	if len(bars) == 0 {
		return
	}
	y.From, y.To = bars[0].From, bars[0].To
	for _, b := range bars {
		y.From, y.To = min(y.From, b.From), max(y.To, b.To)
	}
	y.From, y.To = y.From/12*12, y.To/12*12+11
}

// Duration says a number of months in years and months.
func Duration(months int) Text {
	years, rest := T("duration.years", "count", months/12), T("duration.months", "count", months%12)
	switch {
	case months < 12:
		return rest
	case months%12 == 0:
		return years
	}
	return T("duration.both", "years", years, "months", rest)
}
