package exam

import (
	"reflect"
	"slices"
)

// Need is one entry that this registration calls for, by the way to qualify that
// is relied on: a field, a list that needs a record, the photo, a kind of evidence.
type Need struct {
	Field    string   `json:"field"` // path: "education.0.school", "work", "photo", "attachments.diploma"
	Because  []Reason `json:"because"`
	Severity Severity `json:"severity"` // Block: before submission; Warn, Note: asked for, and submission does not wait
	Done     bool     `json:"done"`

	step int8 // index into [Steps]
}

// Reason is why something is needed: one of those below, or the [EvidenceCase]
// that calls for a paper. Its words are "case."+reason, see [Report.Why].
type Reason string

// The reasons for entries of the form.
const (
	NeedRequired    Reason = "required"     // the pack wants it of everybody
	NeedWanted      Reason = "wanted"       // the pack asks everybody for it
	NeedSchooling   Reason = "schooling"    // every way to qualify begins with a record of education or a degree
	NeedMonths      Reason = "months"       // the way relied on wants months of work
	NeedHeld        Reason = "held"         // the way relied on wants a certificate
	NeedDegreeNamed Reason = "degree_named" // the rule names the degree, and a diploma was filled in
	NeedAutoCheck   Reason = "auto_check"   // the registers find the record by its number; without it papers are asked for
	NeedStudyStart  Reason = "study_start"  // months of full-time study do not count
)

// The one reason of most entries; read only.
var (
	becauseRequired = []Reason{NeedRequired}
	becauseWanted   = []Reason{NeedWanted}
)

// need notes what is called for. What is called for twice is one entry with both
// reasons and the graver of the severities.
func (c *checker) need(severity Severity, field string, done bool, because ...Reason) {
	i := slices.IndexFunc(c.needs, func(n Need) bool { return n.Field == field })
	if i < 0 {
		c.needs = append(c.needs, Need{field, because, severity, done, int8(stepIndex(StepOf(field)))})
		return
	}
	n := &c.needs[i]
	n.Because = slices.Concat(n.Because, because)
	n.Done = n.Done && done
	if severity == Block {
		n.Severity = Block
	}
}

// required looks for what the pack wants filled in. It comes before all other
// needs, none of which is of a field twice.
func (c *checker) required() {
	doc := reflect.ValueOf(c.doc).Elem()
	for _, rule := range c.pack.required {
		rule.visit(doc, func(at string, filled bool) {
			c.needs = append(c.needs, Need{at, becauseRequired, Block, filled, int8(rule.step)})
			if !filled {
				c.block(at, rule.required)
			}
		})
	}
	for _, rule := range c.pack.wanted {
		rule.visit(doc, func(at string, filled bool) {
			c.needs = append(c.needs, Need{at, becauseWanted, Warn, filled, int8(rule.step)})
			if !filled {
				c.warn(at, rule.wanted)
			}
		})
	}
}

// wayNeeds notes what the way to qualify calls for beyond that.
func (c *checker) wayNeeds() {
	e := &c.reckoned
	if c.level != nil && len(c.doc.Degrees) == 0 {
		c.need(Block, "education", len(c.doc.Education) > 0, NeedSchooling)
	}
	if e.rec != nil && e.way.Months > 0 {
		c.need(Block, "work", len(c.doc.Work) > 0, NeedMonths)
	}
	if e.rec != nil && e.way.After != "" {
		c.need(Block, "certificates", e.Held != "", NeedHeld)
	}
	if e.rec != nil && e.way.Named {
		c.need(Warn, "degrees", e.rec.list == "degrees", NeedDegreeNamed)
	}
	for i := range c.doc.Education {
		x := &c.doc.Education[i]
		if c.pack.AutoCheck.knowsEducation(x) {
			c.need(Warn, place{"education", i, "certificate_number"}.path(), x.CertificateNumber != "", NeedAutoCheck)
		}
		if x.StudyMode == FullTime {
			c.need(Note, place{"education", i, "started"}.path(), x.Started != "", NeedStudyStart)
		}
	}
	for i := range c.doc.Degrees {
		if x := &c.doc.Degrees[i]; c.pack.AutoCheck.knowsDegree(x) {
			c.need(Warn, place{"degrees", i, "certificate_number"}.path(), x.CertificateNumber != "", NeedAutoCheck)
		}
	}
}

// stepsOf counts what each step needs before submission.
func stepsOf(needs []Need) []StepReport {
	steps := make([]StepReport, len(Steps))
	for i, id := range Steps {
		steps[i].ID = id
	}
	for _, n := range needs {
		switch {
		case n.Severity != Block:
		case n.Done:
			steps[n.step].Done++
		default:
			steps[n.step].Missing++
		}
	}
	return steps
}

// Why says in sentences why something is needed.
func (r Report) Why(n Need) []Phrase {
	var args map[string]string
	if e := r.Eligibility; e.way != nil {
		args = e.pack.Terms()
		args["path"], args["path_en"] = e.way.Text.ZH, e.way.Text.EN
	}
	list := make([]Phrase, len(n.Because))
	for i, reason := range n.Because {
		list[i] = Phrase{"case." + string(reason), args}
	}
	return list
}
