package exam

import (
	"encoding/json"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

func TestCanonicalTextIsReadAsJSONReadsIt(t *testing.T) {
	text := rapid.StringMatching(`[a-z0-9张三,{}\[\]:" ]{0,8}`)
	number := rapid.IntRange(-3, 1<<40)
	rapid.Check(t, func(t *rapid.T) {
		s := Submission{Schema: 1, ID: DraftID(text.Draw(t, "id")), Pack: PackRef{text.Draw(t, "pack"), number.Draw(t, "version")}}
		s.Document.Name = text.Draw(t, "name")
		s.Document.Year = number.Draw(t, "year")
		s.Document.Subjects = rapid.SliceOfN(text, 0, 4).Draw(t, "subjects")
		for range rapid.IntRange(0, 5).Draw(t, "posts") {
			s.Document.Work = append(s.Document.Work, Work{ID: text.Draw(t, "identity"), Duties: text.Draw(t, "duties"), SocialWork: rapid.Bool().Draw(t, "social")})
		}
		for range rapid.IntRange(0, 3).Draw(t, "files") {
			s.Files = append(s.Files, File{SHA256: text.Draw(t, "hash"), Size: int64(number.Draw(t, "size"))})
		}
		raw := s.Encode()
		var want Submission
		if err := json.Unmarshal(raw, &want); err != nil {
			t.Fatal(err)
		}
		got, ok := readCanonical(raw)
		escaped := false
		for _, c := range raw {
			escaped = escaped || c == '\\'
		}
		if ok == escaped || ok && !reflect.DeepEqual(got, want) {
			t.Fatalf("%s\nread %v as %+v", raw, ok, got)
		}
		if cut := raw[:rapid.IntRange(0, len(raw)-1).Draw(t, "cut")]; len(cut) < len(raw) {
			if _, ok := readCanonical(cut); ok {
				t.Fatalf("half of it is read: %s", cut)
			}
		}
	})
}
