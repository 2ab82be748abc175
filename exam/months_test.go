package exam

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawSpans draws spans within a few years, some of them backwards (empty).
func drawSpans(t *rapid.T, label string) []span {
	n := rapid.IntRange(0, 6).Draw(t, label)
	list := make([]span, n)
	for i := range list {
		list[i] = span{rapid.IntRange(0, 60).Draw(t, label), rapid.IntRange(0, 60).Draw(t, label)}
	}
	return list
}

// model is the month-by-month truth.
func model(spans []span) (set [64]bool) {
	for _, s := range spans {
		for m := s.from; m <= s.to; m++ {
			set[m] = true
		}
	}
	return set
}

func count(set [64]bool) (n int) {
	for _, in := range set {
		if in {
			n++
		}
	}
	return n
}

func TestIntervalArithmeticAgreesWithCountingMonthByMonth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		work, study, from := drawSpans(t, "work"), drawSpans(t, "study"), rapid.IntRange(0, 63).Draw(t, "since")
		want := model(work)
		for m, in := range model(study) {
			want[m] = want[m] && !in
		}
		rest := without(union(append([]span{}, work...)), union(append([]span{}, study...)))
		if model(rest) != want || monthsIn(rest) != count(want) {
			t.Fatalf("%v without %v is %v", work, study, rest)
		}
		for m := range from {
			want[m] = false
		}
		if late := since(rest, from); model(late) != want || monthsIn(late) != count(want) {
			t.Fatalf("%v since %d is %v", rest, from, late)
		}
	})
}

// Days do not know of months: a month counts when each of its days, leap days
// too, was worked, none was studied, and all lie behind the certificate.
func TestIntervalArithmeticAgreesWithCountingDayByDay(t *testing.T) {
	const first = 1999 * 12 // a leap century lies within
	begin := func(i int) time.Time { return time.Date(i/12, time.Month(i%12+1), 1, 0, 0, 0, 0, time.UTC) }
	days := func(spans []span) map[time.Time]bool {
		set := map[time.Time]bool{}
		for _, s := range spans {
			for d := begin(s.from); d.Before(begin(s.to + 1)); d = d.AddDate(0, 0, 1) {
				set[d] = true
			}
		}
		return set
	}
	rapid.Check(t, func(t *rapid.T) {
		work, study, from := drawSpans(t, "work"), drawSpans(t, "study"), first+rapid.IntRange(0, 63).Draw(t, "since")
		for _, list := range [][]span{work, study} {
			for i := range list {
				list[i] = span{first + list[i].from, first + list[i].to}
			}
		}
		worked, studied := days(work), days(study)
		var want []Month
		for m := first; m < first+64; m++ {
			whole := true
			for d := begin(m); d.Before(begin(m + 1)); d = d.AddDate(0, 0, 1) {
				whole = whole && worked[d] && !studied[d] && !d.Before(begin(from))
			}
			if whole {
				want = append(want, MonthOf(m))
			}
		}
		rest := since(without(union(work), union(study)), from)
		var got []Month
		for _, i := range intervalsOf(rest) {
			a, _ := i.From.Index()
			for m := a; m < a+i.Months; m++ {
				got = append(got, MonthOf(m))
			}
		}
		if monthsIn(rest) != len(want) || !slices.Equal(got, want) {
			t.Fatalf("%v, day by day %v", got, want)
		}
	})
}

// A day that can be typed is one the calendar has, leap days too, and its month
// is the month it is read as.
func TestADayIsReadAsTheCalendarHasIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y, m, d := rapid.IntRange(minYear, maxYear).Draw(t, "year"), rapid.IntRange(0, 13).Draw(t, "month"), rapid.IntRange(0, 32).Draw(t, "day")
		leap := y%4 == 0 && (y%100 != 0 || y%400 == 0)
		length := []int{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0}[m]
		if leap && m == 2 {
			length = 29
		}
		exists := d >= 1 && d <= length
		for _, form := range []string{"%04d-%02d-%02d", "%04d%02d%02d", "%d.%d.%d", "%d年%d月%d日"} {
			got, err := ParseDate(fmt.Sprintf(form, y, m, d))
			if (err == nil) != exists || exists && string(got) != fmt.Sprintf("%04d-%02d-%02d", y, m, d) {
				t.Fatalf(form+" is %q, %v", y, m, d, got, err)
			}
			if month, merr := ParseMonth(fmt.Sprintf(form, y, m, d)); exists && (merr != nil || month != Month(got[:7])) {
				t.Fatalf(form+" is of %q, %v", y, m, d, month, merr)
			}
		}
		if _, ok := Date(fmt.Sprintf("%04d-%02d-%02d", y, m, d)).Time(); ok != exists {
			t.Fatalf("%d-%d-%d exists: %v", y, m, d, ok)
		}
	})
}

