package exam

import "slices"

// PackFormat is the edition of the pack file's shape that this program reads.
const PackFormat = 1

// MaxPackBytes bounds a pack file.
const MaxPackBytes = 1 << 20

// Pack is everything an authority may change about one examination in one
// year: signed, versioned data (docs/packs.md, docs/pack.schema.json). No code
// knows an exam, level, area, subject or evidence by name; what is absent here
// is unknown, and what is unknown never blocks anybody.
//
// A Pack comes from [ParsePack] and is read-only from then on; it may be shared
// between goroutines.
type Pack struct {
	Format  int    `json:"format"`  // 1
	ID      string `json:"id"`      // "038-2026": exam and year, the name of the file
	Version int    `json:"version"` // from 1, rises with every edition
	Exam    string `json:"exam"`    // exam code, "038"
	Year    int    `json:"year"`    // exam year
	Sample  bool   `json:"sample"`  // true: made up or collected from public pages, not an authority's own edition
	Issued  Date   `json:"issued"`  // day of this edition
	Title   Text   `json:"title"`   // 考试名称
	About   Text   `json:"about"`   // where this edition comes from and what it is not
	Remark  Text   `json:"remark"`  // printed at the foot of papers, such as 非官方样表

	// TimeZone is the offset of every time that names none itself, "+08:00"; ""
	// is China's standard time.
	TimeZone string `json:"time_zone"`

	Signers []string `json:"signers"` // public keys (wenbao-ed25519 …) that may sign the next edition
	Server  Server   `json:"server"`  // the registration server; empty when there is none

	Contacts []Contact `json:"contacts"` // hotlines of the whole country
	Notices  []Text    `json:"notices"`  // what every candidate should read

	Residence Text       `json:"residence"`  // where one registers (属地化), unless an area says otherwise
	PassLines []PassLine `json:"pass_lines"` // pass marks that differ from the subjects' own (单独划线)
	Official  Official   `json:"official"`   // the authority's own site, for typing there what is filled in here

	Fields     Fields              `json:"fields"`     // what must be filled in, and what may be changed when
	Choices    map[string][]Choice `json:"choices"`    // lists by field; see [Pack.Choice]
	Levels     []LevelRules        `json:"levels"`     // 级别, lowest first
	Reckoning  Reckoning           `json:"reckoning"`  // how the years of work are counted
	AutoCheck  AutoCheck           `json:"auto_check"` // which records the authority can check by itself
	Evidence   []Evidence          `json:"evidence"`   // 证明材料
	Photo      PhotoSpec           `json:"photo"`      // 报名照片
	Commitment CommitmentText      `json:"commitment"` // 告知承诺
	Windows    Windows             `json:"windows"`    // of the national platform; areas choose days inside it
	Areas      []Area              `json:"areas"`      // 考区

	required, wanted []*fieldRule // of Fields
}

// Text is the same words in Chinese and English.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// In gives the words of a language ("en" or anything else for Chinese).
func (t Text) In(lang string) string {
	if lang == "en" && t.EN != "" {
		return t.EN
	}
	return t.ZH
}

// Server says where registrations go and whose receipts prove it.
type Server struct {
	URL  string   `json:"url"`  // https only; "" when no server exists
	Keys []string `json:"keys"` // public keys of receipts, in [EncodePublicKey]'s form
}

// Contact is somebody to ask.
type Contact struct {
	Name  Text   `json:"name"`
	Phone string `json:"phone"`
	Hours Text   `json:"hours"`
	URL   string `json:"url"`
}

// PassLine is a set of pass marks of some regions and of one year; certificates
// passed by it are usually valid in those regions only.
type PassLine struct {
	ID    string        `json:"id"`
	Name  Text          `json:"name"`  // for whom
	Year  int           `json:"year"`  // exam year it was published for
	Marks map[Level]int `json:"marks"` // of every subject of the level; levels left out are as the country
}

