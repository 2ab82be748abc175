package exam

import (
	"slices"
	"strconv"
	"strings"
)

// Verdict is what the reckoning comes to.
type Verdict string

const (
	Met       Verdict = "met"        // 符合
	ForReview Verdict = "for_review" // 由考区核定: warns, never blocks
	NotMet    Verdict = "not_met"    // 不符合
)

// Eligibility is the reckoning of the most favourable way to qualify.
type Eligibility struct {
	Verdict   Verdict    `json:"verdict"`
	Required  int        `json:"required_months"`
	Counted   int        `json:"counted_months"`
	Until     Date       `json:"until"`
	Intervals []Interval `json:"intervals"` // the months counted, oldest first; they add up to Counted

	Path   string   `json:"path"`   // id of the way relied on; "" when the level is unknown
	Record string   `json:"record"` // the record relied on, "education.0"; "" when none fits
	Held   string   `json:"held"`   // the certificate relied on, "certificates.0"; "" when none is needed
	Doubts []string `json:"doubts"` // why the area decides: [DoubtShort] … or the id of an area point

	// What would cure a shortfall; both are empty and zero when nothing is lacking.
	Instead []Level `json:"instead"` // levels of this exam that the candidate qualifies for now
	MetIn   int     `json:"met_in"`  // the exam year in which a post held until now makes up the months; 0 none

	pack  *Pack
	level *LevelRules // nil when the level is unknown
	way   *Path       // relied on
	lack  lack
	rec   *record
}

// The doubts that rules raise by themselves; area points of the pack add theirs.
const (
	DoubtShort      = "short"       // short by no more than the borderline
	DoubtNearMajor  = "near_major"  // 相近专业: said to be the exam's own major under another name
	DoubtLate       = "late"        // the diploma comes after registration closes
	DoubtStudyStart = "study_start" // when full-time study began is not filled in, and it matters
)

// lack is what a way to qualify falls short of, the least first.
type lack int

const (
	lacksNothing lack = iota
	lacksMonths
	lacksHeld
	lacksSchooling
)

// Reckon finds the way to qualify for the document's level that is best for
// the candidate, over every path of the pack and every record (facts 1.2–1.4).
// It judges the document as it is; [Check] normalises first.
func (p *Pack) Reckon(d Document) Eligibility { return p.reckon(&d) }

func (p *Pack) reckon(d *Document) Eligibility {
	none := Eligibility{Verdict: NotMet, Until: p.Reckoning.Until, Intervals: []Interval{}, Doubts: []string{}, Instead: []Level{}, lack: lacksSchooling}
	level, ok := p.Level(d.Level)
	if !ok {
		return none
	}
	r := p.reckoner(d)
	best := r.best(level)
	e := best.told(p, level)
	if best.lack != lacksNothing {
		r.cure(&e)
	}
	return e
}

// cure says what would help: another level, or going on with a post that is
// held until now.
func (r *reckoner) cure(e *Eligibility) {
	for i := range r.pack.Levels {
		other := &r.pack.Levels[i]
		if other == e.level {
			continue
		}
		if w := r.best(other); w.verdict() == Met {
			e.Instead = append(e.Instead, other.ID)
		}
	}
	until := indexOr(Month(r.pack.Reckoning.Until[:7]), r.year)
	next, open := 0, false // the first month that a post held until now can add
	for _, w := range r.doc.Work {
		if from, ok := w.From.Index(); ok && w.SocialWork && w.To == "" && from <= r.year && (!open || from < next) {
			next, open = from, true
		}
	}
	studies := slices.ContainsFunc(r.doc.Education, func(e Education) bool { return e.StudyMode == FullTime && indexOr(e.Graduated, 0) > until })
	if e.lack == lacksMonths && open && !studies {
		_, held := r.held(e.way.After)
		next = max(next, until+1, held)
		e.MetIn = r.pack.Year + (next-1-until+e.Required-e.Counted+11)/12
	}
}

// best gives the way to a level that is best for the candidate.
func (r *reckoner) best(level *LevelRules) way {
	best := r.way(&level.Paths[0])
	best.lack = lacksSchooling
	for i := range level.Paths {
		for j := range r.records {
			doubts, fits := r.fits(&level.Paths[i], &r.records[j])
			if !fits {
				continue
			}
			w := r.way(&level.Paths[i])
			w.rec, w.doubts = &r.records[j], append(doubts, w.doubts...)
			if w.better(&best) {
				best = w
			}
		}
	}
	return best
}

// record is a proof of schooling: an education record or a degree.
type record struct {
	list   string // "education" or "degrees"
	index  int
	level  EducationLevel
	major  string
	school string
	own    bool // said to be the exam's own major
	gained int  // month index, -1 unknown
}

func (r record) path() string { return r.list + "." + strconv.Itoa(r.index) }

