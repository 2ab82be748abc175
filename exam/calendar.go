package exam

import (
	"slices"
	"time"
)

// standardZone is the time of every notice that names no other: UTC+8, without
// summer time since 1992.
const standardZone = "+08:00"

var beijing = time.FixedZone("CST", 8*60*60)

// Instant is a time of a notice: "2026-03-09T09:00", or "2026-03-18" when only
// the day was published; "+09:00" behind it names another zone than China's
// standard time. Empty is unknown.
type Instant string

// split gives the day and time, and the zone that is named.
func (i Instant) split() (clock, zone string) {
	n := len(i) - len(standardZone)
	if n >= len(time.DateOnly) && (i[n] == '+' || i[n] == '-') && i[n+3] == ':' {
		return string(i[:n]), string(i[n:])
	}
	return string(i), ""
}

// zoneOf reads an offset of the form "+08:00".
func zoneOf(s string) (*time.Location, bool) {
	if s == standardZone {
		return beijing, true
	}
	if len(s) != len(standardZone) || s[0] != '+' && s[0] != '-' || s[3] != ':' {
		return nil, false
	}
	hours, ok := digits(s[1:3])
	minutes, also := digits(s[4:])
	if !ok || !also || hours > 14 || minutes > 59 {
		return nil, false
	}
	offset := hours*60 + minutes
	if s[0] == '-' {
		offset = -offset
	}
	return time.FixedZone("UTC"+s, offset*60), true
}

// DayOnly tells that no time of day is known.
func (i Instant) DayOnly() bool {
	text, _ := i.split()
	return len(text) == len(time.DateOnly)
}

// Begin gives the moment, the first of the day when only the day is known.
func (i Instant) Begin() (time.Time, bool) {
	text, zone := i.split()
	in, ok := beijing, true
	if zone != "" {
		in, ok = zoneOf(zone)
	}
	if !ok {
		return time.Time{}, false
	}
	return clock(text, in)
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

// WindowKind is a step that has a window; its words are "window.kind."+kind.
type WindowKind string

// The windows of a registration year, in their order.
const (
	WindowRegistration WindowKind = "registration"
	WindowCheck        WindowKind = "check"
	WindowPayment      WindowKind = "payment"
	WindowTicket       WindowKind = "ticket"
)

// WindowState says where a window stands; its words are "window.state."+state.
type WindowState string

const (
	WindowUnknown WindowState = "unknown" // nothing is published, or no time was given
	WindowNotOpen WindowState = "not_open"
	WindowOpen    WindowState = "open"
	WindowClosing WindowState = "closing_soon" // open, and not for much longer
	WindowClosed  WindowState = "closed"
)

// closingSoon is how long before its end a window is closing: in the last three
// days the platform is at its slowest, and a check takes one (facts 5.4, 2.2).
const closingSoon = 3 * 24 * time.Hour

// State gives the window's state at a moment; unknown at none. An end that is
// not published never comes.
func (w Window) State(now time.Time) WindowState {
	opens, opensKnown := w.Opens.Begin()
	closes, closesKnown := w.Closes.End()
	switch {
	case now.IsZero() || !opensKnown && !closesKnown:
		return WindowUnknown
	case closesKnown && !now.Before(closes):
		return WindowClosed
	case opensKnown && now.Before(opens):
		return WindowNotOpen
	case closesKnown && closes.Sub(now) <= closingSoon:
		return WindowClosing
	}
	return WindowOpen
}

// WindowReport is one window of a place at a moment.
type WindowReport struct {
	Kind  WindowKind  `json:"kind"`
	State WindowState `json:"state"`
	Window
}

// WindowsAt gives every window of a place with its state at a moment, in their
// order; all are unknown where nothing is published.
func (p *Pack) WindowsAt(area, city string, now time.Time) []WindowReport {
	w, _ := p.WindowsOf(area, city)
	list := []WindowReport{{Kind: WindowRegistration, Window: w.Registration}, {Kind: WindowCheck, Window: w.Check}, {Kind: WindowPayment, Window: w.Payment}, {Kind: WindowTicket, Window: w.Ticket}}
	for i := range list {
		list[i].State = list[i].Window.State(now)
	}
	return list
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
	return p.nextDate(&d, now)
}

func (p *Pack) nextDate(d *Document, now time.Time) (Deadline, bool) {
	var next Deadline
	if now.IsZero() {
		return next, false
	}
	p.deadlines(d, func(x Deadline) {
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
	subjects, _ := level.chosen(d.Subjects)
	for _, s := range subjects {
		if at, ok := s.Starts.Begin(); ok {
			see(Deadline{Kind: ExamBegins, At: at, DayOnly: s.Starts.DayOnly(), Subject: s.ID})
		}
	}
}
