package form

import (
	"strconv"
	"strings"

	"wenbao/exam"
)

// workYears lays out a certificate per post in the field, for the employer to
// check, sign and stamp (facts 7: 年限证明).
func (s *sheet) workYears() {
	title := s.title("title.work-years")
	s.begin = func(*flow) { s.further(s.say("continued", map[string]string{"title": title})) }
	for i, w := range s.doc.Work {
		if !w.SocialWork {
			continue
		}
		path := "work." + strconv.Itoa(i)
		s.letterHead(title)
		args := s.pack.Terms()
		args["name"], args["id_type"], args["id_number"] = printable(s.doc.Name), s.choice("id_type", string(s.doc.IDType)), printable(s.doc.IDNumber)
		s.paragraph(s.say("work-years.text", args), marginX+6, bodyWidth-12, 12, false)
		s.y += 4
		s.row(s.tall(path+".employer", "column.employer", w.Employer))
		s.row(s.tall(path+".credit_code", "field.credit_code", w.CreditCode))
		s.row(s.tall(path+".employer_type", "column.employer_type", s.employerType(w.EmployerType)))
		s.row(s.tall(path+".from", "column.period", s.span(w.From, w.To, true)))
		s.row(s.tall(path+".position", "column.position", w.Position))
		s.row(s.tall(path+".duties", "column.duties", w.Duties))
		s.row(s.tall(path+".total", "field.total", s.say("total.blank")))
		s.y += 6
		s.paragraph(s.say("work-years.close"), marginX+6, bodyWidth-12, 12, false)
		s.need(78)
		s.y += 8
		s.signature("sign.operator", marginX+6, 84, false)
		s.signature("sign.telephone", marginX+bodyWidth/2+6, 84, false)
		s.y += 14
		s.stamps("stamp.own", "stamp.department")
	}
}

// tall is a row of a letter: larger type, more air.
func (s *sheet) tall(path, label, text string) row {
	r := row{least: 11, cells: []cell{s.label(label, 40), value(path, text, bodyWidth-40)}}
	r.cells[0].size, r.cells[1].size = 10.5, 11
	return r
}

// letterHead begins a page with a centred title.
func (s *sheet) letterHead(title string) {
	s.addPage()
	s.y = 26
	for _, line := range wrap(title, 18, true, bodyWidth) {
		s.text(item{x: (pageWidth - width(line, 18, true)) / 2, y: baseline(s.y, 18), size: 18, bold: true, text: line})
		s.y += mm(18) * 1.5
	}
	s.y += 8
}

// commitment lays out the letter of commitment.
func (s *sheet) commitment() {
	title := s.in(s.pack.Commitment.Title)
	if title == "" {
		title = s.say("title.commitment")
	}
	s.begin = func(*flow) { s.further(s.say("continued", map[string]string{"title": title})) }
	s.head(title, s.standing())
	s.y += 4
	d := s.doc
	for _, r := range []row{
		s.pair(wide, "name", d.Name, "id_number", d.IDNumber),
		s.pair(wide, "exam", s.title("exam"), "level", s.levelName(d.Level)),
		s.pair(wide, "area", s.areaName(), "commitment", s.choice("commitment", string(d.Commitment))),
	} {
		r.least = 9
		s.row(r)
	}
	s.y += 6
	for _, text := range s.promiseText() {
		s.paragraph(text, marginX+4, bodyWidth-8, 12, false)
		s.y += 1.5
	}
	if notes := s.pack.Commitment.Notes; len(notes) > 0 {
		s.y += 4
		s.paragraph(s.say("promise.notes"), marginX+4, bodyWidth-8, 10, true)
		for i, n := range notes {
			s.paragraph(s.say("promise.point", map[string]string{"n": strconv.Itoa(i + 1), "text": s.in(n)}), marginX+4, bodyWidth-8, 10, false)
		}
	}
	s.need(30)
	s.y += 16
	s.signature("sign.candidate", marginX+70, bodyWidth-76, true)
}

