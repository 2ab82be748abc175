package present_test

import (
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// edited opens the made-up candidate's draft, changes it, and opens its history.
func edited(t *testing.T, change func(*present.Form)) (*presenttest.World, *present.Form) {
	t.Helper()
	w, d := desk(t)
	n, err := w.Ports().Drafts.Create(presenttest.Complete(), w.Pack.Ref())
	if err != nil {
		t.Fatal(err)
	}
	d.Open(n.ID)
	w.Loop.Drain()
	change(d.Form())
	d.Form().SaveNow()
	w.Loop.Drain()
	d.Go(present.PageHistory)
	w.Loop.Drain()
	return w, d.Form()
}

// toldBy gives the changes of the newest version in Chinese.
func toldBy(w *presenttest.World, f *present.Form) (lines []string) {
	f.Compare(f.Past()[0].Revision)
	w.Loop.Drain()
	_, list := f.Compared()
	for _, c := range list {
		lines = append(lines, c.Field.In(chinese())+": "+c.From.In(chinese())+" → "+c.To.In(chinese()))
	}
	return lines
}

func TestAVersionSaysWhatItChangedAsPeopleReadIt(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*present.Form)
		want   []string
	}{
		"text":          {func(f *present.Form) { f.Set("phone", "13900139000") }, []string{"手机号码: 13800138000 → 13900139000"}},
		"a choice":      {func(f *present.Form) { f.Set("education.0.study_mode", "part_time") }, []string{"学历 1 · 学习形式: 全日制 → 非全日制"}},
		"a tick":        {func(f *present.Form) { f.Set("work.1.social_work", "false") }, []string{"工作经历 2 · 是否计入专业工作年限: 是 → 否"}},
		"emptied":       {func(f *present.Form) { f.Set("postcode", "") }, []string{"邮政编码: 450000 → "}},
		"a record gone": {func(f *present.Form) { f.Remove("work.1") }, []string{"工作经历 2: 示例街道办事处，2018-07，社区工作者 → （删除）"}},
		"a record more": {func(f *present.Form) { f.Duplicate("work.0") }, []string{"工作经历 2: （没有） → 示例社会工作服务中心，社会组织（社会团体、民办非企业单位、基金会），2011-07"}},
		"moved":         {func(f *present.Form) { f.Move("work.1", -1) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w, f := edited(t, c.change)
			got := toldBy(w, f)
			if len(got) != len(c.want) {
				t.Fatalf("says %q", got)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("says %q, want %q", got[i], c.want[i])
				}
			}
		})
	}
}

func TestTheFirstVersionIsComparedWithNothing(t *testing.T) {
	w, f := edited(t, func(f *present.Form) { f.Set("phone", "13900139000") })
	oldest := f.Past()[len(f.Past())-1]
	f.Compare(oldest.Revision)
	w.Loop.Drain()
	revision, list := f.Compared()
	if revision != oldest.Revision || len(list) < 15 {
		t.Errorf("version %d shows %d changes", revision, len(list))
	}
	for _, c := range list {
		if from := c.From.Key(); !c.From.Empty() && from != "ui.compare.absent" && from != "ui.value.no" {
			t.Errorf("%s was %q before there was anything", c.Field.In(chinese()), c.From.In(chinese()))
		}
	}
}

func TestComparingAgainCloses(t *testing.T) {
	w, f := edited(t, func(f *present.Form) { f.Set("phone", "13900139000") })
	newest := f.Past()[0].Revision
	f.Compare(newest)
	if revision, list := f.Compared(); revision != newest || list != nil {
		t.Errorf("while it is read: version %d, %v", revision, list)
	}
	w.Loop.Drain()
	f.Compare(newest)
	if revision, _ := f.Compared(); revision != 0 {
		t.Errorf("version %d stays open", revision)
	}
	f.Compare(99)
	w.Loop.Drain()
	if revision, _ := f.Compared(); revision != 0 {
		t.Error("a version that does not exist was opened")
	}
}

