package exam

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Seal is what the QR code of a printed form states: that the server holds,
// under Number, as Version and in State, the content with Digest. It is small
// enough to be read from paper and checked without a network.
//
// Besides the digest of the whole it carries a short digest of every field, so
// that a check can name the field that differs (see [Seal.Differs]). The short
// digests are a pointer for the eye; the proof is Digest.
type Seal struct {
	Number   string
	Version  int
	State    State
	At       time.Time // when the version was made, by the server's clock; UTC, seconds
	Practice bool
	Digest   string // of the submission's bytes, as in receipts
	KeyID    string // of the key that signed; set by [ParseSeal]

	lengths [4]byte // of the lists, in the order of sealedLists
	parts   []byte  // short digests, sealedFields first, then the records
}

// sealContext keeps a signature over a seal from being taken for one over
// anything else; sealPrefix begins the text, draftPrefix that of a draft.
const (
	sealContext = "wenbao seal v1\x00"
	sealPrefix  = "WB1:"
	draftPrefix = "WENBAO DRAFT "
	maxSealText = 1000
	maxNumber   = 40
)

// sealedFields are the single fields in the order of their short digests.
// Together with sealedLists they are the whole document; the order is part of
// the format WB1.
var sealedFields = []string{
	"exam", "year", "level", "area", "city", "checkpoint", "subjects",
	"name", "name_remark", "id_type", "id_number", "gender", "birth_date", "ethnicity", "nationality",
	"political_status", "phone", "email", "address", "postcode",
	"first_worked", "title", "commitment", "photo",
}

var sealedLists = [4]string{"education", "degrees", "certificates", "work"}

// sealedStates are the states a seal may state, by the number it carries.
var sealedStates = []State{
	StateSubmitted, StateManualReview, StateNeedsMaterials, StateVerified, StateConfirmed,
	StatePaying, StateCompleted, StateWithdrawn, StateExpired, StateRefused,
}

const (
	sealPractice = 1 << iota // a paper of the practice mode
	sealByte                 // short digests of one byte; otherwise two
	sealFlags    = sealPractice | sealByte
)

// manyParts is the number of fields from which a short digest has one byte, so
// that the code stays within QR version 12 at level M.
const manyParts = 64

// NewSeal makes the seal of a registration with its content. A content that
// cannot be read, or a state only a machine of a candidate knows, is an error.
func NewSeal(r Registration, practice bool) (Seal, error) {
	sub, err := DecodeSubmission(r.Content)
	if err != nil {
		return Seal{}, err
	}
	r.Digest = Digest(r.Content)
	return SealOf(r, sub, practice)
}

// SealOf is [NewSeal] for whoever has read the registration's content, and
// knows that its digest is the content's.
func SealOf(r Registration, sub Submission, practice bool) (Seal, error) {
	const op = "make seal"
	if !slices.Contains(sealedStates, r.State) || r.Number == "" || len(r.Number) > maxNumber || r.Version < 1 {
		return Seal{}, Errorf(KindState, op, "no seal for version %d in state %q", r.Version, r.State)
	}
	s := Seal{Number: r.Number, Version: r.Version, State: r.State, Practice: practice, Digest: r.Digest}
	if n := len(r.History); n > 0 {
		s.At = r.History[n-1].At.UTC().Truncate(time.Second)
	}
	s.lengths = listLengths(sub.Document)
	s.parts = partDigests(s.Number, sub, partWidth(partCount(s.lengths)))
	return s, nil
}

// SignSeal gives the text of the QR code, in the characters of QR's compact
// alphanumeric mode. The seal must come from [NewSeal].
func SignSeal(key ed25519.PrivateKey, s Seal) string {
	payload := s.payload(key.Public().(ed25519.PublicKey))
	signature := ed25519.Sign(key, append([]byte(sealContext), payload...))
	return sealPrefix + encodeBase45(append(payload, signature...))
}

// DraftSealText is the text of the code on the paper of a draft. It proves
// nothing and says so, in ASCII, which every reader of codes shows alike.
func DraftSealText(id DraftID) string { return draftPrefix + string(id) }

// VerifySeal reads the text of a QR code and checks its signature against the
// keys. The text of a draft gives [KindState], any other text [KindInvalid],
// an unknown key or a signature that does not fit [KindUntrusted].
func VerifySeal(text string, keys []ed25519.PublicKey) (Seal, error) {
	const op = "verify seal"
	s, payload, signature, err := splitSeal(text)
	if err != nil {
		return Seal{}, err
	}
	for _, pub := range keys {
		if len(pub) != ed25519.PublicKeySize || KeyID(pub) != s.KeyID {
			continue
		}
		if !ed25519.Verify(pub, append([]byte(sealContext), payload...), signature) {
			return Seal{}, Errorf(KindUntrusted, op, "the signature of key %s does not fit", s.KeyID)
		}
		return s, nil
	}
	return Seal{}, Errorf(KindUntrusted, op, "no trusted key has the id %s", s.KeyID)
}

