package present_test

import (
	"reflect"
	"strings"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/ui/present"
)

func chinese() present.Words { return assets.In("zh-CN") }
func english() present.Words { return assets.In("en") }

// leaves lists the paths of the draft document without indexes.
func leaves() (paths []string) {
	doc := reflect.TypeFor[exam.Document]()
	for i := range doc.NumField() {
		f := doc.Field(i)
		if f.Type.Kind() != reflect.Slice || f.Type.Elem().Kind() != reflect.Struct {
			paths = append(paths, jsonName(f))
			continue
		}
		for j := range f.Type.Elem().NumField() {
			if g := f.Type.Elem().Field(j); g.Name != "ID" {
				paths = append(paths, jsonName(f)+"."+jsonName(g))
			}
		}
	}
	return paths
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}
