package present_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

func TestEveryAnswerOfTheHelpCanBeFoundByItsOwnWords(t *testing.T) {
	for _, words := range []present.Words{chinese(), english()} {
		_, d := desk(t)
		all := d.Help(words)
		for _, a := range all {
			d.SearchHelp(strings.ToUpper(a.Question.In(words)))
			if !slices.ContainsFunc(d.Help(words), func(x present.Answer) bool { return x.Question.Key() == a.Question.Key() }) {
				t.Errorf("%s is not found by its question", a.Question.Key())
			}
			if len(a.Answer.In(words)) < 20 || strings.Contains(a.Answer.In(words), "⟦") {
				t.Errorf("%s is answered %q", a.Question.Key(), a.Answer.In(words))
			}
		}
		d.SearchHelp("")
		if got := len(d.Help(words)); got != len(all) || d.HelpSearch() != "" {
			t.Errorf("without a search %d of %d answers", got, len(all))
		}
	}
}

func TestTheHelpAnswersWhatCandidatesReallyAsk(t *testing.T) {
	_, d := desk(t)
	for _, asked := range []string{"照片", "年限", "缴费", "撤回", "网络", "证件", "回执"} {
		d.SearchHelp(asked)
		if len(d.Help(chinese())) == 0 {
			t.Errorf("nothing is answered about %s", asked)
		}
	}
}

func TestNoQuestionOfTheWordsIsLeftOut(t *testing.T) {
	_, d := desk(t)
	shown := map[string]bool{}
	for _, a := range d.Help(chinese()) {
		shown[a.Question.Key()], shown[a.Answer.Key()] = true, true
	}
	numbered := regexp.MustCompile(`^ui\.help\.[qa]\.\d+$`)
	for key := range sentences(t, "zh-CN") {
		if numbered.MatchString(key) && !shown[key] {
			t.Errorf("%s stands on no page", key)
		}
	}
}

func TestTheAreasHotlineComesFirst(t *testing.T) {
	w := presenttest.NewWorld()
	p := *w.Pack
	p.Areas = slices.Clone(p.Areas)
	own := exam.Contact{Name: exam.Text{ZH: "考区咨询电话", EN: "Area hotline"}, Phone: "0371-00000000"}
	p.Areas[3].Contacts = []exam.Contact{own}
	ports := w.Ports()
	ports.Packs = []*exam.Pack{&p}
	d := present.NewDesk(ports, w.Loop, func() {})
	d.New()
	w.Loop.Drain()
	national := slices.Clone(d.Contacts())
	if len(national) == 0 {
		t.Fatal("no hotline")
	}
	d.Form().Set("area", p.Areas[3].ID)
	if got := d.Contacts(); len(got) != len(national)+1 || got[0].Phone != own.Phone {
		t.Errorf("shown are %v", got)
	}
	d.Form().Set("area", p.Areas[4].ID)
	if got := d.Contacts(); len(got) != len(national)+len(p.Areas[4].Contacts) {
		t.Errorf("another area has %d hotlines", len(got))
	}
}

func TestTheAreasNoticesAreShownOnceItIsChosen(t *testing.T) {
	w, d, f := opened(t, exam.Document{})
	before := len(d.Notices())
	for _, a := range w.Pack.Areas {
		f.Set("area", a.ID)
		if got := len(d.Notices()); got != before+len(a.Notes) {
			t.Errorf("%s has %d notes, shown are %d more", a.ID, len(a.Notes), got-before)
		}
	}
}

func TestASamplePackSaysThatItIsOne(t *testing.T) {
	w, d, f := opened(t, presenttest.Complete())
	warned := slices.ContainsFunc(d.Notices(), func(n present.Notice) bool { return n.Tone == present.Warning })
	if warned != w.Pack.Sample || f.SampleRemark().Empty() == w.Pack.Sample {
		t.Errorf("a pack that is a sample: %v, said %v", w.Pack.Sample, warned)
	}
}

func TestShortcutsHaveTheirWords(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range present.Shortcuts {
		if seen[s.Keys] {
			t.Errorf("%s is listed twice", s.Keys)
		}
		seen[s.Keys] = true
		for _, words := range []present.Words{chinese(), english()} {
			if said := present.T("ui.key." + s.ID).In(words); strings.Contains(said, "⟦") {
				t.Errorf("%s: %s", s.Keys, said)
			}
		}
	}
}

func TestTheOutboxIsEmptyWhenNothingWaits(t *testing.T) {
	_, d := desk(t)
	if rows := d.Queue(); len(rows) != 0 {
		t.Errorf("it shows %v", rows)
	}
	w, d, f := complete(t)
	f.Submit()
	w.Loop.Drain()
	w.Answer(f.ID(), exam.StateSubmitted, "")
	d.StoreChanged("")
	w.Loop.Drain()
	if rows := d.Queue(); len(rows) != 0 {
		t.Errorf("after the answer it shows %v", rows)
	}
}

func TestTheLineIsSaidInEveryStateOfIt(t *testing.T) {
	w, d := desk(t)
	for _, state := range []present.LineState{present.LineOnline, present.LineOffline, present.LineBusy, present.LinePaused, present.LineNone} {
		for _, queue := range []int{0, 1, 12} {
			for _, aside := range []int{0, 1, 3} {
				w.Line = present.Line{State: state, Queue: queue, Aside: aside}
				d.LineChanged()
				tone, text := d.Pill()
				for _, words := range []present.Words{chinese(), english()} {
					if said := text.In(words); strings.Contains(said, "⟦") || said == "" {
						t.Errorf("%+v in %s: %q", w.Line, words.Lang(), said)
					}
				}
				if tone == present.Good {
					t.Errorf("%+v is green, and a line proves nothing", w.Line)
				}
				if (tone == present.Trouble) != (aside > 0) {
					t.Errorf("%+v has tone %v", w.Line, tone)
				}
			}
		}
	}
}
