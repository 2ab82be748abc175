package store

import (
	"errors"
	"strconv"

	"wenbao/exam"
	"wenbao/store/internal/seal"
)

// causes are errors of which the translation key says more than their Kind.
var causes = map[error]string{
	seal.ErrTampered:    "store.error.tampered",
	ErrPassphraseNeeded: "store.error.passphrase_needed",
	ErrPassphraseWrong:  "store.error.passphrase_wrong",
	ErrRecoveryWrong:    "store.error.recovery_wrong",
	ErrKeyMissing:       "store.error.key_missing",
	ErrStoreLocked:      "store.error.locked",
	ErrNoPortableKey:    "store.backup.no_key",
	ErrRestoreCutOff:    "store.error.restore_unfinished",
}

// Cause gives the translation key of an error whose cause says more than its
// Kind, "" for any other.
func Cause(err error) (key string) {
	for cause, key := range causes {
		if errors.Is(err, cause) {
			return key
		}
	}
	return ""
}

// Say gives the translation key and arguments of what a person should read
// about an error of this package: what happened, what it means, what to do.
func Say(err error) (key string, args map[string]string) {
	if key := Cause(err); key != "" {
		return key, nil
	}
	var over *bound
	if errors.As(err, &over) {
		return over.key, map[string]string{"limit": strconv.Itoa(over.most)}
	}
	switch kind := exam.KindOf(err); kind {
	case exam.KindBusy, exam.KindFull, exam.KindReadOnly, exam.KindDamaged, exam.KindUpgrade, exam.KindNotFound, exam.KindState, exam.KindLocked:
		return "store.error." + string(kind), nil
	}
	return "store.error.other", nil
}

// bound is the cause of a refusal for size: the words for it, and the limit in
// the unit that they name.
type bound struct {
	key  string
	most int
}

func (b *bound) Error() string { return b.key + ": at most " + strconv.Itoa(b.most) }

func overBound(op, key string, most int) error {
	return &exam.Error{Kind: exam.KindTooLarge, Op: op, Err: &bound{key, most}}
}

// Say gives the translation key and arguments that name the loss.
func (l Loss) Say() (key string, args map[string]string) {
	return "store.lost." + l.What, map[string]string{
		"id": string(l.Draft), "name": l.Name, "revision": strconv.FormatUint(l.Revision, 10), "count": strconv.Itoa(l.Count),
	}
}
