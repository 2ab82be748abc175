package present_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// sentences are all sentences of a language by their keys; one with a plural has
// several forms.
func sentences(t *testing.T, lang string) map[string][]string {
	t.Helper()
	files, err := filepath.Glob("../../assets/words/*." + lang + ".json")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d files of words: %v", len(files), err)
	}
	all := map[string][]string{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var words map[string]any
		if err := json.Unmarshal(raw, &words); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for key, said := range words {
			switch said := said.(type) {
			case string:
				all[key] = append(all[key], said)
			case map[string]any:
				for _, form := range said {
					all[key] = append(all[key], form.(string))
				}
			}
		}
	}
	return all
}

// troubles are the words that are said when something went wrong, each of which
// must say what to do.
var troubles = regexp.MustCompile(`^ui\.(aside\.\w+|trouble\.(damaged|full|internal|locked|read_only)|saved\.failed\.\w+|step\.failed\.\w+\.text|file\.\w+\.text|evidence\.wrong_type\.text|wait\.long|next\.\w+)$`)

// doing is what tells somebody what to do, or that nothing need be done.
var doing = map[string]*regexp.Regexp{
	"zh-CN": regexp.MustCompile(`请|可以|不用|自动|即可|会|打开看看|继续|等待|按要求|选用|换|检查|看上面|打印`),
	"en":    regexp.MustCompile(`(?i)please|you can|you may|no need|by itself|will|open|check|try|start|choose|call|wait|print|look|see|make room|unlock|free|update|contact|correct|confirm|pay|submit|change|hand|use|supply|continue|log in|compress|save|over for|ask`),
}

func TestEveryMessageOfTroubleSaysWhatToDo(t *testing.T) {
	for _, lang := range assets.Languages {
		seen := 0
		for key, forms := range sentences(t, lang) {
			if !troubles.MatchString(key) {
				continue
			}
			seen++
			if said := forms[0]; !doing[lang].MatchString(said) {
				t.Errorf("%s in %s is a dead end: %q", key, lang, said)
			}
		}
		if seen < 40 {
			t.Errorf("%s: only %d messages were found", lang, seen)
		}
	}
}

func TestNoMessageShowsTheInsideOfTheProgram(t *testing.T) {
	inside := regexp.MustCompile(`(?i)\berror\b|exception|panic|null|nil\b|failed to|EOF|http \d|status code|stack|bbolt|json|kind=`)
	for _, lang := range assets.Languages {
		for key, forms := range sentences(t, lang) {
			if !strings.HasPrefix(key, "ui.") && !strings.HasPrefix(key, "rule.") {
				continue
			}
			for _, said := range forms {
				if inside.MatchString(said) {
					t.Errorf("%s in %s: %q", key, lang, said)
				}
			}
		}
	}
}

func TestBothLanguagesSayTheSameThingsWithTheSameArguments(t *testing.T) {
	holes := regexp.MustCompile(`\{\{\s*\.(\w+)\s*\}\}`)
	zh, en := sentences(t, "zh-CN"), sentences(t, "en")
	names := func(all map[string][]string, key string) map[string]bool {
		out := map[string]bool{}
		for _, m := range holes.FindAllStringSubmatch(strings.Join(all[key], " "), -1) {
			out[strings.TrimSuffix(m[1], "_en")] = true // see present.Said
		}
		return out
	}
	for key := range zh {
		if len(en[key]) == 0 {
			t.Errorf("%s has no English", key)
			continue
		}
		a, b := names(zh, key), names(en, key)
		for name := range a {
			if !b[name] && name != "count" {
				t.Errorf("%s: the English leaves out {{.%s}}", key, name)
			}
		}
		for name := range b {
			if !a[name] && name != "count" {
				t.Errorf("%s: the Chinese leaves out {{.%s}}", key, name)
			}
		}
	}
	for key := range en {
		if len(zh[key]) == 0 {
			t.Errorf("%s has no Chinese", key)
		}
	}
}

func TestATextIsEmptyOnlyWithoutAnythingToRead(t *testing.T) {
	for _, c := range []struct {
		text  present.Text
		empty bool
	}{
		{present.Text{}, true}, {present.Plain(""), true}, {present.Named(exam.Text{}), true}, {present.Said(), true},
		{present.Plain("x"), false}, {present.T("ui.undo"), false}, {present.Named(exam.Text{ZH: "河南省"}), false}, {present.Said(exam.Phrase{Key: "rule.name.required"}), false},
	} {
		if c.text.Empty() != c.empty {
			t.Errorf("%+v is empty: %v", c.text, c.text.Empty())
		}
	}
}

