package present_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// What pages say to the letter, and the bounds at which they begin to say it.

// officeOf gives a world whose exam is of a made-up office, in an area with notes,
// a telephone, a residence rule and windows of its own.
func officeOf(t *testing.T) *presenttest.World {
	t.Helper()
	w := presenttest.NewWorld()
	p := *w.Pack
	p.Levels = slices.Clone(p.Levels)
	p.Notices, p.Sample, p.About = []exam.Text{{ZH: "国家公告", EN: "national notice"}}, true, exam.Text{ZH: "样例", EN: "sample"}
	p.Contacts = []exam.Contact{{Name: exam.Text{ZH: "全国电话", EN: "national line"}, Phone: "010-00000000"}}
	p.PassLines = []exam.PassLine{{ID: "x", Name: exam.Text{ZH: "某地", EN: "some place"}, Year: 2025, Marks: map[exam.Level]int{exam.Junior: 53, exam.Intermediate: 58}}}
	p.Areas = slices.Clone(p.Areas)
	i := slices.IndexFunc(p.Areas, func(a exam.Area) bool { return a.ID == "410000" })
	a := p.Areas[i]
	a.Contacts = []exam.Contact{{Name: exam.Text{ZH: "考区电话", EN: "area line"}, Phone: "0371-00000000"}}
	a.Notes = []exam.Text{{ZH: "考区说明", EN: "area note"}}
	a.Residence = &exam.Text{ZH: "考区户籍", EN: "area residence"}
	a.Windows = &exam.Windows{Registration: exam.Window{Opens: "2026-03-01T09:00", Closes: "2026-03-20T17:00"}, Payment: exam.Window{Opens: "2026-03-05T09:00", Closes: "2026-03-25T17:00"}}
	p.Areas[i] = a
	w.Pack = &p
	return w
}

