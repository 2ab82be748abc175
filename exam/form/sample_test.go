package form_test

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"strings"
	"testing"
	"time"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/exam/form"
)

// All people, numbers and faces here are made up.

var serverKey = ed25519.NewKeyFromSeed([]byte("a made-up seed of a test server!"))

var serverKeys = []ed25519.PublicKey{serverKey.Public().(ed25519.PublicKey)}

var printedAt = time.Date(2026, 3, 10, 1, 30, 0, 0, time.UTC)

func samplePack(t testing.TB) *exam.Pack {
	t.Helper()
	raw, ok := assets.Pack("038-2026")
	if !ok {
		t.Fatal("no pack 038-2026")
	}
	p, err := exam.ParsePack(raw)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func sampleDocument() exam.Document {
	return exam.Document{
		Exam: "038", Year: 2026, Level: exam.Intermediate, Area: "410000", City: "郑州市", Checkpoint: "金水区核查点", Subjects: []string{"intermediate_comprehensive", "intermediate_law", "intermediate_practice"},
		Name: "欧阳𠮷𬭎", NameRemark: "第三字𠮷为“土”加“口”；第四字𬭎为“钅”加“宏”", IDType: exam.ResidentID, IDNumber: "410105199003071236",
		Gender: exam.Female, BirthDate: "1990-03-07", Ethnicity: "01", Nationality: "CHN", PoliticalStatus: "13",
		Phone: "13800000000", Email: "ouyang@example.com", Address: "河南省郑州市金水区花园路1号院2号楼3单元402室", Postcode: "450003",
		Education: []exam.Education{
			{ID: "e1", Level: exam.Bachelor, StudyMode: exam.FullTime, School: "中原社会科学大学", Major: "社会工作", SocialWorkMajor: true, Started: "2008-09", Graduated: "2012-06", CertificateNumber: "104591201205001234"},
			{ID: "e2", Level: exam.Master, StudyMode: exam.PartTime, School: "黄河流域师范大学", Major: "公共管理（社会组织方向）", Started: "2014-09", Graduated: "2017-06", CertificateNumber: "104761201702000567"},
		},
		Degrees:      []exam.Degree{{ID: "d1", Level: exam.Bachelor, AwardedBy: "中原社会科学大学", Major: "法学", SocialWorkMajor: true, Awarded: "2012-06", CertificateNumber: "1045942012001234"}},
		Certificates: []exam.Certificate{{ID: "c1", Level: exam.Junior, Number: "20190380410000123456", Awarded: "2019-10"}},
		Work: []exam.Work{
			{ID: "w1", Employer: "郑州市金水区阳光社会工作服务中心", EmployerType: "social_organisation", CreditCode: "52410105MJ0000000X", Place: "郑州市", Position: "社工", Duties: "个案与小组工作", From: "2012-07", To: "2016-03", SocialWork: true},
			{ID: "w2", Employer: "河南省民政厅下属社会福利院", EmployerType: "public_institution", CreditCode: "124100000000000000", Place: "郑州市", Position: "社工主管", Duties: "项目督导、社区服务", From: "2016-04", SocialWork: true},
		},
		FirstWorked: "2012-07", Title: "助理社会工作师", Commitment: exam.CommitmentAccepted,
	}
}

// samplePhoto draws a 295×413 JPEG of about the size of a real one.
func samplePhoto(seed int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 295, 413))
	noise := uint32(seed*2654435761 + 1)
	for y := range 413 {
		for x := range 295 {
			noise = noise*1664525 + 1013904223
			n := uint8(noise >> 30)
			c := color.RGBA{246 + n, 247 + n, 248 + n, 255}
			dx, dy := (float64(x)-147)/72, (float64(y)-165)/95
			bx, by := (float64(x)-147)/140, (float64(y)-420)/150
			switch {
			case dx*dx+dy*dy < 1 && dy < -0.35-0.1*math.Cos(dx*3):
				c = color.RGBA{38 + 2*n, 32 + 2*n, 30 + 2*n, 255}
			case dx*dx+dy*dy < 1:
				s := uint8(12 * (1 + dx))
				c = color.RGBA{226 - s + n, 190 - s + n, 168 - s + n, 255}
			case bx*bx+by*by < 1:
				c = color.RGBA{58 + 3*n, 72 + 3*n, 110 + 3*n, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 92}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// draftInput is a draft that no server has.
func draftInput(t testing.TB) form.Input {
	photo := samplePhoto(1)
	return form.Input{
		Draft: exam.Draft{ID: "0198c0de-0000-7000-8000-000000000001", Document: sampleDocument(), Pack: exam.PackRef{ID: "038-2026", Version: 1},
			Files: []exam.File{{Kind: exam.FilePhoto, SHA256: exam.Digest(photo), Size: int64(len(photo)), Type: "image/jpeg"}}, State: exam.StateDraft},
		Pack: samplePack(t), Photo: photo, Printed: printedAt, Words: assets.In("zh-CN"),
	}
}

// delivered gives the input after the server took it into a state: with number,
// receipt and seal.
func delivered(in form.Input, state exam.State) form.Input {
	sub := exam.Submission{Schema: 1, ID: in.Draft.ID, Pack: in.Pack.Ref(), Document: in.Draft.Document, Files: in.Draft.Files}
	content := sub.Encode()
	reg := exam.Registration{ID: in.Draft.ID, Number: "3841260000012345", Version: 3, State: state, Digest: exam.Digest(content), Content: content,
		History: []exam.Event{{Version: 3, State: state, At: time.Date(2026, 3, 9, 8, 15, 0, 0, time.UTC)}}}
	seal, err := exam.NewSeal(reg, in.Practice)
	if err != nil {
		panic(err)
	}
	reg.Seal = exam.SignSeal(serverKey, seal)
	receipt := exam.Sign(serverKey, exam.Statement{ID: reg.ID, Number: reg.Number, Version: reg.Version, State: state, Digest: reg.Digest, SignedAt: printedAt})
	in.Draft.Registration, in.Draft.Delivered, in.Draft.State = &reg, &receipt, state
	return in
}

func verifiedInput(t testing.TB) form.Input { return delivered(draftInput(t), exam.StateVerified) }

func makePaper(t testing.TB, kind form.Kind, in form.Input) *form.Paper {
	t.Helper()
	p, err := form.Make(kind, in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func pdfOf(t testing.TB, p *form.Paper) []byte {
	t.Helper()
	raw, err := p.PDF()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// fullDocument is the fullest that the bounds allow, in sensible lengths.
func fullDocument() exam.Document {
	d := sampleDocument()
	d.Work, d.Education, d.Degrees, d.Certificates = nil, nil, nil, nil
	for i := range exam.MaxEducation {
		d.Education = append(d.Education, exam.Education{Level: exam.Bachelor, StudyMode: exam.PartTime, School: fmt.Sprintf("第%d所名称特别长的中外合作办学大学继续教育学院", i+1), Major: "社会工作与社会治理（老年服务方向）", Started: "2008-09", Graduated: "2012-06", CertificateNumber: fmt.Sprintf("1045912012050012%02d", i)})
		d.Degrees = append(d.Degrees, exam.Degree{Level: exam.Bachelor, AwardedBy: fmt.Sprintf("第%d大学", i+1), Major: "法学", Awarded: "2012-06", CertificateNumber: fmt.Sprintf("10459420120012%02d", i)})
	}
	for i := range exam.MaxCertificates {
		d.Certificates = append(d.Certificates, exam.Certificate{Level: exam.Junior, Number: fmt.Sprintf("证书%02d", i), Awarded: "2019-10"})
	}
	for i := range exam.MaxWork {
		d.Work = append(d.Work, exam.Work{EmployerType: "social_organisation", Employer: fmt.Sprintf("%d号街道办事处社会工作服务站与居民委员会联合服务中心", i+1), CreditCode: "52410105MJ0000000X", Place: "郑州市", Position: "社工", Duties: strings.Repeat("入户走访与个案跟进；", 3+i%5), From: "2012-07", To: "2012-09", SocialWork: i%2 == 0})
	}
	return d
}

// inputs are n people with names, numbers and photos of their own.
func inputs(b testing.TB, n int) []form.Input {
	in := make([]form.Input, n)
	base := draftInput(b)
	for i := range in {
		in[i] = base
		in[i].Photo = samplePhoto(i)
		d := &in[i].Draft
		d.ID = exam.DraftID(fmt.Sprintf("0198c0de-0000-7000-8000-%012d", i))
		d.Document.Name = string([]rune{rune(0x4E00 + i*37%20000), rune(0x4E00 + i*101%20000)})
		d.Document.IDNumber = fmt.Sprintf("4101051990%08d", i)
		d.Files = []exam.File{{Kind: exam.FilePhoto, SHA256: exam.Digest(in[i].Photo), Size: int64(len(in[i].Photo)), Type: "image/jpeg"}}
		in[i] = delivered(in[i], exam.StateVerified)
	}
	return in
}
