package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"time"

	"wenbao/cmd/internal/local"
	"wenbao/exam"
)

// tinyPhoto is a picture that every draft shares; rules look at the reference,
// not at the pixels.
var tinyPhoto = func() []byte {
	m := image.NewGray(image.Rect(0, 0, 8, 8))
	m.SetGray(3, 3, color.Gray{Y: 200})
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}()

func tinyFile(kind exam.FileKind) exam.File {
	return exam.File{Kind: kind, SHA256: exam.Digest(tinyPhoto), Size: int64(len(tinyPhoto)), Type: "image/jpeg", Name: "我的照片.jpg"}
}

// generate makes draft n: a made-up candidate who qualifies, or nearly, by some
// path of some level, and in two of three drafts something, or several things, wrong.
func generate(r *rand.Rand, n int) exam.Draft {
	p := local.Packs()[0]
	if r.IntN(10) == 0 {
		p = pick(r, local.Packs())
	}
	d := candidate(r, p, n)
	wrongs := 0
	switch r.IntN(6) {
	case 0, 1, 2:
		wrongs = 1
	case 3:
		wrongs = 2 + r.IntN(4)
	}
	for range wrongs {
		if r.IntN(2) == 0 {
			spoilText(r, &d, n)
		} else {
			pick(r, mutations)(r, &d, n)
		}
	}
	return d
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// candidate is somebody whose case one path of the pack describes.
func candidate(r *rand.Rand, p *exam.Pack, n int) exam.Draft {
	level := pick(r, p.Levels)
	path := pick(r, level.Paths)
	area := pick(r, p.Areas)
	d := exam.Document{Exam: p.Exam, Year: p.Year, Level: level.ID, Area: area.ID, City: area.Name.ZH,
		Name: pick(r, []string{"张某某", "阿依古丽·某某", "某𠮷", "欧阳某"}) + string(rune('一'+r.IntN(5000))), NameRemark: pick(r, []string{"", "上士下口"}),
		Ethnicity: pick(r, p.Choice("ethnicity")).Code, Nationality: "CHN", PoliticalStatus: pick(r, p.Choice("political_status")).Code,
		Phone: fmt.Sprintf("138%08d", r.IntN(1e8)), Email: pick(r, []string{"", "someone@example.cn"}), Address: "某路 1 号", Postcode: "450000",
		FirstWorked: "1995-01", Title: "无", Commitment: pick(r, []exam.Commitment{exam.CommitmentAccepted, exam.CommitmentAccepted, exam.CommitmentDeclined})}
	for _, c := range area.Cities {
		if r.IntN(2) == 0 {
			d.City = c.Name.ZH
		}
	}
	for _, s := range level.Subjects {
		if level.AllAtOnce || r.IntN(4) > 0 {
			d.Subjects = append(d.Subjects, pick(r, []string{s.ID, s.ID, s.Name.ZH}))
		}
	}
	identify(r, &d, n)
	career(r, &d, path, p)
	draft := exam.Draft{ID: exam.NewDraftID(), Document: d, Pack: p.Ref(), Files: []exam.File{tinyFile(exam.FilePhoto), tinyFile(exam.FilePhotoOriginal)}}
	for _, e := range p.Evidence {
		if e.Early || r.IntN(4) == 0 {
			draft.Files = append(draft.Files, tinyFile(e.ID))
		}
	}
	return draft
}

// identify gives a document of identity with a number that no other n has:
// birthday and order together are n's, and in a resident's number the first six
// digits too, since no rule judges them and mutations leave them alone.
func identify(r *rand.Rand, d *exam.Document, n int) {
	birth := time.Date(1955, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n%11_000)
	order := n / 11_000 % 1000
	d.BirthDate, d.Gender = exam.Date(birth.Format(time.DateOnly)), []exam.Gender{exam.Female, exam.Male}[order%2]
	eighteen := func(head string) string {
		body := head + birth.Format("20060102") + fmt.Sprintf("%03d", order)
		return body + string(exam.IDCheckDigit(body))
	}
	d.IDType, d.IDNumber = exam.ResidentID, eighteen(fmt.Sprintf("%06d", 100_000+n))
	if r.IntN(4) > 0 {
		return
	}
	d.IDType, d.Nationality = pick(r, exam.IDTypes), "HKG"
	switch d.IDType {
	case exam.ResidentID:
	case exam.HKMacaoResidence:
		d.IDNumber = eighteen(pick(r, []string{"810000", "820000"}))
	case exam.TaiwanResidence:
		d.IDNumber = eighteen("830000")
	case exam.HKMacaoPermit:
		d.IDNumber = fmt.Sprintf("H%08d", n)
	case exam.TaiwanPermit:
		d.IDNumber = fmt.Sprintf("%08d", n)
	case exam.Passport:
		d.IDNumber, d.Name = fmt.Sprintf("E%08d", n), "Mary-Ann O’Neil"
	case exam.ForeignPermanent:
		d.IDNumber, d.Nationality = pick(r, []string{fmt.Sprintf("CAN%012d", n), eighteen("911124")}), "CAN"
	default:
		d.IDNumber = fmt.Sprintf("某字第%08d号", n)
	}
}

// career fits schooling, certificates and posts to a path: the months it wants
// and some more, or just too few, in up to three posts, after the diploma and the certificate.
func career(r *rand.Rand, d *exam.Document, path exam.Path, p *exam.Pack) {
	last := p.Year*12 + 11
	from := last - path.Months - r.IntN(48)
	if r.IntN(5) == 0 {
		from = last - path.Months + r.IntN(6) // on the edge: from one month more than enough to four short
	}
	graduated := from - 1 - r.IntN(24)
	major := pick(r, []string{"法学", "计算机科学", "公共管理"})
	if path.OwnMajor {
		major = pick(r, []string{"社会工作", "社会工作", "社会政策"})
	}
	school := exam.Education{Level: pick(r, path.Education), StudyMode: pick(r, []exam.StudyMode{exam.FullTime, exam.PartTime}), School: pick(r, []string{"某某大学", "某某学院", "某某技工学校"}),
		Major: major, SocialWorkMajor: path.OwnMajor, Started: monthOf(graduated - 45), Graduated: monthOf(graduated), CertificateNumber: "104591202005001234"}
	d.Education = []exam.Education{school}
	if len(path.Degrees) > 0 && r.IntN(2) == 0 {
		d.Degrees = []exam.Degree{{Level: pick(r, path.Degrees), AwardedBy: school.School, Major: major, SocialWorkMajor: path.OwnMajor, Awarded: school.Graduated, CertificateNumber: "1045942020001234"}}
	}
	if path.After != "" {
		d.Certificates = []exam.Certificate{{Level: path.After, Number: "2019001", Awarded: monthOf(from - r.IntN(12))}}
	}
	for part := 1 + r.IntN(3); part > 0 && from <= last; part-- {
		w := exam.Work{Employer: "某某社会工作服务中心", EmployerType: pick(r, p.Choice("employer_type")).Code, CreditCode: "91350100M000100Y43", Place: "某市", Position: "社工", Duties: "个案工作", From: monthOf(from), SocialWork: true}
		if to := from + r.IntN(60); part > 1 && to < last {
			w.To = monthOf(to)
			from = to + 1 - r.IntN(3)/2*6 // now and then they overlap
		}
		d.Work = append(d.Work, w)
	}
}

func monthOf(i int) exam.Month { return exam.Month(fmt.Sprintf("%04d-%02d", i/12, i%12+1)) }

// texts are what people, pasting and enemies put into a field; %s is what was there.
var texts = []string{"", "", "", " ", "%s ", "　%s", "x", "0", "-1", "２０１２", "ＡＢｃ", "%s%s", "2026-02-30", "2026-13", "1899-12", "2101-01", "2027-03", "2012年6月", "20120601", "2012.6", "至今", "2001-12", "2002-01", "2008-08", "2008-09", "2026-03", "2026-12",
	"𠮷𬱖", "\U0003134A", "\uE000某", "某·某", "··", "•某", "某.某", "[某]", "😀", "<script>alert(1)</script>&", "a\u2028b", "上\n下", "a\tb", "\u200b%s", "\uFEFF%s", "null", "true", "\x00", "\xff\xfe",
	strings.Repeat("长", 25), strings.Repeat("长", 26), strings.Repeat("长", 101), strings.Repeat("长", 200), strings.Repeat("长", 201), strings.Repeat("long", 600), "a@b", "a@b.cn", "+86 138-0013-8000", "+1 2025550123", "010-12345678", "北京市", "CHN", "chn", "99", "advanced", "senior", "doctor", "accept"}

// spoilText puts such a text into one field of the document or of a record, or
// turns one of its yes and no.
func spoilText(r *rand.Rand, d *exam.Draft, n int) {
	v := reflect.ValueOf(&d.Document).Elem()
	v = v.Field(r.IntN(v.NumField()))
	if v.Kind() == reflect.Slice {
		if v.Len() == 0 {
			return
		}
		if v = v.Index(r.IntN(v.Len())); v.Kind() == reflect.Struct {
			v = v.Field(r.IntN(v.NumField()))
		}
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int:
		v.SetInt(pick(r, []int64{0, 1, 2025, 2027, -1}))
	case reflect.String:
		text := pick(r, texts)
		if v.Addr().Interface() == any(&d.Document.IDNumber) && text != "" {
			text += strconv.Itoa(n) // nobody else's: a duplicate is another question
		}
		v.SetString(strings.ReplaceAll(text, "%s", v.String()))
	}
}

// mutations are the mistakes with more than one field in them. They do nothing
// where there is nothing to spoil.
var mutations = []func(r *rand.Rand, d *exam.Draft, n int){
	func(r *rand.Rand, d *exam.Draft, n int) { // one digit mistyped
		if s := []byte(d.Document.IDNumber); len(s) == 18 {
			s[17] = pick(r, []byte("0123456789Xx"))
			d.Document.IDNumber = string(s)
		}
	},
	func(r *rand.Rand, d *exam.Draft, n int) { // a day that does not exist, with a check digit that fits
		if s := d.Document.IDNumber; len(s) == 18 {
			body := s[:10] + pick(r, []string{"0230", "1301", "0000"}) + s[14:17]
			d.Document.IDNumber = body + string(exam.IDCheckDigit(body))
		}
	},
	func(r *rand.Rand, d *exam.Draft, n int) { // fifteen digits of the old kind
		if s := d.Document.IDNumber; len(s) == 18 {
			d.Document.IDNumber = s[:6] + s[8:17]
		}
	},
	func(r *rand.Rand, d *exam.Draft, n int) { // typed with an input method for Chinese
		wide := func(c rune) rune {
			if c >= '!' && c <= '~' {
				return c - '!' + '！'
			}
			return c
		}
		d.Document.IDNumber, d.Document.Phone = strings.Map(wide, d.Document.IDNumber), strings.Map(wide, d.Document.Phone)
	},
	func(r *rand.Rand, d *exam.Draft, n int) { d.Document.IDType = pick(r, exam.IDTypes) },
	func(r *rand.Rand, d *exam.Draft, n int) {
		d.Document.Gender = pick(r, []exam.Gender{exam.Male, exam.Female})
	},
	func(r *rand.Rand, d *exam.Draft, n int) {
		d.Document.BirthDate = pick(r, []exam.Date{"1990-01-01", "2027-01-01", "1990-02-29", "2025-12-31"})
	},
	func(r *rand.Rand, d *exam.Draft, n int) { // another exam, or none that anybody knows
		d.Document.Exam, d.Document.Year = pick(r, []string{"", "038", "sample", "039", " 038", "０３８"}), pick(r, []int{0, 2025, 2026, 2027})
	},
	func(r *rand.Rand, d *exam.Draft, n int) {
		d.Document.Level = pick(r, []exam.Level{"junior", "intermediate", "senior", "basic", "advanced", "x"})
	},
	func(r *rand.Rand, d *exam.Draft, n int) {
		d.Document.Area = pick(r, []string{"110000", "420000", "990000", "A01", "A02", "11"})
	},
	func(r *rand.Rand, d *exam.Draft, n int) { // subjects of any level, some twice
		d.Document.Subjects = nil
		for range r.IntN(5) {
			d.Document.Subjects = append(d.Document.Subjects, pick(r, pick(r, local.Packs()[0].Levels).Subjects).ID)
		}
	},
	func(r *rand.Rand, d *exam.Draft, n int) { d.Document.Education = nil },
	func(r *rand.Rand, d *exam.Draft, n int) {
		d.Document.Education, d.Document.Degrees = nil, []exam.Degree{{Level: exam.Master, AwardedBy: "某某大学", Awarded: "2012-06"}}
	},
	func(r *rand.Rand, d *exam.Draft, n int) { d.Document.Certificates = nil },
	func(r *rand.Rand, d *exam.Draft, n int) { d.Document.Work = nil },
	func(r *rand.Rand, d *exam.Draft, n int) { // too few years, by anything from a month on
		for i := range d.Document.Work {
			d.Document.Work[i].From = monthOf(2026*12 + 11 - r.IntN(60))
		}
	},
	func(r *rand.Rand, d *exam.Draft, n int) { // the end before the beginning
		for i := range d.Document.Work {
			w := &d.Document.Work[i]
			w.From, w.To = w.To, w.From
		}
	},
	func(r *rand.Rand, d *exam.Draft, n int) {
		d.Document.Work = append(d.Document.Work, d.Document.Work...)
	},
	func(r *rand.Rand, d *exam.Draft, n int) { d.Document.Work = repeat(r, d.Document.Work, exam.MaxWork) },
	func(r *rand.Rand, d *exam.Draft, n int) {
		d.Document.Education = repeat(r, d.Document.Education, exam.MaxEducation)
	},
	book,
	func(r *rand.Rand, d *exam.Draft, n int) { // study until today
		for i := range d.Document.Education {
			d.Document.Education[i].Graduated, d.Document.Education[i].Started = monthOf(2026*12+r.IntN(16)), pick(r, []exam.Month{"", "2023-09"})
		}
	},
	func(r *rand.Rand, d *exam.Draft, n int) {
		d.Document.Commitment = pick(r, []exam.Commitment{"", exam.CommitmentAccepted, exam.CommitmentDeclined, "maybe"})
	},
	func(r *rand.Rand, d *exam.Draft, n int) { d.Files = nil },
	func(r *rand.Rand, d *exam.Draft, n int) {
		d.Files = []exam.File{tinyFile(exam.FilePhotoOriginal), tinyFile("diploma"), tinyFile("diploma")}
	},
	func(r *rand.Rand, d *exam.Draft, n int) { // more files than anybody takes
		for i := range exam.MaxFiles {
			d.Files = append(d.Files, exam.File{Kind: "diploma", SHA256: exam.Digest([]byte{byte(i)}), Size: 9, Type: "image/jpeg"})
		}
	},
	func(r *rand.Rand, d *exam.Draft, n int) { // and larger ones
		for i := range d.Files {
			d.Files[i].Size = exam.MaxFileBytes + 1
		}
	},
	func(r *rand.Rand, d *exam.Draft, n int) {
		d.Document = exam.Document{Exam: d.Document.Exam, Year: d.Document.Year}
	},
}

// book is too large as a whole: by one endless text, or with every field within
// its bounds. It is rare here because it takes as long as a hundred others.
func book(r *rand.Rand, d *exam.Draft, n int) {
	switch r.IntN(12) {
	case 0:
		d.Document.Address = strings.Repeat("路", 60_000+r.IntN(60_000))
	case 1:
		d.Document.Work = repeat(r, d.Document.Work, exam.MaxWork)
		for i := range d.Document.Work {
			d.Document.Work[i].Duties = strings.Repeat("职", 1800+r.IntN(300))
		}
	}
}

// repeat makes a list of about most records, on either side of the bound.
func repeat[T any](r *rand.Rand, list []T, most int) (many []T) {
	for i := range most - 1 + r.IntN(4) {
		if len(list) > 0 {
			many = append(many, list[i%len(list)])
		}
	}
	return many
}
