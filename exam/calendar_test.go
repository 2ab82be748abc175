package exam_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"wenbao/exam"
)

func TestDeadlinesComeInOrderWithTheExamAmongThem(t *testing.T) {
	d := complete()
	d.Area, d.City, d.Level = "420000", "武汉市", "intermediate"
	var got []string
	for _, x := range pack038.Deadlines(d) {
		got = append(got, string(x.Kind)+" "+x.At.In(beijing).Format("01-02 15:04"))
		wantWords(t, "deadline."+string(x.Kind), nil)
		if x.National {
			t.Errorf("%s is Wuhan's own", x.Kind)
		}
	}
	want := []string{
		"registration_opens 03-12 09:00", "payment_opens 03-12 09:00", "registration_closes 03-25 20:00", "check_closes 03-26 17:00", "payment_closes 03-27 20:00",
		"ticket_opens 05-18 09:00", "exam_begins 05-23 14:00", "exam_begins 05-24 09:00", "ticket_closes 05-24 14:00", "exam_begins 05-24 14:00",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
}

func TestWhereNothingIsPublishedTheNationalDaysAreMarkedAsSuch(t *testing.T) {
	next, ok := pack038.NextDate(complete(), at("2026-03-20 12:00"))
	if !ok || next.Kind != exam.RegistrationCloses || !next.National || !next.DayOnly || !next.At.Equal(at("2026-03-31 00:00").Add(-time.Second)) {
		t.Errorf("%+v", next)
	}
}

func TestTheNextDateIsTheFirstToCome(t *testing.T) {
	d := complete()
	d.Area, d.City = "420000", "武汉市"
	for now, want := range map[string]exam.DeadlineKind{
		"2026-01-01 00:00": exam.RegistrationOpens, "2026-03-25 19:59": exam.RegistrationCloses, "2026-03-25 20:00": exam.CheckCloses,
		"2026-04-01 00:00": exam.TicketOpens, "2026-05-24 14:00": "", "2027-01-01 00:00": "",
	} {
		if next, ok := pack038.NextDate(d, at(now)); next.Kind != want || ok != (want != "") {
			t.Errorf("at %s: %s, want %s", now, next.Kind, want)
		}
	}
	if next, ok := pack038.NextDate(d, time.Time{}); ok {
		t.Errorf("without a time: %+v", next)
	}
}

func TestACityHasItsOwnDaysByEitherName(t *testing.T) {
	for _, city := range []string{"常州市", "Changzhou"} {
		if w, ok := pack038.WindowsOf("320000", city); !ok || w.Registration.Closes != "2026-03-29T16:00" {
			t.Errorf("%s: %+v %v", city, w, ok)
		}
	}
	for _, x := range [][2]string{{"320000", "南京市"}, {"320000", ""}, {"410000", "郑州市"}, {"", ""}} {
		if w, ok := pack038.WindowsOf(x[0], x[1]); ok {
			t.Errorf("%v: %+v", x, w)
		}
	}
}

// Facts 5.2 and 5.4.
func TestAFeeIsTheSumOfPublishedPricesAndNeverAGuess(t *testing.T) {
	for _, x := range []struct {
		area     string
		level    exam.Level
		subjects string
		total    int
		known    bool
		items    int
	}{
		{"370000", "junior", "", 12200, true, 2},
		{"370000", "intermediate", "", 18700, true, 3},
		{"370000", "senior", "", 6900, true, 1},
		{"370000", "intermediate", "intermediate_practice", 6500, true, 1},
		{"310000", "intermediate", "", 0, true, 3}, // Shanghai: free, and known to be
		{"130000", "junior", "", 12200, true, 3},   // 56 + 56 + 10 per person
		{"150000", "intermediate", "", 20700, true, 4},
		{"320000", "junior", "", 12400, true, 2},
		{"320000", "intermediate", "", 12400, false, 2}, // the price of the subjective subject is unknown
		{"320000", "senior", "", 0, false, 0},
		{"330000", "junior", "", 0, false, 0}, // nothing found
		{"999999", "junior", "", 0, false, 0},
		{"370000", "expert", "", 0, false, 0},
		{"370000", "junior", "intermediate_law", 0, false, 0}, // of another level: not free, only unknown
		{"370000", "intermediate", "intermediate_law,junior_practice", 6100, false, 1},
		{"370000", "intermediate", "intermediate_law,社会工作法规与政策（中级）", 6100, true, 1}, // named twice, paid once
	} {
		d := exam.Document{Area: x.area, Level: x.level}
		if x.subjects != "" {
			d.Subjects = strings.Split(x.subjects, ",")
		}
		f := pack038.Fee(d)
		if f.Total != x.total || f.Known != x.known || len(f.Items) != x.items {
			t.Errorf("%s %s: %d fen, known %v, %d items", x.area, x.level, f.Total, f.Known, len(f.Items))
		}
	}
	chongqing := pack038.Fee(exam.Document{Area: "500000", Level: "intermediate"})
	if last := chongqing.Items[len(chongqing.Items)-1]; !last.Refundable || last.Fen != 2000 || chongqing.Total != 20700 {
		t.Errorf("%+v", chongqing)
	}
	basic, advanced := packSample.Fee(exam.Document{Area: "A01", Level: "basic"}), packSample.Fee(exam.Document{Area: "A01", Level: "advanced"})
	if basic.Total != 5000 || advanced.Total != 5000+12000+1550 {
		t.Errorf("a charge for one level: %d, %d", basic.Total, advanced.Total)
	}
}

func TestAnEditionThatChangesTheRulesShowsWhoTurnsAndWhy(t *testing.T) {
	old := pack038
	stricter := edited(t, "038-2026", `"version": 1`, `"version": 2`, `"months": 24,`, `"months": 90,`)
	looser := edited(t, "038-2026", `"version": 1`, `"version": 2`, `"months": 48,`, `"months": 12,`)
	met, short, other := complete(), complete(), complete()
	short.Education[0].Level, short.Degrees = exam.Associate, nil // 78 of 48 months
	short.Work[0].From = "2025-01"                                // 24 of 48
	other.Exam = "sample"
	drafts := []exam.Draft{
		{ID: "met", Document: met, Files: []exam.File{photo}, Pack: old.Ref()},
		{ID: "short", Document: short, Files: []exam.File{photo}, Pack: old.Ref()},
		{ID: "other", Document: other, Files: []exam.File{photo}, Pack: exam.PackRef{ID: "sample-2026", Version: 1}},
	}
	turns := func(next *exam.Pack) (ids []string, why string) {
		for turn := range exam.Rejudge(slices.Values(drafts), old, next, exam.Moment{}) {
			ids = append(ids, string(turn.ID))
			for _, p := range turn.Why() {
				why += p.Said(languages["en"]) + "\n"
			}
		}
		return ids, why
	}
	ids, why := turns(stricter)
	if !slices.Equal(ids, []string{"met"}) || !strings.Contains(why, "no longer qualify") || !strings.Contains(why, "1 year short") {
		t.Errorf("stricter: %v %s", ids, why)
	}
	asks := edited(t, "038-2026", `"version": 1`, `"version": 2`, `"required": [`, `"required": ["name_remark", `)
	if _, why := turns(asks); !strings.Contains(why, exam.Phrase{Key: "rule.name_remark.required"}.Said(languages["en"])) {
		t.Errorf("a field that is asked for now is not named: %s", why)
	}
	ids, why = turns(looser)
	if !slices.Equal(ids, []string{"short"}) || !strings.Contains(why, "you now qualify") || !strings.Contains(why, "can now be submitted") {
		t.Errorf("looser: %v %s", ids, why)
	}
	if ids, _ := turns(old); ids != nil {
		t.Errorf("the same edition turns %v", ids)
	}
}

func TestADraftThatOnlyBecomesReadyIsShownToo(t *testing.T) {
	later := edited(t, "sample-2026", `"early": true, // must`, `"early": false, // may`)
	d := complete()
	d.Exam, d.Year, d.Level, d.Area, d.Subjects = "", 0, "basic", "A01", nil
	draft := exam.Draft{ID: "ready", Document: d, Files: []exam.File{photo}, Pack: packSample.Ref()}
	n := 0
	for turn := range exam.Rejudge(slices.Values([]exam.Draft{draft}), packSample, later, exam.Moment{}) {
		n++
		if why := turn.Why(); len(why) != 1 || why[0].Key != "turn.cleared" || len(turn.Gone) != 1 || turn.Gone[0].Rule != "evidence.early" {
			t.Errorf("%+v %+v", why, turn.Gone)
		}
	}
	if n != 1 {
		t.Errorf("%d drafts turned: %v", n, rules(exam.Check(d, draft.Files, packSample, exam.Moment{})))
	}
}

// What is merely wished for turns nobody; what is asked for now turns also those who
// could not submit before.
func TestOnlyWhatPreventsSubmissionTurnsADraft(t *testing.T) {
	without := complete()
	without.Phone = ""
	drafts := []exam.Draft{{ID: "complete", Document: complete(), Files: []exam.File{photo}}, {ID: "no phone", Document: without, Files: []exam.File{photo}}}
	for field, want := range map[string][]exam.DraftID{`"wanted": [`: nil, `"required": [`: {"complete", "no phone"}} {
		next := edited(t, "038-2026", `"version": 1`, `"version": 2`, field, field+`"checkpoint", `)
		var turned []exam.DraftID
		for turn := range exam.Rejudge(slices.Values(drafts), pack038, next, exam.Moment{}) {
			turned = append(turned, turn.ID)
			if len(turn.Came) != 1 || turn.Came[0].Rule != "checkpoint.required" || len(turn.Gone) != 0 {
				t.Errorf("%s: came %+v, gone %+v", turn.ID, turn.Came, turn.Gone)
			}
			if blocked := slices.ContainsFunc(turn.Why(), func(p exam.Phrase) bool { return p.Key == "turn.blocked" }); blocked != (turn.ID == "complete") {
				t.Errorf("%s is told to be blocked now: %v", turn.ID, blocked)
			}
		}
		if !slices.Equal(turned, want) {
			t.Errorf("%s: %v turned, want %v", field, turned, want)
		}
	}
}

// TestADraftOfAnotherYearIsNotJudgedByThisYearsPack: it stays what it was then.
func TestADraftOfAnotherYearIsNotJudgedByThisYearsPack(t *testing.T) {
	stricter := edited(t, "038-2026", `"months": 24,`, `"months": 90,`)
	past, present := complete(), complete()
	past.Year = 2025
	drafts := []exam.Draft{
		{ID: "past", Document: past, Files: []exam.File{photo}, Pack: exam.PackRef{ID: "038-2025", Version: 3}},
		{ID: "present", Document: present, Files: []exam.File{photo}, Pack: pack038.Ref()},
		{ID: "of no pack yet", Document: present, Files: []exam.File{photo}},
	}
	var turned []exam.DraftID
	for turn := range exam.Rejudge(slices.Values(drafts), pack038, stricter, exam.Moment{}) {
		turned = append(turned, turn.ID)
	}
	if want := []exam.DraftID{"present", "of no pack yet"}; !slices.Equal(turned, want) {
		t.Errorf("%v, want %v", turned, want)
	}
}

func TestARejudgingStopsWhenNobodyReadsOn(t *testing.T) {
	stricter := edited(t, "038-2026", `"months": 24,`, `"months": 90,`)
	d := exam.Draft{Document: complete(), Pack: pack038.Ref()}
	seen := 0
	for range exam.Rejudge(slices.Values([]exam.Draft{d, d, d}), pack038, stricter, exam.Moment{}) {
		seen++
		break
	}
	if seen != 1 {
		t.Errorf("%d", seen)
	}
}

func TestAPackSpeaksForItsAreasInBothLanguages(t *testing.T) {
	henan, ok := pack038.Area("410000")
	if !ok || henan.Name.In("en") != "Henan" || henan.Name.In("zh-CN") != "河南省" {
		t.Errorf("%+v", henan)
	}
	if got := pack038.ChoiceName("ethnicity", "02").In("en"); got != "Mongol" {
		t.Errorf("02 is %q", got)
	}
	if got := pack038.ChoiceName("ethnicity", "77"); got.ZH != "77" {
		t.Errorf("an unknown code is %q", got)
	}
	if got := packSample.ChoiceName("employer_type", "care_home").ZH; got != "养老院" {
		t.Errorf("the exam's own list gives %q", got)
	}
	if got := len(pack038.Subjects("intermediate")); got != 3 || pack038.Subjects("x") != nil {
		t.Errorf("%d subjects", got)
	}
	if keys := pack038.ServerKeys(); len(keys) != 0 {
		t.Errorf("the sample names %d server keys", len(keys))
	}
	for area, want := range map[string]bool{"A01": true, "A02": false, "A03": false, "nowhere": false} {
		if _, ok := packSample.Next(area, exam.StateConfirmed, exam.ActionUnconfirm, exam.Candidate); ok != want {
			t.Errorf("%s: a candidate may take the confirmation back: %v", area, ok)
		}
	}
}

// Every step's window at the edges of its time, for places of every kind.
func TestEveryWindowHasAStateAtEveryMoment(t *testing.T) {
	p := pack(t, "038-2026")
	for _, x := range []struct{ area, city, now, want string }{
		{"420000", "武汉市", "2026-03-12 08:59", "not_open not_open not_open not_open"},
		{"420000", "武汉市", "2026-03-12 09:00", "open open open not_open"},
		{"420000", "武汉市", "2026-03-22 19:59", "open open open not_open"},
		{"420000", "武汉市", "2026-03-22 20:00", "closing_soon open open not_open"},
		{"420000", "武汉市", "2026-03-25 20:00", "closed closing_soon closing_soon not_open"},
		{"420000", "武汉市", "2026-03-27 20:00", "closed closed closed not_open"},
		{"420000", "武汉市", "2026-05-24 14:00", "closed closed closed closed"},
		{"460000", "", "2026-03-18 23:59", "closing_soon unknown unknown unknown"}, // the whole of the last day
		{"460000", "", "2026-03-19 00:00", "closed unknown unknown unknown"},
		{"500000", "", "2026-03-08 00:00", "not_open unknown open not_open"}, // of the payment only the end is known
		{"650000", "", "2026-03-01 00:00", "open unknown unknown unknown"},   // and of the registration
		{"410000", "", "2026-03-12 09:00", "unknown unknown unknown unknown"},
		{"990000", "", "2026-03-12 09:00", "unknown unknown unknown unknown"},
		{"420000", "武汉市", "", "unknown unknown unknown unknown"},
	} {
		var now time.Time
		if x.now != "" {
			now = at(x.now)
		}
		var got []string
		for _, w := range p.WindowsAt(x.area, x.city, now) {
			got = append(got, string(w.State))
			wantWords(t, "window.kind."+string(w.Kind), nil)
			wantWords(t, "window.state."+string(w.State), nil)
		}
		if strings.Join(got, " ") != x.want {
			t.Errorf("%s %s at %s: %v, want %s", x.area, x.city, x.now, got, x.want)
		}
	}
	r := exam.Check(complete(), nil, p, exam.Moment{Now: at("2026-03-12 09:00")})
	if len(r.Windows) != 4 || exam.Check(complete(), nil, p, exam.Moment{}).Windows != nil {
		t.Errorf("%v", r.Windows)
	}
}

func TestATimeIsOfThePacksZoneUnlessItNamesItsOwn(t *testing.T) {
	for i, want := range map[exam.Instant]string{
		"2026-03-09T09:00":       "2026-03-09T01:00:00Z",
		"2026-03-09T09:00+08:00": "2026-03-09T01:00:00Z",
		"2026-03-09T09:00+09:00": "2026-03-09T00:00:00Z",
		"2026-03-09T09:00-05:30": "2026-03-09T14:30:00Z",
		"2026-03-09":             "2026-03-08T16:00:00Z",
		"2026-03-09+00:00":       "2026-03-09T00:00:00Z",
	} {
		got, ok := i.Begin()
		if !ok || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%s is %s, want %s", i, got.UTC().Format(time.RFC3339), want)
		}
	}
	for _, i := range []exam.Instant{"2026-03-09T09:00Z", "2026-03-09T09:00+8:00", "2026-03-09T09:00+15:00", "2026-03-09T09:00+08:60", "2026-03-09T09:00+08", "+08:00"} {
		if _, ok := i.Begin(); ok {
			t.Errorf("%s passes for a time", i)
		}
	}
	east := edited(t, "sample-2026", `"time_zone": "+08:00"`, `"time_zone": "+09:00"`)
	home, away := pack(t, "sample-2026"), east
	d := exam.Document{Level: "basic", Area: "A01"}
	for i, x := range home.Deadlines(d) {
		if y := away.Deadlines(d)[i]; !y.At.Add(time.Hour).Equal(x.At) || y.DayOnly != x.DayOnly {
			t.Errorf("%s: %s and %s", x.Kind, x.At, y.At)
		}
	}
	d.Area, d.City = "A02", "乙一市"
	closes := at("2026-06-10 23:30") // of the next day, an hour to the east
	if _, ok := found(exam.Check(d, nil, away, exam.Moment{Now: closes, Trusted: true}), "window.closed", "area"); !ok {
		t.Error("the zone of the pack closes nothing")
	}
	if _, ok := found(exam.Check(d, nil, home, exam.Moment{Now: closes, Trusted: true}), "window.closed", "area"); ok {
		t.Error("closed an hour too early")
	}
}

