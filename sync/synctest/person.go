package synctest

import (
	"fmt"
	"math/rand/v2"

	"wenbao/exam"
)

// Document makes a complete document of a made-up person, different for every
// n, that the rules of exam 038 in 2026 let pass.
func Document(n int) exam.Document {
	day := fmt.Sprintf("19%02d-%02d-%02d", 75+n%20, 1+n/20%12, 1+n/240%28)
	number := residentNumber(day, n/6720)
	return exam.Document{
		Exam: "038", Year: 2026, Level: exam.Junior, Area: "410000", City: "郑州市",
		Name: fmt.Sprintf("测试%s%s", string(rune('一'+n%1000)), string(rune('丁'+n/1000%1000))), IDType: exam.ResidentID, IDNumber: number,
		Gender: exam.Male, BirthDate: exam.Date(day), Ethnicity: "01", Nationality: "CHN", PoliticalStatus: "13",
		Phone: fmt.Sprintf("138%08d", n%100_000_000), Email: fmt.Sprintf("t%d@example.org", n), Address: "河南省郑州市演练路1号", Postcode: "450000",
		Education: []exam.Education{{Level: exam.Bachelor, StudyMode: exam.FullTime, School: "河南大学", Major: "社会工作", SocialWorkMajor: true,
			Started: "2008-09", Graduated: "2012-06", CertificateNumber: fmt.Sprintf("1047512012%08d", n%100_000_000)}},
		Work:        []exam.Work{{Employer: "郑州市演练社会工作服务中心", Place: "郑州市", Position: "社工", Duties: "个案工作、小组工作", From: "2012-07", SocialWork: true}},
		FirstWorked: "2012-07", Title: "无", Commitment: exam.CommitmentAccepted,
	}
}

// FullDocument is [Document] with as much in it as a usual registration has,
// about 2.4 KB of JSON.
func FullDocument(n int) exam.Document {
	d := Document(n)
	d.NameRemark, d.Checkpoint, d.Title = "左边木字旁，右边一个单独的单字", "郑州市金水区人力资源和社会保障局第二核查点", "助理社会工作师"
	d.Address = fmt.Sprintf("河南省郑州市金水区演练路%d号院%d号楼%d单元%d室", n%900, n%40, n%6+1, 101+n%2000)
	d.Education = append(d.Education, exam.Education{Level: exam.Master, StudyMode: exam.PartTime, School: "郑州大学", Major: "公共管理",
		Started: "2014-09", Graduated: "2017-06", CertificateNumber: fmt.Sprintf("1045912017%08d", n*7%100_000_000)})
	d.Degrees = []exam.Degree{{Level: exam.Bachelor, AwardedBy: "河南大学", Major: "法学", SocialWorkMajor: true, Awarded: "2012-06", CertificateNumber: fmt.Sprintf("10475420120%05d", n%100_000)}}
	d.Certificates = []exam.Certificate{{Level: exam.Junior, Number: fmt.Sprintf("2019%011d", n), Awarded: "2019-10"}}
	d.Work = []exam.Work{
		{Employer: "郑州市金水区晨光社会工作服务中心", EmployerType: "民办非企业单位", CreditCode: "", Place: "河南省郑州市", Position: "一线社工", Duties: "社区老年人入户走访、个案管理、小组活动策划与带领", From: "2012-07", To: "2015-08", SocialWork: true},
		{Employer: "郑州市二七区某街道办事处社会工作站", EmployerType: "国家机关", Place: "河南省郑州市", Position: "社工站站长", Duties: "低保审核、困境儿童关爱、志愿者队伍建设与督导", From: "2015-09", To: "2019-03", SocialWork: true},
		{Employer: "河南省某慈善基金会", EmployerType: "基金会", Place: "河南省郑州市", Position: "项目主管", Duties: "残疾人就业项目管理、资源链接、项目评估报告撰写", From: "2019-04", SocialWork: true},
	}
	return d
}

// residentNumber makes a number with a valid checksum for a made-up person.
func residentNumber(day string, order int) string {
	body := "410102" + day[:4] + day[5:7] + day[8:] + fmt.Sprintf("%03d", (order*2+1)%1000)
	weights := []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(body[i]-'0')
	}
	return body + string("10X98765432"[sum%11])
}

// Photo makes n bytes that no codec can make smaller, as a photo is.
func Photo(r *rand.Rand, n int) []byte {
	raw := make([]byte, n)
	for i := range raw {
		raw[i] = byte(r.Uint32())
	}
	return raw
}

// Submit makes the outbox entry of a submission.
func Submit(id exam.DraftID, base int, d exam.Document, files ...exam.File) exam.Entry {
	s := exam.Submission{Schema: 1, ID: id, Pack: exam.PackRef{ID: "038-2026", Version: 1}, Document: d, Files: files}
	return exam.Entry{ID: exam.NewEntryID(), Draft: id, Action: exam.ActionSubmit, Base: base, Content: s.Encode(), Files: files}
}
