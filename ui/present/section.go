package present

import (
	"crypto/rand"
	"encoding/hex"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"wenbao/exam"
)

// Section is a group of fields of the step shown.
type Section struct {
	ID      string
	Fields  []Field  // of a section without records
	List    string   // path of the list, "" without records
	Records []Record // of a section with records
	CanAdd  bool
	Why     Text // why a record has to be added; empty when none has
}

// Record is one entry of a list: a post, a diploma.
type Record struct {
	Path   string // "work.1"
	Key    string // stays the same while records move
	Title  Text
	Fields []Field
	First  bool
	Last   bool
	Locked bool
	Copies bool // there is room for a copy of it
}

// Sections gives what the step shown asks for.
func (f *Form) Sections() []Section {
	var out []Section
	for _, spec := range catalogue[f.step] {
		s := Section{ID: spec.id, List: spec.list}
		if spec.list == "" {
			s.Fields = f.fields(spec.fields, "", 0)
		} else {
			s.Records = f.records(spec)
			s.CanAdd = len(s.Records) < spec.most && !f.locked(spec.list)
			if n, ok := f.need(spec.list); ok && n.Severity == exam.Block && !n.Done {
				n.Because = slices.DeleteFunc(slices.Clone(n.Because), func(r exam.Reason) bool { return r == exam.NeedRequired }) // the words of the empty list say it
				s.Why = Said(f.report.Why(n)...)
			}
		}
		out = append(out, s)
	}
	return out
}

func (f *Form) records(spec sectionSpec) []Record {
	n := listLen(f.doc, spec.list)
	out := make([]Record, n)
	for i := range out {
		path := spec.list + "." + strconv.Itoa(i)
		out[i] = Record{Path: path, Key: f.recordKey(path),
			Title:  T("ui.record."+spec.list, "number", i+1),
			Fields: f.fields(spec.fields, spec.list, i),
			First:  i == 0, Last: i == n-1, Locked: f.locked(spec.list), Copies: n < spec.most && !f.locked(spec.list)}
	}
	return out
}

// recordKey is the record's identity, or its place when it has none.
func (f *Form) recordKey(path string) string {
	if id, err := f.doc.Get(path + ".id"); err == nil && id != "" {
		return id
	}
	return path
}

func (f *Form) fields(specs []fieldSpec, list string, i int) []Field {
	var out []Field
	for _, s := range specs {
		path := s.path
		if list != "" {
			path = at(list, i, s.path)
		}
		if f.asked(path) {
			out = append(out, f.field(s, path))
		}
	}
	return out
}

// asked leaves out what this candidate need not see.
func (f *Form) asked(path string) bool {
	switch path {
	case "subjects":
		return f.doc.Level != ""
	case "name_remark":
		return f.doc.NameRemark != "" || hasRare(f.doc.Name)
	}
	return true
}

// hasRare tells whether a name has a character that ordinary machines lack:
// anything beyond the two oldest blocks of Han, or a stand-in for one.
func hasRare(name string) bool {
	for _, r := range name {
		if r >= 0x3400 && r <= 0x4dbf || r >= 0xe000 && r <= 0xf8ff || r > 0xffff || strings.ContainsRune("[]［］*＊?？", r) {
			return true
		}
	}
	return !utf8.ValidString(name)
}

func (f *Form) field(s fieldSpec, path string) Field {
	v, _ := f.doc.Get(path)
	out := Field{Path: path, Kind: s.kind, Label: label(path), Value: v, Half: s.half,
		Choices: f.choices(s.path), Problems: f.problems(path),
		Locked: f.locked(path)}
	n, _ := f.need(path)
	out.Required = n.Severity == exam.Block
	if s.kind == Tick {
		out.Label = f.named("ui.tick." + s.path)
	}
	if s.kind == Ticks {
		out.Value = strings.Join(f.subjects(), ",")
	}
	if s.hint {
		out.Hint = f.named("ui.hint." + s.path)
	}
	f.explain(&out)
	out.Rare = !out.Locked && canBeRare(s.path, v)
	return out
}

