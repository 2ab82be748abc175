package main

// typed is what the candidate types and presses, field by field. The person is
// made up; the name has a character beyond U+FFFF that is in the table of 8105.
type typed struct {
	name, city, idNumber, phone, email, address, postcode       string
	school, major, started, graduated, diploma                  string
	degreeBy, degreeMajor, degreeAwarded, degreeNumber          string
	employer, from, position, place, duties, firstWorked, title string

	nameKeys, cityKeys, addressKeys []spelled // the same, as an input method is told
}

var person = typed{
	name: "王𬱖", city: "郑州市", idNumber: "11010119900307803x", phone: "138 0013 8000",
	email: "wang@example.com", address: "河南省郑州市金水区经三路8号", postcode: "450003",
	school: "郑州大学", major: "社会学", started: "2008.9", graduated: "201206", diploma: "104591201205001234",
	degreeBy: "郑州大学", degreeMajor: "社会学", degreeAwarded: "2012年6月", degreeNumber: "1045942012001234",
	employer: "郑州市明理社会工作服务中心", from: "2019-3", position: "社工", place: "河南省郑州市", duties: "社区养老服务",
	firstWorked: "2012.7", title: "无",
	cityKeys: []spelled{{"zhengzhoushi", "space", "郑州市"}},
	nameKeys: []spelled{{"wang", "2", "王"}, {"𬱖", "", "𬱖"}},
	addressKeys: []spelled{{"henansheng", "space", "河南省"}, {"zhengzhoushi", "space", "郑州市"}, {"jinshuiqu", "space", "金水区"}, {"jingsan", "1", "经三"},
		{"lu", "space", "路"}, {"8", "", "8"}, {"hao", "2", "号"}},
}

// runes is every character that somebody presses a key for.
func (t typed) runes() string {
	return t.name + t.city + t.address + t.school + t.major + t.degreeBy + t.degreeMajor + t.degreeAwarded + t.employer + t.position + t.place + t.duties + t.title
}
