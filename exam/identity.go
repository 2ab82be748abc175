package exam

import "strings"

// IDFinding is what can be told from a document number alone. Its JSON is one
// line of `id check`. A valid number is well formed; whether it was ever issued
// only the issuer knows.
type IDFinding struct {
	Number    string   `json:"number"` // normalised
	Valid     bool     `json:"valid"`
	Type      IDType   `json:"type"`       // "" when not recognised
	BirthDate Date     `json:"birth_date"` // "" when the number does not carry it
	Gender    Gender   `json:"gender"`     // "" when the number does not carry it
	Reason    IDReason `json:"reason"`     // why not valid; "" when valid
}

// IDReason says why a document number is not valid. Its words are
// "id.reason."+reason.
type IDReason string

// The reasons.
const (
	IDEmpty        IDReason = "empty"
	IDLength       IDReason = "length"       // 18 characters wanted
	IDCharacters   IDReason = "characters"   // something other than digits, or X before the end
	IDBirthDate    IDReason = "birth_date"   // the day inside does not exist
	IDChecksum     IDReason = "checksum"     // the last character does not fit: a typing error
	IDOldFormat    IDReason = "old_format"   // 15 digits of before 1999, no longer accepted
	IDOtherType    IDReason = "other_type"   // a sound number, of another kind of document
	IDPattern      IDReason = "pattern"      // not built like a number of this kind
	IDUnrecognised IDReason = "unrecognised" // no kind was given and none fits
	IDUnknownType  IDReason = "unknown_type" // the kind given is none of [IDTypes]
)

// InspectID tells what a document number says; with t == "" the kind is
// recognised from the number. Rules: GB 11643-1999 with ISO 7064 MOD 11-2
// (facts 6.1); residence permits with address codes 810000, 820000 and 830000
// (6.2); permanent residence cards of 2017 and 2023 (6.3); for the others the
// patterns in use (6.4). Address codes are not judged: numbers keep codes that
// were abolished.
func InspectID(number string, t IDType) IDFinding {
	f := IDFinding{Number: normalIDNumber(number), Type: t}
	switch {
	case f.Number == "":
		return f.because(IDEmpty)
	case len(f.Number) > 64:
		return f.because(IDLength)
	case t == "":
		return f.recognise()
	}
	switch t {
	case ResidentID, HKMacaoResidence, TaiwanResidence:
		return f.eighteen()
	case ForeignPermanent:
		if isOldPermanent(f.Number) {
			f.Valid = true
			return f
		}
		return f.eighteen()
	case HKMacaoPermit, TaiwanPermit, Passport, MilitaryID, OtherID:
		if !idPatterns[t](f.Number) {
			return f.because(IDPattern)
		}
		f.Valid = true
		return f
	}
	return f.because(IDUnknownType)
}

func (f IDFinding) because(r IDReason) IDFinding {
	f.Valid, f.Reason = false, r
	return f
}

// recognise finds the kind of a number. Numbers of eighteen characters tell it
// by how they begin (facts 6.3).
func (f IDFinding) recognise() IDFinding {
	n := f.Number
	switch {
	case len(n) == 18 && allDigits(n[:17]):
		f.Type = eighteenType(n)
		return f.eighteen()
	case len(n) == 15 && allDigits(n):
		f.Type = ResidentID
		return f.because(IDOldFormat)
	case isOldPermanent(n):
		f.Type, f.Valid = ForeignPermanent, true
		return f
	}
	for _, t := range []IDType{HKMacaoPermit, TaiwanPermit} {
		if idPatterns[t](n) {
			f.Type, f.Valid = t, true
			return f
		}
	}
	if isChinesePassport(n) {
		f.Type, f.Valid = Passport, true
		return f
	}
	if allDigits(n) {
		f.Type = ResidentID
		return f.because(IDLength)
	}
	return f.because(IDUnrecognised)
}

// eighteen judges a number of the GB 11643 scheme.
func (f IDFinding) eighteen() IDFinding {
	n := f.Number
	if len(n) == 15 && allDigits(n) {
		return f.because(IDOldFormat)
	}
	if len(n) != 18 {
		return f.because(IDLength)
	}
	if !allDigits(n[:17]) || n[17] != 'X' && (n[17] < '0' || n[17] > '9') {
		return f.because(IDCharacters)
	}
	birth := Date(n[6:10] + "-" + n[10:12] + "-" + n[12:14])
	if day, ok := birth.Time(); !ok || day.Year() < 1800 || day.Year() > maxYear {
		return f.because(IDBirthDate)
	}
	if IDCheckDigit(n[:17]) != n[17] {
		return f.because(IDChecksum)
	}
	f.BirthDate, f.Gender = birth, Female
	if (n[16]-'0')%2 == 1 {
		f.Gender = Male
	}
	if eighteenType(n) != f.Type {
		return f.because(IDOtherType)
	}
	f.Valid = true
	return f
}

func eighteenType(n string) IDType {
	switch {
	case n[0] == '9':
		return ForeignPermanent
	case strings.HasPrefix(n, "810000"), strings.HasPrefix(n, "820000"):
		return HKMacaoResidence
	case strings.HasPrefix(n, "830000"):
		return TaiwanResidence
	}
	return ResidentID
}

// IDCheckDigit gives the eighteenth character for seventeen digits: ISO 7064
// MOD 11-2 as GB 11643-1999 prescribes it. Anything else gives 0.
func IDCheckDigit(seventeen string) byte {
	if len(seventeen) != 17 || !allDigits(seventeen) {
		return 0
	}
	sum := 0
	for i, weight := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += weight * int(seventeen[i]-'0')
	}
	return "10X98765432"[sum%11]
}

// isOldPermanent: the card of 2017, three letters and twelve digits.
func isOldPermanent(n string) bool {
	return len(n) == 15 && allUpper(n[:3]) && allDigits(n[3:])
}

var idPatterns = map[IDType]func(string) bool{
	HKMacaoPermit: func(n string) bool {
		return (len(n) == 9 || len(n) == 11) && (n[0] == 'H' || n[0] == 'M') && allDigits(n[1:])
	},
	TaiwanPermit: func(n string) bool {
		return len(n) == 8 && allDigits(n) || len(n) == 11 && allDigits(n[:10]) && allUpper(n[10:])
	},
	Passport: func(n string) bool {
		return len(n) >= 5 && len(n) <= 17 && strings.IndexFunc(n, func(r rune) bool { return !isDigit(r) && !isUpper(r) }) < 0
	},
	MilitaryID: func(n string) bool { return runesBetween(n, 6, 20) },
	OtherID:    func(n string) bool { return runesBetween(n, 3, 40) },
}

// isChinesePassport: the patterns of facts 6.4.
func isChinesePassport(n string) bool {
	if len(n) != 9 {
		return false
	}
	switch two := n[:2]; {
	case strings.ContainsRune("EGDSPHK", rune(n[0])) && allDigits(n[1:]):
		return true
	case n[0] == 'E' && allUpper(n[1:2]) && allDigits(n[2:]):
		return true
	case two == "DE" || two == "SE" || two == "PE" || two == "KJ" || two == "MA" || two == "14" || two == "15":
		return allDigits(n[2:])
	}
	return false
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }
func isUpper(r rune) bool { return r >= 'A' && r <= 'Z' }

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func allUpper(s string) bool {
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return s != ""
}

func runesBetween(s string, least, most int) bool {
	n := len([]rune(s))
	return n >= least && n <= most
}