// need finds what the registration calls for at a path.
func (f *Form) need(path string) (exam.Need, bool) {
	for _, n := range f.report.Needs {
		if n.Field == path {
			return n, true
		}
	}
	return exam.Need{}, false
}

// named says words that may name the exam's own kind of work and major.
func (f *Form) named(key string) Text {
	return Said(exam.Phrase{Key: key, Args: f.pack.Terms()})
}

// subjects are the ids chosen; none means all of the level, as the official form
// ticks them beforehand.
func (f *Form) subjects() (ids []string) {
	if len(f.doc.Subjects) > 0 {
		return f.doc.Subjects
	}
	for _, s := range f.pack.Subjects(f.doc.Level) {
		ids = append(ids, s.ID)
	}
	return ids
}

// explain says why a field cannot be changed or where its value comes from.
func (f *Form) explain(v *Field) {
	switch v.Path {
	case "gender", "birth_date":
		if found, ok := f.fromNumber(); ok && string(found.Gender) == string(f.doc.Gender) && found.BirthDate == f.doc.BirthDate {
			v.Locked, v.Why, v.Hint = true, T("ui.why.from_number"), Text{}
			return
		}
	case "subjects":
		if l, ok := f.pack.Level(f.doc.Level); ok && l.AllAtOnce {
			v.Locked, v.Why, v.Hint = true, T("ui.why.all_subjects"), Text{}
			return
		}
	}
	_, whole := f.Closed()
	switch _, again := exam.Next(f.draft.State.Waiting(), exam.ActionSubmit, exam.Candidate); {
	case whole: // the step says why
		v.Hint = Text{}
	case v.Locked:
		v.Why = T("ui.why.locked." + string(f.draft.State))
	case !again && f.draft.State != exam.StateDraft:
		v.Why = T("ui.why.kept_here") // the registration is over
	}
}

// Closed says why nothing of the step shown can be changed; false when something
// can, and where the step has words of its own for that.
func (f *Form) Closed() (why Text, ok bool) {
	for _, s := range catalogue[f.step] {
		for _, spec := range s.fields {
			if !f.locked(spec.path) {
				return Text{}, false
			}
			ok = true
		}
	}
	return T("ui.why.locked." + string(f.draft.State)), ok
}

func (f *Form) locked(path string) bool {
	if f.sending() {
		return true
	}
	return !exam.Editable(f.draft.State, path, f.pack)
}

// problems gives what may be said under a field now: what was typed wrong as
// soon as typing paused, what is missing once the step was left.
func (f *Form) problems(path string) []Shown {
	var out []Shown
	for _, p := range f.report.Problems {
		if p.Field != path {
			continue
		}
		if f.left[StepOf(path)] || f.typed[path] && !absent(p.Rule) {
			out = append(out, Shown{Text: Said(exam.Phrase{Key: "rule." + p.Rule, Args: p.Args}), Severity: p.Severity})
		}
	}
	return out
}

// absent tells whether a rule says that something is not filled in yet.
func absent(rule string) bool {
	return strings.HasSuffix(rule, ".required") || strings.HasSuffix(rule, ".wanted")
}

// listOf gives the list at a path of the document, for reading and changing.
func listOf(d *exam.Document, list string) reflect.Value {
	v := reflect.ValueOf(d).Elem()
	for i := range v.NumField() {
		if name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); name == list {
			return v.Field(i)
		}
	}
	return reflect.Value{}
}

func listLen(d exam.Document, list string) int { return listOf(&d, list).Len() }

// split parts "work.1" into its list and index.
func split(record string) (list string, i int) {
	list, n, _ := strings.Cut(record, ".")
	i, _ = strconv.Atoi(n)
	return list, i
}

func recordNumber(index string) string {
	n, err := strconv.Atoi(index)
	if err != nil {
		return index
	}
	return strconv.Itoa(n + 1)
}

func newRecordID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return hex.EncodeToString(b[:])
}

