package exam

import "slices"

// eligibility puts the reckoning among the problems.
func (c *checker) eligibility() {
	c.reckoned = c.pack.reckon(c.doc)
	e := c.reckoned
	c.collectCases()
	if c.level == nil {
		return
	}
	asked := func(list string) bool { return slices.Contains(c.pack.Fields.Required, list) }
	if e.lack == lacksSchooling && len(c.doc.Education) == 0 && asked("education") {
		return // education.required says it
	}
	if e.rec != nil && e.way.Months > 0 && len(c.doc.Work) == 0 {
		if !asked("work") {
			c.block("work", "work.required")
		}
		if e.lack == lacksMonths {
			return // that says it
		}
	}
	c.degreeNamed()
	var args map[string]string
	if e.Verdict != Met {
		args = e.Phrases()[0].Args
	}
	switch {
	case e.Verdict == ForReview:
		c.problems = append(c.problems, Problem{Field: fieldOf(e), Rule: "eligibility.for_review", Severity: Warn, Args: args})
	case e.Verdict == NotMet:
		c.problems = append(c.problems, Problem{Field: fieldOf(e), Rule: "eligibility." + e.lack.rule(), Severity: Block, Args: args})
	}
}

// degreeNamed asks for the degree where the rule names one and only a diploma
// is filled in.
func (c *checker) degreeNamed() {
	e := &c.reckoned
	if e.rec == nil || e.rec.list == "degrees" {
		return
	}
	i := slices.IndexFunc(c.level.Paths, func(p Path) bool { return p.ID == e.Path })
	if c.level.Paths[i].Named {
		c.warn("degrees", "degrees.named")
	}
}

func (l lack) rule() string {
	return [...]string{"met", "lacks_months", "lacks_held", "lacks_schooling"}[l]
}

// fieldOf gives the place where the reckoning can be mended.
func fieldOf(e Eligibility) string {
	switch {
	case e.lack == lacksHeld:
		return "certificates"
	case e.lack == lacksSchooling:
		return "education"
	case e.lack == lacksMonths || slices.Contains(e.Doubts, DoubtShort):
		return "work"
	case e.Record != "":
		return e.Record
	}
	return "work"
}

// collectCases tells which situations call for evidence (facts 2.5): what a
// register can prove needs no paper; what it cannot, or what the candidate does
// not commit to, does.
func (c *checker) collectCases() {
	e, d := c.reckoned, c.doc
	add := func(x EvidenceCase, when bool) {
		if when {
			c.cases = append(c.cases, x)
		}
	}
	declined := d.Commitment == CommitmentDeclined
	add(CaseAlways, true)
	add(CaseDeclined, declined)
	byHand := e.rec != nil && !c.autoChecked(e.rec)
	add(CaseManualEducation, byHand && e.rec.list == "education")
	add(CaseManualDegree, byHand && e.rec.list == "degrees")
	add(CaseDegreeDeclined, declined && len(d.Degrees) > 0)
	add(CaseWorkDeclined, declined && e.Required > 0)
	add(CaseHeldDeclined, declined && e.Held != "")
	add(CaseAreaPoint, slices.ContainsFunc(e.Doubts, func(x string) bool { return x != DoubtShort && x != DoubtStudyStart }))
}

// autoChecked tells whether the national registers can find the record.
func (c *checker) autoChecked(r *record) bool {
	if r.list == "degrees" {
		g := &c.doc.Degrees[r.index]
		return c.pack.AutoCheck.knowsDegree(g) && g.CertificateNumber != "" && len(degreeRules(g)) == 0
	}
	e := &c.doc.Education[r.index]
	return c.pack.AutoCheck.knowsEducation(e) && e.CertificateNumber != "" && len(diplomaRules(e)) == 0
}

// knowsEducation tells whether the registers hold such diplomas: 大专 and above
// since 2002 (facts 2.2).
func (a *AutoCheck) knowsEducation(e *Education) bool {
	return slices.Contains(a.Education, e.Level) && e.Graduated >= a.EducationSince
}

// knowsDegree: degrees since 2008-09 (facts 2.2).
func (a *AutoCheck) knowsDegree(g *Degree) bool {
	return a.DegreesSince != "" && g.Awarded >= a.DegreesSince
}

// attachments looks for photo and evidence, when files were asked about.
func (c *checker) attachments() {
	if c.files == nil {
		return
	}
	c.boundedFiles()
	photo := slices.ContainsFunc(c.files, func(f File) bool { return f.Kind == FilePhoto })
	c.need(Block, "photo", photo, NeedRequired)
	if !photo {
		c.block("photo", "photo.required")
	}
	for _, e := range c.pack.Evidence {
		c.evidenceOf(e)
	}
}

// boundedFiles: what is more than a server takes never gets there.
func (c *checker) boundedFiles() {
	if len(c.files) > MaxFiles {
		c.block("attachments", "attachments.too_many", "count", itoa(len(c.files)), "most", itoa(MaxFiles))
	}
	for i := range c.files {
		f := &c.files[i]
		if f.Size <= int64(f.Kind.MaxBytes()) {
			continue
		}
		field := "attachments." + string(f.Kind)
		if f.Kind == FilePhoto {
			field = "photo"
		}
		c.block(field, "attachments.too_large", "most", itoa(f.Kind.MaxBytes()>>20))
	}
}

func (c *checker) evidenceOf(e Evidence) {
	var because []EvidenceCase
	for _, x := range e.Needed {
		if slices.Contains(c.cases, x) {
			because = append(because, x)
		}
	}
	if len(because) == 0 {
		return
	}
	r := EvidenceReport{ID: e.ID, Because: because, Early: e.Early}
	for _, f := range c.files {
		if f.Kind == e.ID {
			r.Attached++
		}
	}
	c.evidence = append(c.evidence, r)
	severity, rule := Warn, "evidence.later"
	if e.Early {
		severity, rule = Block, "evidence.early"
	}
	reasons := make([]Reason, len(because))
	for i, x := range because {
		reasons[i] = Reason(x)
	}
	c.need(severity, "attachments."+string(e.ID), r.Attached > 0, reasons...)
	if r.Attached > 0 {
		return
	}
	c.say(severity, "attachments."+string(e.ID), rule, "evidence", e.Name.ZH, "evidence_en", e.Name.EN)
}

// commitment: whether it is chosen is the pack's to require; once declined,
// there is no way back this year (facts 2.4).
func (c *checker) commitment() {
	switch c.doc.Commitment {
	case "", CommitmentAccepted:
	case CommitmentDeclined:
		c.warn("commitment", "commitment.declined")
	default:
		c.block("commitment", "commitment.unknown")
	}
}
