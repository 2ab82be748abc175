package exam

import (
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// Get gives the value at a path of the document ("name", "education.0.school")
// as text: numbers and booleans in JSON's form, lists and records as JSON.
func (d Document) Get(path string) (string, error) {
	return textAt(reflect.ValueOf(&d).Elem(), path)
}

// textAt is [Document.Get] on a document that whoever asks often has in hand.
func textAt(d reflect.Value, path string) (string, error) {
	v, err := locate(d, path, false)
	if err != nil {
		return "", err
	}
	if v.Kind() == reflect.String {
		return v.String(), nil
	}
	raw, err := json.Marshal(v.Interface())
	if err != nil {
		return "", &Error{Kind: KindInternal, Op: "read field", Err: err}
	}
	return string(raw), nil
}

// Set puts text at a path of the document. A list grows by one when the index
// is its length ("work.2.employer" with two posts); an empty text at a record's
// path ("work.1") removes the record; subjects take a comma-separated list.
// Text is stored as given: whether it is right is [Check]'s to say. An unknown
// path, an index out of range, a value of the wrong type or bytes that are no
// UTF-8 are [KindInvalid] with a [*Fault], and the document is unchanged.
func (d *Document) Set(path, text string) error {
	if !utf8.ValidString(text) {
		return badField(path, "encoding")
	}
	next := d.clone()
	v := reflect.ValueOf(&next).Elem()
	list, index, isRecord := recordPath(v, path)
	switch {
	case isRecord && text == "" && index < list.Len():
		list.Set(reflect.AppendSlice(list.Slice(0, index), list.Slice(index+1, list.Len())))
	default:
		f, err := locate(v, path, true)
		if err != nil {
			return err
		}
		if err := setText(f, path, text); err != nil {
			return err
		}
	}
	if f := next.bounded(); f != nil {
		return &Error{Kind: KindInvalid, Op: "set field", Err: f}
	}
	*d = next
	return nil
}

// Paths lists the paths of every plain field of the document, records of its
// lists included, in the order of the type: what [Document.Get] takes.
func (d Document) Paths() []string {
	var paths []string
	var walk func(prefix string, v reflect.Value)
	walk = func(prefix string, v reflect.Value) {
		switch {
		case v.Kind() == reflect.Struct:
			for i := range v.NumField() {
				walk(strings.TrimPrefix(prefix+"."+jsonKey(v.Type().Field(i)), "."), v.Field(i))
			}
		case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
			for i := range v.Len() {
				walk(prefix+"."+strconv.Itoa(i), v.Index(i))
			}
		default:
			paths = append(paths, prefix)
		}
	}
	walk("", reflect.ValueOf(d))
	return paths
}

// clone copies the document with lists of its own.
func (d Document) clone() Document {
	d.Subjects = append([]string(nil), d.Subjects...)
	d.Education = append([]Education(nil), d.Education...)
	d.Degrees = append([]Degree(nil), d.Degrees...)
	d.Certificates = append([]Certificate(nil), d.Certificates...)
	d.Work = append([]Work(nil), d.Work...)
	return d
}

func recordPath(doc reflect.Value, path string) (list reflect.Value, index int, ok bool) {
	name, rest, cut := strings.Cut(path, ".")
	f, found := fieldByKey(doc, name)
	if !cut || !found || f.Kind() != reflect.Slice {
		return reflect.Value{}, 0, false
	}
	i, err := strconv.Atoi(rest)
	if err != nil || i < 0 {
		return reflect.Value{}, 0, false
	}
	return f, i, true
}

func locate(v reflect.Value, path string, grow bool) (reflect.Value, error) {
	unknown := func() (reflect.Value, error) {
		return reflect.Value{}, badField(path, "no_field")
	}
	for part := range strings.SplitSeq(path, ".") {
		switch v.Kind() {
		case reflect.Struct:
			f, ok := fieldByKey(v, part)
			if !ok {
				return unknown()
			}
			v = f
		case reflect.Slice:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i > v.Len() || i == v.Len() && !grow {
				return unknown()
			}
			if i == v.Len() {
				v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
			}
			v = v.Index(i)
		default:
			return unknown()
		}
	}
	return v, nil
}

// keys holds the place of every key of a struct's type: reading tags costs a
// hundred times more than what is then done with the field.
var keys sync.Map // reflect.Type → map[string]int

func fieldByKey(v reflect.Value, key string) (reflect.Value, bool) {
	t := v.Type()
	places, ok := keys.Load(t)
	if !ok {
		m := make(map[string]int, t.NumField())
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			m[name] = i
		}
		places, _ = keys.LoadOrStore(t, m)
	}
	i, ok := places.(map[string]int)[key]
	if !ok {
		return reflect.Value{}, false
	}
	return v.Field(i), true
}

func setText(f reflect.Value, path, text string) error {
	switch f.Kind() {
	case reflect.String:
		f.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return badField(path, "wants_bool")
		}
		f.SetBool(b)
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return badField(path, "wants_number")
		}
		f.SetInt(int64(n))
	case reflect.Slice:
		if f.Type().Elem().Kind() == reflect.String && !strings.HasPrefix(text, "[") {
			var list []string
			for _, s := range strings.Split(text, ",") {
				if s = strings.TrimSpace(s); s != "" {
					list = append(list, s)
				}
			}
			f.Set(reflect.ValueOf(list))
			return nil
		}
		return setJSON(f, path, text)
	default:
		return setJSON(f, path, text)
	}
	return nil
}

func badField(path, code string) error {
	return &Error{Kind: KindInvalid, Op: "set field", Err: &Fault{Code: code, Path: shortened(path, 80)}}
}

func setJSON(f reflect.Value, path, text string) error {
	p := reflect.New(f.Type())
	if err := strictly([]byte(text), p.Interface()); err != nil {
		var fault *Fault
		if errors.As(err, &fault) {
			fault.Path = strings.TrimSuffix(path+"."+fault.Path, ".")
			fault.Line = 0 // of a text of one field, the path says more
		}
		return &Error{Kind: KindInvalid, Op: "set field", Err: err}
	}
	f.Set(p.Elem())
	return nil
}