func TestArgumentsAreSaidInTheLanguageOfTheSentence(t *testing.T) {
	inner := present.Named(exam.Text{ZH: "初级", EN: "Junior"})
	outer := present.T("ui.draft.about", "level", inner, "area", present.T("ui.draft.no_area"))
	if zh := outer.In(chinese()); !strings.Contains(zh, "初级") || strings.Contains(zh, "Junior") {
		t.Errorf("Chinese: %q", zh)
	}
	if en := outer.In(english()); !strings.Contains(en, "Junior") || strings.Contains(en, "初级") {
		t.Errorf("English: %q", en)
	}
}

func TestOneIsSingularInEnglish(t *testing.T) {
	for _, key := range []string{"ui.line.online.queue", "ui.line.aside", "ui.left.days", "ui.left.hours", "ui.left.minutes", "duration.months", "duration.years"} {
		one, two := present.T(key, "count", 1).In(english()), present.T(key, "count", 2).In(english())
		if strings.ReplaceAll(one, "1", "") == strings.ReplaceAll(two, "2", "") && strings.HasSuffix(strings.Fields(two)[len(strings.Fields(two))-1], "s") {
			t.Errorf("%s: %q and %q", key, one, two)
		}
	}
}

// in lets this machine stand in a zone for a test.
func in(t *testing.T, zone *time.Location) {
	before := time.Local
	time.Local = zone
	t.Cleanup(func() { time.Local = before })
}

func TestTimesAreOfBeijingWhereverTheMachineIsAndSayItElsewhere(t *testing.T) {
	at := time.Date(2026, 3, 10, 2, 42, 7, 0, time.UTC)
	for _, c := range []struct {
		zone            *time.Location
		chinese, inside string
	}{
		{time.FixedZone("HKT", 8*3600), "2026-03-10 10:42:07", "2026-03-10 10:42:07"},
		{time.FixedZone("PST", -8*3600), "北京时间 2026-03-10 10:42:07", "2026-03-10 10:42:07 Beijing time"},
		{time.FixedZone("IST", 5*3600+1800), "北京时间 2026-03-10 10:42:07", "2026-03-10 10:42:07 Beijing time"},
	} {
		in(t, c.zone)
		said := present.Beijing(at.In(c.zone), present.ToTheSecond)
		if said.In(chinese()) != c.chinese || said.In(english()) != c.inside {
			t.Errorf("in %s it says %q and %q", c.zone, said.In(chinese()), said.In(english()))
		}
		if got := present.Beijing(at, present.ToTheDay).In(chinese()); !strings.HasSuffix(got, "2026-03-10") {
			t.Errorf("in %s the day is %q", c.zone, got)
		}
	}
}

// Whoever registers from abroad reads every deadline, and what the server did, with
// the zone that it is told in.
func TestAbroadEveryDeadlineSaysItsZone(t *testing.T) {
	for _, abroad := range []bool{false, true} {
		zone := time.FixedZone("CST", 8*3600)
		if abroad {
			zone = time.FixedZone("EDT", -4*3600)
		}
		in(t, zone)
		w := officeOf(t)
		d, f := filled(t, w, presenttest.Complete())
		said := map[string]string{"the bill": f.Payment().Bill.Deadline.When.In(chinese())}
		for _, x := range d.Home().Days {
			said[x.Text.In(chinese())] = x.When.In(chinese())
		}
		w.Loop.Advance(30 * 24 * time.Hour)
		w.Line.Skew, w.Line.State = time.Second, present.LineOnline
		d.LineChanged()
		f.Set("city", "")
		for _, p := range f.Problems() {
			if p.Text.Key() == "rule.window.closed" {
				said["the rule"] = p.Text.In(chinese())
			}
		}
		if len(said) < 5 || said["the rule"] == "" {
			t.Fatalf("it says only %q", said)
		}
		for what, text := range said {
			if strings.Contains(text, "北京时间") != abroad || !strings.Contains(text, "2026-0") {
				t.Errorf("abroad %v: %s is %q", abroad, what, text)
			}
		}
	}
}
