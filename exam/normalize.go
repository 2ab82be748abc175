package exam

import (
	"strings"
	"unicode"
)

// Normalize gives the document as rules judge it and submissions carry it:
// blanks around and doubled are gone, numbers are half width, the check letter
// of an ID number is X, names have U+00B7 for every middle dot, phones have no
// country code, dates and months are in ISO form where they can be read. What
// cannot be read stays as typed. Normalize is idempotent, sorts nothing,
// invents nothing, and never changes a Han character.
func Normalize(d Document) Document {
	d = d.clone()
	for _, s := range []*string{&d.Exam, &d.Area, &d.Ethnicity, &d.Nationality, &d.PoliticalStatus, &d.Postcode, &d.Email} {
		*s = compact(*s)
	}
	d.Nationality = strings.ToUpper(d.Nationality)
	for _, s := range []*string{&d.City, &d.Checkpoint, &d.NameRemark, &d.Address, &d.Title} {
		*s = tidy(*s)
	}
	for i := range d.Subjects {
		d.Subjects[i] = tidy(d.Subjects[i])
	}
	d.Level, d.IDType, d.Gender = Level(compact(string(d.Level))), IDType(compact(string(d.IDType))), Gender(compact(string(d.Gender)))
	d.Commitment = Commitment(compact(string(d.Commitment)))
	d.Name = normalName(d.Name)
	d.IDNumber = normalIDNumber(d.IDNumber)
	d.Phone = normalPhone(d.Phone)
	d.BirthDate = normalDate(d.BirthDate)
	d.FirstWorked = normalMonth(d.FirstWorked)
	normalizeRecords(&d)
	return d.listed()
}

func normalizeRecords(d *Document) {
	for i := range d.Education {
		e := &d.Education[i]
		e.Level, e.StudyMode = EducationLevel(compact(string(e.Level))), StudyMode(compact(string(e.StudyMode)))
		e.School, e.Major, e.CertificateNumber = tidy(e.School), tidy(e.Major), normalNumber(e.CertificateNumber)
		e.Started, e.Graduated = normalMonth(e.Started), normalMonth(e.Graduated)
	}
	for i := range d.Degrees {
		g := &d.Degrees[i]
		g.Level = EducationLevel(compact(string(g.Level)))
		g.AwardedBy, g.Major, g.CertificateNumber = tidy(g.AwardedBy), tidy(g.Major), normalNumber(g.CertificateNumber)
		g.Awarded = normalMonth(g.Awarded)
	}
	for i := range d.Certificates {
		c := &d.Certificates[i]
		c.Level, c.Number, c.Awarded = Level(compact(string(c.Level))), normalNumber(c.Number), normalMonth(c.Awarded)
	}
	for i := range d.Work {
		w := &d.Work[i]
		w.Employer, w.Place, w.Position, w.Duties = tidy(w.Employer), tidy(w.Place), tidy(w.Position), tidy(w.Duties)
		w.EmployerType, w.CreditCode = compact(w.EmployerType), normalNumber(w.CreditCode)
		w.From, w.To = normalMonth(w.From), normalMonth(w.To)
		if w.To == "至今" {
			w.To = ""
		}
	}
}

// plainASCII tells the common case: nothing to fold, trim or drop.
func plainASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7F {
			return false
		}
	}
	return true
}

// fold gives the half-width form of full-width ASCII and of the ideographic
// space; other characters are untouched.
func fold(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '　':
		return ' '
	}
	return r
}

// unseen are characters that carry nothing on a form and come with copied
// text: controls, zero-width marks, marks of direction, byte order marks.
// Variation selectors choose a shape of a Han character and stay.
func unseen(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' || r >= 0x200B && r <= 0x200F || r >= 0x202A && r <= 0x202E || r >= 0x2060 && r <= 0x206F || r == 0x061C || r == 0xFEFF || r == 0xAD
}

// compact folds to half width and removes every blank.
func compact(s string) string {
	if plainASCII(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r = fold(r); unicode.IsSpace(r) || unseen(r) {
			return -1
		}
		return r
	}, s)
}

