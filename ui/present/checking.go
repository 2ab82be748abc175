package present

import (
	"context"
	"slices"
	"strings"
	"time"

	"wenbao/exam"
)

// Reviewer tells whether papers are what the server signed, without a network.
type Reviewer interface {
	// Code judges the text of a QR code as a scanner types it.
	Code(text string) []Verdict
	// File judges a PDF, or a scan or photograph of a paper.
	File(data []byte) []Verdict
}

// MaxPaper bounds the files that are checked, in bytes.
const MaxPaper = 200_000_000

// Verdict is what is known about one paper.
type Verdict struct {
	Genuine  bool
	Whole    bool // the paper was compared, not its code alone
	Practice bool
	Reason   string // why it is not genuine, as in "form.verify."
	Currency string // "current", "newer" than the record at hand, "" no record
	Number   string
	Version  int
	State    exam.State
	At       time.Time
	Differs  []string // fields that are not what was signed
	// Of the record at hand, to be compared with the paper; "" without one.
	Name, IDTail string
	Level        exam.Level
}

// checking is the state of the page 核对纸质表.
type checking struct {
	verdicts    []Verdict // the latest first
	count, good int
	papers      queue
	trouble     Text
}

// shownVerdicts bounds the list on the page.
const shownVerdicts = 20

// CheckView is the page 核对纸质表.
type CheckView struct {
	Ready    bool // a server's key is known
	Busy     bool
	Verdicts []CheckedPaper // the latest first
	Count    int            // papers checked since the page was opened
	Good     int
	Trouble  Text
}

// CheckedPaper is a verdict in words.
type CheckedPaper struct {
	Tone    Tone
	Title   Text
	Text    Text
	Facts   []CheckFact
	Differs []Text
}

// CheckFact is something to compare with the paper by eye.
type CheckFact struct{ Name, Value Text }

// Checking gives the page.
func (d *Desk) Checking() CheckView {
	c := &d.check
	v := CheckView{Ready: d.ports.Reviewer != nil, Busy: c.papers.busy, Count: c.count, Good: c.good, Trouble: c.trouble}
	for _, verdict := range c.verdicts {
		v.Verdicts = append(v.Verdicts, verdict.inWords())
	}
	return v
}

// inWords says a verdict. Only a whole paper that is current as far as known is
// green; a code alone says nothing about the paper around it.
func (v Verdict) inWords() CheckedPaper {
	p := CheckedPaper{Tone: Trouble, Title: T("ui.check.false"), Text: T("form.verify." + v.Reason)}
	switch {
	case v.Genuine && v.Whole:
		p.Tone, p.Title = Good, T("ui.check.genuine")
	case v.Genuine:
		p.Tone, p.Title = Warning, T("ui.check.code")
	case v.Reason == "uncoded":
		p.Tone, p.Title = Warning, T("ui.check.uncoded")
	case v.Reason == "draft":
		p.Tone, p.Title = Warning, T("ui.check.draft")
	}
	if v.Genuine {
		p.Text = T("ui.check.currency." + v.Currency)
		if v.Practice {
			p.Tone = Warning
			p.Facts = append(p.Facts, CheckFact{T("ui.check.practice"), T("ui.check.practice.text")})
		}
	}
	if v.Number != "" {
		p.Facts = append(p.Facts, CheckFact{T("field.registration_number"), Plain(v.Number)},
			CheckFact{T("ui.check.version"), T("ui.check.version.text", "version", v.Version, "time", Beijing(v.At, ToTheMinute))},
			CheckFact{T("field.state"), T("ui.state." + string(v.State))})
	}
	if v.Name != "" {
		p.Facts = append(p.Facts, CheckFact{label("name"), Plain(v.Name)})
	}
	if v.IDTail != "" {
		p.Facts = append(p.Facts, CheckFact{label("id_number"), T("ui.check.tail", "tail", v.IDTail)})
	}
	for _, path := range v.Differs {
		switch path {
		case "":
			p.Differs = append(p.Differs, T("ui.check.elsewhere"))
		case "photo", "state", "registration_number", "fee", "years", "printed":
			p.Differs = append(p.Differs, T("field."+path))
		default:
			p.Differs = append(p.Differs, differing(path))
		}
	}
	return p
}

// differing names a field of a document, or a whole record of a list.
func differing(path string) Text {
	list, rest, isRecord := strings.Cut(path, ".")
	if !isRecord {
		return label(path)
	}
	index, _, _ := strings.Cut(rest, ".")
	return T("ui.check.record", "list", T("ui.check.list."+list), "number", oneMore(index))
}

func oneMore(index string) int {
	n := 0
	for _, c := range index {
		n = n*10 + int(c-'0')
	}
	return n + 1
}

// CheckCode judges what a scanner typed; "" is nothing.
func (d *Desk) CheckCode(text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	d.judge(func() ([]Verdict, error) { return d.ports.Reviewer.Code(text), nil })
}

// CheckFiles judges files chosen or dropped, in their order.
func (d *Desk) CheckFiles(paths ...string) {
	for _, path := range paths {
		d.judge(func() ([]Verdict, error) {
			raw, err := d.ports.Desktop.Read(path, MaxPaper)
			if err != nil {
				return nil, err
			}
			return d.ports.Reviewer.File(raw), nil
		})
	}
}

func (d *Desk) judge(ask func() ([]Verdict, error)) {
	if d.ports.Reviewer == nil {
		return
	}
	d.check.trouble = Text{}
	d.check.papers.add(func(done func()) {
		d.loop.Go(context.Background(), func(context.Context) func() {
			list, err := ask()
			return func() {
				done()
				d.judged(list, err)
			}
		})
	})
	d.changed()
}

func (d *Desk) judged(list []Verdict, err error) {
	c := &d.check
	if err != nil {
		c.trouble = T("ui.check.unreadable")
	}
	for _, v := range list {
		c.count++
		if v.Genuine {
			c.good++
		}
		c.verdicts = slices.Insert(c.verdicts, 0, v)
	}
	c.verdicts = c.verdicts[:min(len(c.verdicts), shownVerdicts)]
	d.changed()
}
