package wire

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"wenbao/exam"
)

// What a submission may weigh arrives, to the last byte, whatever it is made of; a
// byte more is refused.
func TestSubmissionsOfEverySizeWithinTheBoundAreUnpacked(t *testing.T) {
	random := make([]byte, exam.MaxSubmissionBytes+1)
	for i := range random {
		random[i] = byte(rand.Uint32())
	}
	for what, text := range map[string][]byte{"one character": []byte(strings.Repeat("路", exam.MaxSubmissionBytes/3+1)), "noise": random} {
		for _, n := range []int{0, 1, 4 << 10, 128<<10 - 1, 128<<10 + 1, 256<<10 - 1, 256 << 10, 256<<10 + 1, exam.MaxSubmissionBytes - 1, exam.MaxSubmissionBytes, exam.MaxSubmissionBytes + 1} {
			raw, err := Unpack(Pack(text[:n]))
			if fits := n <= exam.MaxSubmissionBytes; fits != (err == nil && bytes.Equal(raw, text[:n])) || !fits && exam.KindOf(err) != exam.KindInvalid && exam.KindOf(err) != exam.KindTooLarge {
				t.Errorf("%s, %d bytes: %d back, %v", what, n, len(raw), err)
			}
		}
	}
}
