package exam

import (
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// creditAlphabet is GB 32100-2015's: digits and letters without I, O, S, V, Z.
const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// creditValues maps a character to its value, -1 for those not in the alphabet.
var creditValues = func() (v [128]int8) {
	for i := range v {
		v[i] = -1
	}
	for i, r := range creditAlphabet {
		v[r] = int8(i)
	}
	return v
}()

// ValidCreditCode tells whether s is a unified social credit code
// (统一社会信用代码) by form and check character, GB 32100-2015 (facts 6.6).
func ValidCreditCode(s string) bool {
	if len(s) != 18 || !allDigits(s[2:8]) {
		return false
	}
	sum, weight := 0, 1
	for i := range 17 {
		if s[i] >= 128 || creditValues[s[i]] < 0 {
			return false
		}
		sum += weight * int(creditValues[s[i]])
		weight = weight * 3 % 31
	}
	return s[17] == creditAlphabet[(31-sum%31)%31]
}

// diplomaRules tells what a diploma number (学历证书编号) disagrees with: rules
// below "education.certificate_number.". All of them only warn: papers of
// before 2002 carry numbers of any kind, and 自考 numbers another order (facts
// 6.7).
func diplomaRules(e *Education) []string {
	n := e.CertificateNumber
	if n == "" || e.Level == SeniorHigh || e.Level == SecondaryVocational || e.Graduated != "" && e.Graduated < "2002" {
		return nil
	}
	if !allDigits(n) || len(n) != 17 && len(n) != 18 {
		return []string{"format"}
	}
	if len(n) == 17 || n[0] == '6' && !plausibleYear(n[6:10]) {
		return nil // 2002's own form, or 自考: no more to compare
	}
	var rules []string
	if e.Graduated != "" && n[6:10] != string(e.Graduated[:min(4, len(e.Graduated))]) {
		rules = append(rules, "year")
	}
	if want, ok := diplomaLevels[n[10:12]]; ok && e.Level != "" && want != e.Level {
		rules = append(rules, "level")
	}
	return rules
}

var diplomaLevels = map[string]EducationLevel{"01": Doctor, "02": Master, "04": Bachelor, "05": Bachelor, "06": Associate}

func plausibleYear(s string) bool { return s >= "1990" && s <= "2099" }

// degreeRules tells what a degree number (学位证书编号) disagrees with: rules
// below "degrees.certificate_number.". Sixteen digits since 2005, with letters
// before or inside for special kinds (facts 6.7).
func degreeRules(g *Degree) []string {
	n := g.CertificateNumber
	if n == "" || g.Awarded != "" && g.Awarded < "2005-09" {
		return nil
	}
	if n[0] == 'C' || n[0] == 'Z' || n[0] == 'T' {
		n = n[1:]
	}
	serial := ""
	if len(n) > 10 {
		serial = strings.TrimLeft(n[10:11], "SEZ") + n[11:]
	}
	if (len(serial) != 5 && len(serial) != 6) || !allDigits(n[:10]) || !allDigits(serial) {
		return []string{"format"}
	}
	var rules []string
	if g.Awarded != "" && n[6:10] != string(g.Awarded[:min(4, len(g.Awarded))]) {
		rules = append(rules, "year")
	}
	if want, ok := degreeLevels[n[5]]; ok && g.Level != "" && want != g.Level {
		rules = append(rules, "level")
	}
	return rules
}

var degreeLevels = map[byte]EducationLevel{'2': Doctor, '3': Master, '4': Bachelor}
