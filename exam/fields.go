package exam

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// fieldRule reads one text field of the document, or of every record of a list.
type fieldRule struct {
	path  string
	list  int // index of the list in Document, -1 for a plain field
	field int // index of the field in Document or in the record
	whole bool
	step  int // index into Steps

	required, wanted string   // the rules that ask for it
	at               []string // the path in each record: "education.2.school"
}

// fieldRules holds every path without index that a pack may name: "name",
// "education" (at least one record), "education.school" (in every record).
// It is made from the document's type once and only read afterwards.
var fieldRules = makeFieldRules()

func makeFieldRules() map[string]*fieldRule {
	rules := map[string]*fieldRule{}
	doc := reflect.TypeFor[Document]()
	for i := range doc.NumField() {
		f := doc.Field(i)
		key := jsonKey(f)
		step := slices.Index(Steps, stepOf[key])
		rules[key] = &fieldRule{path: key, list: -1, field: i, whole: f.Type.Kind() == reflect.Slice, step: step, required: key + ".required", wanted: key + ".wanted"}
		if f.Type.Kind() != reflect.Slice || f.Type.Elem().Kind() != reflect.Struct {
			continue
		}
		for j := range f.Type.Elem().NumField() {
			if g := f.Type.Elem().Field(j); g.Type.Kind() == reflect.String {
				path := key + "." + jsonKey(g)
				rule := &fieldRule{path: path, list: i, field: j, step: step, required: path + ".required", wanted: path + ".wanted"}
				for n := range MaxWork { // no list is longer
					rule.at = append(rule.at, key+"."+strconv.Itoa(n)+"."+jsonKey(g))
				}
				rules[path] = rule
			}
		}
	}
	return rules
}

func jsonKey(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// isField tells whether a path without index is a field of the document or of
// the records of one of its lists.
func isField(path string) bool {
	head, tail, below := strings.Cut(path, ".")
	t, ok := typeBelow(reflect.TypeFor[Document](), head)
	if !ok || !below {
		return ok
	}
	if t.Kind() != reflect.Slice || t.Elem().Kind() != reflect.Struct {
		return false
	}
	_, ok = typeBelow(t.Elem(), tail)
	return ok
}

// visit calls see for each place of the document that the rule is about, with
// the place's own path and whether it is filled in.
func (r *fieldRule) visit(doc reflect.Value, see func(path string, filled bool)) {
	if r.list < 0 {
		f := doc.Field(r.field)
		see(r.path, !f.IsZero() && (!r.whole || f.Len() > 0))
		return
	}
	list := doc.Field(r.list)
	for i := range min(list.Len(), len(r.at)) { // more are refused
		see(r.at[i], list.Index(i).Field(r.field).Len() > 0)
	}
}

// withoutIndex turns "education.0.school" into "education.school".
func withoutIndex(path string) string {
	parts := strings.Split(path, ".")
	kept := parts[:0]
	for _, p := range parts {
		if !allDigits(p) {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, ".")
}
