package exam

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// strictly reads JSON of any origin into a value of plain structs, lists, maps,
// texts, numbers and truths. Beyond what the library refuses it refuses what the
// library would pass over in silence: keys in another case, keys written twice,
// bytes that are no UTF-8, halves of surrogate pairs. null is nothing. The error
// is a [*Fault].
func strictly(raw []byte, into any) error {
	if f := strictFault(raw, reflect.TypeOf(into).Elem()); f != nil {
		return f
	}
	return json.Unmarshal(raw, into)
}

func strictFault(raw []byte, t reflect.Type) *Fault {
	if i := invalidUTF8(raw); i >= 0 {
		return faultAt(raw, i, "", "encoding")
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		return &Fault{Code: "empty"}
	}
	w := &strictWalk{raw: raw, dec: json.NewDecoder(bytes.NewReader(raw))}
	w.dec.UseNumber()
	if f := w.value("", t); f != nil {
		return f
	}
	if rest := bytes.TrimLeft(raw[w.dec.InputOffset():], " \t\r\n"); len(rest) > 0 {
		return faultAt(raw, len(raw)-len(rest), "", "more_than_one")
	}
	return nil
}

// faultAt makes the fault at a byte of a text.
func faultAt(raw []byte, i int, path, code string, args ...string) *Fault {
	i = min(max(i, 0), len(raw))
	begin := bytes.LastIndexByte(raw[:i], '\n') + 1
	return &Fault{Code: code, Path: path, Line: bytes.Count(raw[:i], []byte("\n")) + 1, Column: utf8.RuneCount(raw[begin:i]) + 1, Args: pairs(args)}
}

// invalidUTF8 gives the index of the first byte that is no text, -1 for none.
func invalidUTF8(raw []byte) int {
	if utf8.Valid(raw) {
		return -1
	}
	for i := 0; ; {
		r, n := utf8.DecodeRune(raw[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
}

// strictWalk goes through the tokens of a text as a type has them. It goes no
// deeper than the type.
type strictWalk struct {
	raw []byte
	dec *json.Decoder
}

// start gives where the next token begins.
func (w *strictWalk) start() int {
	i := int(w.dec.InputOffset())
	for i < len(w.raw) && strings.IndexByte(" \t\r\n,:", w.raw[i]) >= 0 {
		i++
	}
	return i
}

// token gives the next token and where it begins.
func (w *strictWalk) token(path string) (json.Token, int, *Fault) {
	begin := w.start()
	tok, err := w.dec.Token()
	if err == nil {
		return tok, begin, nil
	}
	end := syntaxEnd(append(bytes.Clone(w.raw), 0))
	if end > len(w.raw) {
		return nil, 0, faultAt(w.raw, len(bytes.TrimRight(w.raw, " \t\r\n")), path, "cut_off")
	}
	return nil, 0, faultAt(w.raw, end-1, path, "syntax")
}

// syntaxEnd gives how many bytes can be read until something is no JSON.
func syntaxEnd(raw []byte) int {
	var syntax *json.SyntaxError
	if errors.As(json.Unmarshal(raw, new(json.RawMessage)), &syntax) {
		return int(syntax.Offset)
	}
	return 0
}

func (w *strictWalk) value(path string, t reflect.Type) *Fault {
	tok, begin, f := w.token(path)
	if f != nil {
		return f
	}
	return w.is(tok, begin, path, t)
}

// is holds a token, and what it opens, against a type.
func (w *strictWalk) is(tok json.Token, begin int, path string, t reflect.Type) *Fault {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	fits := false
	switch x := tok.(type) {
	case nil:
		fits = true
	case json.Delim:
		switch {
		case x == '{' && (t.Kind() == reflect.Struct || t.Kind() == reflect.Map):
			return w.object(path, t)
		case x == '[' && t.Kind() == reflect.Slice:
			return w.list(path, t.Elem())
		}
	case string:
		fits = t.Kind() == reflect.String
		if f := w.halves(x, begin, path); f != nil {
			return f
		}
	case bool:
		fits = t.Kind() == reflect.Bool
	case json.Number:
		_, err := strconv.ParseInt(x.String(), 10, 32)
		fits = t.Kind() == reflect.Int && err == nil
	}
	if !fits {
		return faultAt(w.raw, begin, path, wants(t))
	}
	return nil
}

// halves refuses an escaped half of a surrogate pair, which would become
// another character.
func (w *strictWalk) halves(text string, begin int, path string) *Fault {
	if !strings.ContainsRune(text, utf8.RuneError) {
		return nil
	}
	written := bytes.ToLower(w.raw[begin:w.dec.InputOffset()])
	if bytes.Contains(written, []byte(`\ud`)) {
		return faultAt(w.raw, begin, path, "surrogate")
	}
	return nil
}

func (w *strictWalk) list(path string, t reflect.Type) *Fault {
	for i := 0; ; i++ {
		tok, begin, f := w.token(path)
		if f != nil || tok == json.Delim(']') {
			return f
		}
		if f := w.is(tok, begin, join(path, strconv.Itoa(i)), t); f != nil {
			return f
		}
	}
}

func (w *strictWalk) object(path string, t reflect.Type) *Fault {
	seen := map[string]bool{} // a map may have as many keys as the file has room for
	for {
		tok, begin, f := w.token(path)
		if f != nil || tok == json.Delim('}') {
			return f
		}
		key, _ := tok.(string)
		at := join(path, shortened(key, 60))
		if seen[key] {
			return faultAt(w.raw, begin, at, "key_twice")
		}
		seen[key] = true
		inner, ok := typeBelow(t, key)
		if !ok {
			return faultAt(w.raw, begin, at, "unknown_key")
		}
		if f := w.value(at, inner); f != nil {
			return f
		}
	}
}

// typeBelow gives the type of what stands under a key.
func typeBelow(t reflect.Type, key string) (reflect.Type, bool) {
	if t.Kind() == reflect.Map {
		return t.Elem(), true
	}
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() && jsonKey(f) == key && key != "-" {
			return t.Field(i).Type, true
		}
	}
	return nil, false
}

func join(path, part string) string {
	if path == "" {
		return part
	}
	return path + "." + part
}

// wants names what stands at a value of the type.
func wants(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "wants_text"
	case reflect.Bool:
		return "wants_bool"
	case reflect.Int:
		return "wants_number"
	case reflect.Slice:
		return "wants_list"
	}
	return "wants_object"
}
