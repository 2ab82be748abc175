package exam

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
)

// ParsePack reads a pack: JSON in which // and /* */ comments and trailing
// commas may stand. It refuses what is too large, unknown keys, keys written
// twice, and data that contradicts itself, and says where ([KindInvalid]); a
// file of a later format is [KindUpgrade]. It does not look at signatures: see
// [VerifyPack].
func ParsePack(raw []byte) (*Pack, error) {
	const op = "read exam pack"
	if len(raw) > MaxPackBytes {
		return nil, Errorf(KindTooLarge, op, "%d bytes, at most %d", len(raw), MaxPackBytes)
	}
	plain, err := plainJSON(raw)
	if err != nil {
		return nil, &Error{Kind: KindInvalid, Op: op, Err: err}
	}
	var head struct {
		Format int `json:"format"`
	}
	if json.Unmarshal(plain, &head) == nil && head.Format > PackFormat {
		return nil, Errorf(KindUpgrade, op, "format %d, this program reads up to %d", head.Format, PackFormat)
	}
	p := &Pack{}
	if err := strictly(plain, p); err != nil {
		return nil, &Error{Kind: KindInvalid, Op: op, Err: err}
	}
	if err := p.validate(); err != nil {
		return nil, &Error{Kind: KindInvalid, Op: op, Err: err}
	}
	return p, nil
}

// faults collects what is wrong with a pack, each with its place.
type faults []error

func (f *faults) check(ok bool, path, code string, args ...string) {
	if !ok {
		*f = append(*f, &Fault{Code: code, Path: path, Args: pairs(args)})
	}
}

// validate holds everything the rules rely on, so that they need no defence, and
// works out what they look up often.
func (p *Pack) validate() error {
	var f faults
	f.check(p.Format == PackFormat, "format", "out_of_range", "value", itoa(p.Format), "range", itoa(PackFormat))
	f.check(p.Exam != "", "exam", "missing")
	f.check(p.Year >= minYear && p.Year <= maxYear, "year", "out_of_range", "value", itoa(p.Year), "range", itoa(minYear)+"–"+itoa(maxYear))
	f.check(p.ID == p.Exam+"-"+itoa(p.Year), "id", "out_of_range", "value", shortened(p.ID, 40), "range", shortened(p.Exam, 40)+"-"+itoa(p.Year))
	f.check(p.Version >= 1, "version", "out_of_range", "value", itoa(p.Version), "range", "1–")
	_, ok := p.Issued.Time()
	f.check(ok, "issued", "not_a_day")
	p.Title.validate(&f, "title")
	p.validateKeys(&f)
	p.validateZone(&f)
	p.validateOfficial(&f)
	p.validateFields(&f)
	p.validateLevels(&f)
	p.validateReckoning(&f)
	p.validateEvidence(&f)
	p.validateAreas(&f)
	p.validatePassLines(&f)
	if len(f) == 0 {
		p.placeTimes()
	}
	return errors.Join(f...)
}

func (t Text) validate(f *faults, at string) {
	f.check(t.ZH != "" && t.EN != "", at, "wants_both_languages")
}

func (p *Pack) validateKeys(f *faults) {
	keys := func(at string, list []string) {
		for i, k := range list {
			_, err := ParsePublicKey([]byte(k))
			f.check(err == nil, join(at, itoa(i)), "not_a_key")
		}
	}
	keys("signers", p.Signers)
	keys("server.keys", p.Server.Keys)
	if p.Server.URL == "" {
		return
	}
	u, err := url.Parse(p.Server.URL)
	f.check(err == nil && u.Scheme == "https" && u.Host != "", "server.url", "not_https")
	f.check(len(p.Server.Keys) > 0, "server.keys", "missing")
}

func (p *Pack) validateZone(f *faults) {
	_, ok := zoneOf(p.TimeZone)
	f.check(ok || p.TimeZone == "", "time_zone", "not_a_zone", "value", shortened(p.TimeZone, 20))
}

