package present

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"wenbao/exam"
)

// Bell tells the person something outside the window. The texts are sentences
// of the translation files without a name or anything from outside: some
// systems hand them to a shell (facts, libraries 1: notifications).
type Bell interface{ Ring(title, text Text) }

const remindersKey = "ui.reminders"

// reminded are the days that reminders are set for, and how long before.
var reminded = map[exam.DeadlineKind][]time.Duration{
	exam.RegistrationCloses: {72 * time.Hour, 24 * time.Hour, 3 * time.Hour},
	exam.PaymentCloses:      {72 * time.Hour, 24 * time.Hour, 3 * time.Hour},
	exam.TicketOpens:        {-9 * time.Hour}, // the day's first second is known: nine in the morning
	exam.ExamBegins:         {72 * time.Hour, 24 * time.Hour, 3 * time.Hour},
}

// reminder is a day that reminders are set for.
type reminder struct {
	Kind    exam.DeadlineKind `json:"kind"`
	Subject string            `json:"subject,omitempty"`
	At      time.Time         `json:"at"`
	DayOnly bool              `json:"day_only,omitempty"`
	Pack    string            `json:"pack"`
	Rung    []time.Duration   `json:"rung,omitempty"` // leads that were told, or had passed when it was set
}

func (r reminder) same(o reminder) bool {
	return r.Kind == o.Kind && r.Subject == o.Subject && r.At.Equal(o.At) && r.Pack == o.Pack
}

// leads are the moments of a reminder, as how long before its day.
func (r reminder) leads() []time.Duration {
	if r.Kind == exam.TicketOpens && !r.DayOnly {
		return []time.Duration{0}
	}
	return reminded[r.Kind]
}

// Reminders is what is set and what can be set, for the days shown.
type Reminders struct {
	Can   bool // there is a day to come that reminders can be set for
	Set   bool // for every such day
	Count int  // such days
	File  string
}

// Reminders tells about the days of [Home.Days].
func (d *Desk) Reminders() Reminders {
	days := d.remindable()
	r := Reminders{Can: len(days) > 0, Set: len(days) > 0, Count: len(days), File: d.calendar}
	for _, x := range days {
		r.Set = r.Set && slices.ContainsFunc(d.reminders, x.same)
	}
	return r
}

// remindable are the days to come of the open draft, else of the exam.
func (d *Desk) remindable() (list []reminder) {
	p, doc := d.context()
	for _, x := range p.Deadlines(doc) {
		if _, ok := reminded[x.Kind]; ok && x.At.After(d.loop.Now()) {
			list = append(list, reminder{Kind: x.Kind, Subject: x.Subject, At: x.At, DayOnly: x.DayOnly, Pack: p.ID})
		}
	}
	return list
}

// context is what days and contacts are about: the open draft, else the exam.
func (d *Desk) context() (*exam.Pack, exam.Document) {
	if d.form != nil {
		return d.form.pack, d.form.doc
	}
	return d.ports.Packs[0], exam.Document{}
}

// Remind sets reminders for every day shown and writes them as a calendar file
// as well, for a telephone. What had to be told before now is left out.
func (d *Desk) Remind(w Words) {
	now, before := d.loop.Now(), slices.Clone(d.reminders)
	for _, x := range d.remindable() {
		if slices.ContainsFunc(d.reminders, x.same) {
			continue
		}
		for _, lead := range x.leads() {
			if x.At.Add(-lead).Before(now) {
				x.Rung = append(x.Rung, lead)
			}
		}
		d.reminders = append(d.reminders, x)
	}
	d.storeReminders(before)
	d.arm()
	d.keepThen(T("ui.reminders.file").In(w)+".ics", d.calendarFile(w), func(path string) { d.calendar = path })
	d.changed()
}

