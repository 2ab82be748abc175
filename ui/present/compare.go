package present

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"wenbao/exam"
)

// Change is a field that differs between two versions of a document. An empty
// text is a field that was not filled in.
type Change struct {
	Field    Text
	From, To Text
}

// changes lists what differs between two documents in the order of the form;
// records are told apart by their id, so that moving them is no change.
func (f *Form) changes(from, to exam.Document) (list []Change) {
	a, b := fieldsOf(from), fieldsOf(to)
	for _, step := range Steps {
		for _, s := range catalogue[step] {
			if s.list != "" {
				list = append(list, f.recordChanges(s, from, to)...)
				continue
			}
			for _, spec := range s.fields {
				if a[spec.path] != b[spec.path] {
					list = append(list, Change{label(spec.path), f.readable(spec.path, a[spec.path]), f.readable(spec.path, b[spec.path])})
				}
			}
		}
	}
	return list
}

func (f *Form) recordChanges(s sectionSpec, from, to exam.Document) (list []Change) {
	before, after := recordsOf(from, s.list), recordsOf(to, s.list)
	for _, r := range before {
		if !slices.ContainsFunc(after, r.same) {
			list = append(list, Change{f.fieldName(r.path(s.list)), f.summary(s, r), T("ui.compare.removed")})
		}
	}
	for _, r := range after {
		i := slices.IndexFunc(before, r.same)
		if i < 0 {
			list = append(list, Change{f.fieldName(r.path(s.list)), T("ui.compare.absent"), f.summary(s, r)})
			continue
		}
		for _, spec := range s.fields {
			bare := strings.TrimPrefix(spec.path, s.list+".")
			if old, now := before[i].fields[bare], r.fields[bare]; old != now {
				list = append(list, Change{f.fieldName(at(s.list, r.index, spec.path)), f.readable(spec.path, old), f.readable(spec.path, now)})
			}
		}
	}
	return list
}

// readable gives a value as people read it: the name of a choice, yes or no, or
// what was typed. A whole record is told by its first fields.
func (f *Form) readable(path, value string) Text {
	switch {
	case value == "":
		return Text{}
	case value == "false":
		return T("ui.value.no")
	case strings.HasPrefix(value, "{"):
		list, _, _ := strings.Cut(path, ".")
		var raw map[string]any
		if s, ok := listSpec(list); ok && json.Unmarshal([]byte(value), &raw) == nil {
			return f.summary(s, record{fields: texts(raw)})
		}
	case strings.HasPrefix(value, "["):
		if all, ok := f.readableList(path, value); ok {
			return all
		}
	}
	return f.valueName(path, value)
}

// readableList tells a whole list: the subjects by their names, the records each by
// its first fields; false when the value is none.
func (f *Form) readableList(path, value string) (all Text, ok bool) {
	and := func(next Text) {
		if all.Empty() {
			all = next
		} else {
			all = T("ui.compare.and", "first", all, "next", next)
		}
	}
	if s, isList := listSpec(path); isList {
		var records []map[string]any
		ok = json.Unmarshal([]byte(value), &records) == nil
		for _, r := range records {
			and(f.summary(s, record{fields: texts(r)}))
		}
		return all, ok
	}
	var ids []string
	ok = path == "subjects" && json.Unmarshal([]byte(value), &ids) == nil
	for _, id := range ids {
		and(f.valueName(path, id))
	}
	return all, ok
}

// listSpec is the section of a list of records.
func listSpec(list string) (sectionSpec, bool) {
	for _, s := range catalogue[StepOf(list)] {
		if s.list == list && list != "" {
			return s, true
		}
	}
	return sectionSpec{}, false
}

// summary tells a record by its first fields that are filled in.
func (f *Form) summary(s sectionSpec, r record) Text {
	const most = 3
	out := Text{}
	for _, spec := range s.fields {
		value := r.fields[strings.TrimPrefix(spec.path, s.list+".")]
		if value == "" || value == "false" || value == "true" {
			continue
		}
		if out.Empty() {
			out = f.valueName(spec.path, value)
		} else {
			out = T("ui.compare.and", "first", out, "next", f.valueName(spec.path, value))
		}
		if r.told++; r.told == most {
			break
		}
	}
	if out.Empty() {
		return T("ui.compare.empty_record")
	}
	return out
}

// record is one entry of a list, its values as the form types them.
type record struct {
	id     string
	index  int
	fields map[string]string
	told   int
}

func (r record) same(o record) bool { return r.id == o.id }

func (r record) path(list string) string { return list + "." + strconv.Itoa(r.index) }

// fieldsOf gives a document's own fields by their names.
func fieldsOf(d exam.Document) map[string]string { return texts(raw(d)) }

func raw(d exam.Document) (out map[string]any) {
	bytes, _ := json.Marshal(d) // a document can always be written
	_ = json.Unmarshal(bytes, &out)
	return out
}

// texts gives the plain values of an object as the form types them.
func texts(object map[string]any) map[string]string {
	out := map[string]string{}
	for name, v := range object {
		switch v := v.(type) {
		case string:
			out[name] = v
		case bool:
			out[name] = strconv.FormatBool(v)
		case []any:
			var items []string
			for _, item := range v {
				if s, ok := item.(string); ok {
					items = append(items, s)
				}
			}
			out[name] = strings.Join(items, ", ")
		}
	}
	return out
}

