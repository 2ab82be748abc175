package exam

import (
	"strconv"
	"strings"
)

// registration judges what is registered for, and when.
func (c *checker) registration() {
	d := c.doc
	if d.Exam != "" && d.Exam != c.pack.Exam || d.Year != 0 && d.Year != c.pack.Year {
		c.block("exam", "exam.other_pack", "pack", c.pack.ID, "title", c.pack.Title.ZH, "title_en", c.pack.Title.EN)
	}
	if d.Level != "" && c.level == nil {
		c.block("level", "level.unknown")
	}
	if d.Area != "" && c.area == nil {
		c.block("area", "area.unknown")
	}
	if c.level != nil {
		c.subjects()
	}
	if c.area != nil {
		c.window()
	}
}

// subjects: none named means all, as the official form ticks them beforehand.
func (c *checker) subjects() {
	if len(c.doc.Subjects) == 0 {
		return
	}
	chosen := map[string]bool{}
	for _, text := range c.doc.Subjects {
		s, ok := c.level.subject(text)
		switch {
		case !ok:
			c.block("subjects", "subjects.unknown")
			return
		case chosen[s.ID]:
			c.block("subjects", "subjects.twice", "subject", s.Name.ZH, "subject_en", s.Name.EN)
		}
		chosen[s.ID] = true
	}
	if len(chosen) == 0 || len(chosen) >= len(c.level.Subjects) {
		return
	}
	if c.level.AllAtOnce {
		c.block("subjects", "subjects.all_at_once", "count", strconv.Itoa(len(c.level.Subjects)))
		return
	}
	if c.level.ValidYears == 0 {
		c.warn("subjects", "subjects.part_unknown")
		return
	}
	c.warn("subjects", "subjects.part", "years", strconv.Itoa(c.level.ValidYears))
}

// window: only a clock learnt from the server may close it, and only days the
// authority has published for this place.
func (c *checker) window() {
	w, known := c.pack.WindowsOf(c.doc.Area, c.doc.City)
	if !known {
		c.note("area", "window.unknown", "area", c.area.Name.ZH, "area_en", c.area.Name.EN)
		return
	}
	if c.at.Now.IsZero() {
		return
	}
	severity := Warn
	if c.at.Trusted {
		severity = Block
	}
	opens, ok := w.Registration.Opens.Begin()
	if ok && c.at.Now.Before(opens) {
		c.say(severity, "area", "window.not_open", "opens", shown(w.Registration.Opens))
	}
	closes, ok := w.Registration.Closes.End()
	if ok && !c.at.Now.Before(closes) {
		c.say(severity, "area", "window.closed", "closes", shown(w.Registration.Closes))
	}
}

// shown gives an instant as people read it: "2026-03-18", "2026-03-19 17:00",
// with a zone behind it that is not China's.
func shown(i Instant) string {
	text, zone := i.split()
	text = strings.Replace(text, "T", " ", 1)
	if zone != "" && zone != standardZone {
		text += " (UTC" + zone + ")"
	}
	return text
}
