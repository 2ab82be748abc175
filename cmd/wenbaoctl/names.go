package main

import (
	"strconv"
	"strings"

	"wenbao/cmd/internal/local"
	"wenbao/exam"
)

// say is the words in the shape the domain asks for them.
func (s *session) say(key string, args map[string]string) string { return s.words.Say(key, args) }

// why says what is wrong with refused input, and where: up to ten faults of it.
func (o *output) why(err error) string {
	list := exam.Faults(err)
	if len(list) == 0 {
		return cause(err)
	}
	var sentences []string
	for _, f := range list[:min(len(list), 10)] {
		sentences = append(sentences, f.Said(func(key string, args map[string]string) string { return o.words.Say(key, args) }))
	}
	return strings.Join(sentences, "\n")
}

// fieldName names a field for people: "field." and its path without indexes,
// with the record's number behind it ("毕业学校（第 2 条）"); the whole draft has
// the empty path, and a path without a name stays as it is.
func (s *session) fieldName(path string) string {
	if path == "" {
		return s.words.Say("ctl.field.whole")
	}
	var generic []string
	record := ""
	for _, part := range strings.Split(path, ".") {
		if part != "" && part[0] >= '0' && part[0] <= '9' {
			record = part
			continue
		}
		generic = append(generic, part)
	}
	if len(generic) == 2 && generic[0] == "attachments" {
		return s.evidenceName(exam.FileKind(generic[1]))
	}
	key := "field." + strings.Join(generic, ".")
	for _, k := range []string{key, "ctl." + key} {
		if !s.words.Has(k) {
			continue
		}
		if record == "" {
			return s.words.Say(k)
		}
		return s.words.Say("ctl.record", map[string]string{"name": s.words.Say(k), "number": oneMore(record)})
	}
	return path
}

// evidenceName is what the packs call a kind of evidence.
func (s *session) evidenceName(kind exam.FileKind) string {
	for _, p := range s.packs() {
		for _, e := range p.Evidence {
			if e.ID == kind {
				return e.Name.In(s.words.Lang())
			}
		}
	}
	return s.words.Say("field.attachments")
}

// oneMore counts records from one, as people do.
func oneMore(index string) string {
	n, err := strconv.Atoi(index)
	if err != nil {
		return index
	}
	return strconv.Itoa(n + 1)
}

// showDocument prints a draft's filled-in fields for people, in the order of
// the form.
func (s *session) showDocument(d exam.Draft) {
	for _, path := range d.Document.Paths() {
		if text, err := d.Document.Get(path); err == nil && text != "" {
			s.out.text("%s: %s\n", s.fieldName(path), local.Plain(text))
		}
	}
}