// Official is the authority's own site.
type Official struct {
	URL      string            `json:"url"`
	Sections []OfficialSection `json:"sections"` // in the site's order
}

// OfficialSection is one group of the site's fields.
type OfficialSection struct {
	ID     string   `json:"id"`
	Name   Text     `json:"name"`
	Fields []string `json:"fields"` // paths without index, in the site's order; those of one list go record by record
}

// Fields is the policy on the document's fields. Paths have no index:
// "education.school" is the school of every record.
type Fields struct {
	Required []string `json:"required"` // missing: rule FIELD.required, block
	Wanted   []string `json:"wanted"`   // missing: rule FIELD.wanted, warn
	Core     []string `json:"core"`     // locked once verified
	Contact  []string `json:"contact"`  // may always be changed
}

// Choice is one value of a list, with its names.
type Choice struct {
	Code string `json:"code"`
	Name Text   `json:"name"`
}

// LevelRules is one level with its subjects and the ways to qualify for it.
type LevelRules struct {
	ID         Level     `json:"id"`
	Name       Text      `json:"name"`        // 助理社会工作师
	Grade      Text      `json:"grade"`       // 初级
	Subjects   []Subject `json:"subjects"`    // in the order of the form
	AllAtOnce  bool      `json:"all_at_once"` // every subject must be taken in one year
	ValidYears int       `json:"valid_years"` // how many exam years a passed subject counts; 0 unknown
	Conditions []Text    `json:"conditions"`  // conditions that no field can show, such as citizenship
	Paths      []Path    `json:"paths"`       // each alone is enough
}

// Subject is one paper of a level.
type Subject struct {
	ID       string  `json:"id"`
	Name     Text    `json:"name"`
	FeeClass string  `json:"fee_class"` // key into [Fees.Subject]
	Starts   Instant `json:"starts"`
	Minutes  int     `json:"minutes"`
	FullMark int     `json:"full_mark"`
	PassMark int     `json:"pass_mark"` // national; areas may have their own
}

// Path is one way to qualify. A record of education or a degree has to fit;
// then so many months of work in the field are needed, counted in the whole
// life or after a certificate.
type Path struct {
	ID         string           `json:"id"`
	Text       Text             `json:"text"`         // the rule as published
	Education  []EducationLevel `json:"education"`    // levels of schooling that fit
	Degrees    []EducationLevel `json:"degrees"`      // degrees that fit
	OwnMajor   bool             `json:"own_major"`    // the record must be in the exam's own major
	Graduating bool             `json:"graduating"`   // a diploma due within the exam year is enough (应届)
	Named      bool             `json:"degree_named"` // the rule names the degree; a diploma alone is asked to be completed by it
	Months     int              `json:"months"`       // months of work needed
	After      Level            `json:"after"`        // work counts from this certificate on; "" counts all
}

// Reckoning says how work is counted and what is left to the areas.
type Reckoning struct {
	Work       Text        `json:"work"`              // what kind of work counts: 社会工作
	Major      Text        `json:"major"`             // the exam's own major: 社会工作; needed where a path wants it
	Until      Date        `json:"until"`             // last day that counts; open posts run to its month
	Borderline int         `json:"borderline_months"` // short by at most this many: the area decides
	OwnMajors  []string    `json:"own_majors"`        // a major that contains one of these is the exam's own beyond doubt
	AreaPoints []AreaPoint `json:"area_points"`       // kinds of record that areas judge differently
}

// Terms gives the pack's own words for what an exam is about, as arguments of
// sentences: work, the kind of work that counts, and major, each also as NAME_en.
func (p *Pack) Terms() map[string]string {
	r := &p.Reckoning
	return map[string]string{"work": r.Work.ZH, "work_en": r.Work.EN, "major": r.Major.ZH, "major_en": r.Major.EN}
}

// AreaPoint is a kind of record whose recognition areas decide.
type AreaPoint struct {
	ID             string           `json:"id"`
	Name           Text             `json:"name"`
	Education      []EducationLevel `json:"education"`
	SchoolContains []string         `json:"school_contains"`
}

