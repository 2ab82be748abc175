package exam

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"
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
	var syntax *json.SyntaxError
	switch err := json.Unmarshal(plain, &head); {
	case errors.As(err, &syntax):
		return nil, Errorf(KindInvalid, op, "%s: %w", position(plain, int(syntax.Offset)-1), err)
	case err == nil && head.Format > PackFormat:
		return nil, Errorf(KindUpgrade, op, "format %d, this program reads up to %d", head.Format, PackFormat)
	}
	p := &Pack{}
	if err := decodePack(plain, p); err != nil {
		return nil, &Error{Kind: KindInvalid, Op: op, Err: err}
	}
	if err := p.validate(); err != nil {
		return nil, &Error{Kind: KindInvalid, Op: op, Err: err}
	}
	return p, nil
}

func decodePack(plain []byte, p *Pack) error {
	if err := uniqueKeys(plain); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(plain))
	dec.DisallowUnknownFields()
	if err := dec.Decode(p); err != nil {
		return cmp.Or(misfit(plain, reflect.TypeFor[Pack]()), err)
	}
	return nil
}

// faults collects what is wrong with a pack, each with its place.
type faults []error

func (f *faults) check(ok bool, format string, args ...any) {
	if !ok {
		*f = append(*f, fmt.Errorf(format, args...))
	}
}

// validate holds everything the rules rely on, so that they need no defence.
func (p *Pack) validate() error {
	var f faults
	f.check(p.Format == PackFormat, "format: %d, want %d", p.Format, PackFormat)
	f.check(p.Exam != "" && p.Year >= minYear && p.Year <= maxYear, "exam, year: missing or out of range")
	f.check(p.ID == fmt.Sprintf("%s-%d", p.Exam, p.Year), "id: %q, want exam-year", shortened(p.ID, 40))
	f.check(p.Version >= 1, "version: %d, want 1 or more", p.Version)
	_, ok := p.Issued.Time()
	f.check(ok, "issued: not a day")
	p.Title.validate(&f, "title")
	p.validateKeys(&f)
	p.validateFields(&f)
	p.validateLevels(&f)
	p.validateReckoning(&f)
	p.validateEvidence(&f)
	p.validateAreas(&f)
	return errors.Join(f...)
}

func (t Text) validate(f *faults, at string) {
	f.check(t.ZH != "" && t.EN != "", "%s: wants zh and en", at)
}

func (p *Pack) validateKeys(f *faults) {
	for _, k := range slices.Concat(p.Signers, p.Server.Keys) {
		_, err := ParsePublicKey([]byte(k))
		f.check(err == nil, "signers, server.keys: not a public key")
	}
	if p.Server.URL == "" {
		return
	}
	u, err := url.Parse(p.Server.URL)
	f.check(err == nil && u.Scheme == "https" && u.Host != "", "server.url: not an https address")
	f.check(len(p.Server.Keys) > 0, "server.keys: an address without a key proves nothing")
}

func (p *Pack) validateFields(f *faults) {
	for _, path := range slices.Concat(p.Fields.Required, p.Fields.Wanted, p.Fields.Core, p.Fields.Contact) {
		_, ok := fieldRules[path]
		f.check(ok, "fields: no field %q", shortened(path, 60))
	}
	for field, list := range p.Choices {
		f.check(len(list) > 0, "choices.%s: empty", field)
		uniqueIDs(f, "choices."+field, list, func(c Choice) string { return c.Code })
		for _, c := range list {
			c.Name.validate(f, "choices."+field+" "+c.Code)
		}
	}
	f.check(p.Photo.Width > 0 && p.Photo.Height > 0 && p.Photo.MinBytes > 0 && p.Photo.MinBytes < p.Photo.MaxBytes, "photo: sizes missing or contradictory")
}

// uniqueIDs refuses empty and doubled ids.
func uniqueIDs[T any](f *faults, at string, list []T, id func(T) string) {
	seen := map[string]bool{}
	for _, x := range list {
		f.check(id(x) != "" && !seen[id(x)], "%s: id %q missing or twice", at, shortened(id(x), 40))
		seen[id(x)] = true
	}
}

func (p *Pack) validateLevels(f *faults) {
	f.check(len(p.Levels) > 0, "levels: none")
	uniqueIDs(f, "levels", p.Levels, func(l LevelRules) string { return string(l.ID) })
	for _, l := range p.Levels {
		at := "levels." + string(l.ID)
		l.Name.validate(f, at+".name")
		f.check(len(l.Subjects) > 0 && len(l.Subjects) <= MaxSubjects, "%s.subjects: none, or more than %d", at, MaxSubjects)
		f.check(len(l.Paths) > 0, "%s.paths: none: nobody could qualify", at)
		uniqueIDs(f, at+".subjects", l.Subjects, func(s Subject) string { return s.ID })
		uniqueIDs(f, at+".paths", l.Paths, func(p Path) string { return p.ID })
		for _, s := range l.Subjects {
			s.Name.validate(f, at+".subjects."+s.ID)
			f.check(s.Starts == "" || s.Starts.valid(), "%s.subjects.%s.starts: not a time", at, s.ID)
		}
		for _, path := range l.Paths {
			p.validatePath(f, at+".paths."+path.ID, path)
		}
	}
}

