package exam

import (
	"reflect"
	"strconv"
	"strings"
)

// A server reads hundreds of thousands of submissions, all of them in the one
// form that [Submission.Encode] gives them: the keys in order, no spaces. Such
// text is read here in a seventh of the time that encoding/json takes, which
// must be ready for anything. Whatever looks different is left to it, and
// whoever reads here encodes again and compares, so that a fault of this reader
// could cost time and never change a value.

// shape is how a type looks in canonical text.
type shape struct {
	kind   reflect.Kind
	fields []shapedField // of a struct, in order
	elem   *shape        // of a slice
}

type shapedField struct {
	shape
	index int
	key   string // with quotes and colon
	omit  bool   // left out when empty
}

// shapeOf lays out structs, slices, strings, booleans and integers, which is all
// that a submission is made of.
func shapeOf(t reflect.Type) shape {
	s := shape{kind: t.Kind()}
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			name, option, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			if name != "-" {
				s.fields = append(s.fields, shapedField{shapeOf(t.Field(i).Type), i, `"` + name + `":`, option == "omitempty"})
			}
		}
	case reflect.Slice:
		elem := shapeOf(t.Elem())
		s.elem = &elem
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int64:
	default:
		panic("exam: no canonical text for " + t.String())
	}
	return s
}

// read fills v from the beginning of text and gives what follows. The strings
// share the text's memory.
func (s *shape) read(text string, v reflect.Value) (rest string, ok bool) {
	switch s.kind {
	case reflect.Struct:
		return s.readStruct(text, v)
	case reflect.Slice:
		return s.readSlice(text, v)
	case reflect.String:
		if text == "" || text[0] != '"' {
			return "", false
		}
		end := strings.IndexByte(text[1:], '"')
		if end < 0 || strings.IndexByte(text[1:1+end], '\\') >= 0 {
			return "", false
		}
		v.SetString(text[1 : 1+end])
		return text[2+end:], true
	case reflect.Bool:
		if rest, ok = strings.CutPrefix(text, "true"); ok {
			v.SetBool(true)
			return rest, true
		}
		return strings.CutPrefix(text, "false")
	default:
		end := strings.IndexAny(text, ",}]")
		if end < 0 {
			return "", false
		}
		n, err := strconv.ParseInt(text[:end], 10, 64)
		if err != nil {
			return "", false
		}
		v.SetInt(n)
		return text[end:], true
	}
}

func (s *shape) readStruct(text string, v reflect.Value) (rest string, ok bool) {
	if text, ok = strings.CutPrefix(text, "{"); !ok {
		return "", false
	}
	first := true
	for i := range s.fields {
		f := &s.fields[i]
		from := text
		if !first {
			if from, ok = strings.CutPrefix(text, ","); !ok && !f.omit {
				return "", false
			}
		}
		if from, ok = strings.CutPrefix(from, f.key); !ok {
			if f.omit {
				continue
			}
			return "", false
		}
		if text, ok = f.read(from, v.Field(f.index)); !ok {
			return "", false
		}
		first = false
	}
	return strings.CutPrefix(text, "}")
}

func (s *shape) readSlice(text string, v reflect.Value) (rest string, ok bool) {
	if text, ok = strings.CutPrefix(text, "["); !ok {
		return "", false
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, 2))
	if rest, ok = strings.CutPrefix(text, "]"); ok {
		return rest, true
	}
	for n := 0; ; n++ {
		if n == v.Cap() {
			v.Grow(n)
		}
		v.SetLen(n + 1)
		v.Index(n).SetZero()
		if text, ok = s.elem.read(text, v.Index(n)); !ok {
			return "", false
		}
		if rest, ok = strings.CutPrefix(text, "]"); ok {
			return rest, true
		}
		if text, ok = strings.CutPrefix(text, ","); !ok {
			return "", false
		}
	}
}

var submissionShape = shapeOf(reflect.TypeFor[Submission]())

// readCanonical reads a submission if it looks like one of ours.
func readCanonical(raw []byte) (s Submission, ok bool) {
	rest, ok := submissionShape.read(string(raw), reflect.ValueOf(&s).Elem())
	return s, ok && rest == ""
}
