package present_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mozillazg/go-pinyin"
	"pgregory.net/rapid"

	"wenbao/exam"
	"wenbao/ui/present"
)

func squeezed(s string) string { return strings.ReplaceAll(s, " ", "") }

// long are the lists that are found by typing, with the step that has them.
func long(t *testing.T) map[string][]present.Choice {
	t.Helper()
	_, _, f := opened(t, exam.Document{Education: []exam.Education{{}}, Work: []exam.Work{{}}})
	out := map[string][]present.Choice{}
	for _, step := range present.Steps {
		f.Show(step)
		for _, s := range f.Sections() {
			all := s.Fields
			for _, r := range s.Records {
				all = append(all, r.Fields...)
			}
			for _, v := range all {
				if v.Kind == present.List {
					out[v.Path] = v.Choices
				}
			}
		}
	}
	if len(out) < 6 {
		t.Fatalf("only %d lists", len(out))
	}
	return out
}

func TestEveryChoiceIsFoundByItsPinyinItsInitialsAndItsCode(t *testing.T) {
	words := chinese()
	for path, list := range long(t) {
		for _, c := range list {
			name := c.Name.In(words)
			whole, initials := "", ""
			for _, s := range pinyin.LazyPinyin(name, pinyin.NewArgs()) {
				whole, initials = whole+s, initials+s[:1]
			}
			for _, typed := range []string{whole, initials, name, c.Value, strings.ToUpper(whole), " " + name + " "} {
				if typed == "" {
					continue
				}
				if !slices.ContainsFunc(present.Find(list, typed, words), func(f present.Choice) bool { return f.Value == c.Value }) {
					t.Errorf("%s: %q does not find %s", path, typed, name)
				}
			}
		}
	}
}

func TestEveryChoiceIsFoundByItsEnglishName(t *testing.T) {
	words := english()
	for path, list := range long(t) {
		for _, c := range list {
			name := c.Name.In(words)
			found := present.Find(list, strings.ToLower(name), words)
			if len(found) == 0 || found[0].Name.In(words) != name {
				t.Errorf("%s: %q does not come first", path, name)
			}
		}
	}
}

func TestTypingMoreNeverFindsMore(t *testing.T) {
	list, words := long(t)["area"], chinese()
	rapid.Check(t, func(t *rapid.T) {
		typed := rapid.StringMatching(`[a-z]{1,3}`).Draw(t, "typed")
		more := typed + rapid.StringMatching(`[a-z]`).Draw(t, "more")
		few, fewer := present.Find(list, typed, words), present.Find(list, more, words)
		if len(fewer) > len(few) {
			t.Fatalf("%q finds %d, %q finds %d", typed, len(few), more, len(fewer))
		}
		for _, c := range fewer {
			if !slices.ContainsFunc(few, func(o present.Choice) bool { return o.Value == c.Value }) {
				t.Fatalf("%s is found by %q and not by %q", c.Name.In(words), more, typed)
			}
		}
	})
}

func TestFindingLosesNoOrderAndInventsNothing(t *testing.T) {
	list, words := long(t)["ethnicity"], chinese()
	place := map[string]int{}
	for i, c := range list {
		place[c.Value] = i
	}
	rapid.Check(t, func(t *rapid.T) {
		typed := rapid.StringMatching(`[a-z一-龥]{0,2}`).Draw(t, "typed")
		last, turned, seen := -1, 0, map[string]bool{}
		for _, c := range present.Find(list, typed, words) {
			at, ok := place[c.Value]
			if !ok || seen[c.Value] {
				t.Fatalf("%q finds %q, which is not in the list or twice", typed, c.Value)
			}
			seen[c.Value] = true
			if at < last {
				turned++
			}
			last = at
		}
		if turned > 1 {
			t.Fatalf("%q: the order turns %d times; those that begin with it, then the others", typed, turned)
		}
	})
}

func TestWhatBeginsWithTheTypedComesFirst(t *testing.T) {
	lists := long(t)
	for _, c := range []struct{ path, typed, first string }{
		{"area", "shan", "山西省"}, {"area", "sd", "山东省"}, {"area", "neim", "内蒙古自治区"}, {"area", "bj", "北京市"},
		{"ethnicity", "han", "汉族"}, {"ethnicity", "zang", "藏族"}, {"area", "xizang", "西藏"}, {"area", "chongqing", "重庆"}, {"area", "xz", "西藏"}, {"ethnicity", "chaoxian", "朝鲜族"}, {"ethnicity", "weiwuer", "维吾尔族"}, {"ethnicity", "回", "回族"},
		{"nationality", "zhongguo", "中国"}, {"id_type", "huzhao", "护照"},
		{"political_status", "qunzhong", "群众"},
	} {
		found := present.Find(lists[c.path], c.typed, chinese())
		if len(found) == 0 || !strings.HasPrefix(found[0].Name.In(chinese()), c.first) {
			first := "nothing"
			if len(found) > 0 {
				first = found[0].Name.In(chinese())
			}
			t.Errorf("%s: %q brings %s first, want %s", c.path, c.typed, first, c.first)
		}
	}
}

func TestFindingIsFastEnoughForEveryKey(t *testing.T) {
	list, words := long(t)["nationality"], chinese()
	present.Find(list, "z", words) // spells the names once
	if n := testing.AllocsPerRun(20, func() { present.Find(list, "zh", words) }); n > float64(3*len(list)) {
		t.Errorf("%.0f allocations to search %d names", n, len(list))
	}
}