func (p *Pack) validatePath(f *faults, at string, path Path) {
	path.Text.validate(f, at+".text")
	f.check(len(path.Education)+len(path.Degrees) > 0, "%s: names no schooling", at)
	f.check(path.Months >= 0 && path.Months <= 600, "%s.months: %d", at, path.Months)
	for _, l := range slices.Concat(path.Education, path.Degrees) {
		f.check(slices.Contains(EducationLevels, l), "%s: no schooling %q", at, shortened(string(l), 40))
	}
	if path.After != "" {
		_, ok := p.Level(path.After)
		f.check(ok, "%s.after: no level %q", at, shortened(string(path.After), 40))
	}
}

func (p *Pack) validateReckoning(f *faults) {
	_, ok := p.Reckoning.Until.Time()
	f.check(ok, "reckoning.until: not a day")
	f.check(p.Reckoning.Borderline >= 0 && p.Reckoning.Borderline <= 12, "reckoning.borderline_months: %d", p.Reckoning.Borderline)
	f.check(!slices.Contains(p.Reckoning.OwnMajors, ""), "reckoning.own_majors: an empty name fits everything")
	uniqueIDs(f, "reckoning.area_points", p.Reckoning.AreaPoints, func(a AreaPoint) string { return a.ID })
	for _, a := range p.Reckoning.AreaPoints {
		a.Name.validate(f, "reckoning.area_points."+a.ID)
		f.check(!slices.Contains(a.SchoolContains, ""), "reckoning.area_points.%s: an empty name fits everything", a.ID)
	}
	for _, m := range []Month{p.AutoCheck.EducationSince, p.AutoCheck.DegreesSince} {
		_, ok := m.Index()
		f.check(m == "" || ok, "auto_check: %q is not a month", shortened(string(m), 20))
	}
}

func (p *Pack) validateEvidence(f *faults) {
	uniqueIDs(f, "evidence", p.Evidence, func(e Evidence) string { return string(e.ID) })
	for _, e := range p.Evidence {
		e.Name.validate(f, "evidence."+string(e.ID))
		f.check(e.ID != FilePhoto && e.ID != FilePhotoOriginal, "evidence.%s: the photo is no evidence", e.ID)
		for _, c := range e.Needed {
			f.check(slices.Contains(evidenceCases, c), "evidence.%s.needed: no case %q", e.ID, shortened(string(c), 40))
		}
	}
}

func (p *Pack) validateAreas(f *faults) {
	f.check(len(p.Areas) > 0, "areas: none")
	uniqueIDs(f, "areas", p.Areas, func(a Area) string { return a.ID })
	p.Windows.validate(f, "windows")
	for _, a := range p.Areas {
		at := "areas." + a.ID
		a.Name.validate(f, at+".name")
		if a.Windows != nil {
			a.Windows.validate(f, at+".windows")
		}
		for _, c := range a.Cities {
			c.Windows.validate(f, at+".cities."+c.Name.ZH)
		}
		f.check(slices.Contains([]AfterConfirm{ConfirmUnknown, ConfirmUndo, ConfirmCentre, ConfirmLocked}, a.Confirm), "%s.after_confirm: %q", at, shortened(string(a.Confirm), 20))
		p.validateFees(f, at+".fees", a.Fees)
		p.validatePoints(f, at+".points", a.Points)
	}
}

func (p *Pack) validateFees(f *faults, at string, fees *Fees) {
	if fees == nil {
		return
	}
	for class, fen := range fees.Subject {
		f.check(fen >= 0 && fen <= 1_000_00, "%s.%s: %d fen", at, shortened(class, 20), fen)
		f.check(p.hasFeeClass(class), "%s: no subject has the fee class %q", at, shortened(class, 20))
	}
	for _, x := range fees.Extra {
		x.Name.validate(f, at+"."+x.ID)
		f.check(x.Fen >= 0 && x.Fen <= 1_000_00, "%s.%s: %d fen", at, x.ID, x.Fen)
	}
}

func (p *Pack) validatePoints(f *faults, at string, points map[string]Verdict) {
	for point, decided := range points {
		known := point == DoubtNearMajor || slices.ContainsFunc(p.Reckoning.AreaPoints, func(a AreaPoint) bool { return a.ID == point })
		f.check(known, "%s: no point %q", at, shortened(point, 40))
		f.check(decided == Met || decided == NotMet, "%s.%s: want met or not_met", at, shortened(point, 40))
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
			f.check(i == "" || i.valid(), "%s: %q is not a time", at, shortened(string(i), 30))
		}
		opens, known := x.Opens.Begin()
		closes, also := x.Closes.End()
		f.check(!known || !also || opens.Before(closes), "%s: closes before it opens", at)
	}
}
