package exam

// Severity says what a problem does to a submission.
type Severity string

const (
	Block Severity = "block" // prevents 提交
	Warn  Severity = "warn"  // worth a look; does not prevent
	Note  Severity = "info"
)

// Problem is one thing that is wrong, missing or worth knowing. It carries no
// sentence: people's words are made from Rule and Args in their language
// (translation key "rule."+Rule). Args never hold personal data beyond what the
// candidate's own field already shows.
type Problem struct {
	Field    string            `json:"field"` // path in the document ("education.0.school"), "photo", "attachments.KIND" or "" for the whole
	Rule     string            `json:"rule"`  // "id_number.checksum"
	Severity Severity          `json:"severity"`
	Args     map[string]string `json:"args,omitempty"`
}