// receipt lays out the slip of what was paid, item by item.
func (s *sheet) receipt() {
	title := s.title("title.receipt")
	s.begin = func(*flow) { s.further(s.say("continued", map[string]string{"title": title})) }
	s.head(title, s.standing())
	s.y += 4
	s.slipPerson()
	fee := s.pack.Fee(s.doc)
	rows := make([]row, 0, len(fee.Items)+1)
	for i, x := range fee.Items {
		path := "fee." + strconv.Itoa(i)
		rows = append(rows, slipRow(path, "name", s.in(x.Name), "amount", s.say("fee", map[string]string{"yuan": yuan(x.Fen)})))
	}
	total := s.say("fee.unknown")
	if fee.Known {
		total = s.say("fee", map[string]string{"yuan": yuan(fee.Total)})
	}
	rows = append(rows, slipRow("fee", "total", s.say("fee.total"), "amount", total))
	s.list(s.say("block.fee"), s.columns("fee.item fee.amount", 120, 60), rows)
	s.y += 5
	s.paragraph(s.say("receipt.note"), marginX, bodyWidth, 9.5, false)
}

// admission lays out the slip with subjects and times.
func (s *sheet) admission() {
	title := s.title("title.admission")
	s.begin = func(*flow) { s.further(s.say("continued", map[string]string{"title": title})) }
	s.head(title, s.standing())
	s.y += 4
	s.slipPerson()
	s.row(s.slipSingle("employer", s.slipEmployer()))
	s.row(s.slipSingle("site", ""))
	var rows []row
	for i, id := range s.subjects() {
		rows = append(rows, s.subjectRow("subjects."+strconv.Itoa(i), id))
	}
	s.list(s.say("block.subjects"), s.columns("subject date ticket room seat", 58, 53, 36, 17, 16), rows)
	s.y += 5
	for _, line := range strings.Split(s.say("admission.notes"), "\n") {
		s.paragraph(line, marginX, bodyWidth, 9.5, false)
	}
}

// subjectRow is a subject with its time; room and seat are left to be filled in.
func (s *sheet) subjectRow(path, id string) row {
	name, when := id, ""
	for _, subject := range s.pack.Subjects(s.doc.Level) {
		if subject.ID == id {
			name = s.in(subject.Name)
			when = subjectTime(subject.Starts)
			if when != "" && subject.Minutes > 0 {
				when = s.say("subject.when", map[string]string{"starts": when, "minutes": strconv.Itoa(subject.Minutes)})
			}
		}
	}
	return slipRow(path, "name", name, "starts", when, "ticket", "", "room", "", "seat", "")
}

// slipSingle is a row of one label with its value, with more air.
func (s *sheet) slipSingle(path, text string) row {
	r := s.single(path, text)
	r.least = 9
	return r
}

// slipRow is a row of a slip's list: the usual type, more air.
func slipRow(path string, pairs ...string) row {
	r := listRow(path, pairs...)
	r.least = 9
	for i := range r.cells {
		r.cells[i].size = valueSize
	}
	return r
}

// subjectTime writes an instant as "2026.05.23 14:00", a day alone as "2026.05.23":
// in the time of the place, whose zone is not named. What is no instant stays.
func subjectTime(i exam.Instant) string {
	text := strings.Replace(string(i), "T", " ", 1)
	switch {
	case i.DayOnly():
		return dotted(text[:10])
	case len(text) >= 16:
		return dotted(text[:10]) + text[10:16]
	}
	return dotted(text)
}

// slipEmployer is where the candidate works: the post that is open, else the
// one that was begun last.
func (s *sheet) slipEmployer() string {
	name, from := "", ""
	for _, w := range s.doc.Work {
		if begun := string(w.From); w.To == "" || begun >= from {
			name, from = w.Employer, begun
			if w.To == "" {
				break
			}
		}
	}
	return name
}

// slipPerson is whom a slip is for, with the photo.
func (s *sheet) slipPerson() {
	d := s.doc
	s.besidePhoto([]row{
		s.pair(narrow, "name", d.Name, "gender", s.choice("gender", string(d.Gender))),
		s.pair(narrow, "id_type", s.choice("id_type", string(d.IDType)), "id_number", d.IDNumber),
		s.pair(narrow, "area", s.areaName(), "city", d.City),
		s.pair(narrow, "level", s.levelName(d.Level), "checkpoint", d.Checkpoint),
	}, 9.8)
}