// reckoner holds what all ways have in common.
type reckoner struct {
	pack    *Pack
	doc     *Document
	points  map[string]Verdict // the area's decisions
	records []record
	work    []span // months that count
	careful []span // the same if full-time study of unknown start began before every post
	closes  int    // month in which registration closes; diplomas after it are late
	year    int    // last month of the exam year
}

func (p *Pack) reckoner(d *Document) *reckoner {
	r := &reckoner{pack: p, doc: d, records: recordsOf(d)}
	if a, ok := p.Area(d.Area); ok {
		r.points = a.Points
	}
	until, _ := Month(p.Reckoning.Until[:7]).Index()
	r.year = p.Year*12 + 11
	r.closes = r.year
	if end, ok := p.Windows.Registration.Closes.Begin(); ok {
		r.closes = end.Year()*12 + int(end.Month()) - 1
	}
	r.work = union(postsOf(d, until))
	study, open := studyOf(d)
	r.work = without(r.work, study)
	r.careful = r.work
	if open > 0 {
		r.careful = since(r.work, open+1)
	}
	return r
}

func recordsOf(d *Document) []record {
	list := make([]record, 0, len(d.Education)+len(d.Degrees))
	for i, e := range d.Education {
		list = append(list, record{"education", i, e.Level, e.Major, e.School, e.SocialWorkMajor, indexOr(e.Graduated, -1)})
	}
	for i, g := range d.Degrees {
		list = append(list, record{"degrees", i, g.Level, g.Major, g.AwardedBy, g.SocialWorkMajor, indexOr(g.Awarded, -1)})
	}
	return list
}

func indexOr(m Month, otherwise int) int {
	if i, ok := m.Index(); ok {
		return i
	}
	return otherwise
}

// postsOf gives the posts in the field; the first and the last month count,
// and an open post runs to the last month that counts.
func postsOf(d *Document, until int) []span {
	spans := make([]span, 0, len(d.Work))
	for _, w := range d.Work {
		from, ok := w.From.Index()
		to := until
		if w.To != "" {
			var closed bool
			to, closed = w.To.Index()
			ok = ok && closed
		}
		if ok && w.SocialWork {
			spans = append(spans, span{from, min(to, until)})
		}
	}
	return spans
}

// studyOf gives the months of full-time study, and the last month of such
// study whose beginning is unknown (0: none).
func studyOf(d *Document) (study []span, open int) {
	for _, e := range d.Education {
		to, ok := e.Graduated.Index()
		if !ok || e.StudyMode != FullTime {
			continue
		}
		if from, known := e.Started.Index(); known {
			study = append(study, span{from, to})
		} else {
			open = max(open, to)
		}
	}
	return union(study), open
}

// way counts the months of one path.
func (r *reckoner) way(path *Path) way {
	w := way{path: path, spans: r.work}
	careful := r.careful
	if path.After != "" {
		held, from := r.held(path.After)
		if held == "" {
			w.spans, w.lack = nil, lacksHeld
			return w
		}
		w.held, w.spans, careful = held, since(w.spans, from), since(careful, from)
	}
	w.counted = monthsIn(w.spans)
	short := path.Months - w.counted
	switch {
	case short > r.pack.Reckoning.Borderline:
		w.lack = lacksMonths
		return w
	case short > 0:
		w.doubts = append(w.doubts, DoubtShort)
	}
	if sure := monthsIn(careful); sure < w.counted && sure < path.Months {
		w.doubts = append(w.doubts, DoubtStudyStart)
	}
	return w
}

// fits tells whether the record is of the kind the path asks for, and what the
// area would have to decide about it.
func (r *reckoner) fits(path *Path, rec *record) (doubts []string, ok bool) {
	levels := path.Education
	if rec.list == "degrees" {
		levels = path.Degrees
	}
	if !slices.Contains(levels, rec.level) || path.OwnMajor && !rec.own || rec.gained > r.year {
		return nil, false
	}
	if rec.gained > r.closes && !path.Graduating {
		doubts = append(doubts, DoubtLate)
	}
	for _, point := range r.pointsOf(path, rec) {
		switch r.points[point] {
		case Met:
		case NotMet:
			return nil, false
		default:
			doubts = append(doubts, point)
		}
	}
	return doubts, true
}

// pointsOf lists the points about a record that areas decide.
func (r *reckoner) pointsOf(path *Path, rec *record) (points []string) {
	if path.OwnMajor && rec.major != "" && !containsAny(rec.major, r.pack.Reckoning.OwnMajors) {
		points = append(points, DoubtNearMajor)
	}
	for i := range r.pack.Reckoning.AreaPoints {
		point := &r.pack.Reckoning.AreaPoints[i]
		if rec.list == "education" && slices.Contains(point.Education, rec.level) && containsAny(rec.school, point.SchoolContains) {
			points = append(points, point.ID)
		}
	}
	return points
}

