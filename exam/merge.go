package exam

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
)

// FieldConflict is a field that both sides changed, each to something else.
// Base, Mine and Theirs are in the form that [Document.Set] takes; for a whole
// record "" means that this side removed it.
type FieldConflict struct {
	Path   string `json:"path"`
	Base   string `json:"base"`
	Mine   string `json:"mine"`
	Theirs string `json:"theirs"`
}

// Merge joins two documents that both come from base, field by field. A field
// that one side changed takes that side's value; one that both changed alike
// takes it too; one that both changed differently keeps the value of base and
// is a conflict. Records of lists are told apart by their ID, or by what
// distinguishes them in life. A record that one side removed and the other
// changed stays, and is a conflict.
//
// Merge is symmetric: exchanging mine and theirs gives the same document and
// the same conflicts with their sides exchanged. Nothing is lost: what either
// side changed is in the document or in a conflict. Decisions are made by
// calling [Document.Set] with each conflict's path in the order given; whole
// records come last, the later ones first, so that no path shifts.
func Merge(base, mine, theirs Document) (Document, []FieldConflict) {
	m := merger{}
	out := base.clone()
	b, x, y, o := reflect.ValueOf(base), reflect.ValueOf(mine), reflect.ValueOf(theirs), reflect.ValueOf(&out).Elem()
	for i := range o.NumField() {
		path := jsonKey(o.Type().Field(i))
		if f := o.Field(i); f.Kind() == reflect.Slice && f.Type().Elem().Kind() == reflect.Struct {
			f.Set(m.list(path, b.Field(i), x.Field(i), y.Field(i)))
		} else {
			f.Set(m.value(path, b.Field(i), x.Field(i), y.Field(i)))
		}
	}
	slices.SortFunc(m.records, func(a, b recordConflict) int { return cmp.Compare(b.index, a.index) })
	for _, r := range m.records {
		m.conflicts = append(m.conflicts, r.FieldConflict)
	}
	return out, m.conflicts
}

// PhotoPath is the path of a conflict about the photo; its sides are the SHA-256 of
// its bytes, "" where there is none.
const PhotoPath = "photo"

// MergeFiles joins what is attached, kind by kind. A kind that one side changed
// takes that side's files; of evidence that both changed all files stay, mine
// first, and the kind is among those joined. There is one photo only: when both
// changed it, mine stays and it is a conflict, which [TakePhoto] decides otherwise.
// Files that never leave this machine stay; the picture that a photo was made of goes
// with it. The order of files is no change: those of a submission are sorted.
func MergeFiles(base, mine, theirs []File) (out []File, photo *FieldConflict, joined []FileKind) {
	if p := ofKind(mine, FilePhoto); p != nil && sameFiles(ofKind(base, FilePhoto), p) && !sameFiles(p, ofKind(theirs, FilePhoto)) {
		mine = TakePhoto(mine, theirs)
	}
	var kinds []FileKind
	for _, f := range slices.Concat(mine, theirs) {
		if !slices.Contains(kinds, f.Kind) {
			kinds = append(kinds, f.Kind)
		}
	}
	for _, kind := range kinds {
		b, m, t := ofKind(base, kind), ofKind(mine, kind), ofKind(theirs, kind)
		switch {
		case kind == FilePhotoOriginal || sameFiles(b, t) || sameFiles(m, t):
			out = append(out, m...)
		case sameFiles(b, m):
			out = append(out, t...)
		case kind == FilePhoto:
			out = append(out, m...)
			photo = &FieldConflict{PhotoPath, only(b), only(m), only(t)}
		default:
			joined = append(joined, kind)
			for _, f := range t {
				if !slices.ContainsFunc(m, func(o File) bool { return o.SHA256 == f.SHA256 }) {
					m = append(m, f)
				}
			}
			out = append(out, m...)
		}
	}
	return out, photo, joined
}

func only(files []File) string {
	if len(files) == 0 {
		return ""
	}
	return files[0].SHA256
}

// TakePhoto puts the photo of from, or its absence, in the place of the one in files.
// The picture that the old one was made of goes with it.
func TakePhoto(files, from []File) []File {
	rest := slices.DeleteFunc(slices.Clone(files), func(f File) bool { return f.Kind == FilePhoto || f.Kind == FilePhotoOriginal })
	return append(slices.Clone(ofKind(from, FilePhoto)), rest...)
}

func ofKind(files []File, kind FileKind) (list []File) {
	for _, f := range files {
		if f.Kind == kind {
			list = append(list, f)
		}
	}
	return list
}

func sameFiles(a, b []File) bool { return slices.Equal(digestsOf(a), digestsOf(b)) }

// digestsOf gives each digest once, sorted.
func digestsOf(files []File) []string {
	list := make([]string, len(files))
	for i, f := range files {
		list[i] = f.SHA256
	}
	slices.Sort(list)
	return slices.Compact(list)
}

type merger struct {
	conflicts []FieldConflict
	records   []recordConflict
}

// recordConflict is about a whole record; it is decided after the fields.
type recordConflict struct {
	FieldConflict
	index int
}

