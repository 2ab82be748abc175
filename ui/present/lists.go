package present

import (
	"slices"
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
// its pinyin, the initials of its pinyin, or the value itself. The very name
// comes first, then those that begin with it; otherwise the order stays.
func Find(list []Choice, typed string, w Words) []Choice {
	typed = strings.ToLower(strings.TrimSpace(typed))
	if typed == "" {
		return list
	}
	found := map[fitting][]Choice{}
	for _, c := range list {
		if f := fit(spellingsOf(c.Name.In(w)), strings.ToLower(c.Value), typed); f != misses {
			found[f] = append(found[f], c)
		}
	}
	return slices.Concat(found[is], found[begins], found[contains])
}

type fitting int

const (
	misses fitting = iota
	contains
	begins
	is
)

// fit compares what was typed with a name, its pinyin from any syllable on, its
// initials and the value.
func fit(s spellings, value, typed string) fitting {
	if s.name == typed || value == typed {
		return is
	}
	best := misses
	if strings.Contains(s.name, typed) {
		best = contains
	}
	if strings.HasPrefix(s.name, typed) || strings.HasPrefix(value, typed) {
		best = begins
	}
	for _, r := range s.readings {
		best = max(best, r.fit(typed))
	}
	return best
}

func (r reading) fit(typed string) fitting {
	switch {
	case strings.HasPrefix(r.pinyin[0], typed), strings.HasPrefix(r.initials, typed):
		return begins
	case strings.Contains(r.initials, typed):
		return contains
	}
	for _, rest := range r.pinyin[1:] {
		if strings.HasPrefix(rest, typed) {
			return contains
		}
	}
	return misses
}

// spellings are the ways to find a name by typing.
type spellings struct {
	name     string
	readings []reading
}

// reading is one way to read a name aloud: 藏 is zang in 西藏 and cang elsewhere.
// pinyin holds the whole and what is left of it from each later syllable on; it
// is never empty.
type reading struct {
	initials string
	pinyin   []string
}

var spelled sync.Map // name -> spellings; the names of packs, a few hundred

func spellingsOf(name string) spellings {
	if s, ok := spelled.Load(name); ok {
		return s.(spellings)
	}
	s := spellings{name: strings.ToLower(name)}
	for _, syllables := range readAloud(name) {
		r := reading{pinyin: []string{strings.Join(syllables, "")}}
		for i, syllable := range syllables {
			r.initials += syllable[:1]
			if i > 0 {
				r.pinyin = append(r.pinyin, strings.Join(syllables[i:], ""))
			}
		}
		s.readings = append(s.readings, r)
	}
	spelled.Store(name, s)
	return s
}

// mostReadings keeps a long name of many-voiced characters from growing without
// end; the first readings are the usual ones.
const mostReadings = 32

// readAloud gives every way to read a name, as syllables, the usual one first.
func readAloud(name string) [][]string {
	args := pinyin.NewArgs()
	args.Heteronym = true
	all := [][]string{nil}
	for _, voices := range pinyin.Pinyin(name, args) {
		var next [][]string
		for _, voice := range distinct(voices) {
			for _, before := range all {
				if len(next) < mostReadings {
					next = append(next, append(slices.Clone(before), voice))
				}
			}
		}
		all = next
	}
	return all
}

// distinct drops what differed in tone alone.
func distinct(voices []string) (out []string) {
	for _, v := range voices {
		if v != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
