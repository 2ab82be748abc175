package exam_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"wenbao/exam"
)

var update = flag.Bool("update", false, "write the schemas of docs/ and sign the sample packs anew")

// described holds what the sources say about types and their fields, and the
// values that typed texts may have.
type described struct {
	fields map[string]string   // "Document.name" → comment
	values map[string][]string // "IDType" → its constants
}

func describe(t *testing.T) described {
	d := described{map[string]string{}, map[string][]string{}}
	for _, file := range sources(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.TypeSpec:
				if s, ok := x.Type.(*ast.StructType); ok {
					d.record(x.Name.Name, s)
				}
			case *ast.ValueSpec:
				id, ok := x.Type.(*ast.Ident)
				if !ok || len(x.Values) != 1 {
					return true
				}
				if lit, ok := x.Values[0].(*ast.BasicLit); ok {
					text, _ := strconv.Unquote(lit.Value)
					d.values[id.Name] = append(d.values[id.Name], text)
				}
			}
			return true
		})
	}
	return d
}

func (d described) record(name string, s *ast.StructType) {
	for _, f := range s.Fields.List {
		if f.Tag == nil {
			continue
		}
		tag, _ := strconv.Unquote(f.Tag.Value)
		key, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
		d.fields[name+"."+key] = strings.Join(strings.Fields(f.Doc.Text()+" "+f.Comment.Text()), " ")
	}
}