// ParseSeal reads the text of a QR code without checking who signed it: good
// for showing and for finding the record, never for believing.
func ParseSeal(text string) (Seal, error) {
	s, _, _, err := splitSeal(text)
	return s, err
}

// Differs names the fields in which a submission differs from what was sealed:
// document paths ("name", "work.1") and "photo". It is empty if the submission
// is the sealed one; a difference that no short digest shows, such as in other
// files, is named "".
func (s Seal) Differs(sub Submission) []string {
	if Digest(sub.Encode()) == s.Digest {
		return nil
	}
	width := len(s.parts) / partCount(s.lengths)
	mine := listLengths(sub.Document)
	theirs, ours := partsByPath(s.lengths, s.parts, width), partsByPath(mine, partDigests(s.Number, sub, width), width)
	var all [4]byte
	for i := range all {
		all[i] = max(mine[i], s.lengths[i])
	}
	var differs []string
	for _, path := range partPaths(all) {
		if theirs[path] != ours[path] {
			differs = append(differs, path)
		}
	}
	if len(differs) == 0 {
		return []string{""}
	}
	return differs
}

func partsByPath(lengths [4]byte, parts []byte, width int) map[string]string {
	m := make(map[string]string)
	for i, path := range partPaths(lengths) {
		m[path] = string(parts[i*width : (i+1)*width])
	}
	return m
}

func listLengths(d Document) [4]byte {
	return [4]byte{byte(len(d.Education)), byte(len(d.Degrees)), byte(len(d.Certificates)), byte(len(d.Work))}
}

// partPaths names the short digests in their order.
func partPaths(lengths [4]byte) []string {
	paths := slices.Clone(sealedFields)
	for i, list := range sealedLists {
		for n := range int(lengths[i]) {
			paths = append(paths, list+"."+strconv.Itoa(n))
		}
	}
	return paths
}

// partCount is the number of paths.
func partCount(lengths [4]byte) int {
	n := len(sealedFields)
	for _, l := range lengths {
		n += int(l)
	}
	return n
}

func partWidth(parts int) int {
	if parts > manyParts {
		return 1
	}
	return 2
}

// partDigests gives the short digests of a submission. The number is mixed in
// so that equal fields of two people do not look equal.
func partDigests(number string, sub Submission, width int) []byte {
	var parts []byte
	doc := reflect.ValueOf(&sub.Document).Elem()
	b := append(make([]byte, 0, 512), "wenbao field v1\x00"+number+"\x00"...)
	head := len(b)
	for _, path := range partPaths(listLengths(sub.Document)) {
		b = append(append(b[:head], path...), 0)
		b = append(b, partText(&sub, doc, path)...)
		sum := sha256.Sum256(b)
		parts = append(parts, sum[:width]...)
	}
	return parts
}

// partText is the content of a part; identities of records, which no paper
// shows, are left out.
func partText(sub *Submission, doc reflect.Value, path string) string {
	if path == "photo" {
		photo, _ := Draft{Files: sub.Files}.Photo()
		return photo.SHA256
	}
	list, index, isRecord := strings.Cut(path, ".")
	if !isRecord {
		text, err := textAt(doc, path)
		if err != nil {
			panic("exam: sealed field " + path + " is not in the document")
		}
		return text
	}
	i, err := strconv.Atoi(index)
	if err != nil {
		panic("exam: sealed record " + path)
	}
	return sub.Document.record(list, i)
}

// record gives a record without its identity, as JSON that may stand in HTML.
func (d *Document) record(list string, i int) string {
	switch list {
	case "education":
		r := d.Education[i]
		r.ID = ""
		return embedded(&r, (*writer).education)
	case "degrees":
		r := d.Degrees[i]
		r.ID = ""
		return embedded(&r, (*writer).degree)
	case "certificates":
		r := d.Certificates[i]
		r.ID = ""
		return embedded(&r, (*writer).certificate)
	default:
		r := d.Work[i]
		r.ID = ""
		return embedded(&r, (*writer).work)
	}
}

func embedded[T any](record *T, write func(*writer, string, *T)) string {
	w := writer{out: make([]byte, 0, 512)}
	write(&w, "", record)
	raw := w.out
	if bytes.ContainsAny(raw, "<>&") {
		var err error
		if raw, err = json.Marshal(record); err != nil {
			panic("exam: a record of plain values cannot fail to encode: " + err.Error())
		}
	}
	return string(raw)
}

