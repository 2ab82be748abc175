package store

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"wenbao/exam"
)

// TestASearchFindsWhatLookingThroughEveryRowFinds holds the columns to the rows
// themselves, while rows come, change, and go.
func TestASearchFindsWhatLookingThroughEveryRowFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SampledFrom([]string{"", "王小雪", "王雪", "小王", "欧阳娜娜", "A·王"})
		spelled := rapid.OneOf(rapid.StringMatching(`[a-z]{0,8} [a-z]{0,3}`), rapid.SampledFrom([]string{"wangxiaoxue wxx", "zhangwei zw", "lüliang ll", "z' w", "a1b c"}))
		digits := rapid.StringMatching(`[0-9]{0,4}[0-9X]?`)
		draw := func(r *row) {
			r.name, r.spelled = names.Draw(t, "name"), spelled.Draw(t, "spelled")
			r.idNumber, r.phone, r.number = digits.Draw(t, "id number"), digits.Draw(t, "phone"), digits.Draw(t, "number")
		}
		ix := newIndex()
		close(ix.ready)
		for range rapid.IntRange(0, 150).Draw(t, "changes") {
			id := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(t, "draft") + rapid.StringMatching(`[0-9]?`).Draw(t, "more")
			if rapid.IntRange(0, 9).Draw(t, "remove") == 0 {
				ix.remove(exam.DraftID(id))
				continue
			}
			ix.set(exam.DraftID(id), true, draw)
		}
		word := rapid.OneOf(
			rapid.StringMatching(`[a-z]{1,3}`), rapid.StringMatching(`[0-9]{1,3}x?`),
			rapid.SampledFrom([]string{"王", "雪", "王雪", "娜", "wang", "xue", "zw", "w", "'", "1b"}),
		).Draw(t, "word")
		found := ix.search(word)
		upper := strings.ToUpper(word)
		for i, r := range ix.rows {
			if r.id == "" {
				continue
			}
			want := strings.Contains(r.name, word)
			switch {
			case strings.Trim(word, "0123456789x") == "" && word != "x":
				want = strings.HasSuffix(r.idNumber, upper)
				for _, n := range []string{r.phone, r.number} {
					want = want || strings.HasPrefix(n, upper) || strings.HasSuffix(n, upper)
				}
			case isASCII(word):
				want = strings.Contains(r.spelled, word) ||
					strings.ContainsAny(word, "0123456789") && (strings.Contains(r.idNumber, upper) || strings.Contains(r.number, upper))
			}
			if found.has(i) != want {
				t.Fatalf("%q in %+v: %v", word, r, found.has(i))
			}
		}
	})
}
