package exam

import (
	"bytes"
	"encoding/json"
)

// Bounds on the lists of a document. The platform takes 1–5 education and 0–5
// degree records; the others are generous.
const (
	MaxEducation    = 5
	MaxDegrees      = 5
	MaxCertificates = 10
	MaxWork         = 40
	MaxSubjects     = 10
)

// Document is what a candidate fills in: the draft document whose JSON keys
// scripts rely on (docs/draft.schema.json). Empty fields are "not filled in
// yet"; a document in any state of completion is valid as a draft, and only
// [Check] says whether it can be submitted.
type Document struct {
	Exam       string   `json:"exam"`       // exam code of the pack, "038"
	Year       int      `json:"year"`       // exam year
	Level      Level    `json:"level"`      // 级别
	Area       string   `json:"area"`       // 考区: GB/T 2260 code, six digits; the pack lists them
	City       string   `json:"city"`       // 考试所在地(市)
	Checkpoint string   `json:"checkpoint"` // 核查点
	Subjects   []string `json:"subjects"`   // 科目: subject ids of the pack

	Name            string `json:"name"`        // as on the document of identity; any GB 18030-2022 character
	NameRemark      string `json:"name_remark"` // 生僻字说明: how a rare character is composed
	IDType          IDType `json:"id_type"`
	IDNumber        string `json:"id_number"`
	Gender          Gender `json:"gender"`
	BirthDate       Date   `json:"birth_date"`
	Ethnicity       string `json:"ethnicity"`        // GB/T 3304-1991, "01".."56", "97", "98"
	Nationality     string `json:"nationality"`      // ISO 3166-1 alpha-3
	PoliticalStatus string `json:"political_status"` // GB/T 4762-1984, "01".."13"
	Phone           string `json:"phone"`
	Email           string `json:"email"`
	Address         string `json:"address"`
	Postcode        string `json:"postcode"`

	Education    []Education   `json:"education"`
	Degrees      []Degree      `json:"degrees"`
	Certificates []Certificate `json:"certificates"`
	Work         []Work        `json:"work"`

	FirstWorked Month      `json:"first_worked"` // 参加工作时间
	Title       string     `json:"title"`        // 专业技术职务 / 职称
	Commitment  Commitment `json:"commitment"`   // 告知承诺
}

// Education is one 学历 record.
type Education struct {
	ID                string         `json:"id,omitempty"` // identity of the record in merges; see [Merge]
	Level             EducationLevel `json:"level"`
	StudyMode         StudyMode      `json:"study_mode"`
	School            string         `json:"school"`
	Major             string         `json:"major"`
	SocialWorkMajor   bool           `json:"social_work_major"`
	Started           Month          `json:"started"`
	Graduated         Month          `json:"graduated"`
	CertificateNumber string         `json:"certificate_number"` // 学历证书编号
}

// Degree is one 学位 record.
type Degree struct {
	ID                string         `json:"id,omitempty"`
	Level             EducationLevel `json:"level"` // bachelor, master or doctor
	AwardedBy         string         `json:"awarded_by"`
	Major             string         `json:"major"`
	SocialWorkMajor   bool           `json:"social_work_major"`
	Awarded           Month          `json:"awarded"`
	CertificateNumber string         `json:"certificate_number"` // 学位证书编号
}

// Certificate is a professional certificate already held (助理社会工作师, 社会工作师).
type Certificate struct {
	ID      string `json:"id,omitempty"`
	Level   Level  `json:"level"`
	Number  string `json:"number"` // 管理号; its structure is not published, so it is free text
	Awarded Month  `json:"awarded"`
}

// Work is one post held. The first and the last month both count.
type Work struct {
	ID           string `json:"id,omitempty"`
	Employer     string `json:"employer"`
	EmployerType string `json:"employer_type"` // 单位性质: id of the pack's list
	CreditCode   string `json:"credit_code"`   // 统一社会信用代码, GB 32100-2015
	Place        string `json:"place"`
	Position     string `json:"position"`
	Duties       string `json:"duties"`
	From         Month  `json:"from"`
	To           Month  `json:"to"` // empty: until now
	SocialWork   bool   `json:"social_work"`
}

// Level is a level of the examination; which of them exist is the pack's to say.
type Level string

// Levels that several exams have; which there are is the pack's to say.
const (
	Junior       Level = "junior"
	Intermediate Level = "intermediate"
	Senior       Level = "senior"
)

// IDType is the kind of identity document.
type IDType string