// placeTimes writes the pack's zone behind every time that names none.
func (p *Pack) placeTimes() {
	if p.TimeZone == "" || p.TimeZone == standardZone {
		return
	}
	place := func(list ...*Instant) {
		for _, i := range list {
			if _, zone := i.split(); *i != "" && zone == "" {
				*i += Instant(p.TimeZone)
			}
		}
	}
	windows := func(w *Windows) {
		place(&w.Registration.Opens, &w.Registration.Closes, &w.Check.Opens, &w.Check.Closes, &w.Payment.Opens, &w.Payment.Closes, &w.Ticket.Opens, &w.Ticket.Closes)
	}
	windows(&p.Windows)
	for i := range p.Levels {
		for j := range p.Levels[i].Subjects {
			place(&p.Levels[i].Subjects[j].Starts)
		}
	}
	for i := range p.Areas {
		a := &p.Areas[i]
		if a.Windows != nil {
			windows(a.Windows)
		}
		if a.Previous != nil {
			windows(&a.Previous.Windows)
		}
		for j := range a.Cities {
			windows(&a.Cities[j].Windows)
		}
	}
}

func (p *Pack) validateOfficial(f *faults) {
	if p.Official.URL != "" {
		u, err := url.Parse(p.Official.URL)
		f.check(err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "", "official.url", "not_https")
	}
	uniqueIDs(f, "official.sections", p.Official.Sections, func(s OfficialSection) string { return s.ID })
	for _, s := range p.Official.Sections {
		s.Name.validate(f, "official.sections."+s.ID+".name")
		for _, path := range s.Fields {
			f.check(isField(path), "official.sections."+s.ID, "no_such", "value", shortened(path, 60))
		}
	}
}

func (p *Pack) validatePassLines(f *faults) {
	uniqueIDs(f, "pass_lines", p.PassLines, func(l PassLine) string { return l.ID })
	for _, l := range p.PassLines {
		at := "pass_lines." + l.ID
		l.Name.validate(f, at+".name")
		f.check(l.Year >= minYear && l.Year <= p.Year, at+".year", "out_of_range", "value", itoa(l.Year), "range", itoa(minYear)+"–"+itoa(p.Year))
		for level, mark := range l.Marks {
			rules, ok := p.Level(level)
			f.check(ok, at+".marks", "no_such", "value", shortened(string(level), 40))
			if ok && len(rules.Subjects) > 0 {
				f.check(mark > 0 && mark <= rules.Subjects[0].FullMark, at+".marks."+shortened(string(level), 40), "out_of_range", "value", itoa(mark), "range", "1–"+itoa(rules.Subjects[0].FullMark))
			}
		}
	}
}

func (p *Pack) validateFields(f *faults) {
	for _, list := range []struct {
		at    string
		paths []string
	}{{"fields.required", p.Fields.Required}, {"fields.wanted", p.Fields.Wanted}, {"fields.core", p.Fields.Core}, {"fields.contact", p.Fields.Contact}} {
		for _, path := range list.paths {
			_, ok := fieldRules[path]
			f.check(ok, list.at, "no_such", "value", shortened(path, 60))
		}
	}
	p.required, p.wanted = rulesOf(p.Fields.Required), rulesOf(p.Fields.Wanted)
	for field, list := range p.Choices {
		f.check(len(list) > 0, "choices."+shortened(field, 60), "missing")
		uniqueIDs(f, "choices."+field, list, func(c Choice) string { return c.Code })
		for _, c := range list {
			c.Name.validate(f, "choices."+field+" "+c.Code)
		}
	}
	f.check(p.Photo.Width > 0 && p.Photo.Height > 0 && p.Photo.MinBytes > 0 && p.Photo.MinBytes < p.Photo.MaxBytes, "photo", "contradiction")
	f.check(p.Photo.Background == "" || p.Photo.Background == "white", "photo.background", "no_such", "value", shortened(p.Photo.Background, 20))
}

func rulesOf(paths []string) (list []*fieldRule) {
	for _, path := range paths {
		if rule, ok := fieldRules[path]; ok {
			list = append(list, rule)
		}
	}
	return list
}

// uniqueIDs refuses empty and doubled ids.
func uniqueIDs[T any](f *faults, at string, list []T, id func(T) string) {
	seen := map[string]bool{}
	for _, x := range list {
		f.check(id(x) != "" && !seen[id(x)], at, "id_twice", "value", shortened(id(x), 40))
		seen[id(x)] = true
	}
}

