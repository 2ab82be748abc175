package assets

import _ "embed"

// Icon is the program's sign as SVG; icons/icon.png is the same for packagers.
//
//go:embed icons/icon.svg
var Icon []byte
