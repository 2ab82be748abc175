package exam

import (
	"slices"
	"time"
)

// beijing is the time of every notice: UTC+8, without summer time since 1992.
var beijing = time.FixedZone("CST", 8*60*60)

// Instant is a time of a notice in China's standard time: "2026-03-09T09:00",
// or "2026-03-18" when only the day was published. Empty is unknown.
type Instant string

// DayOnly tells that no time of day is known.
func (i Instant) DayOnly() bool { return len(i) == len(time.DateOnly) }

// Begin gives the moment, the first of the day when only the day is known.
func (i Instant) Begin() (time.Time, bool) {
	return clock(string(i), beijing)
}

// End gives the moment from which the instant is over: the first of the next
// day when only the day is known.
func (i Instant) End() (time.Time, bool) {
	t, ok := i.Begin()
	if ok && i.DayOnly() {
		t = t.AddDate(0, 0, 1)
	}
	return t, ok
}

// Last gives the moment to show for an end: the last second of the day when
// only the day is known.
func (i Instant) Last() (time.Time, bool) {
	t, ok := i.End()
	if ok && i.DayOnly() {
		t = t.Add(-time.Second)
	}
	return t, ok
}

func (i Instant) valid() bool {
	t, ok := i.Begin()
	return ok && t.Year() >= minYear && t.Year() <= maxYear
}

// WindowsOf gives what is known for a place: the city's own windows where it has
// some, else the area's. The second result is false when nothing is known; the
// national platform's days are then at [Pack.Windows] and are no deadline.
func (p *Pack) WindowsOf(area, city string) (Windows, bool) {
	a, ok := p.Area(area)
	if !ok {
		return Windows{}, false
	}
	for _, c := range a.Cities {
		if city != "" && (c.Name.ZH == city || c.Name.EN == city) {
			return c.Windows, true
		}
	}
	if a.Windows == nil {
		return Windows{}, false
	}
	return *a.Windows, true
}

// DeadlineKind says what happens on a day.
type DeadlineKind string

// The days that matter, in the order in which they usually come. Their words
// are "deadline."+kind.
const (
	RegistrationOpens  DeadlineKind = "registration_opens"
	RegistrationCloses DeadlineKind = "registration_closes"
	CheckCloses        DeadlineKind = "check_closes"
	PaymentOpens       DeadlineKind = "payment_opens"
	PaymentCloses      DeadlineKind = "payment_closes"
	TicketOpens        DeadlineKind = "ticket_opens"
	TicketCloses       DeadlineKind = "ticket_closes"
	ExamBegins         DeadlineKind = "exam_begins"
)

// Deadline is one day that matters to a candidate.
type Deadline struct {
	Kind    DeadlineKind `json:"kind"`
	At      time.Time    `json:"at"`       // opening moment, or the last one
	DayOnly bool         `json:"day_only"` // no time of day is known: At is the day's first or last second
	// National marks a day of the whole platform; the area has its own inside
	// it, not published yet.
	National bool   `json:"national"`
	Subject  string `json:"subject,omitempty"` // id, of ExamBegins
}

// Deadlines gives every known day for the document's area, city, level and
// subjects, soonest first: for countdowns, reminders and calendars.
func (p *Pack) Deadlines(d Document) []Deadline {
	var list []Deadline
	p.deadlines(&d, func(x Deadline) { list = append(list, x) })
	slices.SortStableFunc(list, func(a, b Deadline) int { return a.At.Compare(b.At) })
	return list
}

// NextDate gives the first of [Pack.Deadlines] that is still to come; none
// when now is zero.
func (p *Pack) NextDate(d Document, now time.Time) (Deadline, bool) {
	var next Deadline
	if now.IsZero() {
		return next, false
	}
	p.deadlines(&d, func(x Deadline) {
		if x.At.After(now) && (next.Kind == "" || x.At.Before(next.At)) {
			next = x
		}
	})
	return next, next.Kind != ""
}

// deadlines shows every known day to see, in no order.
func (p *Pack) deadlines(d *Document, see func(Deadline)) {
	w, known := p.WindowsOf(d.Area, d.City)
	if !known {
		w = p.Windows
	}
	add := func(kind DeadlineKind, i Instant, moment func(Instant) (time.Time, bool)) {
		if at, ok := moment(i); ok {
			see(Deadline{Kind: kind, At: at, DayOnly: i.DayOnly(), National: !known})
		}
	}
	add(RegistrationOpens, w.Registration.Opens, Instant.Begin)
	add(RegistrationCloses, w.Registration.Closes, Instant.Last)
	add(CheckCloses, w.Check.Closes, Instant.Last)
	add(PaymentOpens, w.Payment.Opens, Instant.Begin)
	add(PaymentCloses, w.Payment.Closes, Instant.Last)
	add(TicketOpens, w.Ticket.Opens, Instant.Begin)
	add(TicketCloses, w.Ticket.Closes, Instant.Last)
	level, ok := p.Level(d.Level)
	if !ok {
		return
	}
	for _, s := range level.chosen(d.Subjects) {
		if at, ok := s.Starts.Begin(); ok {
			see(Deadline{Kind: ExamBegins, At: at, DayOnly: s.Starts.DayOnly(), Subject: s.ID})
		}
	}
}