// tidy trims, joins runs of blanks into one (a line end where there was one)
// and drops what cannot be seen. Full-width punctuation stays: it is right in
// Chinese text.
func tidy(s string) string {
	if isTidy(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	var gap rune
	for _, r := range s {
		switch {
		case unseen(r):
		case unicode.IsSpace(r):
			if gap != '\n' {
				gap = ' '
			}
			if r == '\n' {
				gap = '\n'
			}
		default:
			if gap != 0 && b.Len() > 0 {
				b.WriteRune(gap)
			}
			gap = 0
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isTidy tells the common case: single blanks between what can be seen.
func isTidy(s string) bool {
	last := ' '
	for _, r := range s {
		if r == ' ' && last == ' ' || r != ' ' && unicode.IsSpace(r) || unseen(r) {
			return false
		}
		last = r
	}
	return s == "" || last != ' '
}

// normalNumber is for numbers of papers: half width, upper case, no blanks.
func normalNumber(s string) string { return strings.ToUpper(compact(s)) }

// normalIDNumber also drops the marks people put between groups. Military
// numbers keep their Han characters.
func normalIDNumber(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '－' || r == '–' {
			return -1
		}
		return r
	}, normalNumber(s))
}

// normalPhone leaves the digits of a Chinese number, without 86 before it;
// foreign ones keep their plus.
func normalPhone(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune("-()–—", r) {
			return -1
		}
		return r
	}, compact(s))
	for _, prefix := range []string{"+86", "0086"} {
		if rest, ok := strings.CutPrefix(s, prefix); ok {
			return withTrunk(normalPhone(rest))
		}
	}
	if len(s) == 13 && strings.HasPrefix(s, "861") {
		return s[2:]
	}
	return s
}

// withTrunk sets the 0 that stands before a landline number at home and not behind
// the country code: area code and number have ten or eleven digits, and of the area
// codes Beijing's 10 alone begins like a mobile number. 400 and 800 are none.
func withTrunk(n string) string {
	if (len(n) == 10 || len(n) == 11) && allDigits(n) && n[1:3] != "00" && (n[0] >= '2' || len(n) == 10 && n[:2] == "10") {
		return "0" + n
	}
	return n
}

func normalDate(d Date) Date {
	if d == "" {
		return d
	}
	if t, ok := d.Time(); ok && t.Year() >= minYear && t.Year() <= maxYear {
		return d
	}
	text := tidy(string(d))
	if n, err := ParseDate(text); err == nil {
		return n
	}
	return Date(text)
}

func normalMonth(m Month) Month {
	if _, ok := m.Index(); ok || m == "" {
		return m
	}
	text := tidy(string(m))
	if n, err := ParseMonth(text); err == nil {
		return n
	}
	return Month(text)
}

// middleDots are the characters typed for the separator of names that the
// notice 民委发〔2016〕33号 fixes as U+00B7 (facts 6.8).
const middleDots = "•‧・∙⋅･·᛫⸱⸳◦˙ᐧꞏ"

// betweenHan are marks that are a middle dot only between two Han characters.
const betweenHan = ".․﹒。｡"

// normalName removes blanks next to Han characters and dots, sets U+00B7 for
// every middle dot, and for a full stop between two Han characters. Latin names
// keep their single spaces and full stops.
func normalName(name string) string {
	if plainHan(name) {
		return name
	}
	runes := []rune(tidy(strings.Map(fold, name)))
	for i, r := range runes {
		switch {
		case r == '\n':
			runes[i] = ' '
		case strings.ContainsRune(middleDots, r):
			runes[i] = '·'
		}
	}
	joins := func(r rune) bool { return isHan(r) || r == '·' }
	out := make([]rune, 0, len(runes))
	for i, r := range runes {
		if r == ' ' && (joins(runes[i-1]) || joins(runes[i+1])) {
			continue
		}
		out = append(out, r)
	}
	for i, r := range out {
		if strings.ContainsRune(betweenHan, r) && i > 0 && i+1 < len(out) && isHan(out[i-1]) && isHan(out[i+1]) {
			out[i] = '·'
		}
	}
	return string(out)
}

func plainHan(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < 0x4E00 || r > 0x9FFF }) < 0
}

// isHan covers every Han character of GB 18030-2022 and later extensions: the
// planes 2 and 3 hold nothing else.
func isHan(r rune) bool {
	return r >= 0x4E00 && r <= 0x9FFF || r >= 0x20000 && r <= 0x3FFFD || r >= 0x3400 && r <= 0x4DBF || r > 0xFF && unicode.Is(unicode.Han, r)
}
