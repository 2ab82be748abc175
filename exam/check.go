package exam

import (
	"slices"
	"strconv"
)

// Check judges a document, with its files, by the rules of a pack. It
// normalises first, so that a blank too many is nobody's problem. It reads no
// clock, knows no network, and gives the same report on every machine.
//
// files == nil means that files are not part of the question: nothing is said
// about photo and evidence. An empty list means that none is attached.
func Check(d Document, files []File, p *Pack, at Moment) Report {
	normal := Normalize(d)
	return check(&normal, files, p, at, nil)
}

// check judges a document that is normalised; what it needs goes into room, where
// there is some.
func check(normal *Document, files []File, p *Pack, at Moment, room []Need) Report {
	c := newChecker(normal, files, p, at, room)
	c.registration()
	c.person()
	c.schooling()
	c.work()
	c.eligibility()
	c.attachments()
	c.commitment()
	c.required()
	c.wayNeeds()
	c.texts()
	return c.report()
}

// checker collects the problems of one document.
type checker struct {
	doc   *Document
	files []File
	pack  *Pack
	at    Moment
	level *LevelRules // nil when unknown
	area  *Area       // nil when unknown

	problems []Problem
	reckoned Eligibility
	cases    []EvidenceCase
	evidence []EvidenceReport
	needs    []Need
}

func newChecker(d *Document, files []File, p *Pack, at Moment, room []Need) *checker {
	c := &checker{doc: d, files: files, pack: p, at: at}
	c.level, _ = p.Level(d.Level)
	c.area, _ = p.Area(d.Area)
	records := len(d.Education) + len(d.Degrees) + len(d.Certificates) + len(d.Work)
	c.needs = slices.Grow(room[:0], len(p.required)+len(p.wanted)+6*records+8)
	return c
}

// pairs makes a map of names and texts in turn.
func pairs(args []string) map[string]string {
	if len(args) == 0 {
		return nil
	}
	m := make(map[string]string, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i]] = args[i+1]
	}
	return m
}

func (c *checker) say(severity Severity, field, rule string, args ...string) {
	c.problems = append(c.problems, Problem{Field: field, Rule: rule, Severity: severity, Args: pairs(args)})
}

func (c *checker) block(field, rule string, args ...string) { c.say(Block, field, rule, args...) }
func (c *checker) warn(field, rule string, args ...string)  { c.say(Warn, field, rule, args...) }
func (c *checker) note(field, rule string, args ...string)  { c.say(Note, field, rule, args...) }

// named says something about the exam's own kind of work or major.
func (c *checker) named(severity Severity, field, rule string) {
	c.problems = append(c.problems, Problem{Field: field, Rule: rule, Severity: severity, Args: c.pack.Terms()})
}

func (c *checker) report() Report {
	r := Report{Eligibility: c.reckoned, Cases: c.cases, Evidence: c.evidence, Submittable: true, Fee: c.pack.fee(c.doc), Needs: c.needs, Steps: stepsOf(c.needs)}
	r.add(c.problems)
	done, all := 0, 0
	for _, s := range r.Steps {
		done += s.Done
		all += s.Done + s.Missing
	}
	r.CompletePercent = 100
	if all > 0 {
		r.CompletePercent = 100 * done / all
	}
	if !c.at.Now.IsZero() {
		r.Windows = c.pack.WindowsAt(c.doc.Area, c.doc.City, c.at.Now)
	}
	if next, ok := c.pack.nextDate(c.doc, c.at.Now); ok {
		r.Next = &next
	}
	return r
}

// add puts problems into the report, in the order of the form, and into the
// figures of their steps.
func (r *Report) add(list []Problem) {
	for _, x := range list {
		r.Submittable = r.Submittable && x.Severity != Block
		i := stepIndex(StepOf(x.Field))
		switch {
		case i < 0:
		case x.Severity == Block:
			r.Steps[i].Blocks++
		case x.Severity == Warn:
			r.Steps[i].Warns++
		}
	}
	if r.Problems == nil {
		r.Problems = list
	} else {
		r.Problems = append(r.Problems, list...)
	}
	slices.SortStableFunc(r.Problems, func(a, b Problem) int {
		return stepIndex(StepOf(a.Field)) - stepIndex(StepOf(b.Field))
	})
}

// place is a field of the document: a plain one, or one of a record. Its path
// is put together only when there is something to say about it.
type place struct {
	list  string
	index int
	field string
}

func plain(field string) place { return place{field: field} }

// path gives "work.2.from".
func (p place) path() string {
	if p.list == "" {
		return p.field
	}
	return p.list + "." + strconv.Itoa(p.index) + "." + p.field
}

// kind gives the path without index, which begins the names of rules:
// "work.from".
func (p place) kind() string {
	if p.list == "" {
		return p.field
	}
	return p.list + "." + p.field
}
