package exam

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"
)

// plainJSON turns JSON with // and /* */ comments and trailing commas into
// plain JSON of the same length: what is left out becomes blanks, so that the
// position of a fault is the position in the file.
func plainJSON(raw []byte) ([]byte, error) {
	if !utf8.Valid(raw) {
		return nil, fmt.Errorf("not UTF-8")
	}
	out := bytes.Clone(raw)
	comma := -1 // a comma with nothing but blanks after it so far
	for i := 0; i < len(out); {
		switch c := out[i]; {
		case c == '"':
			comma = -1
			i = endOfString(out, i)
		case c == '/':
			end, err := endOfComment(out, i)
			if err != nil {
				return nil, err
			}
			blank(out[i:end])
			i = end
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			i++
		default:
			if (c == '}' || c == ']') && comma >= 0 {
				out[comma] = ' '
			}
			comma = -1
			if c == ',' {
				comma = i
			}
			i++
		}
	}
	return out, nil
}

// endOfString gives the index after the string that begins at i; an open one
// ends with the text and is the decoder's to refuse.
func endOfString(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

func endOfComment(b []byte, i int) (int, error) {
	rest := b[i:]
	switch {
	case bytes.HasPrefix(rest, []byte("//")):
		if n := bytes.IndexByte(rest, '\n'); n >= 0 {
			return i + n, nil
		}
		return len(b), nil
	case bytes.HasPrefix(rest, []byte("/*")):
		if n := bytes.Index(rest[2:], []byte("*/")); n >= 0 {
			return i + n + 4, nil
		}
		return 0, fmt.Errorf("%s: the comment has no end", position(b, i))
	}
	return 0, fmt.Errorf("%s: a lone /", position(b, i))
}

// blank leaves line ends where they are.
func blank(b []byte) {
	for i, c := range b {
		if c != '\n' && c != '\r' {
			b[i] = ' '
		}
	}
}

// position names a place in a text as editors count: "line 3, column 7".
func position(b []byte, i int) string {
	i = min(max(i, 0), len(b))
	line := bytes.Count(b[:i], []byte("\n")) + 1
	column := utf8.RuneCount(b[bytes.LastIndexByte(b[:i], '\n')+1:i]) + 1
	return fmt.Sprintf("line %d, column %d", line, column)
}

// maxDepth bounds the nesting of a pack; the deepest honest one has eight.
const maxDepth = 24

// uniqueKeys refuses an object that names a key twice: the usual slip when a
// block is copied by hand, and one that readers of JSON resolve differently.
func uniqueKeys(plain []byte) error {
	dec := json.NewDecoder(bytes.NewReader(plain))
	type level struct {
		keys   map[string]bool // nil in a list
		isName bool            // the next string is a key
	}
	var stack []level
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		top := len(stack) - 1
		switch t := tok.(type) {
		case json.Delim:
			if t == '}' || t == ']' {
				stack = stack[:top]
				continue
			}
			if top >= 0 {
				stack[top].isName = true
			}
			if len(stack) == maxDepth {
				return fmt.Errorf("nested deeper than %d", maxDepth)
			}
			next := level{}
			if t == '{' {
				next = level{keys: map[string]bool{}, isName: true}
			}
			stack = append(stack, next)
			continue
		case string:
			if top >= 0 && stack[top].keys != nil && stack[top].isName {
				if stack[top].keys[t] {
					return fmt.Errorf("%s: the key %q stands twice in one object", position(plain, int(dec.InputOffset())), shortened(t, 40))
				}
				stack[top].keys[t] = true
				stack[top].isName = false
				continue
			}
		}
		if top >= 0 {
			stack[top].isName = true
		}
	}
}
