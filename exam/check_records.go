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
	c.atMost("education", len(c.doc.Education), MaxEducation)
	c.atMost("degrees", len(c.doc.Degrees), MaxDegrees)
}

// atMost refuses more records than the form takes.
func (c *checker) atMost(list string, n, most int) {
	if n > most {
		c.block(list, "list.too_long", "most", itoa(most))
	}
}

func (c *checker) education(i int, e *Education) {
	if e.Level != "" && !slices.Contains(EducationLevels, e.Level) {
		c.block(place{"education", i, "level"}.path(), "education.level.unknown")
	}
	if e.StudyMode != "" && e.StudyMode != FullTime && e.StudyMode != PartTime {
		c.block(place{"education", i, "study_mode"}.path(), "education.study_mode.unknown")
	}
	c.length(place{"education", i, "school"}, e.School, maxText)
	c.length(place{"education", i, "major"}, e.Major, maxText)
	c.length(place{"education", i, "certificate_number"}, e.CertificateNumber, maxText)
	c.span("education", i, "started", "graduated", e.Started, e.Graduated)
	c.notYet(place{"education", i, "graduated"}, e.Graduated)
	if e.StudyMode == FullTime && e.Started == "" {
		c.note(place{"education", i, "started"}.path(), "education.started.needed")
	}
	c.ownMajor(place{"education", i, "social_work_major"}, e.Major, e.SocialWorkMajor)
	if auto := c.pack.AutoCheck; e.CertificateNumber == "" && auto.knowsEducation(e) {
		c.warn(place{"education", i, "certificate_number"}.path(), "education.certificate_number.wanted")
	}
	for _, rule := range diplomaRules(e) {
		c.warn(place{"education", i, "certificate_number"}.path(), "education.certificate_number."+rule)
	}
}

func (c *checker) degree(i int, g *Degree) {
	if g.Level != "" && g.Level != Bachelor && g.Level != Master && g.Level != Doctor {
		c.block(place{"degrees", i, "level"}.path(), "degrees.level.unknown")
	}
	c.length(place{"degrees", i, "awarded_by"}, g.AwardedBy, maxText)
	c.length(place{"degrees", i, "major"}, g.Major, maxText)
	c.length(place{"degrees", i, "certificate_number"}, g.CertificateNumber, maxText)
	c.month(place{"degrees", i, "awarded"}, g.Awarded)
	c.notYet(place{"degrees", i, "awarded"}, g.Awarded)
	c.ownMajor(place{"degrees", i, "social_work_major"}, g.Major, g.SocialWorkMajor)
	if auto := c.pack.AutoCheck; g.CertificateNumber == "" && auto.knowsDegree(g) {
		c.warn(place{"degrees", i, "certificate_number"}.path(), "degrees.certificate_number.wanted")
	}
	for _, rule := range degreeRules(g) {
		c.warn(place{"degrees", i, "certificate_number"}.path(), "degrees.certificate_number."+rule)
	}
}

// ownMajor: a major by the very name that is not ticked is most likely a slip,
// and costs the candidate years.
func (c *checker) ownMajor(p place, major string, ticked bool) {
	if !ticked && containsAny(major, c.pack.Reckoning.OwnMajors) {
		c.named(Warn, p.path(), p.kind()+".not_ticked")
	}
}

// work judges certificates and posts.
func (c *checker) work() {
	for i := range c.doc.Certificates {
		x := &c.doc.Certificates[i]
		if _, ok := c.pack.Level(x.Level); !ok && x.Level != "" {
			c.block(place{"certificates", i, "level"}.path(), "certificates.level.unknown")
		}
		c.month(place{"certificates", i, "awarded"}, x.Awarded)
		c.notYet(place{"certificates", i, "awarded"}, x.Awarded)
		c.length(place{"certificates", i, "number"}, x.Number, maxText)
	}
	for i := range c.doc.Work {
		c.post(i, &c.doc.Work[i])
	}
	c.atMost("certificates", len(c.doc.Certificates), MaxCertificates)
	c.atMost("work", len(c.doc.Work), MaxWork)
	c.month(plain("first_worked"), c.doc.FirstWorked)
	c.together()
}

func (c *checker) post(i int, w *Work) {
	for _, f := range [...]struct{ field, text string }{{"employer", w.Employer}, {"place", w.Place}, {"position", w.Position}} {
		c.length(place{"work", i, f.field}, f.text, maxText)
	}
	c.length(place{"work", i, "duties"}, w.Duties, maxDuties)
	c.span("work", i, "from", "to", w.From, w.To)
	if w.EmployerType != "" {
		c.listed(place{"work", i, "employer_type"}, w.EmployerType, Warn)
	}
	if w.CreditCode != "" && !ValidCreditCode(w.CreditCode) {
		c.warn(place{"work", i, "credit_code"}.path(), "work.credit_code.checksum")
	}
	c.notYet(place{"work", i, "from"}, w.From)
}

// notYet: what comes after the exam year counts for nothing in it.
func (c *checker) notYet(p place, m Month) {
	if i, ok := m.Index(); ok && i > c.pack.Year*12+11 {
		c.warn(p.path(), p.kind()+".future")
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
		c.block(place{"work", first, "from"}.path(), "work.from.before_birth")
	}
	if !slices.ContainsFunc(posts, func(w Work) bool { return w.SocialWork }) {
		c.named(Warn, "work", "work.social_work.none")
	}
	until := indexOr(Month(c.pack.Reckoning.Until[:7]), 0)
	if spans := postsOf(c.doc, until); monthsIn(spans) > monthsIn(union(spans)) {
		c.named(Note, "work", "work.overlap")
	}
}

// month: a month that exists.
func (c *checker) month(p place, m Month) {
	if m == "" {
		return
	}
	if i, ok := m.Index(); !ok || i < minYear*12 || i >= (maxYear+1)*12 {
		c.block(p.path(), p.kind()+".format")
	}
}

// span: two months in their order.
func (c *checker) span(list string, i int, fromField, toField string, from, to Month) {
	c.month(place{list, i, fromField}, from)
	c.month(place{list, i, toField}, to)
	a, ok := from.Index()
	b, also := to.Index()
	if ok && also && a > b {
		c.block(place{list, i, toField}.path(), list+"."+toField+".before_"+fromField)
	}
}
