// Package storetest holds what tests of and over the store share: made-up
// people, a store that is checked when the test ends, a store in memory, and
// the contract that both keep.
package storetest

import (
	"fmt"

	"wenbao/exam"
)

var (
	familyNames = []rune("王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷单仇")
	givenNames  = []rune("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红玲建国志梅鑫波斌宇浩凯健俊帆雪倩晨阳乐思雨欣怡子轩梓涵一诺文博佳琪嘉懿")
)

// Person gives the i-th made-up candidate: a half-filled draft of about 3 KB of
// JSON. The ID number is valid in its form; the region code 990000 belongs to
// nobody.
func Person(i int) exam.Document {
	n := uint32(i)*2654435761 + 12345
	pick := func(list []rune) string {
		n = n*1664525 + 1013904223
		return string(list[int(n>>8)%len(list)])
	}
	name := pick(familyNames) + pick(givenNames)
	if i%3 != 0 {
		name += pick(givenNames)
	}
	d := exam.Document{
		Exam: "038", Year: 2026, Level: exam.Junior, Area: fmt.Sprintf("%02d0000", 11+i%30), City: "样例市",
		Subjects: []string{"comprehensive", "practice"}, Name: name, IDType: exam.ResidentID, IDNumber: IDNumber(i),
		Gender: exam.Female, BirthDate: exam.Date(birth(i)), Ethnicity: "01", Nationality: "CHN", PoliticalStatus: "13",
		Phone: fmt.Sprintf("199%08d", i), Email: fmt.Sprintf("candidate%d@example.invalid", i),
		Address: fmt.Sprintf("样例省样例市样例区样例街道样例社区%d号楼%d单元%d室", i%90+1, i%5+1, i%1200+101), Postcode: "990000",
		FirstWorked: "2012-07", Title: "社会工作者职业资格（初级）样例", Commitment: exam.CommitmentAccepted,
	}
	for k := range 2 {
		d.Education = append(d.Education, exam.Education{
			Level: exam.Bachelor, StudyMode: exam.FullTime, School: fmt.Sprintf("样例师范大学第%d学院", i%40+k), Major: "社会工作与社会政策样例专业",
			Started: "2008-09", Graduated: "2012-06", CertificateNumber: fmt.Sprintf("99999%013d", i*2+k),
		})
	}
	for k := range 4 {
		d.Work = append(d.Work, exam.Work{
			Employer: fmt.Sprintf("样例市样例区第%d社会工作服务中心", i%500+k), EmployerType: "social_organization", CreditCode: "52990000MJ0000000A",
			Place: "样例省样例市", Position: "社会工作者", Duties: "社区居民服务、个案管理、小组活动的组织与评估，志愿者队伍的建设与培训",
			From: exam.Month(fmt.Sprintf("%d-07", 2012+3*k)), To: exam.Month(fmt.Sprintf("%d-06", 2015+3*k)), SocialWork: true,
		})
	}
	return d
}

func birth(i int) string { return fmt.Sprintf("%d-%02d-%02d", 1970+i%30, i%12+1, i%28+1) }

// IDNumber gives the i-th made-up resident ID number, with the check character
// of GB 11643.
func IDNumber(i int) string {
	b := birth(i)
	body := "990000" + b[:4] + b[5:7] + b[8:] + fmt.Sprintf("%03d", i%1000)
	sum := 0
	for k, c := range body {
		sum += int(c-'0') * []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}[k]
	}
	return body + string("10X98765432"[sum%11])
}
