package exam

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// byEncodingJSON is what Encode must give.
func byEncodingJSON(t *rapid.T, v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// anything fills every field of a value, whatever fields there are.
func anything(t *rapid.T, v reflect.Value, texts *rapid.Generator[string]) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(texts.Draw(t, "text"))
	case reflect.Int, reflect.Int64:
		v.SetInt(rapid.Int64().Draw(t, "number"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "flag"))
	case reflect.Struct:
		for i := range v.NumField() {
			anything(t, v.Field(i), texts)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), rapid.IntRange(0, 3).Draw(t, "records"), 3))
		for i := range v.Len() {
			anything(t, v.Index(i), texts)
		}
	default:
		t.Fatalf("a field of kind %v", v.Kind())
	}
}

func TestTheCanonicalBytesAreThoseOfEncodingJSON(t *testing.T) {
	texts := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"", "张三", "𬭎", "<a&b>", "\"\\/\b\f\n\r\t\x00\x7f", "\u2028\u2029", "\xff\xfe", "a\xc3", "\ufffd", "E\u0301", "\u00a0",
	}), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
	rapid.Check(t, func(t *rapid.T) {
		var d Document
		anything(t, reflect.ValueOf(&d).Elem(), texts)
		if got, want := d.Encode(), byEncodingJSON(t, d.listed()); !bytes.Equal(got, want) {
			t.Fatalf("Encode gives\n%q\nnot\n%q", got, want)
		}
		var s Submission
		anything(t, reflect.ValueOf(&s).Elem(), texts)
		for i := range s.Files {
			s.Files[i].Name = ""
		}
		if got, want := s.Encode(), byEncodingJSON(t, s); !bytes.Equal(got, want) {
			t.Fatalf("Encode gives\n%q\nnot\n%q", got, want)
		}
		for i, w := range s.Document.Work {
			w.ID = ""
			if want, err := json.Marshal(w); err != nil || s.Document.record("work", i) != string(want) {
				t.Fatalf("a record gives\n%q\nnot\n%q", s.Document.record("work", i), want)
			}
		}
	})
}

// Strings that differ in one place from text of every kind are escaped as
// encoding/json does it.
func TestOneByteDecidesWhetherTextIsEscaped(t *testing.T) {
	for _, text := range []string{"北京市朝阳区建国路", "ABCDEFGHIJKLMNOPQ", "张a李b王c赵d钱e孙f", "，。（）𠮷〇é\u2027\u202a"} {
		for at := range len(text) {
			for b := range 256 {
				s := text[:at] + string([]byte{byte(b)}) + text[at+1:]
				if got, want := string(writer(nil).text("", s)), string(escaped(s)); got != want {
					t.Fatalf("%q became %s, not %s", s, got, want)
				}
			}
		}
		for _, r := range []rune{0, '"', '\\', '<', '\u007f', '\u0080', '\u2028', '\u2029', '\u2fff', '\u3000', '\u9fff', '\ua000', '\ud7ff', '\ue000', '\ufffd', '\U00010000', '\U0010ffff'} {
			for at := range len(text) {
				s := text[:at] + string(r) + text[at:]
				if got, want := string(writer(nil).text("", s)), string(escaped(s)); got != want {
					t.Fatalf("%q became %s, not %s", s, got, want)
				}
			}
		}
	}
}