// schema gives the JSON Schema of a type.
func (d described) schema(t reflect.Type) map[string]any {
	switch t.Kind() {
	case reflect.Pointer:
		return d.schema(t.Elem())
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int:
		return map[string]any{"type": "integer"}
	case reflect.String:
		s := map[string]any{"type": "string"}
		if values := d.values[t.Name()]; len(values) > 0 && values[0] != "" {
			s["examples"] = values
		}
		return s
	case reflect.Slice:
		return map[string]any{"type": "array", "items": d.schema(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": d.schema(t.Elem())}
	}
	properties := map[string]any{}
	for i := range t.NumField() {
		if !t.Field(i).IsExported() {
			continue
		}
		key, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		s := d.schema(t.Field(i).Type)
		if text := d.fields[t.Name()+"."+key]; text != "" {
			s["description"] = text
		}
		if n := maxItems[t.Name()+"."+key]; n > 0 {
			s["maxItems"] = n
		}
		properties[key] = s
	}
	return map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
}

var maxItems = map[string]int{
	"Document.subjects": exam.MaxSubjects, "Document.education": exam.MaxEducation, "Document.degrees": exam.MaxDegrees,
	"Document.certificates": exam.MaxCertificates, "Document.work": exam.MaxWork,
}

func TestTheSchemasOfTheDocumentationAreThoseOfTheTypes(t *testing.T) {
	d := describe(t)
	for name, x := range map[string]struct {
		title string
		t     reflect.Type
	}{
		"draft": {"The draft document. Empty fields are not filled in yet; texts may hold what is not valid yet.", reflect.TypeFor[exam.Document]()},
		"pack":  {"An exam pack. The file may hold // and /* */ comments and trailing commas; see packs.md.", reflect.TypeFor[exam.Pack]()},
	} {
		s := d.schema(x.t)
		s["$schema"], s["$id"], s["title"] = "https://json-schema.org/draft/2020-12/schema", name+".schema.json", x.title
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(s); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("..", "docs", name+".schema.json")
		if *update {
			if err := os.WriteFile(file, want.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%s is not the schema of the type (%v); write it with: go test ./exam -run Schemas -update", file, err)
		}
	}
}

// fits validates a value against the part of JSON Schema that the schemas use.
func fits(schema map[string]any, v any, at string) error {
	switch x := v.(type) {
	case map[string]any:
		if schema["type"] != "object" {
			return fmt.Errorf("%s: an object", at)
		}
		properties, _ := schema["properties"].(map[string]any)
		for key, e := range x {
			inner, ok := properties[key].(map[string]any)
			if !ok {
				return fmt.Errorf("%s: unknown key %s", at, key)
			}
			if err := fits(inner, e, at+"."+key); err != nil {
				return err
			}
		}
	case []any:
		if most, ok := schema["maxItems"].(float64); schema["type"] != "array" || ok && len(x) > int(most) {
			return fmt.Errorf("%s: a list of %d", at, len(x))
		}
		for _, e := range x {
			if err := fits(schema["items"].(map[string]any), e, at); err != nil {
				return err
			}
		}
	default:
		want := map[string]string{"string": "string", "bool": "boolean", "float64": "integer"}[fmt.Sprintf("%T", v)]
		if schema["type"] != want {
			return fmt.Errorf("%s: %T", at, v)
		}
	}
	return nil
}

func TestTheReaderOfDraftsAndTheSchemaAgree(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "docs", "draft.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(raw, &schema); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		var v map[string]any
		if err := json.Unmarshal(anyDocument(t, "doc").Encode(), &v); err != nil {
			t.Fatal(err)
		}
		spoil(t, v)
		text, _ := json.Marshal(v)
		_, refused := exam.DecodeDocument(text)
		if unfit := fits(schema, v, "$"); (refused == nil) != (unfit == nil) {
			t.Fatalf("the reader says %v, the schema %v: %s", refused, unfit, text)
		}
	})
}

// spoil now and then makes the document one that does not fit.
func spoil(t *rapid.T, v map[string]any) {
	work, _ := v["work"].([]any)
	switch rapid.IntRange(0, 6).Draw(t, "spoil") {
	case 0:
		v["surname"] = "x"
	case 1:
		v["phone"] = 13800138000
	case 2:
		v["work"] = "none"
	case 3:
		v["education"] = slices.Repeat([]any{map[string]any{}}, rapid.IntRange(4, 7).Draw(t, "records"))
	case 4:
		if len(work) > 0 {
			work[0].(map[string]any)["salary"] = "1"
		}
	}
}

func TestARefusalOfADraftNamesThePath(t *testing.T) {
	for text, want := range map[string]string{
		`{"surname":"x"}`:                   "line 1, column 2: surname: unknown key",
		`{"education":[{},{"shcool":"x"}]}`: "education.1.shcool: unknown key",
		`{"phone":138}`:                     "phone: wants text",
		`{"year":"2026"}`:                   "year: wants number",
		`{"year":2026.5}`:                   "year: wants number",
		`{"work":[{"social_work":"yes"}]}`:  "work.0.social_work: wants bool",
		`{"work":{}}`:                       "work: wants list",
		`{"degrees":["x"]}`:                 "degrees.0: wants object",
		`[]`:                                "line 1, column 1: wants object",
		`{} {}`:                             "line 1, column 4: more than one",
		`{"year":1},`:                       "line 1, column 11: more than one",
		"{}\n, ":                            "line 2, column 1: more than one",
		`{}:`:                               "line 1, column 3: more than one",
		`{"subjects":["1","2","3","4","5","6","7","8","9","10","11"]}`: `subjects: too many count="11" most="10"`,
		"":           "empty",
		" \n ":       "empty",
		`{"name":"张`: "line 1, column 11: name: cut off",
		"{\n  \"name\": \"张\",\n  \"phone\": 1,}":  "line 3, column 12: phone: wants text",
		"{\n  \"year\": 1,}":                       "line 2, column 13: syntax",
		`{"year":1,,}`:                             "line 1, column 11: syntax",
		`{"name":"张"`:                              "cut off",
		`{'name':1}`:                               "line 1, column 2: syntax",
		`{"name":"a","name":"b"}`:                  "line 1, column 13: name: key twice",
		`{"NAME":"a"}`:                             "NAME: unknown key",
		`{"name":"` + "\xff" + `"}`:                "line 1, column 10: encoding",
		`{"name":"\ud842"}`:                        "name: surrogate",
		`{"name":"\uDFB7\ud842"}`:                  "name: surrogate",
		`{"work":[{"employer":"\ud842x"}]}`:        "work.0.employer: surrogate",
		strings.Repeat("[", 100_000):               "wants object",
		`{"work":[` + strings.Repeat("[", 100_000): "work.0: wants object",
		`{"year":1e99}`:                            "year: wants number",
		`{"year":99999999999}`:                     "year: wants number",
		"\uFEFF\uFEFF{}":                           "syntax",
	} {
		_, err := exam.DecodeDocument([]byte(text))
		if exam.KindOf(err) != exam.KindInvalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %v, want %q", text, err, want)
		}
		list := exam.Faults(err)
		if len(list) != 1 {
			t.Errorf("%.60s: %d faults", text, len(list))
			continue
		}
		for lang, say := range languages {
			if said := list[0].Said(say); said == "" || strings.ContainsAny(said, "⟦") || strings.Contains(said, "<no value>") || !strings.Contains(said, list[0].Path) {
				t.Errorf("%s: %q", lang, said)
			}
		}
	}
	// what is odd, and still clear
	for text, name := range map[string]string{
		"\uFEFF" + `{"name":"张"}`:      "张",
		`{"name":"\ud842\udfb7"}`:      "𠮷",
		`{"name":"\uFFFD"}`:            "\uFFFD",
		`{"name":null,"work":null}`:    "",
		" {\n\t\"name\" : \"张\"\r\n} ": "张",
	} {
		if d, err := exam.DecodeDocument([]byte(text)); err != nil || d.Name != name {
			t.Errorf("%s: %q, %v", text, d.Name, err)
		}
	}
	empty, err := exam.DecodeDocument([]byte("{}"))
	if raw, merr := json.Marshal(empty); err != nil || merr != nil || strings.Contains(string(raw), "null") {
		t.Errorf("an empty draft is %s, %v", raw, err)
	}
	if _, err := exam.DecodeDocument(make([]byte, exam.MaxDocumentBytes+1)); exam.KindOf(err) != exam.KindTooLarge {
		t.Errorf("too large: %v", err)
	}
}

