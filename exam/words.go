package exam

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Say makes a sentence from a translation key and its arguments, in one
// language; the words lie in the translation files, never here.
type Say func(key string, args map[string]string) string

// Phrase is a sentence to be said. Texts of the pack among its arguments come
// in both languages, as NAME (Chinese) and NAME_en; counts of months come as
// NAME_months, and [Phrase.Said] adds NAME, the duration in words.
type Phrase struct {
	Key  string            `json:"key"`
	Args map[string]string `json:"args,omitempty"`
}

// Said gives the sentence in the language of say.
func (p Phrase) Said(say Say) string { return say(p.Key, withDurations(p.Args, say)) }

// Message gives the sentence of a problem, key "rule."+Rule.
func (p Problem) Message(say Say) string {
	return Phrase{"rule." + p.Rule, p.Args}.Said(say)
}

func withDurations(args map[string]string, say Say) map[string]string {
	full := args
	for name, text := range args {
		short, ok := strings.CutSuffix(name, "_months")
		n, err := strconv.Atoi(text)
		if !ok || err != nil || n < 0 {
			continue
		}
		if len(full) == len(args) {
			full = maps.Clone(args)
		}
		full[short] = Duration(n, say)
	}
	return full
}

// Duration says a number of months in years and months.
func Duration(months int, say Say) string {
	count := func(unit string, n int) string {
		return say("duration."+unit, map[string]string{"count": strconv.Itoa(n)})
	}
	years, rest := months/12, months%12
	switch {
	case years == 0:
		return count("months", rest)
	case rest == 0:
		return count("years", years)
	}
	return say("duration.both", map[string]string{"years": count("years", years), "months": count("months", rest)})
}

// Explain gives the reckoning in sentences.
func (e Eligibility) Explain(say Say) string { return Sentences(e.Phrases(), say) }

// Sentences says phrases one after another, as the language joins them.
func Sentences(phrases []Phrase, say Say) string {
	text := ""
	for _, p := range phrases {
		if next := p.Said(say); text == "" {
			text = next
		} else {
			text = say("sentence.pair", map[string]string{"first": text, "next": next})
		}
	}
	return text
}

// ReportText is a report with its sentences: the JSON of `draft check`.
type ReportText struct {
	Submittable     bool             `json:"submittable"`
	CompletePercent int              `json:"complete_percent"`
	Problems        []ProblemText    `json:"problems"`
	Eligibility     EligibilityText  `json:"eligibility"`
	Needs           []NeedText       `json:"needs"` // in the order of the form
	Steps           []StepReport     `json:"steps"`
	Evidence        []EvidenceReport `json:"evidence"`
	Fee             Fee              `json:"fee"`
	Windows         []WindowReport   `json:"windows,omitempty"`
	Next            *Deadline        `json:"next,omitempty"`
}

// ProblemText is a problem with its sentence.
type ProblemText struct {
	Problem
	Message string `json:"message"`
}

// NeedText is something needed with why.
type NeedText struct {
	Need
	Step   StepID `json:"step"`
	Reason string `json:"reason"`
}

// EligibilityText is the reckoning with its sentences.
type EligibilityText struct {
	Eligibility
	Explanation string `json:"explanation"`
}

// Said gives the report in the language of say.
func (r Report) Said(say Say) ReportText {
	t := ReportText{
		Submittable: r.Submittable, CompletePercent: r.CompletePercent,
		Problems: make([]ProblemText, 0, len(r.Problems)), Needs: make([]NeedText, 0, len(r.Needs)),
		Eligibility: EligibilityText{r.Eligibility, r.Eligibility.Explain(say)},
		Steps:       r.Steps, Evidence: append([]EvidenceReport{}, r.Evidence...), Fee: r.Fee, Windows: r.Windows, Next: r.Next,
	}
	for _, n := range r.Needs {
		t.Needs = append(t.Needs, NeedText{n, Steps[n.step], Sentences(r.Why(n), say)})
	}
	slices.SortStableFunc(t.Needs, func(a, b NeedText) int { return int(a.step) - int(b.step) })
	for _, p := range r.Problems {
		t.Problems = append(t.Problems, ProblemText{p, p.Message(say)})
	}
	return t
}
