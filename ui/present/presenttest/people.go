package presenttest

import "wenbao/exam"

// Complete is the draft document of a made-up candidate who may submit.
func Complete() exam.Document {
	return exam.Document{Exam: "038", Year: 2026, Level: exam.Junior, Area: "410000", City: "郑州市",
		Name: "李小满", IDType: exam.ResidentID, IDNumber: Number("41010519900307123"), Gender: exam.Male, BirthDate: "1990-03-07",
		Ethnicity: "01", Nationality: "CHN", PoliticalStatus: "13", Phone: "13800138000", Email: "li@example.com",
		Address: "河南省郑州市金水区示例路 1 号", Postcode: "450000",
		Education: []exam.Education{{ID: "e1", Level: exam.Associate, StudyMode: exam.FullTime, School: "示例职业学院", Major: "社会工作", SocialWorkMajor: true,
			Started: "2008-09", Graduated: "2011-06", CertificateNumber: "123451201106000123"}},
		Work: []exam.Work{
			{ID: "w1", Employer: "示例社会工作服务中心", EmployerType: "social_organisation", Place: "郑州市", Position: "社工", Duties: "个案与小组工作", From: "2011-07", To: "2018-06", SocialWork: true},
			{ID: "w2", Employer: "示例街道办事处", Place: "郑州市", Position: "社区工作者", From: "2018-07", SocialWork: true}},
		FirstWorked: "2011-07", Title: "无", Commitment: exam.CommitmentAccepted}
}

// Number completes the first 17 digits of a resident identity number by its
// check character (GB 11643-1999). The numbers belong to nobody.
func Number(first17 string) string {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(first17[i]-'0')
	}
	return first17 + string("10X98765432"[sum%11])
}
