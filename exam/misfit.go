package exam

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// misfit says, after a decoder refused plain JSON, where it does not fit the
// type: the path of the first unknown key or value of another type. nil when
// nothing is found, which leaves the decoder's own words.
func misfit(plain []byte, t reflect.Type) error {
	var v any
	dec := json.NewDecoder(bytes.NewReader(plain))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return nil
	}
	return misfitAt("", v, t)
}

func misfitAt(path string, v any, t reflect.Type) error {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch x := v.(type) {
	case nil:
		return nil
	case map[string]any:
		return misfitObject(path, x, t)
	case []any:
		if t.Kind() != reflect.Slice {
			return wants(path, t)
		}
		for i, e := range x {
			if err := misfitAt(join(path, strconv.Itoa(i)), e, t.Elem()); err != nil {
				return err
			}
		}
		return nil
	case string:
		if t.Kind() != reflect.String {
			return wants(path, t)
		}
	case bool:
		if t.Kind() != reflect.Bool {
			return wants(path, t)
		}
	case json.Number:
		if _, err := strconv.ParseInt(x.String(), 10, 32); t.Kind() != reflect.Int || err != nil {
			return wants(path, t)
		}
	}
	return nil
}

func misfitObject(path string, object map[string]any, t reflect.Type) error {
	if t.Kind() != reflect.Struct && t.Kind() != reflect.Map {
		return wants(path, t)
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		at := join(path, shortened(key, 60))
		var inner reflect.Type
		if t.Kind() == reflect.Map {
			inner = t.Elem()
		} else {
			f, ok := t.FieldByNameFunc(func(name string) bool {
				f, _ := t.FieldByName(name)
				return strings.EqualFold(jsonKey(f), key)
			})
			if !ok {
				return fmt.Errorf("%s: unknown key", at)
			}
			inner = f.Type
		}
		if err := misfitAt(at, object[key], inner); err != nil {
			return err
		}
	}
	return nil
}

func join(path, part string) string {
	if path == "" {
		return part
	}
	return path + "." + part
}

func wants(path string, t reflect.Type) error {
	word := map[reflect.Kind]string{reflect.String: "a text", reflect.Bool: "true or false", reflect.Int: "a whole number", reflect.Slice: "a list"}[t.Kind()]
	if word == "" {
		word = "an object"
	}
	if path == "" {
		path = "the file"
	}
	return fmt.Errorf("%s: wants %s", path, word)
}