// met brings two machines' changes of one registration together.
func met(t *testing.T, mine func(*present.Form), theirs func(*exam.Document)) (*presenttest.World, *present.Form) {
	t.Helper()
	w, d := desk(t)
	n, err := w.Ports().Drafts.Create(presenttest.Complete(), w.Pack.Ref())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Ports().Files.Attach(n.ID, exam.File{Kind: exam.FilePhoto, Type: "image/jpeg", Name: "报名照片.jpg"}, presenttest.JPEG()); err != nil {
		t.Fatal(err)
	}
	d.Open(n.ID)
	w.Loop.Drain()
	f := d.Form()
	f.Submit()
	w.Loop.Drain()
	w.Answer(n.ID, exam.StateSubmitted, "")
	d.StoreChanged(n.ID)
	w.Loop.Drain()
	current := *w.Drafts[n.ID].Registration
	mine(f)
	w.Loop.Drain()
	f.Submit()
	w.Loop.Drain()
	s, err := exam.DecodeSubmission(current.Content)
	if err != nil {
		t.Fatal(err)
	}
	theirs(&s.Document)
	current.Version++
	current.Content = s.Encode()
	current.History = append(current.History, exam.Event{Version: current.Version, Action: exam.ActionSubmit, Actor: exam.Centre, At: presenttest.Start})
	current.Version++ // and what follows changes nothing in it
	current.History = append(current.History, exam.Event{Version: current.Version, Action: exam.ActionAsk, Actor: exam.Reviewer, At: presenttest.Start.Add(time.Hour)})
	w.SetAside(n.ID, exam.KindConflict, nil, &current)
	d.StoreChanged(n.ID)
	w.Loop.Drain()
	return w, f
}

func TestTwoVersionsMeetWithWhoAndWhenAndWhatIsTakenOver(t *testing.T) {
	_, f := met(t, func(f *present.Form) { f.Set("phone", "13900139000"); f.Leave("phone") }, func(d *exam.Document) {
		d.Phone, d.Postcode = "13700137000", "450001"
	})
	m := f.Meeting()
	if m.Theirs.Who.Key() != "ui.conflict.who.centre" || !m.Theirs.At.Equal(presenttest.Start) || m.Mine.Who.Key() != "ui.conflict.who.here" || m.Mine.At.IsZero() {
		t.Errorf("made by %+v and %+v", m.Mine, m.Theirs)
	}
	if len(m.Decide) != 1 || m.Decide[0].Path != "phone" {
		t.Fatalf("to decide: %+v", m.Decide)
	}
	for i, want := range []string{"13800138000", "13900139000", "13700137000"} {
		if got := m.Decide[0].Shown[i].In(chinese()); got != want {
			t.Errorf("shown %q, want %q", got, want)
		}
	}
	if len(m.Taken) != 1 || m.Taken[0].From.In(chinese()) != "450000" || m.Taken[0].To.In(chinese()) != "450001" {
		t.Errorf("taken over: %+v", m.Taken)
	}
}

func TestWhoChangedItIsNotGuessed(t *testing.T) {
	w, d, f := submitted(t, exam.StateVerified)
	w.Elsewhere(f.ID(), func(d *exam.Document) { d.Phone = "13700137000" }) // with a history that ends before it
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	if m := f.Meeting(); m.Theirs.Who.Key() != "ui.conflict.who.elsewhere" || !m.Theirs.At.IsZero() {
		t.Errorf("made by %+v", m.Theirs)
	}
}

func TestAWholeRecordInDisputeIsReadable(t *testing.T) {
	_, f := met(t, func(f *present.Form) { f.Remove("work.1") }, func(d *exam.Document) { d.Work[1].Position = "社工督导" })
	m := f.Meeting()
	if len(m.Decide) != 1 {
		t.Fatalf("to decide: %+v", m.Decide)
	}
	if got := m.Decide[0].Shown[2].In(chinese()); got != "示例街道办事处，2018-07，社工督导" {
		t.Errorf("shown %q", got)
	}
	if !m.Decide[0].Shown[1].Empty() {
		t.Errorf("the removed side shows %q", m.Decide[0].Shown[1].In(chinese()))
	}
}

func TestWithoutAnotherVersionNothingMeets(t *testing.T) {
	_, f := edited(t, func(*present.Form) {})
	if m := f.Meeting(); !m.Theirs.Who.Empty() || len(m.Decide)+len(m.Taken) != 0 {
		t.Errorf("%+v", m)
	}
}
