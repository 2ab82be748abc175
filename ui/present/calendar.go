package present

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"wenbao/exam"
)

// Event is an entry of a calendar file.
type Event struct {
	ID      string // the same for the same day of the same exam, so that a second file replaces the first
	At      time.Time
	DayOnly bool
	Length  time.Duration // 0: a point in time
	Title   string
	Text    string
	Alarms  []time.Duration // how long before
}

// icsZone is the zone of every area: one legal time, UTC+8 without summer time,
// holds in the whole country, Xinjiang and the corps included.
const icsZone = "Asia/Shanghai"

// Calendar writes events as an iCalendar file (RFC 5545) with its time zone.
func Calendar(events []Event, made time.Time) []byte {
	var b strings.Builder
	line := func(format string, args ...any) { fold(&b, fmt.Sprintf(format, args...)) }
	line("BEGIN:VCALENDAR")
	line("VERSION:2.0")
	line("PRODID:-//wenbao//wenbao//ZH")
	line("CALSCALE:GREGORIAN")
	line("METHOD:PUBLISH")
	line("BEGIN:VTIMEZONE")
	line("TZID:%s", icsZone)
	line("BEGIN:STANDARD")
	line("DTSTART:19910915T000000") // the end of the last summer time
	line("TZOFFSETFROM:+0800")
	line("TZOFFSETTO:+0800")
	line("TZNAME:CST")
	line("END:STANDARD")
	line("END:VTIMEZONE")
	for _, e := range events {
		event(line, e, made)
	}
	line("END:VCALENDAR")
	return []byte(b.String())
}

func event(line func(string, ...any), e Event, made time.Time) {
	at := e.At.In(beijing)
	line("BEGIN:VEVENT")
	line("UID:%s", escaped(e.ID))
	line("DTSTAMP:%s", made.UTC().Format("20060102T150405Z"))
	if e.DayOnly {
		line("DTSTART;VALUE=DATE:%s", at.Format("20060102"))
		line("TRANSP:TRANSPARENT")
	} else {
		line("DTSTART;TZID=%s:%s", icsZone, at.Format("20060102T150405"))
		if e.Length > 0 {
			line("DTEND;TZID=%s:%s", icsZone, at.Add(e.Length).Format("20060102T150405"))
		}
	}
	line("SUMMARY:%s", escaped(e.Title))
	if e.Text != "" {
		line("DESCRIPTION:%s", escaped(e.Text))
	}
	for _, before := range e.Alarms {
		line("BEGIN:VALARM")
		line("ACTION:DISPLAY")
		line("TRIGGER%s", trigger(e, before))
		line("DESCRIPTION:%s", escaped(e.Title))
		line("END:VALARM")
	}
	line("END:VEVENT")
}

// trigger is an alarm's moment. An all-day entry begins at midnight, while what
// it stands for may end with the day, so its alarms are given as moments.
func trigger(e Event, before time.Duration) string {
	if e.DayOnly {
		return ";VALUE=DATE-TIME:" + e.At.Add(-before).UTC().Format("20060102T150405Z")
	}
	return fmt.Sprintf(":-PT%dM", int(before.Minutes()))
}

var icsEscapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

func escaped(s string) string { return icsEscapes.Replace(s) }

// fold writes a content line in pieces of at most 75 octets, never cutting a
// character (RFC 5545, 3.1).
func fold(b *strings.Builder, s string) {
	room := 75
	for len(s) > room {
		cut := room
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		b.WriteString(s[:cut])
		b.WriteString("\r\n ")
		s, room = s[cut:], 74
	}
	b.WriteString(s)
	b.WriteString("\r\n")
}

// lengthOf is how long the paper of a deadline takes; 0 when it is no paper.
func lengthOf(p *exam.Pack, d exam.Deadline) time.Duration {
	for _, l := range p.Levels {
		for _, s := range l.Subjects {
			if d.Kind == exam.ExamBegins && s.ID == d.Subject {
				return time.Duration(s.Minutes) * time.Minute
			}
		}
	}
	return 0
}
