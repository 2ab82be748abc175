package exam_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wenbao/exam"
)

// The vectors of facts 6.1 to 6.4, and each way to be wrong.
func TestDocumentNumbersAreJudgedByTheirStandards(t *testing.T) {
	for _, x := range []struct {
		number string
		given  exam.IDType
		want   exam.IDFinding
	}{
		{"11010519491231002X", "", exam.IDFinding{Type: exam.ResidentID, Valid: true, BirthDate: "1949-12-31", Gender: exam.Female}},
		{"440524188001010014", "", exam.IDFinding{Type: exam.ResidentID, Valid: true, BirthDate: "1880-01-01", Gender: exam.Male}},
		{"440308199901101512", "", exam.IDFinding{Type: exam.ResidentID, Valid: true, BirthDate: "1999-01-10", Gender: exam.Male}},
		{"11010119900307803X", "", exam.IDFinding{Type: exam.ResidentID, Valid: true, BirthDate: "1990-03-07", Gender: exam.Male}},
		{"650102199506150015", "", exam.IDFinding{Type: exam.ResidentID, Valid: true, BirthDate: "1995-06-15", Gender: exam.Male}},
		{"810000199408230021", "", exam.IDFinding{Type: exam.HKMacaoResidence, Valid: true, BirthDate: "1994-08-23", Gender: exam.Female}},
		{"830000199201300022", "", exam.IDFinding{Type: exam.TaiwanResidence, Valid: true, BirthDate: "1992-01-30", Gender: exam.Female}},
		{"820000198802290038", "", exam.IDFinding{Type: exam.HKMacaoResidence, Valid: true, BirthDate: "1988-02-29", Gender: exam.Male}},
		{"911124198108030024", "", exam.IDFinding{Type: exam.ForeignPermanent, Valid: true, BirthDate: "1981-08-03", Gender: exam.Female}},
		{"CAN110116123456", "", exam.IDFinding{Type: exam.ForeignPermanent, Valid: true}},
		{"H12345678", "", exam.IDFinding{Type: exam.HKMacaoPermit, Valid: true}},
		{"M1234567801", "", exam.IDFinding{Type: exam.HKMacaoPermit, Valid: true}},
		{"12345678", "", exam.IDFinding{Type: exam.TaiwanPermit, Valid: true}},
		{"1234567890B", "", exam.IDFinding{Type: exam.TaiwanPermit, Valid: true}},
		{"E12345678", "", exam.IDFinding{Type: exam.Passport, Valid: true}},
		{"EA1234567", "", exam.IDFinding{Type: exam.Passport, Valid: true}},
		{"DE1234567", "", exam.IDFinding{Type: exam.Passport, Valid: true}},
		{"149876543", "", exam.IDFinding{Type: exam.Passport, Valid: true}},

		{"110105194912310021", "", exam.IDFinding{Type: exam.ResidentID, Reason: exam.IDChecksum}},
		{"440308199901101513", "", exam.IDFinding{Type: exam.ResidentID, Reason: exam.IDChecksum}},
		{"440308199902301512", "", exam.IDFinding{Type: exam.ResidentID, Reason: exam.IDBirthDate}},
		{"440308990110151", "", exam.IDFinding{Type: exam.ResidentID, Reason: exam.IDOldFormat}},
		{"44030819990110151", "", exam.IDFinding{Type: exam.ResidentID, Reason: exam.IDLength}},
		{"", "", exam.IDFinding{Reason: exam.IDEmpty}},
		{"张三", "", exam.IDFinding{Reason: exam.IDUnrecognised}},
		{strings.Repeat("1", 100), "", exam.IDFinding{Reason: exam.IDLength}},

		{"11010519491231002x", exam.ResidentID, exam.IDFinding{Valid: true, BirthDate: "1949-12-31", Gender: exam.Female}},
		{" １１０１０５ 19491231 002ｘ ", exam.ResidentID, exam.IDFinding{Valid: true, BirthDate: "1949-12-31", Gender: exam.Female}},
		{"810000199408230021", exam.ResidentID, exam.IDFinding{Reason: exam.IDOtherType, BirthDate: "1994-08-23", Gender: exam.Female}},
		{"11010519491231002X", exam.TaiwanResidence, exam.IDFinding{Reason: exam.IDOtherType, BirthDate: "1949-12-31", Gender: exam.Female}},
		{"1101051949X231002X", exam.ResidentID, exam.IDFinding{Reason: exam.IDCharacters}},
		{"440308990110151", exam.ResidentID, exam.IDFinding{Reason: exam.IDOldFormat}},
		{"CAN110116123456", exam.ForeignPermanent, exam.IDFinding{Valid: true}},
		{"X1234567", exam.HKMacaoPermit, exam.IDFinding{Reason: exam.IDPattern}},
		{"1234567", exam.TaiwanPermit, exam.IDFinding{Reason: exam.IDPattern}},
		{"AB-12 345", exam.Passport, exam.IDFinding{Valid: true}},
		{"护照123", exam.Passport, exam.IDFinding{Reason: exam.IDPattern}},
		{"军字第1234567号", exam.MilitaryID, exam.IDFinding{Valid: true}},
		{"军1", exam.MilitaryID, exam.IDFinding{Reason: exam.IDPattern}},
		{"12345678", "library_card", exam.IDFinding{Reason: exam.IDUnknownType}},

		// each pattern of facts 6.3 and 6.4 with one character of another kind, or one too many
		{"H1234567A", exam.HKMacaoPermit, exam.IDFinding{Reason: exam.IDPattern}},
		{"A12345678", exam.HKMacaoPermit, exam.IDFinding{Reason: exam.IDPattern}},
		{"H123456789", exam.HKMacaoPermit, exam.IDFinding{Reason: exam.IDPattern}},
		{"1234567A", exam.TaiwanPermit, exam.IDFinding{Reason: exam.IDPattern}},
		{"12345678901", exam.TaiwanPermit, exam.IDFinding{Reason: exam.IDPattern}},
		{"123456789AB", exam.TaiwanPermit, exam.IDFinding{Reason: exam.IDPattern}},
		{"AZ049", exam.Passport, exam.IDFinding{Valid: true}},
		{"A123", exam.Passport, exam.IDFinding{Reason: exam.IDPattern}},
		{"A1234567890123456", exam.Passport, exam.IDFinding{Valid: true}},
		{"A12345678901234567", exam.Passport, exam.IDFinding{Reason: exam.IDPattern}},
		{"CA1110116123456", exam.ForeignPermanent, exam.IDFinding{Reason: exam.IDLength}},
		{"CAN11011612345A", exam.ForeignPermanent, exam.IDFinding{Reason: exam.IDLength}},
		{"CAN1101161234567", exam.ForeignPermanent, exam.IDFinding{Reason: exam.IDLength}},
		{"11010519491231002Y", exam.ResidentID, exam.IDFinding{Reason: exam.IDCharacters}},
		{"11010519491231002:", exam.ResidentID, exam.IDFinding{Reason: exam.IDCharacters}},
		{"440308179901101511", exam.ResidentID, exam.IDFinding{Reason: exam.IDBirthDate}},
		{"440308210101101511", exam.ResidentID, exam.IDFinding{Reason: exam.IDBirthDate}},
		{"SE1234567", "", exam.IDFinding{Type: exam.Passport, Valid: true}},
		{"PE1234567", "", exam.IDFinding{Type: exam.Passport, Valid: true}},
		{"KJ1234567", "", exam.IDFinding{Type: exam.Passport, Valid: true}},
		{"MA1234567", "", exam.IDFinding{Type: exam.Passport, Valid: true}},
		{"159876543", "", exam.IDFinding{Type: exam.Passport, Valid: true}},
		{"169876543", "", exam.IDFinding{Type: exam.ResidentID, Reason: exam.IDLength}},
		{"A12345678", "", exam.IDFinding{Reason: exam.IDUnrecognised}},
		{"E1234567A", "", exam.IDFinding{Reason: exam.IDUnrecognised}},
		{"EA123456A", "", exam.IDFinding{Reason: exam.IDUnrecognised}},
		{"FA1234567", "", exam.IDFinding{Reason: exam.IDUnrecognised}},
		{"GA1234567", "", exam.IDFinding{Reason: exam.IDUnrecognised}},
		{"CANX10116123456", "", exam.IDFinding{Reason: exam.IDUnrecognised}},
		{"CA1110116123456", "", exam.IDFinding{Reason: exam.IDUnrecognised}},
		{"1101051949X231002X", "", exam.IDFinding{Reason: exam.IDUnrecognised}},
	} {
		got := exam.InspectID(x.number, x.given)
		got.Number = ""
		want := x.want
		if x.given != "" {
			want.Type = x.given
		}
		if got != want {
			t.Errorf("%q as %q: %+v, want %+v", x.number, x.given, got, want)
		}
	}
}

