package exam

import (
	_ "embed"
	"encoding/json"
	"sync"
)

// The lists that national and international standards fix, by field: ethnicity
// (GB/T 3304-1991), nationality (ISO 3166-1 alpha-3), political_status (GB/T
// 4762-1984), and the values of the document's own fields with their names.
//
//go:embed choices.json
var choicesJSON []byte

var standardChoices = sync.OnceValue(func() map[string][]Choice {
	lists := map[string][]Choice{}
	if err := json.Unmarshal(choicesJSON, &lists); err != nil {
		panic("exam: choices.json: " + err.Error())
	}
	return lists
})

// Choice gives the list of a field in the order a form shows it: the pack's own
// where it has one, else the standard's. Fields with lists: ethnicity,
// nationality, political_status, employer_type, id_type, gender,
// education_level, degree_level, study_mode, commitment. The list is shared and
// must not be changed.
func (p *Pack) Choice(field string) []Choice {
	if list, ok := p.Choices[field]; ok {
		return list
	}
	return standardChoices()[field]
}

// ChoiceName gives the name of a code in a list; the code itself when the list
// does not have it.
func (p *Pack) ChoiceName(field, code string) Text {
	for _, c := range p.Choice(field) {
		if c.Code == code {
			return c.Name
		}
	}
	return Text{ZH: code, EN: code}
}