// AutoCheck tells which records the authority checks against national
// registers without paper.
type AutoCheck struct {
	Education      []EducationLevel `json:"education"`
	EducationSince Month            `json:"education_since"` // graduated in or after
	DegreesSince   Month            `json:"degrees_since"`   // awarded in or after
}

// Evidence is a kind of paper that may be asked for.
type Evidence struct {
	ID     FileKind       `json:"id"`
	Name   Text           `json:"name"`
	Hint   Text           `json:"hint"`   // where to get it, what must be on it
	Needed []EvidenceCase `json:"needed"` // any of these cases asks for it
	Print  string         `json:"print"`  // the program's own paper to start from ("work-years", …); "" none
	Early  bool           `json:"early"`  // must be there before submission; otherwise it can follow later
}

// EvidenceCase names a situation in which evidence is needed.
type EvidenceCase string

// The situations that rules know. Every one that applies to a document is in
// its [Report.Cases].
const (
	CaseAlways          EvidenceCase = "always"           // everybody
	CaseDeclined        EvidenceCase = "declined"         // the commitment is declined: every proof is on paper
	CaseManualEducation EvidenceCase = "manual_education" // the schooling that qualifies cannot be checked automatically
	CaseManualDegree    EvidenceCase = "manual_degree"    // the degree that qualifies cannot be checked automatically
	CaseDegreeDeclined  EvidenceCase = "degree_declined"  // declined, and a degree is claimed
	CaseWorkDeclined    EvidenceCase = "work_declined"    // declined, and months of work are needed
	CaseHeldDeclined    EvidenceCase = "held_declined"    // declined, and a certificate held is needed
	CaseAreaPoint       EvidenceCase = "area_point"       // the area decides about the record
)

var evidenceCases = []EvidenceCase{CaseAlways, CaseDeclined, CaseManualEducation, CaseManualDegree, CaseDegreeDeclined, CaseWorkDeclined, CaseHeldDeclined, CaseAreaPoint}

// PhotoSpec is what the photo must be.
type PhotoSpec struct {
	Width      int    `json:"width"`  // pixels
	Height     int    `json:"height"` // pixels
	WidthMM    int    `json:"width_mm"`
	HeightMM   int    `json:"height_mm"`
	MinBytes   int    `json:"min_bytes"` // of the processed file
	MaxBytes   int    `json:"max_bytes"`
	DPI        int    `json:"dpi"`
	Background string `json:"background"` // "white" (or "", the same): no other is checked for
	FileName   string `json:"file_name"`  // what the official site wants it to be called
}

// CommitmentText is the wording of the commitment.
type CommitmentText struct {
	Title  Text   `json:"title"`
	Points []Text `json:"points"`
	Notes  []Text `json:"notes"` // consequences to be told before choosing
}

// Area is an examination area (考区).
type Area struct {
	ID       string       `json:"id"` // GB/T 2260 code, or the authority's own: at most 16 letters, digits, - and _
	Name     Text         `json:"name"`
	Windows  *Windows     `json:"windows,omitempty"` // absent: nothing published is known
	Cities   []City       `json:"cities,omitempty"`  // places with windows of their own
	Fees     *Fees        `json:"fees,omitempty"`    // absent: unknown
	Confirm  AfterConfirm `json:"after_confirm"`     // "" unknown
	Recheck  bool         `json:"recheck"`           // may refuse a registration in a check after payment (抽查复核)
	Contacts []Contact    `json:"contacts,omitempty"`
	Notes    []Text       `json:"notes,omitempty"`

	Residence *Text              `json:"residence,omitempty"` // who may register here, in place of [Pack.Residence]
	Previous  *PastYear          `json:"previous,omitempty"`  // what an earlier year had: a guide, never a deadline
	Points    map[string]Verdict `json:"points,omitempty"`    // what the area decided on an [AreaPoint] or "near_major": met or not_met
}