// residentNumber draws a sound number of the GB 11643 scheme with what it says.
func residentNumber(t *rapid.T) (number string, birth exam.Date, gender exam.Gender) {
	day := time.Date(1920, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 36_000).Draw(t, "day"))
	serial := rapid.IntRange(0, 999).Draw(t, "serial")
	n := fmt.Sprintf("%06d%s%03d", rapid.IntRange(110000, 659999).Draw(t, "area"), day.Format("20060102"), serial)
	gender = exam.Female
	if serial%2 == 1 {
		gender = exam.Male
	}
	return n + string(exam.IDCheckDigit(n)), exam.Date(day.Format(time.DateOnly)), gender
}

func TestTheCheckerAgreesWithAGeneratorOfNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number, birth, gender := residentNumber(t)
		f := exam.InspectID(number, exam.ResidentID)
		if !f.Valid || f.BirthDate != birth || f.Gender != gender {
			t.Fatalf("%+v, want %s %s", f, birth, gender)
		}
		if g := exam.InspectID(number, ""); g != f {
			t.Fatalf("recognised as %+v, given it is %+v", g, f)
		}
	})
}

// ISO 7064 MOD 11-2 finds every wrong character and every swap of neighbours.
func TestEverySlipOfOneCharacterIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number, _, _ := residentNumber(t)
		i := rapid.IntRange(0, 16).Draw(t, "place")
		b := []byte(number)
		if rapid.Bool().Draw(t, "swap") {
			b[i], b[i+1] = b[i+1], b[i]
		} else {
			b[i] = byte('0' + rapid.IntRange(0, 9).Draw(t, "digit"))
		}
		if string(b) != number && exam.InspectID(string(b), exam.ResidentID).Valid {
			t.Fatalf("%s passes for %s", b, number)
		}
	})
}

func TestEveryReasonHasWords(t *testing.T) {
	for _, r := range []exam.IDReason{exam.IDEmpty, exam.IDLength, exam.IDCharacters, exam.IDBirthDate, exam.IDChecksum, exam.IDOldFormat, exam.IDOtherType, exam.IDPattern, exam.IDUnrecognised, exam.IDUnknownType} {
		for _, prefix := range []string{"id.reason.", "rule.id_number."} {
			wantWords(t, prefix+string(r), nil)
		}
	}
}

func FuzzInspectID(f *testing.F) {
	for _, s := range []string{"11010519491231002X", "H12345678", "", "军字第1234567号", "CAN110116123456", "\xff\xfe"} {
		f.Add(s, "")
		f.Add(s, "resident")
	}
	f.Fuzz(func(t *testing.T, number, kind string) {
		got := exam.InspectID(number, exam.IDType(kind))
		if got.Valid != (got.Reason == "") {
			t.Fatalf("valid %v because %q", got.Valid, got.Reason)
		}
		if again := exam.InspectID(got.Number, exam.IDType(kind)); again.Valid != got.Valid || again.Reason != got.Reason {
			t.Fatalf("the normalised number is judged %+v, it was %+v", again, got)
		}
	})
}
