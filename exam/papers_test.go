package exam

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The vectors of facts 6.6.
func TestCreditCodesAreCheckedByTheirLastCharacter(t *testing.T) {
	for code, want := range map[string]bool{
		"91350100M000100Y43": true, "91350100M000100Y4A": false, "91350100M000100Y4": false, "": false,
		"524101000007364670": true, "52410100000079190Y": true, // remainder 0 and 1: the second mod of the rule
		"91350100I000100Y43": false, "9135O100M000100Y43": false, "９1350100M000100Y4": false,
	} {
		if ValidCreditCode(code) != want {
			t.Errorf("%s: want %v", code, want)
		}
	}
}

func TestEveryCreditCodeHasExactlyOneCheckCharacter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letter := rapid.SampledFrom([]byte(creditAlphabet))
		b := []byte{letter.Draw(t, "department"), letter.Draw(t, "kind")}
		for range 6 {
			b = append(b, byte('0'+rapid.IntRange(0, 9).Draw(t, "area")))
		}
		for range 9 {
			b = append(b, letter.Draw(t, "organisation"))
		}
		fitting := 0
		for _, c := range []byte(creditAlphabet) {
			if ValidCreditCode(string(append(b[:17:17], c))) {
				fitting++
			}
		}
		if fitting != 1 {
			t.Fatalf("%s has %d", b, fitting)
		}
	})
}

// Facts 6.7.
func TestDiplomaAndDegreeNumbersAreComparedAndOnlyThat(t *testing.T) {
	for _, x := range []struct {
		e    Education
		want string
	}{
		{Education{Level: Bachelor, Graduated: "2020-06", CertificateNumber: "104591202005001234"}, ""},
		{Education{Level: Bachelor, Graduated: "2019-06", CertificateNumber: "104591202005001234"}, "year"},
		{Education{Level: Associate, Graduated: "2020-06", CertificateNumber: "104591202005001234"}, "level"},
		{Education{Level: Master, Graduated: "2019-06", CertificateNumber: "104591202005001234"}, "year level"},
		{Education{Level: Bachelor, Graduated: "2020-06", CertificateNumber: "10459120200500123"}, ""},   // 17 digits
		{Education{Level: Bachelor, Graduated: "2020-06", CertificateNumber: "654101052006123456"}, ""},  // 自考: another order
		{Education{Level: Bachelor, Graduated: "2020-06", CertificateNumber: "1045912020"}, "format"},    //
		{Education{Level: Bachelor, Graduated: "2020-06", CertificateNumber: "某字第1号"}, "format"},         //
		{Education{Level: Bachelor, Graduated: "1998-06", CertificateNumber: "某字第1号"}, ""},               // before 2002 any number
		{Education{Level: SeniorHigh, Graduated: "2020-06", CertificateNumber: "某字第1号"}, ""},             // no national number
		{Education{Level: Bachelor, Graduated: "二〇二〇", CertificateNumber: "104591202005001234"}, "year"}, //
		{Education{Level: Bachelor, Graduated: "2020-06"}, ""},
	} {
		if got := strings.Join(diplomaRules(&x.e), " "); got != x.want {
			t.Errorf("%+v: %q, want %q", x.e, got, x.want)
		}
	}
	for _, x := range []struct {
		g    Degree
		want string
	}{
		{Degree{Level: Bachelor, Awarded: "2020-06", CertificateNumber: "1045942020001234"}, ""},
		{Degree{Level: Master, Awarded: "2020-06", CertificateNumber: "1045942020001234"}, "level"},
		{Degree{Level: Master, Awarded: "2019-06", CertificateNumber: "Z1045932020001234"}, "year"},
		{Degree{Level: Bachelor, Awarded: "2020-06", CertificateNumber: "1045942020S01234"}, ""},
		{Degree{Level: Bachelor, Awarded: "2020-06", CertificateNumber: "1045942020Q01234"}, "format"},
		{Degree{Level: Bachelor, Awarded: "2020-06", CertificateNumber: "1045942020E012345"}, ""},
		{Degree{Level: Bachelor, Awarded: "2020-06", CertificateNumber: "C1045942020Z01234"}, ""},
		{Degree{Level: Bachelor, Awarded: "2020-06", CertificateNumber: "T104594202001234"}, ""},
		{Degree{Level: Bachelor, Awarded: "2020-06", CertificateNumber: "1045942020S1234"}, "format"},
		{Degree{Level: Bachelor, Awarded: "2020-06", CertificateNumber: "10459420200012345"}, "format"},
		{Degree{Level: Bachelor, Awarded: "2020-06", CertificateNumber: "CC1045942020001234"}, "format"},
		{Degree{Level: Bachelor, Awarded: "2020-06", CertificateNumber: "12"}, "format"},
		{Degree{Level: Bachelor, Awarded: "2001-06", CertificateNumber: "12"}, ""},
		{Degree{Level: Bachelor, Awarded: "x", CertificateNumber: "C"}, "format"},
	} {
		if got := strings.Join(degreeRules(&x.g), " "); got != x.want {
			t.Errorf("%+v: %q, want %q", x.g, got, x.want)
		}
	}
}

func TestTheStandardListsAreWholeAndNamedInBothLanguages(t *testing.T) {
	lists := standardChoices()
	for field, want := range map[string]int{"ethnicity": 58, "nationality": 249, "political_status": 13, "id_type": len(IDTypes), "education_level": len(EducationLevels), "gender": 2, "study_mode": 2, "commitment": 2, "degree_level": 3, "employer_type": 11} {
		list := lists[field]
		if len(list) != want {
			t.Errorf("%s has %d choices, want %d", field, len(list), want)
		}
		var f faults
		uniqueIDs(&f, field, list, func(c Choice) string { return c.Code })
		for _, c := range list {
			c.Name.validate(&f, field+" "+c.Code)
		}
		for _, err := range f {
			t.Error(err)
		}
	}
	for i, c := range lists["id_type"] {
		if c.Code != string(IDTypes[i]) {
			t.Errorf("id_type %d is %s, want %s", i, c.Code, IDTypes[i])
		}
	}
	for i, c := range lists["education_level"] {
		if c.Code != string(EducationLevels[i]) {
			t.Errorf("education_level %d is %s", i, c.Code)
		}
	}
	for _, code := range []string{"CHN", "HKG", "MAC", "TWN", "USA", "KOR"} {
		if !slices.ContainsFunc(lists["nationality"], func(c Choice) bool { return c.Code == code }) {
			t.Errorf("no nationality %s", code)
		}
	}
}
