package present

import (
	"time"

	"wenbao/exam"
)

// Home is the page that answers what to do next.
type Home struct {
	Loading bool
	Unread  bool // the list could not be read: Rows is what was known before
	Rows    []HomeRow
	Total   int    // drafts that fit the search; Rows may be fewer
	Search  string // what the rows were searched for
	First   bool   // there is no draft yet: say how to begin
	Days    []Countdown
}

// HomeRow is one draft or registration.
type HomeRow struct {
	ID        exam.DraftID
	Name      Text
	About     Text // level, area, and the last four of the identity number where it is known
	State     Text
	StateTone Tone
	Where     Text // where its bytes are
	WhereTone Tone
	Next      Text // what to do next
	Updated   time.Time
	Deletable bool
}

// Countdown is a day that matters.
type Countdown struct {
	Text     Text
	At       time.Time
	When     Text // the day, with its time of day where it is known, and of a sitting with its end
	Left     Text
	Near     bool // three days or less
	National bool
}

// Home gives the home page.
func (d *Desk) Home() Home {
	h := Home{Loading: !d.listed && !d.unread, Unread: d.unread, Total: d.total, Search: d.searched, First: d.listed && !d.unread && d.total == 0 && d.searched == ""}
	for _, s := range d.list {
		h.Rows = append(h.Rows, d.homeRow(s))
	}
	h.Days = d.days()
	return h
}

func (d *Desk) homeRow(s Summary) HomeRow {
	p := d.ports.Packs[0]
	if s.Edited && s.Transport == exam.TransportDelivered {
		s.Transport = exam.TransportLocal // what is here was not delivered
	}
	r := HomeRow{ID: s.ID, Name: Plain(s.Name), Updated: s.Updated, State: T("ui.state." + string(s.State)), StateTone: stateTone(s.State),
		Where: T("ui.transport." + string(s.Transport)), WhereTone: transportTone(s.Transport), Next: nextStep(s),
		Deletable: deletable(s)}
	if s.Name == "" {
		r.Name = T("ui.draft.unnamed")
	}
	level, area := T("ui.draft.no_level"), T("ui.draft.no_area")
	if l, ok := p.Level(s.Level); ok {
		level = Named(l.Name)
	}
	if a, ok := p.Area(s.Area); ok {
		area = Named(a.Name)
	}
	r.About = T("ui.draft.about", "level", level, "area", area)
	if s.IDTail != "" {
		r.About = T("ui.draft.about.tail", "level", level, "area", area, "tail", s.IDTail)
	}
	return r
}

// deletable tells whether a draft can go into the bin: nothing is under way with
// the server, and no step of it waits in the outbox.
func deletable(s Summary) bool {
	if s.Transport != exam.TransportLocal && s.Transport != exam.TransportDelivered {
		return false
	}
	return s.State == exam.StateDraft || s.State == exam.StateWithdrawn || s.State == exam.StateExpired
}

// nextStep says what the candidate does next.
func nextStep(s Summary) Text {
	switch s.Transport {
	case exam.TransportSetAside, exam.TransportConflict:
		return T("ui.next." + string(s.Transport))
	case exam.TransportWaiting, exam.TransportSending:
		return T("ui.next.queued")
	}
	return T("ui.next." + string(s.State))
}

func stateTone(s exam.State) Tone {
	switch s {
	case exam.StateCompleted, exam.StateVerified, exam.StateConfirmed:
		return Good
	case exam.StateNeedsMaterials:
		return Warning
	case exam.StateRefused, exam.StateExpired:
		return Trouble
	case exam.StateDraft, exam.StateWithdrawn:
		return Calm
	}
	return Busy
}

func transportTone(t exam.Transport) Tone {
	switch t {
	case exam.TransportDelivered:
		return Good
	case exam.TransportSetAside, exam.TransportConflict:
		return Trouble
	case exam.TransportWaiting, exam.TransportSending:
		return Busy
	}
	return Calm
}

// days gives the next days that matter: of the open draft, else of the exam.
func (d *Desk) days() []Countdown {
	p, doc := d.context()
	var out []Countdown
	now := d.loop.Now()
	for _, x := range p.Deadlines(doc) {
		if !x.At.After(now) {
			continue
		}
		text := dayName(p, x.Kind, x.Subject)
		if x.Kind == exam.ExamBegins {
			text = T("ui.days.exam", "subject", text)
		}
		out = append(out, Countdown{Text: text, At: x.At, When: when(p, x),
			Left: left(now, x.At), Near: x.At.Sub(now) <= 72*time.Hour, National: x.National})
	}
	return out[:min(len(out), 4)]
}

// when gives the time of a day that matters; that of a sitting has its end.
func when(p *exam.Pack, x exam.Deadline) Text {
	at := x.At.In(beijing)
	if x.DayOnly {
		return Beijing(at, ToTheDay)
	}
	text := at.Format(ToTheMinute)
	if l := lengthOf(p, x); l > 0 {
		text += "–" + at.Add(l).Format("15:04")
	}
	return ofBeijing(at, text)
}

// left is how long it is until then, from a day on as the calendar counts: what is
// due on one day is as many days away.
func left(now, at time.Time) Text {
	d := at.Sub(now)
	if d >= 24*time.Hour {
		return T("ui.left.days", "count", days(now, at))
	}
	if hours := int(d.Hours()); hours > 0 {
		return T("ui.left.hours", "count", hours)
	}
	return T("ui.left.minutes", "count", max(int(d.Minutes()), 1))
}

// days are those of the exam office's calendar between two moments.
func days(from, to time.Time) int {
	date := func(t time.Time) time.Time {
		y, m, d := t.In(beijing).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(date(to).Sub(date(from)).Hours()) / 24
}