// value merges one field as a whole.
func (m *merger) value(path string, base, mine, theirs reflect.Value) reflect.Value {
	switch {
	case same(mine, theirs), same(theirs, base):
		return mine
	case same(mine, base):
		return theirs
	}
	m.conflicts = append(m.conflicts, FieldConflict{path, text(base), text(mine), text(theirs)})
	return base
}

// same compares values; a list that is empty and one that is absent are alike.
func same(a, b reflect.Value) bool {
	if a.Kind() == reflect.Slice && a.Len() == 0 && b.Len() == 0 {
		return true
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

// text gives a value as [Document.Set] reads it.
func text(v reflect.Value) string {
	if v.Kind() == reflect.String {
		return v.String()
	}
	if v.Kind() == reflect.Slice && v.IsNil() {
		return "[]"
	}
	raw, err := json.Marshal(v.Interface())
	if err != nil {
		panic("exam: plain values cannot fail to encode: " + err.Error())
	}
	return string(raw)
}

// list merges records by their identity. Where only one side changed the list
// it is taken as it is, order and all; otherwise base's order comes first, then
// what was added, in an order that does not depend on the sides. A list that
// would be longer than a document may hold is one conflict.
func (m *merger) list(path string, base, mine, theirs reflect.Value) reflect.Value {
	switch {
	case same(mine, theirs), same(theirs, base):
		return mine
	case same(mine, base):
		return theirs
	}
	before := *m
	b, x, y := identified(base), identified(mine), identified(theirs)
	out := reflect.MakeSlice(base.Type(), 0, max(mine.Len(), theirs.Len()))
	for _, key := range keysOf(base, mine, theirs) {
		if r, kept := m.record(path, out.Len(), b[key], x[key], y[key]); kept {
			out = reflect.Append(out, r)
		}
	}
	if out.Len() > listBounds[path] {
		*m = before
		m.conflicts = append(m.conflicts, FieldConflict{path, text(base), text(mine), text(theirs)})
		return base
	}
	return out
}

var listBounds = map[string]int{"education": MaxEducation, "degrees": MaxDegrees, "certificates": MaxCertificates, "work": MaxWork}

// record merges one record; an invalid Value is one that the side does not
// have. The second result is false when the record is gone.
func (m *merger) record(path string, index int, base, mine, theirs reflect.Value) (reflect.Value, bool) {
	at := path + "." + strconv.Itoa(index)
	switch {
	case mine.IsValid() && theirs.IsValid():
		if !base.IsValid() {
			base = reflect.Zero(mine.Type())
		}
		out := reflect.New(mine.Type()).Elem()
		for i := range out.NumField() {
			out.Field(i).Set(m.value(at+"."+jsonKey(out.Type().Field(i)), base.Field(i), mine.Field(i), theirs.Field(i)))
		}
		return out, true
	case !base.IsValid():
		return pick(mine, theirs), true
	case !mine.IsValid() && !theirs.IsValid():
		return base, false
	}
	left := pick(mine, theirs)
	if same(left, base) {
		return base, false
	}
	c := FieldConflict{Path: at, Base: text(base)}
	if mine.IsValid() {
		c.Mine = text(mine)
	} else {
		c.Theirs = text(theirs)
	}
	m.records = append(m.records, recordConflict{c, index})
	return left, true
}

func pick(a, b reflect.Value) reflect.Value {
	if a.IsValid() {
		return a
	}
	return b
}

// identified maps the records of a list by their identities.
func identified(list reflect.Value) map[string]reflect.Value {
	byKey := make(map[string]reflect.Value, list.Len())
	for i := range list.Len() {
		byKey[keyFor(list.Index(i), byKey)] = list.Index(i)
	}
	return byKey
}

// keyFor gives the identity of a record that no other in taken has: like
// records are counted.
func keyFor(r reflect.Value, taken map[string]reflect.Value) string {
	key := identity(r)
	for n := 0; ; n++ {
		k := key + "#" + strconv.Itoa(n)
		if !taken[k].IsValid() {
			return k
		}
	}
}

// identity is the record's ID, else what distinguishes such records in life: a
// person goes through one school of a level, is awarded one degree of a level
// and major, holds one certificate of a level, begins one post at an employer
// in a month.
func identity(r reflect.Value) string {
	var parts []string
	id := func(id string, natural ...string) {
		parts = natural
		if id != "" {
			parts = []string{"id", id}
		}
	}
	switch x := r.Interface().(type) {
	case Education:
		id(x.ID, string(x.Level), x.School)
	case Degree:
		id(x.ID, string(x.Level), x.Major)
	case Certificate:
		id(x.ID, string(x.Level))
	case Work:
		id(x.ID, x.Employer, string(x.From))
	}
	raw, _ := json.Marshal(parts) // a list of strings
	return string(raw)
}

// keysOf lists every identity: base's in its order, then the added ones sorted
// by what they are.
func keysOf(base, mine, theirs reflect.Value) []string {
	var keys []string
	known := map[string]reflect.Value{}
	for i := range base.Len() {
		k := keyFor(base.Index(i), known)
		known[k] = base.Index(i)
		keys = append(keys, k)
	}
	var added []string
	for _, side := range []reflect.Value{mine, theirs} {
		for k, r := range identified(side) {
			if !known[k].IsValid() {
				known[k] = r
				added = append(added, k)
			}
		}
	}
	slices.Sort(added)
	return append(keys, added...)
}
