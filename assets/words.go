// Package assets holds everything 稳报 ships inside its programs: translations,
// fonts, icons, exam packs and form data. It decides nothing.
package assets

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"sort"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// The files are named PART.LANG.json (exam.zh-CN.json); a part belongs to one
// package. A file is a flat object from key to text, or to {"one","other"}
// where English needs a plural (chosen by the argument "count").
//
//go:embed words/*.json
var wordFiles embed.FS

// Languages lists the languages of the program, the first being the default.
var Languages = []string{"zh-CN", "en"}

var bundle = sync.OnceValue(func() *i18n.Bundle {
	b := i18n.NewBundle(language.MustParse(Languages[0]))
	b.RegisterUnmarshalFunc("json", json.Unmarshal)
	names, err := fs.Glob(wordFiles, "words/*.json")
	if err != nil {
		panic("assets: " + err.Error())
	}
	sort.Strings(names)
	for _, name := range names {
		if _, err := b.LoadMessageFileFS(wordFiles, name); err != nil {
			panic("assets: " + name + ": " + err.Error())
		}
	}
	return b
})

// Words says things in one language.
type Words struct {
	lang string
	loc  *i18n.Localizer
}

// In gives the words of a language; anything unknown gives Chinese. A tag such
// as "en_US.UTF-8" from the environment is understood.
func In(lang string) Words {
	lang = strings.ReplaceAll(lang, "_", "-")
	if strings.HasPrefix(strings.ToLower(lang), "en") {
		lang = "en"
	} else {
		lang = Languages[0]
	}
	return Words{lang: lang, loc: i18n.NewLocalizer(bundle(), lang)}
}

// Lang is the language's tag, one of [Languages].
func (w Words) Lang() string { return w.lang }

// Has tells whether the key exists in this language.
func (w Words) Has(key string) bool {
	_, tag, err := w.loc.LocalizeWithTag(&i18n.LocalizeConfig{MessageID: key, TemplateData: map[string]string{}})
	return err == nil && tag.String() == w.lang
}

// strict makes a missing key or value end the program; the scripts of the tests
// run programs that were linked with it.
var strict string

// Say gives the text for a key with its {{.name}} places filled from args. A
// missing key gives the key itself in ⟦⟧, so that a test or a reader sees it.
func (w Words) Say(key string, args ...map[string]string) string {
	c := &i18n.LocalizeConfig{MessageID: key}
	if len(args) > 0 {
		c.TemplateData = args[0]
		if n, ok := args[0]["count"]; ok {
			c.PluralCount = n
		}
	}
	text, err := w.loc.Localize(c)
	if strict != "" && (err != nil || strings.Contains(text, "<no value>")) {
		fmt.Fprintf(os.Stderr, "assets: %s says %q\n", key, text)
		os.Exit(99)
	}
	if err != nil && text == "" {
		return fmt.Sprintf("⟦%s⟧", key)
	}
	return text
}