func (p *Pack) validateLevels(f *faults) {
	f.check(len(p.Levels) > 0, "levels", "missing")
	uniqueIDs(f, "levels", p.Levels, func(l LevelRules) string { return string(l.ID) })
	for _, l := range p.Levels {
		at := "levels." + string(l.ID)
		l.Name.validate(f, at+".name")
		f.check(len(l.Subjects) > 0, at+".subjects", "missing")
		f.check(len(l.Subjects) <= MaxSubjects, at+".subjects", "too_many", "count", itoa(len(l.Subjects)), "most", itoa(MaxSubjects))
		f.check(len(l.Paths) > 0, at+".paths", "missing")
		uniqueIDs(f, at+".subjects", l.Subjects, func(s Subject) string { return s.ID })
		uniqueIDs(f, at+".paths", l.Paths, func(p Path) string { return p.ID })
		for _, s := range l.Subjects {
			s.Name.validate(f, at+".subjects."+s.ID)
			f.check(s.Starts == "" || s.Starts.valid(), at+".subjects."+s.ID+".starts", "not_a_time", "value", shortened(string(s.Starts), 30))
		}
		for _, path := range l.Paths {
			p.validatePath(f, at+".paths."+path.ID, path)
		}
	}
}

func (p *Pack) validatePath(f *faults, at string, path Path) {
	path.Text.validate(f, at+".text")
	f.check(len(path.Education)+len(path.Degrees) > 0, at+".education", "missing")
	f.check(path.Months >= 0 && path.Months <= 600, at+".months", "out_of_range", "value", itoa(path.Months), "range", "0–600")
	for _, l := range slices.Concat(path.Education, path.Degrees) {
		f.check(slices.Contains(EducationLevels, l), at, "no_such", "value", shortened(string(l), 40))
	}
	if path.After != "" {
		_, ok := p.Level(path.After)
		f.check(ok, at+".after", "no_such", "value", shortened(string(path.After), 40))
	}
}

func (p *Pack) validateReckoning(f *faults) {
	_, ok := p.Reckoning.Until.Time()
	f.check(ok, "reckoning.until", "not_a_day")
	p.Reckoning.Work.validate(f, "reckoning.work")
	if slices.ContainsFunc(p.Levels, func(l LevelRules) bool { return slices.ContainsFunc(l.Paths, func(x Path) bool { return x.OwnMajor }) }) {
		p.Reckoning.Major.validate(f, "reckoning.major")
	}
	f.check(p.Reckoning.Borderline >= 0 && p.Reckoning.Borderline <= 12, "reckoning.borderline_months", "out_of_range", "value", itoa(p.Reckoning.Borderline), "range", "0–12")
	f.check(!slices.Contains(p.Reckoning.OwnMajors, ""), "reckoning.own_majors", "fits_everything")
	uniqueIDs(f, "reckoning.area_points", p.Reckoning.AreaPoints, func(a AreaPoint) string { return a.ID })
	for _, a := range p.Reckoning.AreaPoints {
		a.Name.validate(f, "reckoning.area_points."+a.ID)
		f.check(!slices.Contains(a.SchoolContains, ""), "reckoning.area_points."+a.ID, "fits_everything")
	}
	month := func(at string, m Month) {
		_, ok := m.Index()
		f.check(m == "" || ok, at, "not_a_month", "value", shortened(string(m), 20))
	}
	month("auto_check.education_since", p.AutoCheck.EducationSince)
	month("auto_check.degrees_since", p.AutoCheck.DegreesSince)
}

func (p *Pack) validateEvidence(f *faults) {
	uniqueIDs(f, "evidence", p.Evidence, func(e Evidence) string { return string(e.ID) })
	for _, e := range p.Evidence {
		e.Name.validate(f, "evidence."+string(e.ID))
		f.check(e.ID != FilePhoto && e.ID != FilePhotoOriginal, "evidence."+string(e.ID), "photo_is_none")
		for _, c := range e.Needed {
			f.check(slices.Contains(evidenceCases, c), "evidence."+string(e.ID)+".needed", "no_such", "value", shortened(string(c), 40))
		}
	}
}