func TestTheNoticesAreThoseOfThisExamThisYearAndThisArea(t *testing.T) {
	w := officeOf(t)
	w.Published = []exam.Notice{
		{Exam: "038", Year: 2026, Text: exam.Text{ZH: "全国新公告"}},
		{Exam: "038", Year: 2026, Area: "410000", Text: exam.Text{ZH: "本考区新公告"}},
		{Exam: "038", Year: 2026, Area: "110000", Text: exam.Text{ZH: "别的考区"}},
		{Exam: "038", Year: 2025, Text: exam.Text{ZH: "去年"}},
		{Exam: "039", Year: 2026, Text: exam.Text{ZH: "别的考试"}},
	}
	d, _ := filled(t, w, exam.Document{Area: "410000"})
	var got []string
	for _, n := range d.Notices() {
		got = append(got, fmt.Sprint(n.Tone, " ", n.Text.In(chinese())))
	}
	line := present.T("ui.notices.pass_line", "name", "某地", "year", "2025", "marks", present.T("ui.compare.and",
		"first", present.T("ui.notices.mark", "grade", present.Named(w.Pack.Levels[0].Grade), "mark", 53),
		"next", present.T("ui.notices.mark", "grade", present.Named(w.Pack.Levels[1].Grade), "mark", 58))).In(chinese())
	want := []string{fmt.Sprint(present.Busy, " 全国新公告"), fmt.Sprint(present.Busy, " 本考区新公告"), fmt.Sprint(present.Calm, " 国家公告"),
		fmt.Sprint(present.Calm, " ", line), fmt.Sprint(present.Busy, " 考区户籍"), fmt.Sprint(present.Busy, " 考区说明"), fmt.Sprint(present.Warning, " 样例")}
	if !slices.Equal(got, want) {
		t.Errorf("it says\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	bare := w.Desk(t)
	if n := bare.Notices(); len(n) < 4 || n[0].Text.In(chinese()) != "全国新公告" || n[1].Text.In(chinese()) != "国家公告" {
		t.Errorf("without a draft the first are %q, %q", n[0].Text.In(chinese()), n[1].Text.In(chinese()))
	}
}

func TestTheHotlineOfTheAreaStandsBeforeThatOfTheCountry(t *testing.T) {
	for area, want := range map[string]string{"410000": "[0371-00000000 010-00000000]", "": "[010-00000000]"} {
		d, f := filled(t, officeOf(t), exam.Document{Area: area})
		var got []string
		for _, c := range d.Contacts() {
			got = append(got, c.Phone)
		}
		if fmt.Sprint(got) != want {
			t.Errorf("in %q they are %v", area, got)
		}
		if n := len(f.Payment().Contacts); n != len(got) {
			t.Errorf("the page of the payment has %d", n)
		}
	}
}

func TestTheBillNamesTheAreasOwnDeadlineAndNoOther(t *testing.T) {
	w := officeOf(t)
	_, f := filled(t, w, presenttest.Complete())
	b := f.Payment().Bill
	if b.Deadline == nil || !strings.Contains(b.Deadline.When.In(chinese()), "2026-03-25 17:00") {
		t.Errorf("the deadline is %+v", b.Deadline)
	}
	doc := presenttest.Complete()
	doc.Area = "110000"
	other := officeOf(t)
	i := slices.IndexFunc(other.Pack.Areas, func(a exam.Area) bool { return a.ID == "110000" })
	other.Pack.Areas[i].Windows = nil
	if _, f = filled(t, other, doc); f.Payment().Bill.Deadline != nil {
		t.Error("an area without a date of its own shows one")
	}
}

func TestANoticeOfPaymentIsLateAfterItsTimeAndNotBefore(t *testing.T) {
	w, _, f := submitted(t, exam.StatePaying)
	for _, c := range []struct {
		after      time.Duration
		late, call bool
	}{{0, false, false}, {10 * time.Minute, false, false}, {10*time.Minute + time.Second, true, false}, {24 * time.Hour, true, false}, {24*time.Hour + time.Second, true, true}} {
		w.Loop.Away(f.Payment().Since.Add(c.after).Sub(w.Loop.Now()))
		if p := f.Payment(); p.Late != c.late || p.Call != c.call {
			t.Errorf("after %s: late %v, call %v", c.after, p.Late, p.Call)
		}
	}
	_, _, done := submitted(t, exam.StateCompleted)
	if p := done.Payment(); p.Late || p.Call {
		t.Error("what is paid is late")
	}
}

func TestSilenceIsAnsweredAfterThreeDaysAndNotBefore(t *testing.T) {
	w, _, f := submitted(t, exam.StateManualReview)
	history := w.Drafts[f.ID()].Registration.History
	w.Loop.Away(history[len(history)-1].At.Add(72 * time.Hour).Sub(w.Loop.Now()))
	if !f.Standing().Wait.Empty() {
		t.Error("after three days to the second it is said")
	}
	w.Loop.Away(time.Second)
	if f.Standing().Wait.Empty() {
		t.Error("after three days it is not said")
	}
}

func TestASubmissionTakesItsFilesAlong(t *testing.T) {
	w, _, f := onEvidence(t)
	w.Disk["/me.jpg"], w.Disk["/a.pdf"] = []byte("a picture"), document(100)
	f.TakePicture("/me.jpg")
	w.Loop.Drain()
	f.UsePhoto()
	f.AddEvidence("diploma", "/a.pdf")
	w.Loop.Drain()
	f.Submit()
	w.Loop.Drain()
	if len(w.Waiting) != 1 {
		t.Fatalf("%d steps wait: %v", len(w.Waiting), problemsOf(f))
	}
	e := w.Waiting[0]
	sub, err := exam.DecodeSubmission(e.Content)
	if err != nil || len(e.Files) != 2 || fmt.Sprint(e.Files) != fmt.Sprint(sub.Files) {
		t.Errorf("sent along are %v, named are %v: %v", e.Files, sub.Files, err)
	}
	for _, file := range e.Files {
		if file.Kind == exam.FilePhotoOriginal {
			t.Error("the picture that the photo was made of leaves this machine")
		}
	}
}

func TestTheRemarkIsAskedForExactlyTheCharactersThatMachinesLack(t *testing.T) {
	for name, asked := range map[string]bool{
		"\u33ff": false, "\u3400": true, "\u4dbf": true, "\u4dc0": false, "\u4e00": false, "\u9fff": false, "\ue000": true, "\uf8ff": true, "\uf900": false,
		"\U00010000": true, "李[宏]": true, "李［宏］": true, "李*": true, "李＊": true, "李?": true, "李？": true, "李\xff": true, "李小满": false, "·": false,
	} {
		_, _, f := opened(t, exam.Document{Name: name})
		f.Show(exam.StepPerson)
		got := false
		for _, s := range f.Sections() {
			got = got || slices.ContainsFunc(s.Fields, func(v present.Field) bool { return v.Path == "name_remark" })
		}
		if got != asked {
			t.Errorf("%+q: asked %v", name, got)
		}
	}
	_, _, f := opened(t, exam.Document{Name: "李小满", NameRemark: "左金右容"})
	f.Show(exam.StepPerson)
	if v := fieldOf(t, f, "name_remark"); v.Value != "左金右容" {
		t.Errorf("a remark that is there is not shown: %q", v.Value)
	}
}

func TestAWindowIsTakenAsItWasWithinTheBoundsOfADesk(t *testing.T) {
	for raw, want := range map[string]string{
		`{"width":400,"height":300}`: "400 300 false 0 0", `{"width":399,"height":300}`: "0 0 false 0 0", `{"width":400,"height":299}`: "0 0 false 0 0",
		`{"width":32768,"height":32768}`: "32768 32768 false 0 0", `{"width":32769,"height":600}`: "0 0 false 0 0", `{"width":600,"height":32769}`: "0 0 false 0 0",
		`{"placed":true,"x":-32768,"y":32768}`: "0 0 true -32768 32768", `{"placed":true,"x":-32769,"y":0}`: "0 0 false 0 0", `{"placed":true,"x":0,"y":32769}`: "0 0 false 0 0",
		`{"x":5,"y":5}`: "0 0 false 0 0", `{"width":600,"height":`: "0 0 false 0 0", `{"width":"wide"}`: "0 0 false 0 0",
	} {
		p := present.ParsePreferences([]byte(raw))
		if got := fmt.Sprint(p.Width, p.Height, p.Placed, p.X, p.Y); got != want {
			t.Errorf("%s is taken as %s", raw, got)
		}
	}
	for raw, want := range map[string]string{`{"text_scale":0.5}`: "1", `{"text_scale":1.25}`: "1.25", `{"text_scale":9}`: "2"} {
		if got := fmt.Sprint(present.ParsePreferences([]byte(raw)).TextScale); got != want {
			t.Errorf("%s is taken as %s", raw, got)
		}
	}
}

func TestACalendarIsTheFileThatPhonesExpect(t *testing.T) {
	day := present.Event{ID: "x", At: time.Date(2026, 3, 30, 15, 59, 59, 0, time.UTC), DayOnly: true, Title: "截止", Alarms: []time.Duration{24 * time.Hour}}
	point := present.Event{ID: "y", At: time.Date(2026, 5, 24, 1, 0, 0, 0, time.UTC), Title: "a;b", Text: "c,d"}
	got := strings.Join(unfolded(present.Calendar([]present.Event{day, point}, presenttest.Start)), "\n")
	want := `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//wenbao//wenbao//ZH
CALSCALE:GREGORIAN
METHOD:PUBLISH
BEGIN:VTIMEZONE
TZID:Asia/Shanghai
BEGIN:STANDARD
DTSTART:19910915T000000
TZOFFSETFROM:+0800
TZOFFSETTO:+0800
TZNAME:CST
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:x
DTSTAMP:20260310T024207Z
DTSTART;VALUE=DATE:20260330
TRANSP:TRANSPARENT
SUMMARY:截止
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER;VALUE=DATE-TIME:20260329T155959Z
DESCRIPTION:截止
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:y
DTSTAMP:20260310T024207Z
DTSTART;TZID=Asia/Shanghai:20260524T090000
SUMMARY:a\;b
DESCRIPTION:c\,d
END:VEVENT
END:VCALENDAR`
	if got != want {
		t.Errorf("it is\n%s", got)
	}
}

func TestTheWindowHearsOfTheLineWhenItChangedAndNowAndThen(t *testing.T) {
	w, told := presenttest.NewWorld(), 0
	d := present.NewDesk(w.Ports(), w.Loop, func() { told++ })
	d.LineChanged()
	hears := func(what string, want bool) {
		t.Helper()
		told = 0
		d.LineChanged()
		if (told > 0) != want {
			t.Errorf("%s: told %d times", what, told)
		}
	}
	hears("the same line", false)
	for what, change := range map[string]func(*present.Line){
		"the state": func(l *present.Line) { l.State = present.LineBusy }, "the cause": func(l *present.Line) { l.Cause = exam.KindUntrusted }, "the queue": func(l *present.Line) { l.Queue++ }, "what is set aside": func(l *present.Line) { l.Aside++ },
		"the last word": func(l *present.Line) { l.Last = l.Last.Add(time.Second) }, "the next attempt": func(l *present.Line) { l.Next = l.Next.Add(time.Second) },
		"the progress": func(l *present.Line) {
			l.Sending = map[exam.EntryID]present.Sending{"e": {Bytes: int64(len(l.Sending)) + 1}}
		},
	} {
		change(&w.Line)
		hears(what, true)
		hears(what+", again", false)
	}
	w.Loop.Away(29 * time.Second)
	hears("before half a minute", false)
	w.Loop.Away(time.Second)
	hears("after half a minute", true)
}

func TestAFileIsTakenUpToItsBoundAndOfferedBeyond(t *testing.T) {
	for size, must := range map[int]bool{exam.MaxFileBytes: false, exam.MaxFileBytes + 1: true} {
		w, _, f := onEvidence(t)
		w.Disk["/a.jpg"] = picture(size)
		f.AddEvidence("diploma", "/a.jpg")
		if f.Weighing() {
			t.Error("it is weighed before it was read")
		}
		w.Loop.Drain()
		if o := f.Offered("diploma"); len(o) != 1 || o[0].Must != must || f.Weighing() {
			t.Errorf("%d bytes: %+v", size, o)
		}
	}
	w, _, f := onEvidence(t)
	w.Disk["/a.pdf"] = document(exam.MaxFileBytes)
	w.Disk["/b.pdf"] = document(exam.MaxFileBytes + 1)
	f.AddEvidence("diploma", "/a.pdf")
	f.AddEvidence("diploma", "/b.pdf")
	w.Loop.Drain()
	if list := attached(w, f); len(list) != 1 || list[0].Name != "a.pdf" {
		t.Errorf("attached are %v", list)
	}
}

func TestOfTwoOffersTheOneThatWasChosenIsTaken(t *testing.T) {
	w, _, f := onEvidence(t)
	w.Disk["/a.jpg"], w.Disk["/b/a.jpg"] = picture(3_000_000), picture(5_000_000)
	f.AddEvidence("diploma", "/a.jpg")
	f.AddEvidence("diploma", "/b/a.jpg")
	f.AddEvidence("id_card", "/a.jpg")
	w.Loop.Drain()
	offers := f.Offered("diploma")
	if len(offers) != 2 {
		t.Fatalf("%d are offered", len(offers))
	}
	f.Choose(offers[1], false, true)
	f.Choose(offers[1], false, true) // pressed twice
	w.Loop.Drain()
	if list := attached(w, f); len(list) != 1 || list[0].Size != 5_000_000 || list[0].Kind != "diploma" {
		t.Errorf("attached are %v", list)
	}
	if left := f.Offered("diploma"); len(left) != 1 || left[0].Before != 3_000_000 {
		t.Errorf("left are %d", len(left))
	}
}

func TestAFailureOfTheSettingsIsSaidUnderItsPartOrAboveThePage(t *testing.T) {
	w, d := setting(t)
	w.Unreadable()
	d.Go(present.PageHelp)
	d.Go(present.PageSettings)
	w.Loop.Drain()
	if text, bad := d.Alarm(); !bad || text.Key() != "ui.trouble.damaged" {
		t.Errorf("a folder that cannot be measured: %q", text.Key())
	}
	w.Mended()
	d.Go(present.PageHelp)
	d.Go(present.PageSettings)
	w.Loop.Drain()
	w.DiskFull()
	d.KeepVersions(present.VersionChoices[1])
	w.Loop.Drain()
	if text, bad := d.Alarm(); !bad || text.Key() != "ui.trouble.full" || d.Settings().Versions != present.VersionChoices[0] {
		t.Errorf("a choice that cannot be kept: %q, shown are %d versions", text.Key(), d.Settings().Versions)
	}
	w.Mended()
	for name, c := range map[string]struct {
		do   func()
		want string
	}{
		"move":   {func() { d.MoveTo("/media/usb/wenbao") }, "ui.settings.folder.moved.title"},
		"set":    {func() { d.SetPassphrase("correct horse", "correct horse") }, "ui.settings.lock.set.title"},
		"remove": {func() { d.RemovePassphrase(); d.Answer(true) }, "ui.settings.lock.removed.title"},
		"tidy":   {d.Compact, "ui.settings.bin.compacted.title"},
	} {
		c.do()
		w.Loop.Drain()
		if key, _ := said(d); key != c.want {
			t.Errorf("%s: says %s", name, key)
		}
		readable(t, d)
		if d.Settings().Busy != "" {
			t.Errorf("%s: it is still at it", name)
		}
	}
}

func TestNoAddressIsTakenThatCouldNotWork(t *testing.T) {
	w, d := setting(t)
	key := "-----BEGIN PUBLIC KEY-----"
	for _, c := range []struct {
		n    present.Network
		want string
	}{
		{present.Network{Proxy: "manual", ProxyURL: "http://10.0.0.1:8080"}, "kept"}, {present.Network{Proxy: "manual", ProxyURL: "socks5://10.0.0.1:1080"}, "kept"},
		{present.Network{Proxy: "manual", ProxyURL: "ftp://10.0.0.1"}, "bad_proxy"}, {present.Network{Proxy: "manual", ProxyURL: "http://"}, "bad_proxy"},
		{present.Network{Proxy: "manual", ProxyURL: "http://%zz"}, "bad_proxy"}, {present.Network{Proxy: "none", ProxyURL: "nonsense"}, "kept"},
		{present.Network{Server: "http://example.com", Key: key}, "bad_server"}, {present.Network{Server: "https://", Key: key}, "bad_server"},
		{present.Network{Server: "https://%zz", Key: key}, "bad_server"}, {present.Network{Server: "https://example.com", Key: key}, "bad_key"},
		{present.Network{Server: "http://127.0.0.1:8443", Key: "x"}, "bad_key"},
	} {
		before := string(w.Values[present.NetworkKey])
		d.SetNetwork(c.n)
		w.Loop.Drain()
		if got, _ := said(d); got != "ui.settings.network."+c.want+".title" {
			t.Errorf("%+v: says %s", c.n, got)
		}
		if kept := string(w.Values[present.NetworkKey]) != before; kept && c.want != "kept" {
			t.Errorf("%+v was kept", c.n)
		}
		readable(t, d)
	}
}

func TestAVerdictShowsWhatIsToBeComparedByEye(t *testing.T) {
	w := presenttest.NewWorld()
	paper := presenttest.GenuinePaper()
	w.Verdicts["whole"] = paper
	paper.Differs, paper.Genuine, paper.Reason = []string{"birth_date", "work.1", "education.10.school", "photo", "state", "registration_number", "fee", "printed", ""}, false, "altered"
	w.Verdicts["altered"] = paper
	w.Verdicts["draft"] = present.Verdict{Reason: "draft"}
	w.Verdicts["second page"] = present.Verdict{Reason: "uncoded"}
	practice := presenttest.GenuinePaper()
	practice.Practice, practice.Whole = true, false
	w.Verdicts["practice"] = practice
	d := w.Desk(t)
	d.Start()
	d.Go(present.PageVerify)
	d.CheckCode(" ")
	for _, code := range []string{"whole", "altered", "draft", "second page", "practice", "unknown"} {
		d.CheckCode(code)
	}
	if !d.Checking().Busy {
		t.Error("it does not say that it checks")
	}
	w.Loop.Drain()
	v := d.Checking()
	if v.Busy || v.Count != 6 || v.Good != 2 || len(v.Verdicts) != 6 {
		t.Fatalf("%d checked, %d good, %d shown", v.Count, v.Good, len(v.Verdicts))
	}
	want := []string{
		"ui.check.false form.verify.no_code 4 0 0",
		"ui.check.code ui.check.currency.current 3 6 0",
		"ui.check.uncoded form.verify.uncoded 3 0 0",
		"ui.check.draft form.verify.draft 3 0 0",
		"ui.check.false form.verify.altered 4 5 9",
		"ui.check.genuine ui.check.currency.current 2 5 0",
	}
	for i, p := range v.Verdicts {
		if got := fmt.Sprint(p.Title.Key(), " ", p.Text.Key(), " ", int(p.Tone), " ", len(p.Facts), " ", len(p.Differs)); got != want[i] {
			t.Errorf("paper %d is %s, want %s", i, got, want[i])
		}
		for _, words := range []present.Words{chinese(), english()} {
			for _, text := range append([]present.Text{p.Title, p.Text}, p.Differs...) {
				if said := text.In(words); strings.Contains(said, "⟦") || said == "" {
					t.Errorf("%s says %q", text.Key(), said)
				}
			}
		}
	}
	var facts []string
	for _, f := range v.Verdicts[5].Facts {
		facts = append(facts, f.Value.In(chinese()))
	}
	if all := strings.Join(facts, "|"); !strings.Contains(all, "3841260000012345|") || !strings.Contains(all, "李小满|…1234") || !strings.Contains(all, "2026-03-10 10:00") {
		t.Errorf("the facts are %s", all)
	}
	differs := v.Verdicts[4].Differs
	if differs[1].Arg("number") != "2" || differs[2].Arg("number") != "11" || differs[8].Key() != "ui.check.elsewhere" || differs[3].Key() != "field.photo" || differs[0].Key() != "field.birth_date" {
		t.Errorf("it differs in %v", differs)
	}
	for range 30 {
		d.CheckCode("whole")
	}
	w.Loop.Drain()
	if v := d.Checking(); len(v.Verdicts) != 20 || v.Count != 36 {
		t.Errorf("%d of %d are shown", len(v.Verdicts), v.Count)
	}
	d.CheckFiles("/gone.pdf")
	w.Loop.Drain()
	if d.Checking().Trouble.Empty() {
		t.Error("a file that is gone is not said")
	}
	d.CheckCode("whole")
	w.Loop.Drain()
	if !d.Checking().Trouble.Empty() {
		t.Error("what is over is still said")
	}
}

func TestTheStepsAreWalkedForwardAndBackInTheirOrder(t *testing.T) {
	w, _, f := opened(t, exam.Document{})
	var there, back []exam.StepID
	for range present.Steps {
		there = append(there, f.At())
		f.Next()
	}
	for range present.Steps {
		back = append(back, f.At())
		f.Previous()
	}
	w.Loop.Drain()
	slices.Reverse(back)
	if !slices.Equal(there, present.Steps) || !slices.Equal(back, present.Steps) {
		t.Errorf("there %v, back %v", there, back)
	}
}

func TestTheReviewBringsEveryProblemToItsField(t *testing.T) {
	w, _, f := opened(t, exam.Document{Name: "李小满"})
	f.Show(present.StepReview)
	w.Loop.Drain()
	for _, p := range f.Problems() {
		if p.Step == present.StepReview || p.Step == exam.StepPhoto || p.Step == exam.StepEvidence || strings.Contains(p.Path, ".") || len(p.Path) > 0 && slices.Contains([]string{"education", "work", "degrees", "certificates"}, p.Path) {
			continue
		}
		f.Show(p.Step)
		if v := fieldOf(t, f, p.Path); len(v.Problems) == 0 {
			t.Errorf("%s is in the list, and nothing stands under it", p.Path)
		}
	}
}

func TestEveryStepOfTheStandingLeadsToItsPage(t *testing.T) {
	for id, want := range map[string]present.Page{"edit": present.PageForm, "supplement": present.PageForm, "print": present.PagePrint, "resolve": present.PageConflict, "pay": present.PagePayment, "nothing": present.PageRegistration} {
		w, d, f := submitted(t, exam.StateVerified)
		d.Go(present.PageRegistration)
		f.Do(id)
		w.Loop.Drain()
		if d.Page() != want || id == "supplement" && f.At() != exam.StepEvidence {
			t.Errorf("%s leads to %s, %s", id, d.Page(), f.At())
		}
	}
	w, d, f := complete(t)
	f.Do("submit")
	w.Loop.Drain()
	if len(w.Waiting) != 1 || d.Page() != present.PageRegistration {
		t.Errorf("submit: %d steps wait, on %s", len(w.Waiting), d.Page())
	}
}

func TestTakingTheirsWholeLeavesNothingToSend(t *testing.T) {
	w, d, f := torn(t, map[string]string{"address": "这里"}, func(d *exam.Document) { d.Address = "那里" })
	d.Go(present.PageConflict)
	f.Resolve(map[string]bool{"address": true})
	w.Loop.Drain()
	if len(w.Waiting) != 0 || d.Page() != present.PageRegistration || where(f) == "ui.transport.conflict" {
		t.Errorf("%d steps wait, on %s, %s", len(w.Waiting), d.Page(), where(f))
	}
}

func TestAPictureThatIsGoneIsSaidAndLeavesThePhotoAsItWas(t *testing.T) {
	w, d, f := complete(t)
	before := len(f.Photo().Photo)
	w.Unreadable()
	f.Reopen()
	if !f.Photo().Busy {
		t.Error("it does not say that it opens it")
	}
	f.Reopen() // pressed twice
	w.Loop.Drain()
	text, bad := d.Alarm()
	if v := f.Photo(); !bad || text.Key() != "ui.trouble.damaged" || v.Busy || v.Source != nil || len(v.Photo) != before {
		t.Errorf("says %q, busy %v", text.Key(), v.Busy)
	}
	w.Mended()
	f.Reopen()
	w.Loop.Drain()
	if f.Photo().Source == nil {
		t.Error("mended, it does not open")
	}
}

func TestNoMoreEvidenceIsDrawnThanFitsInMemory(t *testing.T) {
	w, _, f := onEvidence(t)
	for i := range 30 {
		path := fmt.Sprintf("/%d.pdf", i)
		w.Disk[path] = document(100 + i)
		f.AddEvidence("diploma", path)
	}
	w.Loop.Drain()
	drawn := 0
	for _, file := range attached(w, f) {
		if _, ok := f.Glimpse(file); ok {
			drawn++
		}
	}
	if n := len(attached(w, f)); n != 30 || drawn != 24 {
		t.Errorf("%d of %d are drawn", drawn, n)
	}
}

func TestFilesDroppedOnAPageWithoutUseForThemAreLeft(t *testing.T) {
	w, d, f := onEvidence(t)
	w.Disk["/a.pdf"] = document(100)
	f.Drop(nil)
	d.Go(present.PageHelp)
	f.Drop([]string{"/a.pdf"})
	d.Go(present.PageForm)
	f.Show(exam.StepPerson)
	f.Drop([]string{"/a.pdf"})
	w.Loop.Drain()
	if n := len(attached(w, f)); n != 0 {
		t.Errorf("%d files were taken", n)
	}
	if m, ok := f.Message(); ok {
		t.Errorf("says %s", m.Title.Key())
	}
}
