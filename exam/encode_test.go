package exam

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
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

// quoted is text as a writer writes it.
func quoted(s string) string {
	var w writer
	w.text("", s)
	return string(w.out)
}

// changed is a document that shares all but a little with d, as the next one of a
// draft does, or nothing at all.
func changed(t *rapid.T, d Document, texts *rapid.Generator[string]) Document {
	v := reflect.ValueOf(&d).Elem()
	switch rapid.SampledFrom([]string{"none", "field", "record", "identity", "more", "less", "in place", "all"}).Draw(t, "change") {
	case "field":
		anything(t, v.Field(rapid.IntRange(0, v.NumField()-1).Draw(t, "field")), texts)
	case "record":
		if n := len(d.Work); n > 0 {
			d.Work = slices.Clone(d.Work)
			r := reflect.ValueOf(&d.Work[rapid.IntRange(0, n-1).Draw(t, "record")]).Elem()
			anything(t, r.Field(rapid.IntRange(0, r.NumField()-1).Draw(t, "field")), texts)
		}
	case "identity":
		if n := len(d.Work); n > 0 {
			d.Work = slices.Clone(d.Work)
			d.Work[rapid.IntRange(0, n-1).Draw(t, "record")].ID = rapid.SampledFrom([]string{"", "a"}).Draw(t, "id")
		}
	case "more":
		d.Education = slices.Insert(slices.Clone(d.Education), rapid.IntRange(0, len(d.Education)).Draw(t, "at"), Education{School: texts.Draw(t, "school")})
	case "less":
		if n := len(d.Education); n > 0 {
			at := rapid.IntRange(0, n-1).Draw(t, "at")
			d.Education = slices.Delete(slices.Clone(d.Education), at, at+1)
		}
	case "in place": // the memory of the list is that of the document before
		if n := len(d.Work); n > 0 {
			d.Work[rapid.IntRange(0, n-1).Draw(t, "record")].Duties = texts.Draw(t, "duties")
		}
	case "all":
		anything(t, v, texts)
	}
	return d
}

func TestAnEncoderGivesTheBytesOfEachDocument(t *testing.T) {
	texts := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "张三", "李四", "a", "b", "\"", "\u2028", "\xff"}))
	rapid.Check(t, func(t *rapid.T) {
		var d Document
		anything(t, reflect.ValueOf(&d).Elem(), texts)
		var e Encoder
		var before, last []byte
		for range rapid.IntRange(1, 12).Draw(t, "documents") {
			room := rapid.SampledFrom([][]byte{nil, before, last, make([]byte, 0, 4096)}).Draw(t, "room")
			want := d.Encode()
			got := e.Encode(room, d)
			if !bytes.Equal(got, want) {
				t.Fatalf("the encoder gives\n%q\nnot\n%q", got, want)
			}
			before, last = last, got
			d = changed(t, d, texts)
		}
	})
}

func TestAnEncoderDoesNotWriteAgainWhatIsTheSame(t *testing.T) {
	d := Document{City: "样例市", Phone: "19900000000", Title: "样例"}
	var e Encoder
	last := e.Encode(nil, d)
	copy(last[bytes.Index(last, []byte("样例市")):], "某某市") // to be known again
	d.Phone = "19900000001"
	next := e.Encode(nil, d)
	if !bytes.Contains(next, []byte("某某市")) || !bytes.Contains(next, []byte("19900000001")) {
		t.Fatalf("it gives %s", next)
	}
}

// Strings that differ in one place from text of every kind are escaped as
// encoding/json does it.
func TestOneByteDecidesWhetherTextIsEscaped(t *testing.T) {
	for _, text := range []string{"北京市朝阳区建国路", "ABCDEFGHIJKLMNOPQ", "张a李b王c赵d钱e孙f", "，。（）𠮷〇é\u2027\u202a"} {
		for at := range len(text) {
			for b := range 256 {
				s := text[:at] + string([]byte{byte(b)}) + text[at+1:]
				if got, want := quoted(s), string(escaped(s)); got != want {
					t.Fatalf("%q became %s, not %s", s, got, want)
				}
			}
		}
		for _, r := range []rune{0, '"', '\\', '<', '\u007f', '\u0080', '\u2028', '\u2029', '\u2fff', '\u3000', '\u9fff', '\ua000', '\ud7ff', '\ue000', '\ufffd', '\U00010000', '\U0010ffff'} {
			for at := range len(text) {
				s := text[:at] + string(r) + text[at:]
				if got, want := quoted(s), string(escaped(s)); got != want {
					t.Fatalf("%q became %s, not %s", s, got, want)
				}
			}
		}
	}
}
