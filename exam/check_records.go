package exam

import "slices"

// schooling judges education and degree records.
func (c *checker) schooling() {
	for i := range c.doc.Education {
		c.education(i, &c.doc.Education[i])
	}
	for i := range c.doc.Degrees {
		c.degree(i, &c.doc.Degrees[i])
	}
	c.count20("education", len(c.doc.Education), MaxEducation)
	c.count20("degrees", len(c.doc.Degrees), MaxDegrees)
}

// count20 refuses more records than the form takes.
func (c *checker) count20(list string, n, most int) {
	if n > most {
		c.block(list, "list.too_long", "most", itoa(most))
	}
}

func (c *checker) education(i int, e *Education) {
	if e.Level != "" && !slices.Contains(EducationLevels, e.Level) {
		c.block(at("education", i, "level"), "education.level.unknown")
	}
	if e.StudyMode != "" && e.StudyMode != FullTime && e.StudyMode != PartTime {
		c.block(at("education", i, "study_mode"), "education.study_mode.unknown")
	}
	c.length(at("education", i, "school"), e.School, maxText)
	c.length(at("education", i, "major"), e.Major, maxText)
	c.length(at("education", i, "certificate_number"), e.CertificateNumber, maxText)
	c.span("education", i, "started", "graduated", e.Started, e.Graduated)
	if e.StudyMode == FullTime && e.Started == "" {
		c.note(at("education", i, "started"), "education.started.needed")
	}
	c.ownMajor(at("education", i, "social_work_major"), "education", e.Major, e.SocialWorkMajor)
	for _, rule := range diplomaRules(e) {
		c.warn(at("education", i, "certificate_number"), "education.certificate_number."+rule)
	}
}

func (c *checker) degree(i int, g *Degree) {
	if g.Level != "" && g.Level != Bachelor && g.Level != Master && g.Level != Doctor {
		c.block(at("degrees", i, "level"), "degrees.level.unknown")
	}
	c.length(at("degrees", i, "awarded_by"), g.AwardedBy, maxText)
	c.length(at("degrees", i, "major"), g.Major, maxText)
	c.length(at("degrees", i, "certificate_number"), g.CertificateNumber, maxText)
	c.month(at("degrees", i, "awarded"), g.Awarded)
	c.ownMajor(at("degrees", i, "social_work_major"), "degrees", g.Major, g.SocialWorkMajor)
	for _, rule := range degreeRules(g) {
		c.warn(at("degrees", i, "certificate_number"), "degrees.certificate_number."+rule)
	}
}

// ownMajor: a major by the very name that is not ticked is most likely a slip,
// and costs the candidate years.
func (c *checker) ownMajor(path, list, major string, ticked bool) {
	if !ticked && containsAny(major, c.pack.Reckoning.OwnMajors) {
		c.warn(path, list+".social_work_major.not_ticked")
	}
}

// work judges certificates and posts.
func (c *checker) work() {
	for i := range c.doc.Certificates {
		x := &c.doc.Certificates[i]
		if _, ok := c.pack.Level(x.Level); !ok && x.Level != "" {
			c.block(at("certificates", i, "level"), "certificates.level.unknown")
		}
		c.month(at("certificates", i, "awarded"), x.Awarded)
		c.length(at("certificates", i, "number"), x.Number, maxText)
	}
	for i := range c.doc.Work {
		c.post(i, &c.doc.Work[i])
	}
	c.count20("certificates", len(c.doc.Certificates), MaxCertificates)
	c.count20("work", len(c.doc.Work), MaxWork)
	c.month("first_worked", c.doc.FirstWorked)
	c.together()
}

func (c *checker) post(i int, w *Work) {
	for _, f := range [...]struct{ field, text string }{{"employer", w.Employer}, {"place", w.Place}, {"position", w.Position}} {
		c.length(at("work", i, f.field), f.text, maxText)
	}
	c.length(at("work", i, "duties"), w.Duties, maxDuties)
	c.span("work", i, "from", "to", w.From, w.To)
	if w.EmployerType != "" {
		c.listed(at("work", i, "employer_type"), "employer_type", w.EmployerType, Warn)
	}
	if w.CreditCode != "" && !ValidCreditCode(w.CreditCode) {
		c.warn(at("work", i, "credit_code"), "work.credit_code.checksum")
	}
	from, ok := w.From.Index()
	if ok && from > c.pack.Year*12+11 {
		c.warn(at("work", i, "from"), "work.from.future")
	}
}

// together looks at posts side by side.
func (c *checker) together() {
	posts := c.doc.Work
	first := -1
	for i := range posts {
		if from, ok := posts[i].From.Index(); ok && (first < 0 || from < indexOr(posts[first].From, from)) {
			first = i
		}
	}
	if first < 0 {
		return
	}
	if c.doc.FirstWorked != "" && c.doc.FirstWorked > posts[first].From {
		c.warn("first_worked", "first_worked.late")
	}
	if birth, ok := c.doc.BirthDate.Time(); ok && posts[first].From <= Month(birth.Format("2006-01")) {
		c.block(at("work", first, "from"), "work.from.before_birth")
	}
	until := indexOr(Month(c.pack.Reckoning.Until[:7]), 0)
	if spans := postsOf(c.doc, until); monthsIn(spans) > monthsIn(union(spans)) {
		c.note("work", "work.overlap")
	}
}

// month: a month that exists.
func (c *checker) month(path string, m Month) {
	if m == "" {
		return
	}
	if i, ok := m.Index(); !ok || i < minYear*12 || i >= (maxYear+1)*12 {
		c.block(path, withoutIndex(path)+".format")
	}
}

// span: two months in their order.
func (c *checker) span(list string, i int, fromField, toField string, from, to Month) {
	c.month(at(list, i, fromField), from)
	c.month(at(list, i, toField), to)
	a, ok := from.Index()
	b, also := to.Index()
	if ok && also && a > b {
		c.block(at(list, i, toField), list+"."+toField+".before_"+fromField)
	}
}
