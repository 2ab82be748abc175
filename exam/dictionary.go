package exam

import _ "embed"

//go:embed dictionary-1.txt
var dictionary []byte

// Dictionary gives dictionary 1: the text that documents have in common, to be put
// before one that is compressed. What lies on disks and servers can be read with
// the very same bytes alone, so it never changes: a better one becomes dictionary
// 2 beside it.
func Dictionary() []byte { return dictionary }
