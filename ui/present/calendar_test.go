package present_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"wenbao/ui/present"
)

// unfolded are the content lines of a calendar file, put together again as RFC
// 5545, 3.1 says.
func unfolded(raw []byte) []string {
	return strings.Split(strings.TrimSuffix(strings.ReplaceAll(string(raw), "\r\n ", ""), "\r\n"), "\r\n")
}

func event() present.Event {
	return present.Event{ID: "038-2026-exam_begins-a@wenbao", At: time.Date(2026, 5, 24, 1, 0, 0, 0, time.UTC), Length: 2 * time.Hour,
		Title: "社会工作综合能力", Text: "带好身份证件和准考证。", Alarms: []time.Duration{72 * time.Hour, 3 * time.Hour}}
}

func TestAnEventStandsInTheTimeOfBeijing(t *testing.T) {
	lines := strings.Join(unfolded(present.Calendar([]present.Event{event()}, time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC))), "\n")
	for _, want := range []string{
		"DTSTART;TZID=Asia/Shanghai:20260524T090000", "DTEND;TZID=Asia/Shanghai:20260524T110000", "DTSTAMP:20260310T020000Z",
		"SUMMARY:社会工作综合能力", "UID:038-2026-exam_begins-a@wenbao", "TRIGGER:-PT4320M", "TRIGGER:-PT180M", "TZOFFSETTO:+0800",
	} {
		if !strings.Contains(lines, want) {
			t.Errorf("it lacks %q:\n%s", want, lines)
		}
	}
}

func TestADayWithoutATimeIsAnAllDayEvent(t *testing.T) {
	e := event()
	e.DayOnly, e.At, e.Length = true, time.Date(2026, 3, 30, 23, 59, 59, 0, time.FixedZone("", 8*3600)), 0
	lines := strings.Join(unfolded(present.Calendar([]present.Event{e}, time.Time{})), "\n")
	if !strings.Contains(lines, "DTSTART;VALUE=DATE:20260330") || strings.Contains(lines, "DTEND") || strings.Contains(lines, "TRIGGER:-") {
		t.Errorf("it is\n%s", lines)
	}
	if !strings.Contains(lines, "TRIGGER;VALUE=DATE-TIME:20260327T155959Z") {
		t.Errorf("its first alarm is not three days before the end of the day:\n%s", lines)
	}
}

func TestEveryPartThatBeginsEnds(t *testing.T) {
	var open []string
	for _, l := range unfolded(present.Calendar([]present.Event{event(), event()}, time.Time{})) {
		if name, ok := strings.CutPrefix(l, "BEGIN:"); ok {
			open = append(open, name)
		}
		if name, ok := strings.CutPrefix(l, "END:"); ok {
			if len(open) == 0 || open[len(open)-1] != name {
				t.Fatalf("END:%s closes %v", name, open)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) != 0 {
		t.Errorf("%v stay open", open)
	}
}

func TestACalendarWithoutEventsIsStillOne(t *testing.T) {
	lines := unfolded(present.Calendar(nil, time.Time{}))
	if lines[0] != "BEGIN:VCALENDAR" || lines[len(lines)-1] != "END:VCALENDAR" || strings.Contains(strings.Join(lines, ""), "VEVENT") {
		t.Errorf("it is %q", lines)
	}
}

func TestNoTextBreaksOutOfItsLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := event()
		e.Title = rapid.StringMatching(`([一-龥a-z,;\\: ]|\n|\r\n|"){0,120}`).Draw(t, "title")
		e.Text = rapid.String().Draw(t, "text")
		raw := present.Calendar([]present.Event{e}, time.Time{})
		for _, l := range strings.Split(strings.TrimSuffix(string(raw), "\r\n"), "\r\n") {
			if len(l) > 75 {
				t.Fatalf("a line of %d octets: %q", len(l), l)
			}
			if utf8.ValidString(e.Text) && !utf8.ValidString(l) {
				t.Fatalf("a character is cut in two: %q", l)
			}
			if strings.ContainsAny(l, "\r\n") {
				t.Fatalf("a line end within a line: %q", l)
			}
		}
		begins := 0
		for _, l := range unfolded(raw) {
			if strings.HasPrefix(l, "BEGIN:") {
				begins++
			}
			if title, ok := strings.CutPrefix(l, "SUMMARY:"); ok {
				back := strings.NewReplacer(`\\`, `\`, `\;`, `;`, `\,`, `,`, `\n`, "\n").Replace(title)
				if want := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(e.Title); back != want {
					t.Fatalf("the title %q reads back as %q", want, back)
				}
			}
		}
		if begins != 6 {
			t.Fatalf("%d parts begin", begins)
		}
	})
}