func TestEveryTimeOfAPackIsOfItsZone(t *testing.T) {
	p := edited(t, "sample-2026", `"time_zone": "+08:00"`, `"time_zone": "+09:00"`, `"windows": {},`, `"windows": {"check": {"closes": "2026-06-01T10:00"}},`,
		`"after_confirm": "centre",`, `"after_confirm": "centre", "previous": {"year": 2025, "windows": {"payment": {"opens": "2025-06-01", "closes": "2025-06-02T10:00+08:00"}}},`)
	area, _ := p.Area("A03")
	if p.Windows.Check != (exam.Window{Closes: "2026-06-01T10:00+09:00"}) || area.Previous.Windows.Payment != (exam.Window{Opens: "2025-06-01+09:00", Closes: "2025-06-02T10:00+08:00"}) {
		t.Errorf("%+v, %+v", p.Windows.Check, area.Previous.Windows.Payment)
	}
}

// A newer edition that extends a window opens again what had closed, and says so.
func TestANewerEditionExtendsAWindow(t *testing.T) {
	old := pack(t, "038-2026")
	next := edited(t, "038-2026", `"version": 1,`, `"version": 2,`, `"closes": "2026-03-19T17:00"`, `"closes": "2026-03-21T17:00"`)
	d := complete()
	d.Area, d.City = "500000", "重庆市"
	draft := exam.Draft{ID: exam.NewDraftID(), Document: d, Files: []exam.File{photo}, Pack: old.Ref()}
	late := exam.Moment{Now: at("2026-03-20 10:00"), Trusted: true}
	turns := 0
	for turn := range exam.Rejudge(slices.Values([]exam.Draft{draft}), old, next, late) {
		turns++
		if turn.Before.Submittable || !turn.After.Submittable || len(turn.Gone) != 1 || turn.Gone[0].Rule != "window.closed" {
			t.Errorf("%v, %v", rules(turn.Before), rules(turn.After))
		}
		if why := turn.Why(); len(why) != 1 || why[0].Key != "turn.cleared" {
			t.Errorf("because %v", why)
		}
		if turn.Before.Next.Kind != exam.PaymentCloses || turn.After.Next.Kind != exam.PaymentCloses || turn.After.Windows[0].State != exam.WindowClosing {
			t.Errorf("next %v, then %v; %v", turn.Before.Next, turn.After.Next, turn.After.Windows)
		}
	}
	if turns != 1 {
		t.Errorf("%d drafts turned", turns)
	}
	if draft.Pack != old.Ref() {
		t.Error("the draft took another edition by itself")
	}
}