// payload is what is signed: flags, state, version, time, key, number, digest,
// lengths of the lists, short digests.
func (s Seal) payload(pub ed25519.PublicKey) []byte {
	var flags byte
	if s.Practice {
		flags |= sealPractice
	}
	if partWidth(partCount(s.lengths)) == 1 {
		flags |= sealByte
	}
	b := []byte{flags, byte(slices.Index(sealedStates, s.State))}
	b = binary.AppendUvarint(b, uint64(s.Version))
	b = binary.AppendUvarint(b, uint64(max(0, s.At.Unix())))
	id, _ := hex.DecodeString(KeyID(pub))
	b = append(b, id...)
	b = append(b, byte(len(s.Number)))
	b = append(b, s.Number...)
	digest, _ := hex.DecodeString(s.Digest)
	b = append(b, digest...)
	b = append(b, s.lengths[:]...)
	return append(b, s.parts...)
}

// splitSeal takes a text apart. Every length is checked, and bytes that are not
// in the one canonical form are refused.
func splitSeal(text string) (s Seal, payload, signature []byte, err error) {
	fault := func(kind Kind, what string) (Seal, []byte, []byte, error) {
		return Seal{}, nil, nil, Errorf(kind, "read seal", "%s", what)
	}
	text = strings.Trim(text, "\r\n\t ")
	if strings.HasPrefix(text, draftPrefix) {
		return fault(KindState, "the paper of a draft")
	}
	coded, ok := strings.CutPrefix(text, sealPrefix)
	if !ok || len(text) > maxSealText {
		return fault(KindInvalid, "not a seal")
	}
	raw, ok := decodeBase45(coded)
	if !ok || len(raw) < ed25519.SignatureSize {
		return fault(KindInvalid, "not base45")
	}
	payload, signature = raw[:len(raw)-ed25519.SignatureSize], raw[len(raw)-ed25519.SignatureSize:]
	r := sealReader{rest: payload}
	flags, state := r.byte(), r.byte()
	version, at := r.uvarint(), r.uvarint()
	s.KeyID = hex.EncodeToString(r.take(8))
	s.Number = string(r.take(int(r.byte())))
	s.Digest = hex.EncodeToString(r.take(sha256.Size))
	copy(s.lengths[:], r.take(len(s.lengths)))
	s.parts = r.rest
	switch width := partWidth(partCount(s.lengths)); {
	case r.short, len(s.parts) != width*partCount(s.lengths), flags&sealByte != 0 != (width == 1):
		return fault(KindInvalid, "cut short or too long")
	case flags&^sealFlags != 0, int(state) >= len(sealedStates):
		return fault(KindUpgrade, "a newer kind of seal")
	case version == 0 || version > 1<<31-1 || at > 1<<40 || s.Number == "" || len(s.Number) > maxNumber:
		return fault(KindInvalid, "out of range")
	}
	s.Version, s.State, s.Practice = int(version), sealedStates[state], flags&sealPractice != 0
	s.At = time.Unix(int64(at), 0).UTC()
	return s, payload, signature, nil
}

// sealReader reads a payload; short is set when it ends too early.
type sealReader struct {
	rest  []byte
	short bool
}

func (r *sealReader) take(n int) []byte {
	if n > len(r.rest) {
		r.short, r.rest = true, nil
		return make([]byte, n)
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *sealReader) byte() byte { return r.take(1)[0] }

func (r *sealReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.short, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

const base45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// encodeBase45 is RFC 9285: three characters for two bytes.
func encodeBase45(raw []byte) string {
	b := make([]byte, 0, (len(raw)*3+1)/2)
	for ; len(raw) >= 2; raw = raw[2:] {
		v := int(raw[0])<<8 | int(raw[1])
		b = append(b, base45[v%45], base45[v/45%45], base45[v/2025])
	}
	if len(raw) == 1 {
		b = append(b, base45[raw[0]%45], base45[raw[0]/45])
	}
	return string(b)
}

func decodeBase45(text string) ([]byte, bool) {
	var raw []byte
	for len(text) > 0 {
		n := min(3, len(text))
		v, weight := 0, 1
		for i := range n {
			digit := strings.IndexByte(base45, text[i])
			if digit < 0 {
				return nil, false
			}
			v, weight = v+digit*weight, weight*45
		}
		text = text[n:]
		switch {
		case n == 3 && v <= 0xFFFF:
			raw = append(raw, byte(v>>8), byte(v))
		case n == 2 && v <= 0xFF:
			raw = append(raw, byte(v))
		default:
			return nil, false
		}
	}
	return raw, true
}
