package keyslot

import (
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/store/internal/seal"
)

func TestAPassphraseCostsWhatWasCalibratedHere(t *testing.T) {
	const target = 500 * time.Millisecond
	cost := Calibrate(target)
	if cost.Memory != 64<<10 || cost.Passes < 3 || cost.Passes > 16 {
		t.Fatalf("%+v is below RFC 9106's second recommendation, or without bounds", cost)
	}
	h, err := NewHeader(time.Now()).Add(Passphrase, []byte("a"), seal.NewKey(), cost, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if _, err := h.Open(Passphrase, []byte("b")); err != ErrWrong {
		t.Fatal(err)
	}
	if took := time.Since(start); took < target/10 || took > 20*target {
		t.Errorf("a guess takes %v, calibrated for %v", took, target)
	}
}

func TestADamagedSlotIsNotAWrongSecret(t *testing.T) {
	key := seal.NewKey()
	h, err := NewHeader(time.Now()).Add(Recovery, []byte("secret"), key, Cost{}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := h.Open(Recovery, []byte("secret")); err != nil || string(got) != string(key) {
		t.Fatal(err)
	}
	if _, err := h.Open(Recovery, []byte("Secret")); err != ErrWrong {
		t.Fatal(err)
	}
	for i := range h.Slots[0].Sealed {
		h.Slots[0].Sealed[i] ^= 4
		if _, err := h.Open(Recovery, []byte("secret")); exam.KindOf(err) != exam.KindDamaged {
			t.Fatalf("byte %d: %v", i, err)
		}
		h.Slots[0].Sealed[i] ^= 4
	}
}

func TestARecoveryCodeIsReadInAnySpelling(t *testing.T) {
	code := NewRecoveryCode()
	want, err := ParseRecoveryCode(code)
	if err != nil || len(code) != 39 || NewRecoveryCode() == code {
		t.Fatal(code, err)
	}
	for _, typed := range []string{" " + code + "\n", code[:19] + "  " + code[20:], "—" + code} {
		if got, err := ParseRecoveryCode(typed); err != nil || string(got) != string(want) {
			t.Errorf("%q: %v", typed, err)
		}
	}
	for _, typed := range []string{"", code[:38], code + "A", "U" + code[1:], "密" + code[1:]} {
		if _, err := ParseRecoveryCode(typed); exam.KindOf(err) != exam.KindInvalid {
			t.Errorf("%q is read", typed)
		}
	}
}
