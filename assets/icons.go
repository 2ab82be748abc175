package assets

import _ "embed"

// Icon is the program's sign, a PNG of 512 by 512 pixels; icons/icon.svg is its
// drawing.
//
//go:embed icons/icon.png
var Icon []byte
