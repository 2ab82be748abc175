package exam

import "bytes"

// plainJSON turns JSON with // and /* */ comments and trailing commas into
// plain JSON of the same length: what is left out becomes blanks, so that the
// position of a fault is the position in the file.
func plainJSON(raw []byte) ([]byte, error) {
	if i := invalidUTF8(raw); i >= 0 {
		return nil, faultAt(raw, i, "", "encoding")
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
		return 0, faultAt(b, i, "", "comment_open")
	}
	return 0, faultAt(b, i, "", "lone_slash")
}

// blank leaves line ends where they are.
func blank(b []byte) {
	for i, c := range b {
		if c != '\n' && c != '\r' {
			b[i] = ' '
		}
	}
}