func TestAUnionIsSortedApartAndNotEmpty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := union(drawSpans(t, "spans"))
		for i, s := range u {
			if s.from > s.to || i > 0 && u[i-1].to+1 >= s.from {
				t.Fatalf("%v", u)
			}
		}
	})
}

func TestMonthsAndTheirIndexesAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(minYear*12, maxYear*12+11).Draw(t, "index")
		if back, ok := MonthOf(i).Index(); !ok || back != i {
			t.Fatalf("%s is %d, want %d", MonthOf(i), back, i)
		}
	})
	for _, s := range []Month{"", "2012", "2012-13", "2012-00", "2012-6", "2012/06", "-012-06", "２０１２-06", "2012-0x"} {
		if _, ok := s.Index(); ok {
			t.Errorf("%q passes for a month", s)
		}
	}
}

// What is no month stays as it was typed, so that its field can say so.
func TestOnlyMonthsOfTheYearAreRead(t *testing.T) {
	for typed, want := range map[string]Month{"2012-1": "2012-01", "201212": "2012-12", "2012-0": "", "2012.13": "", "201200": "", "201213": "", "2012-006": "", "1899-12": "", "2101-01": ""} {
		if got, err := ParseMonth(typed); got != want || (err == nil) != (want != "") {
			t.Errorf("%q is read as %q, %v", typed, got, err)
		}
	}
}

func TestOnlyDaysAndTimesThatExistAreRead(t *testing.T) {
	for s, want := range map[string]bool{
		"2024-02-29": true, "2023-02-29": false, "2026-04-31": false, "2026-00-01": false, "2026-13-01": false, "2026-3-01": false,
		"2026-03-09T09:00": true, "2026-03-09T24:00": false, "2026-03-09T09:60": false, "2026-03-09T9:00": false, "2026-03-09T": false, "": false,
		"2026-03-09T09:00:00": false, "+026-03-09": false,
	} {
		if _, ok := clock(s, beijing); ok != want {
			t.Errorf("%q: %v", s, ok)
		}
	}
}

// A document with a text of its own length in every field weighs what all of
// them do together, and any one of them that is no text is found.
func TestEveryTextOfADocumentIsWeighed(t *testing.T) {
	d := Document{Subjects: []string{""}, Education: make([]Education, 2), Degrees: make([]Degree, 1), Certificates: make([]Certificate, 1), Work: make([]Work, 2)}
	n, want := 0, 0
	var each func(v reflect.Value, do func(reflect.Value))
	each = func(v reflect.Value, do func(reflect.Value)) {
		switch v.Kind() {
		case reflect.String:
			do(v)
		case reflect.Struct:
			for i := range v.NumField() {
				each(v.Field(i), do)
			}
		case reflect.Slice:
			for i := range v.Len() {
				each(v.Index(i), do)
			}
		}
	}
	each(reflect.ValueOf(&d).Elem(), func(v reflect.Value) {
		n++
		want += n
		v.SetString(strings.Repeat("x", n))
	})
	if w := d.weigh(); w.bytes != want || w.broken || n < 60 {
		t.Fatalf("%+v, want %d bytes of %d texts", w, want, n)
	}
	each(reflect.ValueOf(&d).Elem(), func(v reflect.Value) {
		was := v.String()
		v.SetString("\xff")
		if !d.weigh().broken {
			t.Error("bytes that are no text are not seen")
		}
		v.SetString(was)
	})
}