// Unremind takes all reminders back; calendar files are the person's own.
func (d *Desk) Unremind() {
	before := d.reminders
	d.reminders, d.calendar = nil, ""
	d.storeReminders(before)
	d.arm()
	d.offerUndo(T("ui.undo.reminders"), nil, func() { d.reminders = before; d.storeReminders(nil); d.arm() })
}

// storeReminders keeps what is set. What cannot be kept would be gone at the next
// start, so it is taken back at once: before is what was set before.
func (d *Desk) storeReminders(before []reminder) {
	raw, _ := json.Marshal(d.reminders) // plain values cannot fail
	d.loop.Go(context.Background(), func(context.Context) func() {
		err := d.ports.Settings.SetSetting(remindersKey, raw)
		return func() {
			if err != nil {
				d.reminders = before
				d.arm()
				d.failed(err)
			}
		}
	})
}

// readReminders takes up at a start what was set before; what fell due while the
// program was away is told now, once.
func (d *Desk) readReminders() {
	d.loop.Go(context.Background(), func(context.Context) func() {
		raw, err := d.ports.Settings.Setting(remindersKey)
		return func() {
			var list []reminder
			if err == nil && json.Unmarshal(raw, &list) == nil {
				d.reminders = list
				d.arm()
				d.changed()
			}
		}
	})
}

// longestSleep bounds one wait: a machine that slept wakes with its timers late,
// so the time is looked at again now and then.
const longestSleep = 10 * time.Minute

// arm rings what is due and waits for the next.
func (d *Desk) arm() {
	if d.disarm != nil {
		d.disarm()
		d.disarm = nil
	}
	now, next := d.loop.Now(), time.Time{}
	rung := false
	for i := range d.reminders {
		r := &d.reminders[i]
		for _, lead := range r.leads() {
			at := r.At.Add(-lead)
			switch {
			case slices.Contains(r.Rung, lead):
			case !at.After(now):
				r.Rung, rung = append(r.Rung, lead), true
				d.ring(*r, now)
			case next.IsZero() || at.Before(next):
				next = at
			}
		}
	}
	if rung {
		d.storeReminders(d.reminders)
	}
	if !next.IsZero() {
		d.disarm = d.loop.After(min(next.Sub(now), longestSleep), d.arm)
	}
}

// ticketsFor is how long tickets can be printed at most: from a week before the exam.
const ticketsFor = 7 * 24 * time.Hour

// ring tells of a day that is near; a day that is over is not told.
func (d *Desk) ring(r reminder, now time.Time) {
	over := r.At
	if r.Kind == exam.TicketOpens {
		over = over.Add(ticketsFor)
	}
	if d.ports.Bell == nil || over.Before(now) {
		return
	}
	d.ports.Bell.Ring(T("app.name"), T("ui.remind."+string(r.Kind)))
}

// calendarFile writes the days shown as an iCalendar file.
func (d *Desk) calendarFile(w Words) func() ([]byte, error) {
	p, _ := d.context()
	var events []Event
	for _, r := range d.remindable() {
		e := Event{ID: fmt.Sprintf("%s-%s-%s@wenbao", p.ID, r.Kind, r.Subject), At: r.At, DayOnly: r.DayOnly,
			Length: lengthOf(p, exam.Deadline{Kind: r.Kind, Subject: r.Subject}),
			Title:  T("ui.remind.title", "exam", Named(p.Title), "what", dayName(p, r.Kind, r.Subject)).In(w), Text: T("ui.remind." + string(r.Kind)).In(w)}
		e.Alarms = append(e.Alarms, r.leads()...)
		events = append(events, e)
	}
	now := d.loop.Now()
	return func() ([]byte, error) { return Calendar(events, now), nil }
}

// dayName names a day; a day of an exam with its paper.
func dayName(p *exam.Pack, kind exam.DeadlineKind, subject string) Text {
	for _, l := range p.Levels {
		for _, s := range l.Subjects {
			if kind == exam.ExamBegins && s.ID == subject {
				return Named(s.Name)
			}
		}
	}
	return T("deadline." + string(kind))
}
