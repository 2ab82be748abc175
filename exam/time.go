package exam

import (
	"fmt"
	"strings"
	"time"
)

// Date is a calendar day as "2006-01-02"; empty while not filled in. A Date in
// a draft may hold text that is not a date yet: what was typed stays.
type Date string

// Month is a calendar month as "2006-01", with the same latitude as [Date].
type Month string

// The years that a typed date may name.
const (
	minYear = 1900
	maxYear = 2100
)

// ParseDate reads a day as people write it: 19900307, 1990-3-7, 1990.3.7,
// 1990/3/7, 1990年3月7日, in half or full width. The day must exist.
func ParseDate(s string) (Date, error) {
	n, err := dateParts(s, 3)
	if err != nil {
		return "", &Error{Kind: KindInvalid, Op: "read date", Err: err}
	}
	t := time.Date(n[0], time.Month(n[1]), n[2], 0, 0, 0, 0, time.UTC)
	if t.Year() != n[0] || int(t.Month()) != n[1] || t.Day() != n[2] {
		return "", Errorf(KindInvalid, "read date", "no such day")
	}
	return Date(t.Format(time.DateOnly)), nil
}

// ParseMonth reads a month as people write it: 201206, 2012-6, 2012.6, 2012/6,
// 2012年6月; a full date gives its month.
func ParseMonth(s string) (Month, error) {
	n, err := dateParts(s, 2)
	if err != nil {
		d, derr := ParseDate(s)
		if derr != nil {
			return "", &Error{Kind: KindInvalid, Op: "read month", Err: err}
		}
		return Month(d[:7]), nil
	}
	if n[1] < 1 || n[1] > 12 {
		return "", Errorf(KindInvalid, "read month", "no such month")
	}
	return Month(fmt.Sprintf("%04d-%02d", n[0], n[1])), nil
}

// dateParts splits s into want numbers, the first of them a year.
func dateParts(s string, want int) ([]int, error) {
	if len(s) > 64 {
		return nil, fmt.Errorf("too long")
	}
	var parts []string
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			parts = append(parts, b.String())
			b.Reset()
		}
	}
	for _, r := range strings.TrimSpace(s) {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= '０' && r <= '９':
			b.WriteRune('0' + r - '０')
		case strings.ContainsRune("-./年月日　 －．／", r):
			flush()
		default:
			return nil, fmt.Errorf("not a date")
		}
	}
	flush()
	if len(parts) == 1 && len(parts[0]) == 4+2*(want-1) {
		p := parts[0]
		parts = []string{p[:4]}
		for i := 4; i < len(p); i += 2 {
			parts = append(parts, p[i:i+2])
		}
	}
	if len(parts) != want || len(parts[0]) != 4 {
		return nil, fmt.Errorf("not a date")
	}
	n := make([]int, want)
	for i, p := range parts {
		if i > 0 && len(p) > 2 {
			return nil, fmt.Errorf("not a date")
		}
		for _, c := range p {
			n[i] = n[i]*10 + int(c-'0')
		}
	}
	if n[0] < minYear || n[0] > maxYear {
		return nil, fmt.Errorf("year outside %d–%d", minYear, maxYear)
	}
	return n, nil
}

// Time gives the day at midnight UTC, and whether the Date is one.
func (d Date) Time() (time.Time, bool) {
	return clock(string(d), time.UTC)
}

// clock reads "2006-01-02" or "2006-01-02T15:04" in a place. The day and the
// time must exist.
func clock(s string, in *time.Location) (time.Time, bool) {
	day, tod, timed := strings.Cut(s, "T")
	if len(day) != len(time.DateOnly) || day[4] != '-' || day[7] != '-' || timed && (len(tod) != len("15:04") || tod[2] != ':') {
		return time.Time{}, false
	}
	var n [5]int
	for i, part := range [...]string{day[:4], day[5:7], day[8:]} {
		var ok bool
		if n[i], ok = digits(part); !ok {
			return time.Time{}, false
		}
	}
	if timed {
		var ok, also bool
		n[3], ok = digits(tod[:2])
		n[4], also = digits(tod[3:])
		if !ok || !also || n[3] > 23 || n[4] > 59 {
			return time.Time{}, false
		}
	}
	t := time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], 0, 0, in)
	return t, t.Day() == n[2] && int(t.Month()) == n[1]
}

// Index counts months since year 0, and says whether the Month is one; two
// indexes differ by the months between them.
func (m Month) Index() (int, bool) {
	if len(m) != len("2006-01") || m[4] != '-' {
		return 0, false
	}
	year, ok := digits(string(m[:4]))
	month, also := digits(string(m[5:]))
	return year*12 + month - 1, ok && also && month >= 1 && month <= 12
}

// digits reads a short number of digits only.
func digits(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, s != ""
}

// MonthOf is the inverse of [Month.Index], for the years 0 to 9999.
func MonthOf(index int) Month {
	y, m := index/12, index%12+1
	b := [7]byte{'0' + byte(y/1000%10), '0' + byte(y/100%10), '0' + byte(y/10%10), '0' + byte(y%10), '-', '0' + byte(m/10), '0' + byte(m%10)}
	return Month(b[:])
}