// City is a place whose windows differ from, or alone are known of, its area.
type City struct {
	Name    Text    `json:"name"`
	Windows Windows `json:"windows"`
}

// PastYear is what is known of an earlier year's windows.
type PastYear struct {
	Year    int     `json:"year"`
	Windows Windows `json:"windows"`
}

// AfterConfirm is an area's policy on changes between 报名确认 and payment
// (facts 2.4: it depends on the province).
type AfterConfirm string

const (
	ConfirmUnknown AfterConfirm = ""          // not published: taken as [ConfirmCentre]
	ConfirmUndo    AfterConfirm = "unconfirm" // the candidate may take the confirmation back
	ConfirmCentre  AfterConfirm = "centre"    // only the centre can
	ConfirmLocked  AfterConfirm = "locked"    // nobody can
)

// Windows are the spans of a registration year; each may be unknown.
type Windows struct {
	Registration Window `json:"registration"`
	Check        Window `json:"check"`   // 资格核查
	Payment      Window `json:"payment"` // 缴费
	Ticket       Window `json:"ticket"`  // 准考证打印
}

// Window is a span of time; either end may be unknown ("").
type Window struct {
	Opens  Instant `json:"opens"`
	Closes Instant `json:"closes"`
}

// Fees of an area, in fen (1/100 yuan). A fee class that is absent is unknown.
type Fees struct {
	Subject map[string]int `json:"subject"` // by [Subject.FeeClass]
	Extra   []FeeExtra     `json:"extra,omitempty"`
}

// FeeExtra is charged once per person.
type FeeExtra struct {
	ID         string  `json:"id"`
	Name       Text    `json:"name"`
	Fen        int     `json:"fen"`
	Levels     []Level `json:"levels,omitempty"` // empty: every level
	Refundable bool    `json:"refundable"`       // part of the candidates get it back
}

// ResidenceOf says who may register in an area, or anywhere; empty in both
// languages when it is not known.
func (p *Pack) ResidenceOf(area string) Text {
	if a, ok := p.Area(area); ok && a.Residence != nil {
		return *a.Residence
	}
	return p.Residence
}

// Ref names the edition.
func (p *Pack) Ref() PackRef { return PackRef{ID: p.ID, Version: p.Version} }

// Level gives the rules of a level.
func (p *Pack) Level(id Level) (*LevelRules, bool) {
	for i := range p.Levels {
		if p.Levels[i].ID == id {
			return &p.Levels[i], true
		}
	}
	return nil, false
}

// Area gives an area by its id.
func (p *Pack) Area(id string) (*Area, bool) {
	for i := range p.Areas {
		if p.Areas[i].ID == id {
			return &p.Areas[i], true
		}
	}
	return nil, false
}

// Subjects gives the subjects of a level in the order of the form; nil for a
// level the pack does not have.
func (p *Pack) Subjects(id Level) []Subject {
	l, ok := p.Level(id)
	if !ok {
		return nil
	}
	return l.Subjects
}

// subject finds a subject by its id, or by its Chinese name as lists from
// employers carry it.
func (l *LevelRules) subject(text string) (Subject, bool) {
	i := slices.IndexFunc(l.Subjects, func(s Subject) bool { return s.ID == text || s.Name.ZH == text })
	if i < 0 {
		return Subject{}, false
	}
	return l.Subjects[i], true
}

// chosen gives the subjects of the document, each once: those named, or all of the
// level when none is named, as the official form ticks them beforehand. The second
// result is false when one that is named is none of the level's.
func (l *LevelRules) chosen(subjects []string) ([]Subject, bool) {
	if len(subjects) == 0 {
		return l.Subjects, true
	}
	var list []Subject
	all := true
	for _, text := range subjects {
		s, ok := l.subject(text)
		all = all && ok
		if ok && !slices.ContainsFunc(list, func(x Subject) bool { return x.ID == s.ID }) {
			list = append(list, s)
		}
	}
	return list, all
}
