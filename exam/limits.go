package exam

import (
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The bounds of what is handed in. Window and command line, store, wire and
// server hold these and no others, so that nothing one of them takes is refused
// by the next.
const (
	// MaxDocumentBytes bounds a document in canonical JSON. The fullest honest
	// one has about 30 KB.
	MaxDocumentBytes = 256 << 10
	// MaxSubmissionBytes bounds a submission in canonical JSON: the largest
	// document, and room for the references of [MaxFiles] files.
	MaxSubmissionBytes = MaxDocumentBytes + 16<<10
	// MaxFiles bounds the files of a draft; each of them may be sent.
	MaxFiles = 40
	// MaxFileBytes bounds a photo as it is sent, or a scan.
	MaxFileBytes = 20 << 20
	// MaxOriginalBytes bounds the picture that a photo is made of. It stays on
	// this machine, so that no line limits it.
	MaxOriginalBytes = 64 << 20
	// maxKind bounds the name of a kind of file.
	maxKind = 64
)

// MaxBytes bounds a file of this kind.
func (k FileKind) MaxBytes() int {
	if k == FilePhotoOriginal {
		return MaxOriginalBytes
	}
	return MaxFileBytes
}

// Sound tells whether a reference to a file is one: a kind, a SHA-256 in
// lower-case hex, and a size. What exceeds the bounds is a [Problem].
func (f File) Sound() bool {
	return f.Kind != "" && len(f.Kind) <= maxKind && f.Size > 0 && IsDigest(f.SHA256)
}

// texts judges all texts together: whether each is text at all, and whether the
// document is of a size that a server takes.
func (c *checker) texts() {
	bytes, sound := 0, true
	doc := reflect.ValueOf(c.doc).Elem()
	eachText(doc, nil, func(_ []string, text string) {
		bytes += len(text)
		sound = sound && utf8.ValidString(text)
	})
	if !sound {
		eachText(doc, []string{}, func(path []string, text string) {
			if !utf8.ValidString(text) {
				c.block(strings.Join(path, "."), "text.encoding")
			}
		})
	}
	// Escaped, a byte takes at most six; the keys of the longest lists take less
	// than 32 KB.
	if 6*bytes+32<<10 <= MaxDocumentBytes {
		return
	}
	if n := len(c.doc.Encode()); n > MaxDocumentBytes {
		c.block("", "document.too_large", "kilobytes", itoa((n+1023)>>10), "most", itoa(MaxDocumentBytes>>10))
	}
}

// eachText shows every text below a value, with the parts of its path unless
// path is nil.
func eachText(v reflect.Value, path []string, see func(path []string, text string)) {
	below := func(part string) []string {
		if path == nil {
			return nil
		}
		return append(path[:len(path):len(path)], part)
	}
	switch v.Kind() {
	case reflect.String:
		see(path, v.String())
	case reflect.Struct:
		for i := range v.NumField() {
			part := ""
			if path != nil {
				part = jsonKey(v.Type().Field(i))
			}
			eachText(v.Field(i), below(part), see)
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachText(v.Index(i), below(strconv.Itoa(i)), see)
		}
	}
}
