package exam

import (
	"strings"
	"time"
)

// Moment is when a document is judged.
type Moment struct {
	Now     time.Time // zero: time is not part of the question
	Trusted bool      // learnt from the server; this machine's own clock never blocks anybody
}

// Report is all that can be said about a document before it is sent.
type Report struct {
	Submittable     bool // no problem of severity [Block]
	CompletePercent int  // required entries that are there, 0–100, rounded down
	Problems        []Problem
	Eligibility     Eligibility
	Needs           []Need         // what this way to qualify calls for, each field once
	Steps           []StepReport   // in the order of the form; they count the needs
	Cases           []EvidenceCase // why evidence may be needed
	Evidence        []EvidenceReport
	Fee             Fee
	Windows         []WindowReport // of the place, in their order; nil when no time was given
	Next            *Deadline      // nil: nothing known to come, or no time given
}

// StepID names a step of the form; its words are "step."+id.
type StepID string

// The steps of the form.
const (
	StepRegistration StepID = "registration" // 报考信息
	StepPerson       StepID = "person"       // 个人信息
	StepSchooling    StepID = "schooling"    // 学历学位
	StepWork         StepID = "work"         // 工作经历
	StepPhoto        StepID = "photo"        // 照片
	StepEvidence     StepID = "evidence"     // 证明材料
	StepCommitment   StepID = "commitment"   // 承诺
)

// Steps lists the steps in the order of the form.
var Steps = []StepID{StepRegistration, StepPerson, StepSchooling, StepWork, StepPhoto, StepEvidence, StepCommitment}

// StepReport counts what a step still needs.
type StepReport struct {
	ID      StepID `json:"id"`
	Done    int    `json:"done"`    // required entries that are there
	Missing int    `json:"missing"` // required entries that are not
	Blocks  int    `json:"blocks"`  // problems that prevent submission, missing entries among them
	Warns   int    `json:"warns"`
}

// EvidenceReport is one kind of evidence that this document calls for.
type EvidenceReport struct {
	ID       FileKind       `json:"id"`
	Because  []EvidenceCase `json:"because"`
	Attached int            `json:"attached"` // files of this kind
	Early    bool           `json:"early"`    // must be there before submission
}

// stepIndex gives the place of a step in [Steps]; -1 for none.
func stepIndex(id StepID) int {
	for i := range Steps {
		if Steps[i] == id {
			return i
		}
	}
	return -1
}

// StepOf gives the step in which a field, or "photo", or "attachments.KIND"
// stands; "" for a path that is none, and for the document as a whole.
func StepOf(path string) StepID {
	head, _, _ := strings.Cut(path, ".")
	return stepOf[head]
}

// stepOf places every field of the document, and the files.
var stepOf = map[string]StepID{
	"exam": StepRegistration, "year": StepRegistration, "level": StepRegistration, "area": StepRegistration,
	"city": StepRegistration, "checkpoint": StepRegistration, "subjects": StepRegistration,

	"name": StepPerson, "name_remark": StepPerson, "id_type": StepPerson, "id_number": StepPerson, "gender": StepPerson,
	"birth_date": StepPerson, "ethnicity": StepPerson, "nationality": StepPerson, "political_status": StepPerson,
	"phone": StepPerson, "email": StepPerson, "address": StepPerson, "postcode": StepPerson,

	"education": StepSchooling, "degrees": StepSchooling,
	"certificates": StepWork, "work": StepWork, "first_worked": StepWork, "title": StepWork,
	"photo": StepPhoto, "attachments": StepEvidence, "commitment": StepCommitment,
}
