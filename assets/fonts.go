package assets

import _ "embed"

// The fonts of screen and paper; assets/fonts/README.md says where they come
// from and what they cover. The bytes are read-only: code that hands them to
// something that might write must hand over a copy.
var (
	// Regular is a TrueType font (1000 units per em) with every character of
	// GB 18030-2022 implementation level 2, Latin, Greek, Cyrillic, kana and
	// symbols.
	//
	//go:embed fonts/wenbao-regular.ttf
	Regular []byte

	// Bold is the bold of it, with the 8105 characters of 通用规范汉字表 in place
	// of level 2: enough for nearly every sentence, not for every name.
	//
	//go:embed fonts/wenbao-bold.ttf
	Bold []byte

	// RareGlyphs is a pack (see package fonts) of the CJK extensions B to F that
	// completes Regular to GB 18030-2022 level 3. It inflates only what is asked.
	//
	//go:embed fonts/wenbao-rare.pack
	RareGlyphs []byte
)