func TestARefusalOfAFieldNamesThePath(t *testing.T) {
	for _, x := range []struct{ path, text, want string }{
		{"education", `[{},{"shcool":"x"}]`, "set field: invalid: education.1.shcool: unknown key"},
		{"work.0", `{"from":1}`, "set field: invalid: work.0.from: wants text"},
		{"work", `{}`, "set field: invalid: work: wants list"},
		{"work.0.social_work", "yes", "set field: invalid: work.0.social_work: wants bool"},
		{"year", "this", "set field: invalid: year: wants number"},
		{"work.1.from", "2020-01", ""},
		{"work.2.from", "2020-01", "set field: invalid: work.2.from: no field"},
		{"work.-1.from", "2020-01", "set field: invalid: work.-1.from: no field"},
		{"name.first", "x", "set field: invalid: name.first: no field"},
		{"", "x", "set field: invalid: no field"},
	} {
		d := complete()
		err := d.Set(x.path, x.text)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != x.want || err != nil && !bytes.Equal(d.Encode(), complete().Encode()) {
			t.Errorf("%s = %s: %q, want %q", x.path, x.text, got, x.want)
		}
		if _, err := d.Get(x.path); (err != nil) != strings.Contains(x.want, "no field") {
			t.Errorf("reading %s: %v", x.path, err)
		}
	}
}

func FuzzDecodeDocument(f *testing.F) {
	f.Add(complete().Encode())
	for _, s := range []string{`{"work":[{"from":"2020-01"}]}`, `{"a":1}`, `{"year":1e99}`, `{"work":null}`, `[[[[`, `{"education":[[]]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := exam.DecodeDocument(raw)
		if err != nil {
			return
		}
		again, err := exam.DecodeDocument(d.Encode())
		if err != nil || !bytes.Equal(again.Encode(), d.Encode()) {
			t.Fatalf("%v: %s", err, d.Encode())
		}
		exam.Check(d, []exam.File{}, pack038, exam.Moment{Now: at("2026-03-10 00:00"), Trusted: true})
	})
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"20120601", "2012.6", "2012年6月", "２０１２－０６", "1990-3-7", "年月日", "0000", "2012-06-31"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := exam.ParseDate(s); err == nil {
			if again, err := exam.ParseDate(string(d)); err != nil || again != d {
				t.Fatalf("%q is %q, and that %q", s, d, again)
			}
		}
		if m, err := exam.ParseMonth(s); err == nil {
			if again, err := exam.ParseMonth(string(m)); err != nil || again != m {
				t.Fatalf("%q is %q, and that %q", s, m, again)
			}
		}
	})
}