// Add puts a new record at the end of a list and gives the path of its first
// field. The newest post comes last, as the official form has it.
func (f *Form) Add(list string) (first string) {
	f.edit(list, func(v reflect.Value) reflect.Value {
		fresh := reflect.New(v.Type().Elem()).Elem()
		fresh.FieldByName("ID").SetString(newRecordID())
		return reflect.Append(v, fresh)
	})
	path := list + "." + strconv.Itoa(listLen(f.doc, list)-1)
	if s, ok := listSpec(list); ok {
		path += strings.TrimPrefix(s.fields[0].path, list)
	}
	return path
}

// Duplicate puts a copy of a record behind it.
func (f *Form) Duplicate(record string) {
	list, i := split(record)
	if i >= listLen(f.doc, list) {
		return // it was removed meanwhile
	}
	f.edit(list, func(v reflect.Value) reflect.Value {
		twin := reflect.New(v.Type().Elem()).Elem()
		twin.Set(v.Index(i))
		twin.FieldByName("ID").SetString(newRecordID())
		return inserted(v, i+1, twin)
	})
}

// inserted gives a list with a record more, at place i.
func inserted(v reflect.Value, i int, record reflect.Value) reflect.Value {
	out := reflect.MakeSlice(v.Type(), 0, v.Len()+1)
	out = reflect.AppendSlice(out, v.Slice(0, i))
	out = reflect.Append(out, record)
	return reflect.AppendSlice(out, v.Slice(i, v.Len()))
}

// Remove takes a record out of its list; it can be undone, which leaves alone
// what is typed into the other records meanwhile.
func (f *Form) Remove(record string) {
	list, i := split(record)
	if f.locked(list) || i >= listLen(f.doc, list) {
		return
	}
	var gone reflect.Value
	f.edit(list, func(v reflect.Value) reflect.Value {
		gone = reflect.New(v.Type().Elem()).Elem()
		gone.Set(v.Index(i))
		out := reflect.MakeSlice(v.Type(), 0, v.Len())
		out = reflect.AppendSlice(out, v.Slice(0, i))
		return reflect.AppendSlice(out, v.Slice(i+1, v.Len()))
	})
	f.offerPutBack(list, i, gone)
}

// offerPutBack offers to put a record back at its place, again while the list has
// no room for it or must not change.
func (f *Form) offerPutBack(list string, i int, gone reflect.Value) {
	f.offerUndo(T("ui.undo.removed", "record", T("ui.record."+list, "number", i+1)), func() {
		back := f.edit(list, func(v reflect.Value) reflect.Value { return inserted(v, min(i, v.Len()), gone) })
		if !back {
			f.refused(reason(exam.KindState))
			f.offerPutBack(list, i, gone)
		}
	})
}

// Move shifts a record by one place, up (-1) or down (1), and gives the path that it
// has then.
func (f *Form) Move(record string, by int) (now string) {
	now = record
	list, i := split(record)
	f.edit(list, func(v reflect.Value) reflect.Value {
		j := i + by
		if j < 0 || max(i, j) >= v.Len() {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(out, v)
		reflect.Swapper(out.Interface())(i, j)
		now = list + "." + strconv.Itoa(j)
		return out
	})
	return now
}

// edit changes a list unless it is locked. It does not let it grow beyond its
// bound: nobody could read such a document again.
func (f *Form) edit(list string, change func(reflect.Value) reflect.Value) (done bool) {
	if f.locked(list) {
		return false
	}
	v := listOf(&f.doc, list)
	next := change(v)
	if next.Len() > max(v.Len(), most(list)) {
		return false
	}
	v.Set(next)
	if strings.HasPrefix(f.rare.path, list+".") {
		f.rare = rare{} // its record may stand elsewhere now
	}
	f.edited()
	return true
}

// most is how many records a list may have.
func most(list string) int {
	s, _ := listSpec(list)
	return s.most
}

// edited follows a change that was not typed: it is saved at once.
func (f *Form) edited() {
	f.judge()
	f.saver.touch()
	f.saver.now()
	f.desk.changed()
}
