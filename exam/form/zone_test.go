package form_test

import (
	"strings"
	"testing"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/exam/form"
)

// The time of a subject is that of the place, and a day whose time is not known yet
// has none.
func TestATimeOfASubjectIsPrintedWithoutItsZone(t *testing.T) {
	raw, _ := assets.Pack("sample-2026")
	for _, x := range []struct{ old, new, want string }{
		{`"time_zone": "+08:00"`, `"time_zone": "+08:00"`, "2026.09.12 09:00 起，120 分钟|2026.09.13 起，40 分钟"},
		{`"time_zone": "+08:00"`, `"time_zone": "+09:00"`, "2026.09.12 09:00 起，120 分钟|2026.09.13 起，40 分钟"},
		{`"minutes": 120, `, ``, "2026.09.12 09:00|2026.09.13 起，40 分钟"},
		{`"starts": "2026-09-13"`, `"starts": ""`, "2026.09.12 09:00 起，120 分钟|"},
	} {
		p, err := exam.ParsePack([]byte(strings.Replace(string(raw), x.old, x.new, 1)))
		if err != nil {
			t.Fatal(err)
		}
		paper, err := form.Admission(form.Input{Draft: exam.Draft{Document: exam.Document{Level: "advanced", Area: "A01"}}, Pack: p, Printed: printedAt})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range paper.Fields {
			if strings.HasPrefix(f.Path, "subjects.") && strings.HasSuffix(f.Path, ".starts") {
				got = append(got, f.Text)
			}
		}
		if strings.Join(got, "|") != x.want {
			t.Errorf("%s: %q, want %q", x.new, strings.Join(got, "|"), x.want)
		}
	}
}
