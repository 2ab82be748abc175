package form

import (
	"strconv"
	"strings"

	"wenbao/exam"
)

// registration lays out the 报名表: title and code, what is registered for,
// the person with the photo, schooling, certificates, work, the commitment, and
// the boxes for stamps.
func (s *sheet) registration() {
	title := s.title("title.registration")
	s.begin = func(*flow) { s.further(s.say("continued", map[string]string{"title": title})) }
	s.head(title, s.standing())
	s.person()
	s.exam()
	s.education()
	s.degrees()
	s.certificates()
	s.work()
	s.promise()
	s.stamps("stamp.employer", "stamp.office")
}

// title is the title of a paper with the year and the exam.
func (s *sheet) title(key string) string {
	args := s.pack.Terms()
	args["year"], args["exam"] = strconv.Itoa(s.doc.Year), s.in(s.pack.Title)
	return s.say(key, args)
}

// Widths of the columns beside the photo, and of those across the page.
const (
	labelWidth = 23.0
	photoBox   = 32.0
	narrow     = (bodyWidth - photoBox - 2*labelWidth) / 2
	wide       = (bodyWidth - 2*labelWidth) / 2
)

func (s *sheet) person() {
	d := s.doc
	s.bar(s.say("block.person"))
	beside := []row{
		s.pair(narrow, "name", d.Name, "gender", s.choice("gender", string(d.Gender))),
		s.pair(narrow, "ethnicity", s.choice("ethnicity", d.Ethnicity), "birth_date", dotted(string(d.BirthDate))),
		s.pair(narrow, "nationality", s.choice("nationality", d.Nationality), "political_status", s.choice("political_status", d.PoliticalStatus)),
		s.pair(narrow, "id_type", s.choice("id_type", string(d.IDType)), "id_number", d.IDNumber),
		s.pair(narrow, "phone", d.Phone, "first_worked", dotted(string(d.FirstWorked))),
	}
	beside[0].cells[1].size = 11 // regular: the bold face has no rare characters
	s.besidePhoto(beside, 7.4)
	if d.NameRemark != "" {
		s.row(s.single("name_remark", d.NameRemark))
	}
	s.row(s.pair(wide, "email", d.Email, "title", d.Title))
	s.row(row{cells: []cell{
		s.label("field.address", labelWidth), value("address", d.Address, bodyWidth-2*labelWidth-24),
		s.label("field.postcode", labelWidth), value("postcode", d.Postcode, 24),
	}})
}

// besidePhoto puts rows to the left of the photo; where they would not stay on
// the page, such as with a name of many lines, below it.
func (s *sheet) besidePhoto(rows []row, least float64) {
	top, total := s.y, 0.0
	for i := range rows {
		rows[i].least = least
		total += height(rows[i], broken(rows[i]))
	}
	stacked := total > s.room()
	if stacked {
		s.picture(marginX, s.y, bodyWidth, 39)
		s.y += 39
	}
	for _, r := range rows {
		if stacked {
			r.cells[1].width += photoBox / 2
			r.cells[3].width += photoBox / 2
		}
		s.row(r)
	}
	if !stacked {
		s.picture(marginX+bodyWidth-photoBox, top, photoBox, s.y-top)
	}
}

// pair is a row of two labels with their values.
func (s *sheet) pair(width float64, path1, text1, path2, text2 string) row {
	return row{cells: []cell{
		s.label("field."+path1, labelWidth), value(path1, text1, width),
		s.label("field."+path2, labelWidth), value(path2, text2, width),
	}}
}

// single is a row of one label with its value across the page.
func (s *sheet) single(path, text string) row {
	return row{cells: []cell{s.label("field."+path, labelWidth), value(path, text, bodyWidth-labelWidth)}}
}

func (s *sheet) exam() {
	d := s.doc
	s.need(barHeight + 3*rowHeight)
	s.bar(s.say("block.exam"))
	s.row(s.pair(wide, "area", s.areaName(), "city", d.City))
	s.row(s.pair(wide, "level", s.levelName(d.Level), "checkpoint", d.Checkpoint))
	s.row(s.single("subjects", s.subjectNames()))
	s.row(s.pair(wide, "commitment", s.choice("commitment", string(d.Commitment)), "fee", s.feeText()))
}