const (
	ResidentID       IDType = "resident"           // 居民身份证
	HKMacaoResidence IDType = "hk_macao_residence" // 港澳居民居住证
	TaiwanResidence  IDType = "taiwan_residence"   // 台湾居民居住证
	HKMacaoPermit    IDType = "hk_macao_permit"    // 港澳居民来往内地通行证
	TaiwanPermit     IDType = "taiwan_permit"      // 台湾居民来往大陆通行证
	Passport         IDType = "passport"           // 护照
	ForeignPermanent IDType = "foreign_permanent"  // 外国人永久居留身份证
	MilitaryID       IDType = "military"           // 军官证、士兵证、文职证
	OtherID          IDType = "other"
)

// IDTypes lists the kinds in the order a form shows them.
var IDTypes = []IDType{ResidentID, HKMacaoResidence, TaiwanResidence, HKMacaoPermit, TaiwanPermit, Passport, ForeignPermanent, MilitaryID, OtherID}

// Gender follows GB/T 2261.1 (1 男, 2 女); empty while unknown.
type Gender string

const (
	Male   Gender = "male"
	Female Gender = "female"
)

// EducationLevel is a level of schooling or degree, lowest first.
type EducationLevel string

const (
	SeniorHigh          EducationLevel = "senior_high"          // 高中
	SecondaryVocational EducationLevel = "secondary_vocational" // 中专
	Associate           EducationLevel = "associate"            // 大专
	Bachelor            EducationLevel = "bachelor"             // 本科 / 学士
	Master              EducationLevel = "master"               // 硕士
	Doctor              EducationLevel = "doctor"               // 博士
)

// EducationLevels lists the levels of schooling, lowest first.
var EducationLevels = []EducationLevel{SeniorHigh, SecondaryVocational, Associate, Bachelor, Master, Doctor}

// StudyMode is 学习形式.
type StudyMode string

const (
	FullTime StudyMode = "full_time" // 全日制
	PartTime StudyMode = "part_time" // 非全日制: 函授, 自考, 成考, 网络, 开放大学
)

// Commitment is the candidate's choice on 证明事项告知承诺制; empty while not chosen.
type Commitment string

const (
	CommitmentAccepted Commitment = "accept"
	CommitmentDeclined Commitment = "decline"
)

// listed keeps the lists from being null in JSON.
func (d Document) listed() Document {
	if d.Subjects == nil {
		d.Subjects = []string{}
	}
	if d.Education == nil {
		d.Education = []Education{}
	}
	if d.Degrees == nil {
		d.Degrees = []Degree{}
	}
	if d.Certificates == nil {
		d.Certificates = []Certificate{}
	}
	if d.Work == nil {
		d.Work = []Work{}
	}
	return d
}

// DecodeDocument reads a draft document from JSON. Unknown keys, wrong types
// and anything beyond the bounds above are refused with the path of the fault;
// half-filled documents are fine. The error has [KindInvalid], its cause is a
// [*Fault].
func DecodeDocument(raw []byte) (Document, error) {
	const op = "read draft document"
	if len(raw) > MaxDocumentBytes {
		return Document{}, Errorf(KindTooLarge, op, "%d bytes, at most %d", len(raw), MaxDocumentBytes)
	}
	raw = bytes.TrimPrefix(raw, byteOrderMark)
	var d Document
	// What this program wrote itself reads and writes alike, and needs no second look.
	if err := json.Unmarshal(raw, &d); err != nil || !bytes.Equal(d.Encode(), raw) {
		d = Document{}
		if err := strictly(raw, &d); err != nil {
			return Document{}, &Error{Kind: KindInvalid, Op: op, Err: err}
		}
	}
	if f := d.bounded(); f != nil {
		return Document{}, &Error{Kind: KindInvalid, Op: op, Err: f}
	}
	return d.listed(), nil
}

// byteOrderMark is what some editors put before UTF-8.
var byteOrderMark = []byte("\uFEFF")

// Bounded tells of a list that has more records than [DecodeDocument] reads, with
// [KindInvalid]; its cause is a [*Fault].
func (d *Document) Bounded() error {
	if f := d.bounded(); f != nil {
		return &Error{Kind: KindInvalid, Op: "look at draft document", Err: f}
	}
	return nil
}

func (d *Document) bounded() *Fault {
	for _, l := range []struct {
		path   string
		n, max int
	}{
		{"subjects", len(d.Subjects), MaxSubjects},
		{"education", len(d.Education), MaxEducation},
		{"degrees", len(d.Degrees), MaxDegrees},
		{"certificates", len(d.Certificates), MaxCertificates},
		{"work", len(d.Work), MaxWork},
	} {
		if l.n > l.max {
			return &Fault{Code: "too_many", Path: l.path, Args: map[string]string{"count": itoa(l.n), "most": itoa(l.max)}}
		}
	}
	return nil
}
