package ui_test

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"pgregory.net/rapid"

	"wenbao/exam"
	"wenbao/ui"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
	"wenbao/ui/story"
)

// lengthy is the made-up candidate as the longest that the rules let pass.
func lengthy() exam.Document {
	doc := presenttest.Complete()
	doc.Name = "阿卜杜拉赫曼·买买提吐尔逊·艾尔肯江·古丽巴哈尔"
	doc.Address = strings.Repeat("很长的地址", 38)
	doc.City, doc.Checkpoint = strings.Repeat("某某市", 30), strings.Repeat("某某区核查点", 20)
	doc.Email = strings.Repeat("verylong", 12) + "@" + strings.Repeat("example", 8) + ".com"
	for i := range doc.Work {
		doc.Work[i].Employer = strings.Repeat("示例社会工作服务中心", 18)
		doc.Work[i].Duties = strings.Repeat("个案与小组工作，社区治理；", 100)
		doc.Work[i].Position = strings.Repeat("Social Worker ", 14)
	}
	doc.Education[0].School, doc.Education[0].Major = strings.Repeat("某某职业技术学院", 20), strings.Repeat("社会工作", 40)
	for range exam.MaxWork - len(doc.Work) {
		doc.Work = append(doc.Work, exam.Work{ID: fmt.Sprint("w", len(doc.Work)+1), Employer: "示例", From: "2012-01", To: "2012-02", SocialWork: true})
	}
	return doc
}

// looks are the ways in which every page must fit: both languages and the sizes
// of text that the settings offer.
var looks = []present.Preferences{
	{Lang: "zh-CN", TextScale: 1}, {Lang: "en", TextScale: 1}, {Lang: "zh-CN", TextScale: 2}, {Lang: "en", TextScale: 2},
}

func TestTheLongestEntriesAreNotCutOff(t *testing.T) {
	for _, look := range looks {
		look.Brightness, look.Width, look.Height = "light", 1366, 768
		st, w := show(t, look, story.Scene{Name: "long", Play: func(s *story.Stage) {
			d, err := s.World.Ports().Drafts.Create(lengthy(), s.World.Pack.Ref())
			if err != nil {
				t.Fatal(err)
			}
			s.Desk.Open(d.ID)
		}})
		see := func(what string) {
			t.Helper()
			if cut := ui.Cut(w.Content(), 1366); len(cut) > 0 {
				t.Errorf("%s, %s at %.0f %%: %d things, as %s", what, look.Lang, look.TextScale*100, len(cut), cut[0])
			}
		}
		for _, step := range present.Steps {
			st.Desk.Form().Show(step)
			st.World.Loop.Drain()
			see(string(step))
		}
		for _, p := range []present.Page{present.PageHome, present.PageOfficial, present.PagePrint, present.PageHistory} {
			st.Desk.Go(p)
			st.World.Loop.Drain()
			see(string(p))
		}
	}
}

func TestTheLookBetweenTheExtremesFitsToo(t *testing.T) {
	for _, scale := range []float32{1.25, 1.5} {
		for _, name := range []string{"form-person-problems", "form-work", "registration-verified", "conflict", "settings", "help"} {
			look := plain
			look.TextScale, look.Lang = scale, "en"
			_, w := show(t, look, scene(t, name))
			for _, c := range ui.Cut(w.Content(), 1366) {
				t.Errorf("%s at %.0f %%: %s", name, scale*100, c)
			}
		}
	}
}

func TestAWindowThatIsMadeSmallerFitsAgain(t *testing.T) {
	for _, name := range []string{"home", "form-person", "form-work", "registration-verified", "print", "settings"} {
		_, w := show(t, plain, scene(t, name))
		for _, size := range []fyne.Size{{Width: 1366, Height: 768}, {Width: 1024, Height: 640}, {Width: 1920, Height: 1080}, {Width: 1100, Height: 700}} {
			w.Resize(size)
			for _, c := range ui.Cut(w.Content(), size.Width) {
				t.Errorf("%s at %.0f×%.0f: %s", name, size.Width, size.Height, c)
			}
		}
	}
}

func TestEveryPageFitsTheLeastScreen(t *testing.T) {
	each(t, func(t *testing.T, s story.Scene) {
		_, w := show(t, plain, s)
		if least := w.Content().MinSize(); least.Width > 1366 || least.Height > 768 {
			t.Errorf("it needs at least %.0f×%.0f", least.Width, least.Height)
		}
	})
}

func TestBrokenLinesAreTheTextAgain(t *testing.T) {
	show(t, plain, scene(t, "home-first")) // the theme with the fonts
	if lines := ui.NewTestText("aaaaaa”", 61); len(lines) != 2 || lines[1] != "a”" {
		t.Errorf("a word with its quote is broken into %q", lines)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`([一-龥]{0,9}[，。“”（）]?[a-z]{0,12} ?){0,6}`).Draw(t, "text")
		width := float32(rapid.IntRange(20, 600).Draw(t, "width"))
		lines := ui.NewTestText(text, width)
		squeeze := strings.NewReplacer(" ", "", "\n", "")
		if got := squeeze.Replace(strings.Join(lines, "")); got != squeeze.Replace(text) {
			t.Fatalf("%q became %q", text, got)
		}
		for i, l := range lines {
			if r := []rune(l); i > 0 && len(r) > 0 && strings.ContainsRune("，。、；：？！）》」”", r[0]) && len([]rune(lines[i-1])) > 2 && width > 60 {
				t.Fatalf("line %d of %q at %.0f begins with %c", i, text, width, r[0])
			}
		}
	})
}

func TestAMoreNarrowTextIsNeverLower(t *testing.T) {
	show(t, plain, scene(t, "home-first"))
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`([一-龥]{0,9}[，。]?[a-z]{0,9} ){1,8}`).Draw(t, "text") // words that fit a line
		wide := rapid.IntRange(120, 800).Draw(t, "wide")
		narrow := rapid.IntRange(120, wide).Draw(t, "narrow")
		if a, b := len(ui.NewTestText(text, float32(narrow))), len(ui.NewTestText(text, float32(wide))); a < b {
			t.Fatalf("%q takes %d lines at %d and %d at %d", text, a, narrow, b, wide)
		}
	})
}

func TestTheWindowOpensAsLargeAsItWasLeft(t *testing.T) {
	look := plain
	look.Width, look.Height = 1111, 666
	_, w := show(t, look, scene(t, "home-first"))
	if got := w.Canvas().Size(); got.Width != 1111 || got.Height != 666 {
		t.Errorf("it opens at %v", got)
	}
}
