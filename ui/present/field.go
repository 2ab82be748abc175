package present

import (
	"slices"
	"strconv"
	"strings"

	"wenbao/exam"
)

// FieldKind says how a field is asked.
type FieldKind int

const (
	Line1   FieldKind = iota // one line of text
	Lines                    // several lines of text
	Day                      // a date, as people write it
	YearMon                  // a month, as people write it
	Options                  // a few choices, all in sight
	List                     // many choices, found by typing
	Tick                     // yes or no
	Ticks                    // any of a few choices
)

// Choice is one value of a field that is chosen.
type Choice struct {
	Value string
	Name  Text
}

// Shown is a problem as it stands under a field.
type Shown struct {
	Text     Text
	Severity exam.Severity
}

// Field is one field of the form as it is to be shown now.
type Field struct {
	Path     string // in the document, "education.0.school"
	Kind     FieldKind
	Label    Text
	Hint     Text // one line on what to write; empty when the label says it
	Value    string
	Choices  []Choice
	Required bool
	Locked   bool
	Why      Text // why it is locked or where its value comes from
	Problems []Shown
	Rare     bool // offers the search for rare characters
	Half     bool // stands beside the next field when there is room
}

// fieldSpec is a row of the catalogue of fields; a path in a list has no index.
type fieldSpec struct {
	path string
	kind FieldKind
	half bool
	hint bool // there is a sentence "field.PATH.hint"
}

// StepReview is the last step, 核对提交, beside those of package exam.
const StepReview exam.StepID = "review"

// Steps lists the steps of the form in their order.
var Steps = append(slices.Clone(exam.Steps), StepReview)

// sectionSpec is a group of fields of a step; with a list, the fields are those
// of every record of the list.
type sectionSpec struct {
	id     string
	list   string
	most   int
	fields []fieldSpec
}

// catalogue is every field of the draft document, in the order of the form.
var catalogue = map[exam.StepID][]sectionSpec{
	exam.StepRegistration: {
		{id: "target", fields: []fieldSpec{
			{"level", Options, false, true}, {"subjects", Ticks, false, true}}},
		{id: "place", fields: []fieldSpec{
			{"area", List, true, true}, {"city", Line1, true, true}, {"checkpoint", Line1, false, true}}},
	},
	exam.StepPerson: {
		{id: "identity", fields: []fieldSpec{
			{"name", Line1, true, true}, {"name_remark", Line1, true, true},
			{"id_type", List, true, false}, {"id_number", Line1, true, true},
			{"gender", Options, true, false}, {"birth_date", Day, true, true}}},
		{id: "origin", fields: []fieldSpec{
			{"nationality", List, true, false}, {"ethnicity", List, true, false},
			{"political_status", List, true, false}}},
		{id: "contact", fields: []fieldSpec{
			{"phone", Line1, true, true}, {"email", Line1, true, false},
			{"address", Line1, false, false}, {"postcode", Line1, true, false}}},
	},
	exam.StepSchooling: {
		{id: "education", list: "education", most: exam.MaxEducation, fields: []fieldSpec{
			{"education.level", List, true, false}, {"education.study_mode", Options, true, true},
			{"education.school", Line1, true, true}, {"education.major", Line1, true, false},
			{"education.social_work_major", Tick, false, true},
			{"education.started", YearMon, true, true}, {"education.graduated", YearMon, true, true},
			{"education.certificate_number", Line1, false, true}}},
		{id: "degrees", list: "degrees", most: exam.MaxDegrees, fields: []fieldSpec{
			{"degrees.level", Options, false, false},
			{"degrees.awarded_by", Line1, true, false}, {"degrees.major", Line1, true, false},
			{"degrees.social_work_major", Tick, false, false},
			{"degrees.awarded", YearMon, true, false}, {"degrees.certificate_number", Line1, true, false}}},
	},
	exam.StepWork: {
		{id: "start", fields: []fieldSpec{
			{"first_worked", YearMon, true, true}, {"title", Line1, true, true}}},
		{id: "work", list: "work", most: exam.MaxWork, fields: []fieldSpec{
			{"work.employer", Line1, true, true}, {"work.employer_type", List, true, false},
			{"work.from", YearMon, true, true}, {"work.to", YearMon, true, true},
			{"work.social_work", Tick, false, true},
			{"work.position", Line1, true, false}, {"work.place", Line1, true, false},
			{"work.credit_code", Line1, false, true}, {"work.duties", Lines, false, true}}},
		{id: "certificates", list: "certificates", most: exam.MaxCertificates, fields: []fieldSpec{
			{"certificates.level", Options, false, false},
			{"certificates.number", Line1, true, true}, {"certificates.awarded", YearMon, true, false}}},
	},
	exam.StepCommitment: {
		{id: "commitment", fields: []fieldSpec{{"commitment", Options, false, false}}},
	},
}

// StepOf gives the step that a problem's field belongs to; StepReview for what
// concerns the whole.
func StepOf(path string) exam.StepID {
	if s := exam.StepOf(path); s != "" {
		return s
	}
	return StepReview
}

// Bare takes the indexes out of a path: "education.0.school" is "education.school".
func Bare(path string) string {
	parts := strings.Split(path, ".")
	kept := parts[:0]
	for _, p := range parts {
		if _, err := strconv.Atoi(p); err != nil {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, ".")
}

// at puts an index into the path of a record's field.
func at(list string, i int, bare string) string {
	return list + "." + strconv.Itoa(i) + strings.TrimPrefix(bare, list)
}

// label gives the name of a field, for its own row and for lists of problems.
func label(path string) Text { return T("field." + Bare(path)) }
