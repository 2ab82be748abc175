package photo

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"testing"
)

// rules lists every rule there is, with the arguments its sentence may use
// beside value and limit.
var rules = map[string][]string{
	"heic": nil, "avif": nil, "unknown": nil, "damaged": nil, "truncated": nil, "unsupported": nil,
	"file_large": nil, "pixels_many": nil, "pixels_few": nil, "aspect": nil, "crop_outside": nil, "grey": nil,
	"background": nil, "background_colour": nil, "background_uneven": nil,
	"face_none": nil, "face_many": nil, "head_small": nil, "head_large": nil,
	"head_left": nil, "head_right": nil, "head_high": nil, "head_low": nil, "tilt_left": {"turn"}, "tilt_right": {"turn"}, "red_eyes": nil,
	"dark": nil, "bright": nil, "clipped": nil, "tint": nil, "blurred": nil,
	"compressed": nil, "screenshot": nil, "rephotographed": nil,
	"bytes": nil, "whitened": {"from", "to"}, "whiten_refused": nil,
	"folder_unmatched": nil, "folder_ambiguous": nil, "folder_twice": nil, "folder_unreadable": nil,
}

// Every rule has a sentence in both languages that uses only what the finding
// tells, and there is no sentence without a rule.
func TestEveryRuleHasWords(t *testing.T) {
	places := regexp.MustCompile(`\{\{\.(\w+)\}\}`)
	for _, lang := range []string{"zh-CN", "en"} {
		raw, err := os.ReadFile("../../assets/words/photo." + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		words := map[string]string{}
		if err := json.Unmarshal(raw, &words); err != nil {
			t.Fatal(err)
		}
		if len(words) != len(rules) {
			t.Errorf("%s: %d sentences for %d rules", lang, len(words), len(rules))
		}
		for rule, args := range rules {
			text := words["photo."+rule]
			if text == "" {
				t.Errorf("%s: %s has no words", lang, rule)
			}
			for _, m := range places.FindAllStringSubmatch(text, -1) {
				if m[1] != "value" && m[1] != "limit" && !slices.Contains(args, m[1]) {
					t.Errorf("%s: %s uses %s", lang, rule, m[1])
				}
			}
		}
	}
}

// The list above is the code's.
func TestRulesAreThoseOfTheCode(t *testing.T) {
	literal := regexp.MustCompile(`"([a-z]+(?:_[a-z]+)?)"`)
	in := map[string]bool{"heic": true, "avif": true}
	for _, name := range []string{"open.go", "source.go", "check.go", "background.go", "origin.go", "fix.go", "whiten.go", "folder.go"} {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?:say|finding|refuse)\([^\n]*|rule :?= "\w+"`).FindAll(raw, -1) {
			for _, s := range literal.FindAllSubmatch(m, -1) {
				in[string(s[1])] = true
			}
		}
	}
	for rule := range rules {
		if !in[rule] {
			t.Errorf("%s is in no file", rule)
		}
	}
	for s := range in {
		if _, ok := rules[s]; !ok && !slices.Contains([]string{"turn", "from", "to"}, s) {
			t.Errorf("%s is not listed", s)
		}
	}
}