func (s *sheet) areaName() string {
	if a, ok := s.pack.Area(s.doc.Area); ok {
		return s.in(a.Name)
	}
	return s.doc.Area
}

func (s *sheet) levelName(id exam.Level) string {
	l, ok := s.pack.Level(id)
	if !ok {
		return string(id)
	}
	if grade := s.in(l.Grade); grade != "" {
		return s.say("level", map[string]string{"grade": grade, "name": s.in(l.Name)})
	}
	return s.in(l.Name)
}

// subjects are the ids of what is registered for: a draft that names none means
// all of its level.
func (s *sheet) subjects() (ids []string) {
	if len(s.doc.Subjects) > 0 {
		return s.doc.Subjects
	}
	for _, x := range s.pack.Subjects(s.doc.Level) {
		ids = append(ids, x.ID)
	}
	return ids
}

func (s *sheet) subjectNames() string {
	ids := s.subjects()
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = id
		for _, subject := range s.pack.Subjects(s.doc.Level) {
			if subject.ID == id {
				names[i] = s.in(subject.Name)
			}
		}
	}
	return strings.Join(names, s.say("and"))
}

func (s *sheet) feeText() string {
	fee := s.pack.Fee(s.doc)
	if !fee.Known {
		return s.say("fee.unknown")
	}
	return s.say("fee", map[string]string{"yuan": yuan(fee.Total)})
}

// columns makes the heading row of a list.
func (s *sheet) columns(keys string, widths ...float64) row {
	var r row
	for i, key := range strings.Fields(keys) {
		r.cells = append(r.cells, s.label("column."+key, widths[i]))
	}
	return r
}

// listRow makes a row of a list from pairs of key and text.
func listRow(path string, pairs ...string) row {
	var r row
	for i := 0; i < len(pairs); i += 2 {
		c := value(path+"."+pairs[i], pairs[i+1], 0)
		c.size = smallSize
		r.cells = append(r.cells, c)
	}
	return r
}

func (s *sheet) education() {
	rows := make([]row, 0, len(s.doc.Education))
	for i, e := range s.doc.Education {
		rows = append(rows, listRow("education."+strconv.Itoa(i),
			"level", s.choice("education_level", string(e.Level)), "study_mode", s.choice("study_mode", string(e.StudyMode)),
			"school", e.School, "major", e.Major, "social_work_major", s.yesNo(e.SocialWorkMajor),
			"graduated", s.span(e.Started, e.Graduated, false), "certificate_number", e.CertificateNumber))
	}
	s.listOrNone("block.education", s.columns("education study_mode school major own_major studied certificate_number", 20, 16, 38, 35, 11, 28, 32), rows)
}

func (s *sheet) yesNo(yes bool) string {
	if yes {
		return s.say("yes")
	}
	return s.say("no")
}

func (s *sheet) degrees() {
	rows := make([]row, 0, len(s.doc.Degrees))
	for i, d := range s.doc.Degrees {
		rows = append(rows, listRow("degrees."+strconv.Itoa(i),
			"level", s.choice("degree_level", string(d.Level)), "awarded_by", d.AwardedBy, "major", d.Major, "social_work_major", s.yesNo(d.SocialWorkMajor),
			"awarded", dotted(string(d.Awarded)), "certificate_number", d.CertificateNumber))
	}
	s.listOrNone("block.degrees", s.columns("degree awarded_by major own_major awarded certificate_number", 20, 54, 35, 11, 28, 32), rows)
}

func (s *sheet) certificates() {
	if len(s.doc.Certificates) == 0 {
		return
	}
	rows := make([]row, 0, len(s.doc.Certificates))
	for i, c := range s.doc.Certificates {
		rows = append(rows, listRow("certificates."+strconv.Itoa(i),
			"level", s.levelName(c.Level), "number", c.Number, "awarded", dotted(string(c.Awarded))))
	}
	s.list(s.say("block.certificates"), s.columns("certificate number awarded", 70, 70, 40), rows)
}

