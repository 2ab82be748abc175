package present

import (
	"strings"
	"sync"

	"github.com/mozillazg/go-pinyin"

	"wenbao/exam"
)

// choices gives what a field can be set to; nil for fields that are typed.
func (f *Form) choices(bare string) []Choice {
	switch bare {
	case "level":
		return levelChoices(f.pack)
	case "area":
		return areaChoices(f.pack)
	case "subjects":
		return subjectChoices(f.pack, f.doc.Level)
	case "certificates.level":
		return heldChoices(f.pack)
	}
	return packChoices(f.pack, bare)
}

func levelChoices(p *exam.Pack) (out []Choice) {
	for _, l := range p.Levels {
		out = append(out, Choice{string(l.ID), T("ui.level.named", "grade", Named(l.Grade), "name", Named(l.Name))})
	}
	return out
}

// heldChoices are the levels below the highest: certificates one can hold.
func heldChoices(p *exam.Pack) (out []Choice) {
	for _, l := range p.Levels[:max(len(p.Levels)-1, 0)] {
		out = append(out, Choice{string(l.ID), Named(l.Name)})
	}
	return out
}

func areaChoices(p *exam.Pack) (out []Choice) {
	for _, a := range p.Areas {
		out = append(out, Choice{a.ID, Named(a.Name)})
	}
	return out
}

func subjectChoices(p *exam.Pack, l exam.Level) (out []Choice) {
	for _, s := range p.Subjects(l) {
		out = append(out, Choice{s.ID, Named(s.Name)})
	}
	return out
}

// listNames are the lists of the pack whose name is not the field's own.
var listNames = map[string]string{"education.level": "education_level", "degrees.level": "degree_level",
	"education.study_mode": "study_mode", "work.employer_type": "employer_type"}

func packChoices(p *exam.Pack, bare string) (out []Choice) {
	name := bare
	if n, ok := listNames[bare]; ok {
		name = n
	}
	for _, c := range p.Choice(name) {
		out = append(out, Choice{c.Code, Named(c.Name)})
	}
	return out
}

// Find narrows choices to those that fit what was typed: a part of the name,
// its pinyin, the initials of its pinyin, or the value itself. Those that begin
// with it come first; otherwise the order stays.
func Find(list []Choice, typed string, w Words) []Choice {
	typed = strings.ToLower(strings.TrimSpace(typed))
	if typed == "" {
		return list
	}
	var first, rest []Choice
	for _, c := range list {
		switch fit(spellingsOf(c.Name.In(w)), strings.ToLower(c.Value), typed) {
		case begins:
			first = append(first, c)
		case contains:
			rest = append(rest, c)
		}
	}
	return append(first, rest...)
}

type fitting int

const (
	misses fitting = iota
	contains
	begins
)

// fit compares what was typed with a name, its pinyin from any syllable on, its
// initials and the value.
func fit(s spellings, value, typed string) fitting {
	switch {
	case strings.HasPrefix(s.name, typed), strings.HasPrefix(s.pinyin[0], typed), strings.HasPrefix(s.initials, typed), strings.HasPrefix(value, typed):
		return begins
	case strings.Contains(s.name, typed), strings.Contains(s.initials, typed):
		return contains
	}
	for _, rest := range s.pinyin[1:] {
		if strings.HasPrefix(rest, typed) {
			return contains
		}
	}
	return misses
}

// spellings are the ways to find a name by typing. pinyin holds the whole and
// what is left of it from each later syllable on; it is never empty.
type spellings struct {
	name, initials string
	pinyin         []string
}

var spelled sync.Map // name -> spellings; the names of packs, a few hundred

func spellingsOf(name string) spellings {
	if s, ok := spelled.Load(name); ok {
		return s.(spellings)
	}
	s := spellings{name: strings.ToLower(name)}
	syllables := pinyin.LazyPinyin(name, pinyin.NewArgs())
	s.pinyin = []string{strings.Join(syllables, "")}
	for i, syllable := range syllables {
		s.initials += syllable[:1]
		if i > 0 {
			s.pinyin = append(s.pinyin, strings.Join(syllables[i:], ""))
		}
	}
	spelled.Store(name, s)
	return s
}
