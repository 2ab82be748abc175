package wire

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"wenbao/exam"
)

// Without gives what remains of the missing ranges once [from, to) has arrived.
// Missing is sorted and free of overlaps, and so is the answer.
func Without(missing []Range, from, to int64) []Range {
	var left []Range
	for _, m := range missing {
		if a := (Range{m.From, min(m.To, from)}); a.From < a.To {
			left = append(left, a)
		}
		if b := (Range{max(m.From, to), m.To}); b.From < b.To {
			left = append(left, b)
		}
	}
	return left
}

// Overlap gives the parts of the missing ranges that lie inside [from, to).
func Overlap(missing []Range, from, to int64) []Range {
	var parts []Range
	for _, m := range missing {
		if p := (Range{max(m.From, from), min(m.To, to)}); p.From < p.To {
			parts = append(parts, p)
		}
	}
	return parts
}

// ContentRange gives the Content-Range header of a piece (RFC 9110, 14.4).
func ContentRange(from, to, size int64) string {
	return "bytes " + strconv.FormatInt(from, 10) + "-" + strconv.FormatInt(to-1, 10) + "/" + strconv.FormatInt(size, 10)
}

// ParseContentRange reads a piece's place: at least one byte, inside a file of
// at most [exam.MaxFileBytes], the piece itself at most [MaxPiece].
func ParseContentRange(h string) (from, to, size int64, err error) {
	refuse := func() (int64, int64, int64, error) {
		return 0, 0, 0, exam.Errorf(exam.KindInvalid, "read content range", "not a range of a file within the limits")
	}
	span, ok := strings.CutPrefix(h, "bytes ")
	span, total, ok2 := strings.Cut(span, "/")
	first, last, ok3 := strings.Cut(span, "-")
	if !ok || !ok2 || !ok3 {
		return refuse()
	}
	var n [3]int64
	for i, s := range []string{first, last, total} {
		if s == "" || len(s) > 12 || strings.Trim(s, "0123456789") != "" {
			return refuse()
		}
		n[i], _ = strconv.ParseInt(s, 10, 64)
	}
	from, to, size = n[0], n[1]+1, n[2]
	if from >= to || to > size || size > exam.MaxFileBytes || to-from > MaxPiece {
		return refuse()
	}
	return from, to, size, nil
}

// ContentDigest gives the Content-Digest header of bytes (RFC 9530).
func ContentDigest(raw []byte) string {
	sum := sha256.Sum256(raw)
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
}

// RangeOf names the key range that a registration falls into: the last two hex
// digits of its id, which in a UUID are random, so that 256 ranges share evenly.
func RangeOf(id exam.DraftID) string {
	if len(id) < 2 {
		return "00"
	}
	return string(id[len(id)-2:])
}

// DigestRange gives the digest of a key range, in any order of its summaries:
// the SHA-256 over the sorted lines "ID VERSION\n", in hex.
func DigestRange(list []Summary) string {
	sorted := slices.Clone(list)
	slices.SortFunc(sorted, func(a, b Summary) int { return strings.Compare(string(a.ID), string(b.ID)) })
	h := sha256.New()
	for _, s := range sorted {
		h.Write([]byte(string(s.ID) + " " + strconv.Itoa(s.Version) + "\n"))
	}
	return hex.EncodeToString(h.Sum(nil))
}
