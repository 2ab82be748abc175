package present_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// worked is the made-up candidate with these posts.
func worked(posts ...exam.Work) exam.Document {
	doc := presenttest.Complete()
	doc.Work = posts
	return doc
}

// years gives the picture of a document and the reckoning it must show.
func years(doc exam.Document) (present.Years, exam.Eligibility) {
	w := presenttest.NewWorld()
	d := present.NewDesk(w.Ports(), w.Loop, func() {})
	draft, err := w.Ports().Drafts.Create(doc, w.Pack.Ref())
	if err != nil {
		panic(err)
	}
	d.Open(draft.ID)
	w.Loop.Drain()
	return d.Form().Years(), exam.Check(doc, []exam.File{}, w.Pack, exam.Moment{}).Eligibility
}

func TestThePictureShowsTheFiguresOfTheReckoning(t *testing.T) {
	month := rapid.Custom(func(t *rapid.T) exam.Month {
		return exam.Month(rapid.SampledFrom([]string{"2008-01", "2010-06", "2012-07", "2015-12", "2016-01", "2020-02", "2024-11", "2026-05", "", "soon", "2013.4", "2099-01"}).Draw(t, "month"))
	})
	rapid.Check(t, func(t *rapid.T) {
		var posts []exam.Work
		for range rapid.IntRange(0, 5).Draw(t, "posts") {
			posts = append(posts, exam.Work{Employer: "示例", From: month.Draw(t, "from"), To: month.Draw(t, "to"), SocialWork: rapid.Bool().Draw(t, "social")})
		}
		doc := worked(posts...)
		doc.Level = rapid.SampledFrom([]exam.Level{exam.Junior, exam.Intermediate, exam.Senior}).Draw(t, "level")
		y, e := years(doc)
		if y.Verdict != e.Verdict || y.Counted != e.Counted || y.Required != e.Required {
			t.Fatalf("shows %s %d/%d, reckoned is %s %d/%d", y.Verdict, y.Counted, y.Required, e.Verdict, e.Counted, e.Required)
		}
		marked := 0
		for _, m := range y.Marks {
			marked += m.To - m.From + 1
		}
		if marked != e.Counted {
			t.Fatalf("%d months are marked, %d are counted", marked, e.Counted)
		}
		for _, b := range slices.Concat(y.Posts, y.Marks) {
			if b.From > b.To || b.From < y.From || b.To > y.To {
				t.Fatalf("the bar %+v leaves the line from %d to %d", b, y.From, y.To)
			}
		}
		if len(y.Posts) > 0 && (y.From%12 != 0 || y.To%12 != 11) {
			t.Fatalf("the line from %d to %d is not of whole years", y.From, y.To)
		}
	})
}

func TestEachVerdictHasItsTone(t *testing.T) {
	enough := exam.Work{Employer: "示例", From: "2011-07", To: "", SocialWork: true}
	for _, c := range []struct {
		name    string
		doc     exam.Document
		verdict exam.Verdict
		tone    present.Tone
	}{
		{"enough", worked(enough), exam.Met, present.Good},
		{"none", worked(), exam.NotMet, present.Trouble},
		{"two months short", worked(exam.Work{From: "2025-03", To: "2026-12", SocialWork: true}), exam.ForReview, present.Warning},
		{"no level", func() exam.Document { d := worked(enough); d.Level = ""; return d }(), present.Unknown, present.Calm},
		{"no schooling", func() exam.Document { d := worked(enough); d.Education = nil; return d }(), present.Unknown, present.Calm},
	} {
		y, _ := years(c.doc)
		if y.Verdict != c.verdict || y.Tone != c.tone {
			t.Errorf("%s: %s with tone %v, want %s with %v", c.name, y.Verdict, y.Tone, c.verdict, c.tone)
		}
		if c.verdict != present.Unknown && (y.Text.In(chinese()) == "" || y.Text.In(english()) == "") {
			t.Errorf("%s: nothing explains it", c.name)
		}
	}
}

func TestAnOpenPostRunsToTheEndOfTheExamYear(t *testing.T) {
	y, _ := years(worked(exam.Work{Employer: "示例", From: "2020-03", SocialWork: true}))
	if len(y.Posts) != 1 || y.Posts[0].From != 2020*12+2 || y.Posts[0].To != 2026*12+11 || y.Posts[0].Label != "示例" {
		t.Errorf("drawn as %+v", y.Posts)
	}
}

func TestAPostThatCannotBeReadIsNotDrawn(t *testing.T) {
	for _, post := range []exam.Work{{From: "soon"}, {}, {From: "2020-05", To: "2019-01"}} {
		if y, _ := years(worked(post)); len(y.Posts) != 0 || y.From != y.To {
			t.Errorf("%+v is drawn as %+v", post, y.Posts)
		}
	}
}

func TestOverlappingPostsAreDrawnTwiceAndCountedOnce(t *testing.T) {
	y, _ := years(worked(exam.Work{From: "2020-01", To: "2021-12", SocialWork: true}, exam.Work{From: "2021-01", To: "2022-12", SocialWork: true}))
	if len(y.Posts) != 2 || y.Counted != 36 {
		t.Errorf("%d bars, %d months", len(y.Posts), y.Counted)
	}
}

func TestDurationsReadAsPeopleSayThem(t *testing.T) {
	for months, want := range map[int][2]string{
		0: {"0 个月", "0 months"}, 1: {"1 个月", "1 month"}, 11: {"11 个月", "11 months"}, 12: {"1 年", "1 year"}, 24: {"2 年", "2 years"},
		13: {"1 年 1 个月", "1 year 1 month"}, 30: {"2 年 6 个月", "2 years 6 months"},
	} {
		d := present.Duration(months)
		if zh, en := squeezed(d.In(chinese())), d.In(english()); zh != squeezed(want[0]) || squeezed(en) != squeezed(want[1]) {
			t.Errorf("%d months are %q and %q", months, zh, en)
		}
	}
}