func (s *sheet) work() {
	rows := make([]row, 0, len(s.doc.Work))
	for i, w := range s.doc.Work {
		employer := w.Employer
		if w.CreditCode != "" {
			employer += "\n" + w.CreditCode
		}
		rows = append(rows, listRow("work."+strconv.Itoa(i),
			"from", s.span(w.From, w.To, true), "employer", employer, "employer_type", s.employerType(w.EmployerType),
			"place", w.Place, "position", w.Position, "duties", w.Duties, "social_work", s.yesNo(w.SocialWork)))
	}
	s.listOrNone("block.work", s.columns("period employer employer_type place position duties social_work", 28, 51, 21, 17.5, 19, 31, 12.5), rows,
		cell{text: s.years(), field: "years", column: s.say("field.years")})
}

// years is how long the candidate has worked in the field by the rule relied
// on, for the reviewer to compare with the rows (facts 1.4).
func (s *sheet) years() string {
	e := s.pack.Reckon(s.doc)
	if e.Record == "" {
		return ""
	}
	say := func(key string, args map[string]string) string { return s.words.Say(key, args) }
	return s.say("years", map[string]string{
		"counted": exam.Duration(e.Counted, say), "required": exam.Duration(e.Required, say),
		"until": dotted(string(e.Until)), "work": s.pack.Reckoning.Work.ZH, "work_en": s.pack.Reckoning.Work.EN,
	})
}

// employerType is the name of a kind of employer without the examples that the
// list gives in brackets.
func (s *sheet) employerType(code string) string {
	name := s.choice("employer_type", code)
	if i := strings.IndexAny(name, "（("); i > 0 {
		name = name[:i]
	}
	return strings.TrimSpace(name)
}

// listOrNone puts a list, or one row that says there is nothing.
func (s *sheet) listOrNone(title string, head row, rows []row, sums ...cell) {
	if len(rows) > 0 {
		s.list(s.say(title), head, rows, sums...)
		return
	}
	s.need(barHeight + rowHeight)
	s.bar(s.say(title))
	s.row(row{cells: []cell{{text: s.say("none"), width: bodyWidth, center: true, size: smallSize}}})
}

// promise is the commitment with the line for the candidate's signature.
func (s *sheet) promise() {
	text := strings.Join(s.promiseText(), "")
	const size, inset = 9.0, 3.0
	lines := len(wrap(text, size, false, bodyWidth-2*inset))
	high := barHeight + 1.2 + float64(lines)*mm(size)*1.5 + 10
	s.need(min(high, bodyBottom/2))
	s.bar(s.say("block.commitment"))
	top, first := s.y, s.page()
	s.y += 1.2
	s.paragraph(text, marginX+inset, bodyWidth-2*inset, size, false)
	s.need(9)
	s.y += 3
	s.signature("sign.candidate", marginX+bodyWidth-98, 95, true)
	s.y += 7
	if first == s.page() {
		s.page().put(item{shape: boxShape, x: marginX, y: top, w: bodyWidth, h: s.y - top, ink: hairInk})
	}
}

// promiseText is the wording of the commitment: the pack's, or, for a candidate
// who declined it, that the proofs are on paper.
func (s *sheet) promiseText() []string {
	if s.doc.Commitment == exam.CommitmentDeclined {
		return []string{s.say("declined")}
	}
	points := s.pack.Commitment.Points
	if len(points) == 0 {
		return []string{s.say("promise")}
	}
	text := []string{s.say("promise.intro")}
	for i, p := range points {
		text = append(text, s.say("promise.point", map[string]string{"n": strconv.Itoa(i + 1), "text": s.in(p)}))
	}
	return text
}

// stamps puts two boxes side by side, for stamp, signature and date; they take
// what is left of the page within reason.
func (s *sheet) stamps(keys ...string) {
	const least, most = 23.0, 58.0
	s.need(least)
	h := min(s.room(), most)
	for i, key := range keys {
		x := marginX + float64(i)*bodyWidth/2
		s.page().put(item{shape: boxShape, x: x, y: s.y, w: bodyWidth / 2, h: h, ink: hairInk})
		s.text(item{x: x + 3, y: baseline(s.y+2.2, valueSize), size: valueSize, text: s.say(key)})
		y := s.y
		s.y += h - 13
		for _, line := range []string{s.say(key + ".sign"), s.say("date.blank")} {
			right := x + bodyWidth/2 - 6 - width(s.say("date.blank"), 9, false)
			s.text(item{x: min(right, x+bodyWidth/2-6-width(line, 9, false)), y: baseline(s.y, 9), size: 9, text: line, ink: labelInk})
			s.y += 5.4
		}
		s.y = y
	}
	s.y += h
}
