package exam

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Fault is why a file, or a text for a field, was refused, and where. The words
// for people are "fault."+Code; its own text is for logs. It never holds what a
// candidate typed, only keys and places.
type Fault struct {
	Code         string            // "unknown_key"
	Path         string            // "education.1.school"; "" is the whole
	Line, Column int               // as editors count, from 1; 0 where there is none
	Args         map[string]string // what else the words name
}

func (f *Fault) Error() string {
	var b strings.Builder
	if f.Line > 0 {
		fmt.Fprintf(&b, "line %d, column %d: ", f.Line, f.Column)
	}
	if f.Path != "" {
		b.WriteString(f.Path + ": ")
	}
	b.WriteString(strings.ReplaceAll(f.Code, "_", " "))
	for _, k := range slices.Sorted(maps.Keys(f.Args)) {
		fmt.Fprintf(&b, " %s=%q", k, f.Args[k])
	}
	return b.String()
}

// Said gives the fault for people: where, what is wrong, and what to do.
func (f *Fault) Said(say Say) string {
	args := map[string]string{"path": f.Path, "line": strconv.Itoa(f.Line), "column": strconv.Itoa(f.Column)}
	maps.Copy(args, f.Args)
	place := ""
	if f.Line > 0 {
		place = ".line"
	}
	if f.Path != "" {
		place += ".path"
	}
	if place == "" {
		return say("fault."+f.Code, args)
	}
	return say("fault.at"+place, map[string]string{"path": f.Path, "line": args["line"], "column": args["column"], "what": say("fault."+f.Code, args)})
}

// Faults lists every [Fault] in an error: a pack may have several.
func Faults(err error) []*Fault {
	var many interface{ Unwrap() []error }
	var one *Fault
	switch {
	case errors.As(err, &many):
		var list []*Fault
		for _, e := range many.Unwrap() {
			list = append(list, Faults(e)...)
		}
		return list
	case errors.As(err, &one):
		return []*Fault{one}
	}
	return nil
}