func (p *Pack) validateAreas(f *faults) {
	f.check(len(p.Areas) > 0, "areas", "missing")
	f.check(len(p.Areas) <= maxAreas, "areas", "too_many", "count", itoa(len(p.Areas)), "most", itoa(maxAreas))
	uniqueIDs(f, "areas", p.Areas, func(a Area) string { return a.ID })
	p.Windows.validate(f, "windows")
	for _, a := range p.Areas {
		f.check(a.ID == "" || isAreaCode(a.ID), "areas", "out_of_range", "value", shortened(a.ID, 40), "range", "1–"+itoa(maxAreaCode)+" A–Z a–z 0–9 - _")
		at := "areas." + shortened(a.ID, 40)
		a.Name.validate(f, at+".name")
		if a.Windows != nil {
			a.Windows.validate(f, at+".windows")
		}
		for _, c := range a.Cities {
			c.Name.validate(f, at+".cities."+c.Name.ZH+".name")
			c.Windows.validate(f, at+".cities."+c.Name.ZH)
		}
		if a.Residence != nil {
			a.Residence.validate(f, at+".residence")
		}
		if a.Previous != nil {
			f.check(a.Previous.Year >= minYear && a.Previous.Year < p.Year, at+".previous.year", "out_of_range", "value", itoa(a.Previous.Year), "range", "–"+itoa(p.Year-1))
			a.Previous.Windows.validate(f, at+".previous.windows")
		}
		f.check(slices.Contains([]AfterConfirm{ConfirmUnknown, ConfirmUndo, ConfirmCentre, ConfirmLocked}, a.Confirm), at+".after_confirm", "no_such", "value", shortened(string(a.Confirm), 20))
		p.validateFees(f, at+".fees", a.Fees)
		p.validatePoints(f, at+".points", a.Points)
	}
}

// isAreaCode tells whether an id can be that of an area: it stands in registration
// numbers, in addresses and between the parts of keys.
func isAreaCode(id string) bool {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	return id != "" && len(id) <= maxAreaCode && strings.Trim(id, letters+"0123456789-_") == ""
}

func (p *Pack) validateFees(f *faults, at string, fees *Fees) {
	if fees == nil {
		return
	}
	for class, fen := range fees.Subject {
		f.check(fen >= 0 && fen <= 1_000_00, at+"."+shortened(class, 20), "out_of_range", "value", itoa(fen), "range", "0–100000")
		f.check(p.hasFeeClass(class), at, "no_such", "value", shortened(class, 20))
	}
	uniqueIDs(f, at+".extra", fees.Extra, func(x FeeExtra) string { return x.ID })
	for _, x := range fees.Extra {
		x.Name.validate(f, at+"."+x.ID)
		for _, l := range x.Levels {
			_, ok := p.Level(l)
			f.check(ok, at+"."+x.ID, "no_such", "value", shortened(string(l), 40))
		}
		f.check(x.Fen >= 0 && x.Fen <= 1_000_00, at+"."+x.ID, "out_of_range", "value", itoa(x.Fen), "range", "0–100000")
	}
}

func (p *Pack) validatePoints(f *faults, at string, points map[string]Verdict) {
	for point, decided := range points {
		known := point == DoubtNearMajor || slices.ContainsFunc(p.Reckoning.AreaPoints, func(a AreaPoint) bool { return a.ID == point })
		f.check(known, at, "no_such", "value", shortened(point, 40))
		f.check(decided == Met || decided == NotMet, at+"."+shortened(point, 40), "no_such", "value", shortened(string(decided), 40))
	}
}

func (p *Pack) hasFeeClass(class string) bool {
	return slices.ContainsFunc(p.Levels, func(l LevelRules) bool {
		return slices.ContainsFunc(l.Subjects, func(s Subject) bool { return s.FeeClass == class })
	})
}

func (w Windows) validate(f *faults, at string) {
	for _, x := range []struct {
		name string
		Window
	}{{"registration", w.Registration}, {"check", w.Check}, {"payment", w.Payment}, {"ticket", w.Ticket}} {
		at := strings.Join([]string{at, x.name}, ".")
		for _, i := range []Instant{x.Opens, x.Closes} {
			f.check(i == "" || i.valid(), at, "not_a_time", "value", shortened(string(i), 30))
		}
		opens, known := x.Opens.Begin()
		closes, also := x.Closes.End()
		f.check(!known || !also || opens.Before(closes), at, "closes_before_opens")
	}
}
