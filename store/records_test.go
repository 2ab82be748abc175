package store

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"wenbao/exam"
)

// TestWhatIsWrittenWithoutEncodingJSONIsTheSame holds the heads and versions
// that are written by hand to what encoding/json makes of them.
func TestWhatIsWrittenWithoutEncodingJSONIsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.StringMatching(`[a-z_0-9-]{0,12}`), rapid.String())
		h := head{
			Revision: rapid.Uint64().Draw(t, "revision"), Created: rapid.Int64().Draw(t, "created"), Updated: rapid.Int64().Draw(t, "updated"),
			State: exam.State(text.Draw(t, "state")), Pack: exam.PackRef{ID: text.Draw(t, "pack"), Version: rapid.Int().Draw(t, "version")},
			Deleted: rapid.Int64Range(-1, 1).Draw(t, "deleted"), Delivered: rapid.Uint64Range(0, 2).Draw(t, "delivered"),
		}
		h.recent = rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "recent")
		h.Recent = len(h.recent)
		plainFiles := true
		for range rapid.IntRange(0, fewFiles+1).Draw(t, "files") {
			f := fileRef{Kind: exam.FileKind(text.Draw(t, "kind")), SHA256: text.Draw(t, "hash"), Size: rapid.Int64().Draw(t, "size"), Type: text.Draw(t, "type"), Name: text.Draw(t, "name")}
			h.Files = append(h.Files, f)
			plainFiles = plainFiles && !escaped(f)
		}
		room := rapid.IntRange(lengthRoom, 300).Draw(t, "room")
		if got, want := h.facts(make([]byte, room)), encode(h, nil); string(got) != string(want) {
			t.Fatalf("%s\nnot\n%s", got, want)
		}
		plain := slices.Concat(h.facts(make([]byte, factsRoom)), h.recent, []byte("document"))
		got, ok := glance(plain)
		if !ok && plainFiles && len(h.Files) <= fewFiles && bare(string(h.State)) && bare(h.Pack.ID) {
			t.Fatalf("not read at a glance: %s", plain)
		}
		var want head
		raw, _ := decode(plain, &want)
		if !want.divide(raw) || string(want.document) != "document" {
			t.Fatalf("it is divided into %q", want.document)
		}
		if ok && !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v\nnot\n%+v", got, want)
		}
		v := versionFacts{Saved: h.Updated, State: h.State, Files: rapid.IntRange(0, 3).Draw(t, "files"), Same: rapid.Bool().Draw(t, "same")}
		if got, want := v.encode(make([]byte, room)), encode(v, nil); string(got) != string(want) {
			t.Fatalf("%s\nnot\n%s", got, want)
		}
	})
}