func recordsOf(d exam.Document, list string) (out []record) {
	items, _ := raw(d)[list].([]any)
	for i, item := range items {
		if object, ok := item.(map[string]any); ok {
			r := record{index: i, fields: texts(object)}
			if r.id = r.fields["id"]; r.id == "" {
				r.id = strconv.Itoa(i)
			}
			out = append(out, r)
		}
	}
	return out
}

// Compare shows what a version changed against the one before it, or closes it
// where it is open.
func (f *Form) Compare(revision uint64) {
	if f.compared == revision {
		f.compared, f.difference = 0, nil
		f.desk.changed()
		return
	}
	i := slices.IndexFunc(f.past, func(v Version) bool { return v.Revision == revision })
	if i < 0 || !f.Comparable(revision) {
		return
	}
	older, before, photo := exam.Document{}, uint64(0), []Change{}
	if i+1 < len(f.past) {
		before = f.past[i+1].Revision
		if a, b := f.past[i+1].Photo, f.past[i].Photo; a != b && a != "" && b != "" {
			photo = append(photo, Change{f.fieldName(exam.PhotoPath), T("ui.compare.photo.before"), T("ui.compare.photo.after")})
		}
	}
	f.compared, f.difference = revision, nil
	f.desk.loop.Go(context.Background(), func(context.Context) func() {
		doc, err := f.desk.ports.Past.At(f.id, revision)
		if err == nil && before > 0 {
			older, err = f.desk.ports.Past.At(f.id, before)
		}
		return func() {
			switch {
			case f.compared != revision: // closed meanwhile, or another one opened
			case err != nil:
				f.compared = 0
				f.desk.failed(err)
			default:
				f.difference = append(photo, f.changes(older, doc)...)
			}
			f.desk.changed()
		}
	})
	f.desk.changed()
}

// Comparable tells whether the version before one is known. Of the oldest that is
// kept nobody can say what it changed, but for the very first.
func (f *Form) Comparable(revision uint64) bool {
	return revision == 1 || len(f.past) > 0 && f.past[len(f.past)-1].Revision != revision
}

// Compared is the version whose changes are shown; the list is nil while it is
// being read.
func (f *Form) Compared() (revision uint64, list []Change) { return f.compared, f.difference }

// Meeting is the page where two versions meet.
type Meeting struct {
	Mine, Theirs Side
	Decide       []Difference
	Taken        []Change // changed elsewhere alone: taken over without asking
	Joined       []Joined // evidence that both changed
}

// Joined is a kind of evidence that both sides changed: all files of both stay.
type Joined struct {
	Name              Text
	Mine, Theirs, All int // files
}

// Side is who made a version, and when.
type Side struct {
	Who Text
	At  time.Time // zero unknown
}

// Meeting gives the page 两处修改.
func (f *Form) Meeting() Meeting {
	m := Meeting{Mine: Side{T("ui.conflict.who.here"), f.draft.Updated}, Decide: f.Conflict()}
	theirs := f.theirs()
	if theirs == nil {
		return m
	}
	m.Theirs = Side{T("ui.conflict.who.elsewhere"), time.Time{}}
	since := 0
	if f.draft.Base != nil {
		since = f.draft.Base.Version
	}
	if e, known := theirs.Made(since); known {
		m.Theirs = Side{T("ui.conflict.who." + string(e.Actor)), e.At}
	}
	merged := f.merged(*theirs)
	doc := merged.doc
	for i, d := range m.Decide {
		if d.Path == exam.PhotoPath {
			for n, sha := range []string{d.Base, d.Mine, d.Theirs} {
				m.Decide[i].Pictures[n], m.Decide[i].Shown[n] = f.picture(sha)
			}
			continue
		}
		_ = doc.Set(d.Path, d.Mine) // the path comes from the merge itself
		m.Decide[i].Shown = [3]Text{f.readable(Bare(d.Path), d.Base), f.readable(Bare(d.Path), d.Mine), f.readable(Bare(d.Path), d.Theirs)}
	}
	m.Taken = append(f.changes(exam.Normalize(f.doc), doc), f.filesTaken(merged)...)
	for _, kind := range merged.joined {
		m.Joined = append(m.Joined, Joined{f.attachedName(kind), len(ofKind(f.draft.Files, kind)), len(ofKind(merged.theirs, kind)), len(ofKind(merged.files, kind))})
	}
	return m
}

// filesTaken lists the kinds of file that were changed elsewhere alone.
func (f *Form) filesTaken(m outcome) (list []Change) {
	var seen []exam.FileKind
	for _, x := range slices.Concat(f.draft.Files, m.files) {
		if slices.Contains(seen, x.Kind) || slices.Contains(m.joined, x.Kind) {
			continue
		}
		seen = append(seen, x.Kind)
		here, there := ofKind(f.draft.Files, x.Kind), ofKind(m.files, x.Kind)
		if !slices.Equal(here, there) {
			list = append(list, Change{f.attachedName(x.Kind), T("ui.compare.files.here", "count", len(here)), T("ui.compare.files.there", "count", len(there))})
		}
	}
	return list
}

// ofKind gives the SHA-256 of the files of a kind.
func ofKind(files []exam.File, kind exam.FileKind) (list []string) {
	for _, x := range files {
		if x.Kind == kind {
			list = append(list, x.SHA256)
		}
	}
	return list
}

// attachedName names a kind of file that is handed in.
func (f *Form) attachedName(kind exam.FileKind) Text {
	if kind == exam.FilePhoto {
		return f.fieldName(exam.PhotoPath)
	}
	return f.evidenceName(kind)
}
