package present

import (
	"slices"
	"strings"

	"wenbao/exam"
)

// CopyRow is a field of the official site with what to paste into it.
type CopyRow struct {
	Path  string
	Field Text
	Value Text
}

// CopySection is a group of fields of the official site, in its order.
type CopySection struct {
	ID   string
	Name Text
	Rows []CopyRow
}

// OfficialSite is the only address that the helper opens; "" when the exam pack
// names none.
func (f *Form) OfficialSite() string { return f.pack.Official.URL }

// Official gives every filled-in field in the order in which the official site
// asks for it, as the exam pack has it; fields of one list go record by record.
func (f *Form) Official() []CopySection {
	doc := exam.Normalize(f.doc)
	var out []CopySection
	for _, s := range f.pack.Official.Sections {
		section := CopySection{ID: s.ID, Name: Named(s.Name)}
		for i := 0; i < len(s.Fields); {
			list, _, record := strings.Cut(s.Fields[i], ".")
			if !record {
				section.Rows = append(section.Rows, f.copyRows(doc, s.Fields[i])...)
				i++
				continue
			}
			end := i
			for end < len(s.Fields) && strings.HasPrefix(s.Fields[end], list+".") {
				end++
			}
			for n := range listLen(doc, list) {
				for _, path := range s.Fields[i:end] {
					section.Rows = append(section.Rows, f.copyRows(doc, at(list, n, path))...)
				}
			}
			i = end
		}
		if len(section.Rows) > 0 {
			out = append(out, section)
		}
	}
	return out
}

func (f *Form) copyRows(doc exam.Document, paths ...string) (rows []CopyRow) {
	for _, p := range paths {
		v, err := doc.Get(p)
		if err != nil || v == "" || v == "false" {
			continue
		}
		rows = append(rows, CopyRow{p, f.fieldName(p), f.valueName(p, v)})
	}
	return rows
}

func (f *Form) copyRecords(doc exam.Document, step exam.StepID, list string) (rows []CopyRow) {
	for _, s := range catalogue[step] {
		if s.list != list {
			continue
		}
		for i := range listLen(doc, list) {
			for _, field := range s.fields {
				rows = append(rows, f.copyRows(doc, at(list, i, field.path))...)
			}
		}
	}
	return rows
}

// valueName gives the name of a chosen value, or what was typed.
func (f *Form) valueName(path, value string) Text {
	bare := Bare(path)
	for _, c := range f.choices(bare) {
		if c.Value == value {
			return c.Name
		}
	}
	if value == "true" {
		return T("ui.value.yes")
	}
	return Plain(value)
}

// Summary of the review page: every field that is filled in, step by step.
type ReviewSection struct {
	Step exam.StepID
	Rows []CopyRow
}

// Review gives what will be submitted, as the candidate reads it through.
func (f *Form) Review() []ReviewSection {
	doc := exam.Normalize(f.doc)
	subjects := CopyRow{Path: "subjects", Field: label("subjects"), Value: f.subjectNames()}
	out := []ReviewSection{
		{exam.StepRegistration, append(f.copyRows(doc, "level"), append([]CopyRow{subjects}, f.copyRows(doc, "area", "city", "checkpoint")...)...)},
		{exam.StepPerson, f.copyRows(doc, "name", "name_remark", "id_type", "id_number", "gender", "birth_date", "nationality", "ethnicity", "political_status", "phone", "email", "address", "postcode")},
		{exam.StepSchooling, append(f.copyRecords(doc, exam.StepSchooling, "education"), f.copyRecords(doc, exam.StepSchooling, "degrees")...)},
		{exam.StepWork, append(append(f.copyRows(doc, "first_worked", "title"), f.copyRecords(doc, exam.StepWork, "work")...), f.copyRecords(doc, exam.StepWork, "certificates")...)},
		{exam.StepCommitment, f.copyRows(doc, "commitment")},
	}
	return out
}

// subjectNames joins the names of the subjects chosen.
func (f *Form) subjectNames() Text {
	var all exam.Text
	chosen := f.subjects()
	for _, s := range f.pack.Subjects(f.doc.Level) {
		if slices.Contains(chosen, s.ID) {
			all.ZH, all.EN = joined(all.ZH, "、", s.Name.ZH), joined(all.EN, ", ", s.Name.EN)
		}
	}
	return Named(all)
}

func joined(list, by, next string) string {
	if list == "" {
		return next
	}
	return list + by + next
}

// Commitment gives the wording of the commitment.
func (f *Form) Commitment() exam.CommitmentText { return f.pack.Commitment }

// SampleRemark says that the pack is not an authority's own edition; empty when
// it is.
func (f *Form) SampleRemark() Text {
	if !f.pack.Sample {
		return Text{}
	}
	return Named(f.pack.About)
}