// held gives the certificate of a level that was awarded first, and its month.
func (r *reckoner) held(level Level) (path string, from int) {
	for i, c := range r.doc.Certificates {
		m, ok := c.Awarded.Index()
		if ok && c.Level == level && m <= r.year && (path == "" || m < from) {
			path, from = "certificates."+strconv.Itoa(i), m
		}
	}
	return path, from
}

func containsAny(text string, parts []string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(text, part) })
}

// way is one path, counted, with the record it relies on.
type way struct {
	path    *Path
	rec     *record // nil when none fits
	held    string
	spans   []span
	counted int
	doubts  []string
	lack    lack
}

func (w *way) verdict() Verdict {
	switch {
	case w.lack != lacksNothing:
		return NotMet
	case len(w.doubts) > 0:
		return ForReview
	}
	return Met
}

// better orders ways from the candidate's side: a better verdict, then less
// that is lacking, then fewer months to go, then fewer doubts, then the lesser
// demand, then the degree where the rule names one. Of equal ways the first in the
// pack stays.
func (w *way) better(than *way) bool {
	for _, x := range [...][2]int{
		{int(w.lack), int(than.lack)},
		{min(len(w.doubts), 1), min(len(than.doubts), 1)},
		{max(w.path.Months-w.counted, 0), max(than.path.Months-than.counted, 0)},
		{len(w.doubts), len(than.doubts)},
		{w.path.Months, than.path.Months},
		{w.unnamed(), than.unnamed()},
	} {
		if x[0] != x[1] {
			return x[0] < x[1]
		}
	}
	return false
}

// unnamed is 1 when the rule names a degree and a diploma is relied on.
func (w *way) unnamed() int {
	if w.path.Named && w.rec != nil && w.rec.list != "degrees" {
		return 1
	}
	return 0
}

// told turns the way into the reckoning that is shown.
func (w *way) told(p *Pack, level *LevelRules) Eligibility {
	e := Eligibility{
		Verdict: w.verdict(), Required: w.path.Months, Counted: w.counted, Until: p.Reckoning.Until,
		Intervals: intervalsOf(w.spans), Path: w.path.ID, Held: w.held, Doubts: append([]string{}, w.doubts...), Instead: []Level{},
		pack: p, level: level, way: w.path, lack: w.lack,
	}
	if w.lack != lacksNothing {
		e.Doubts = []string{} // there is nothing for the area to decide
	}
	if w.rec != nil {
		e.Record, e.rec = w.rec.path(), w.rec
	}
	return e
}

// Phrases gives the explanation in sentences to be said; see
// [Eligibility.Explain].
func (e Eligibility) Phrases() []Phrase {
	if e.level == nil {
		return []Phrase{{Key: "eligibility.no_level"}}
	}
	args := e.pack.Terms()
	args["level"], args["level_en"] = e.level.Name.ZH, e.level.Name.EN
	args["path"], args["path_en"] = e.way.Text.ZH, e.way.Text.EN
	args["counted_months"], args["required_months"] = itoa(e.Counted), itoa(e.Required)
	args["until"] = string(e.Until)
	switch e.lack {
	case lacksSchooling:
		return e.withCures(Phrase{"eligibility.lacks_schooling", args})
	case lacksHeld:
		held, _ := e.pack.Level(e.way.After)
		args["held"], args["held_en"] = held.Name.ZH, held.Name.EN
		return e.withCures(Phrase{"eligibility.lacks_held", args})
	case lacksMonths:
		args["short_months"] = itoa(e.Required - e.Counted)
		return e.withCures(Phrase{"eligibility.lacks_months", args})
	}
	key := "eligibility." + string(e.Verdict)
	if e.Required == 0 {
		key += "_without_work"
	}
	list := []Phrase{{key, args}}
	for _, doubt := range e.Doubts {
		list = append(list, e.doubtPhrase(doubt))
	}
	return list
}

// withCures adds to what is lacking what would help.
func (e Eligibility) withCures(lacks Phrase) []Phrase {
	list := []Phrase{lacks}
	if e.MetIn > 0 {
		args := e.pack.Terms()
		args["year"] = itoa(e.MetIn)
		list = append(list, Phrase{"eligibility.cure.go_on", args})
	}
	for _, id := range e.Instead {
		level, _ := e.pack.Level(id)
		list = append(list, Phrase{"eligibility.cure.level", map[string]string{"level": level.Name.ZH, "level_en": level.Name.EN}})
	}
	return list
}

func (e Eligibility) doubtPhrase(doubt string) Phrase {
	for _, a := range e.pack.Reckoning.AreaPoints {
		if a.ID == doubt {
			return Phrase{"eligibility.doubt.area_point", map[string]string{"point": a.Name.ZH, "point_en": a.Name.EN}}
		}
	}
	args := e.pack.Terms()
	if doubt == DoubtShort {
		args["short_months"] = itoa(e.Required - e.Counted)
	}
	return Phrase{"eligibility.doubt." + doubt, args}
}
