package local

import "testing"

func TestTextOfOthersMovesNothingOnATerminal(t *testing.T) {
	for text, want := range map[string]string{
		"王晓沛\t一楼\n二楼":                 "王晓沛 一楼 二楼",
		"\x1b[2J\r":                   "�[2J�",
		"\u009b2J\u0085":              "�2J�", // the same with one character
		"a\u202eb\u2066c\u200f\u061c": "a�b�c��",
		"a\u2028b\u2029":              "a�b�",
		"𠮷·\u3000é":                   "𠮷·\u3000é",
	} {
		if got := Plain(text); got != want {
			t.Errorf("%q is shown as %q, not %q", text, got, want)
		}
	}
	if got := PlainLines("a\nb\x1b\u202e"); got != "a\nb��" {
		t.Errorf("lines are shown as %q", got)
	}
}
