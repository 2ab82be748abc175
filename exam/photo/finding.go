package photo

import (
	"errors"
	"strconv"

	"wenbao/exam"
)

// Finding is one thing that was measured about a photo and is worth saying.
// People's words are made from the translation key [Finding.Key] and Args,
// which hold "value", "limit" and, for some rules, more.
type Finding struct {
	Rule     string            `json:"rule"`
	Severity exam.Severity     `json:"severity"`
	Value    string            `json:"value"` // as measured, with its unit
	Limit    string            `json:"limit"` // what it is held against
	Args     map[string]string `json:"-"`
}

// Key is the translation key of the sentence for people.
func (f Finding) Key() string { return "photo." + f.Rule }

// Findings are in the order of weight: what blocks, what is worth a look, what
// was done.
type Findings []Finding

// Acceptable tells whether nothing blocks.
func (fs Findings) Acceptable() bool {
	for _, f := range fs {
		if f.Severity == exam.Block {
			return false
		}
	}
	return true
}

// Find gives the finding of a rule.
func (fs Findings) Find(rule string) (Finding, bool) {
	for _, f := range fs {
		if f.Rule == rule {
			return f, true
		}
	}
	return Finding{}, false
}

// finding makes one; more are pairs of further arguments.
func finding(rule string, severity exam.Severity, value, limit string, more ...string) Finding {
	args := map[string]string{"value": value, "limit": limit}
	for i := 0; i+1 < len(more); i += 2 {
		args[more[i]] = more[i+1]
	}
	return Finding{Rule: rule, Severity: severity, Value: value, Limit: limit, Args: args}
}

// Refusal is why a file was not opened as a photo.
type Refusal struct {
	Finding
	Err error // the decoder's own words, for the log; may be nil
}

func (r *Refusal) Error() string {
	if r.Err != nil {
		return r.Rule + ": " + r.Err.Error()
	}
	return r.Rule
}

func (r *Refusal) Unwrap() error { return r.Err }

// Reasons gives the findings inside an error of [Decode] or [Fix], so that a refused
// file is reported like a measured one; nil for any other error.
func Reasons(err error) Findings {
	var r *Refusal
	if errors.As(err, &r) {
		return Findings{r.Finding}
	}
	return nil
}

func refuse(kind exam.Kind, cause error, rule, value, limit string, more ...string) error {
	return &exam.Error{Kind: kind, Op: "open photo",
		Err: &Refusal{Finding: finding(rule, exam.Block, value, limit, more...), Err: cause}}
}

func number(v float64, decimals int) string { return strconv.FormatFloat(v, 'f', decimals, 64) }

func percent(share float64) string { return number(share*100, 1) + "%" }

func pixels(w, h int) string { return strconv.Itoa(w) + "×" + strconv.Itoa(h) }
