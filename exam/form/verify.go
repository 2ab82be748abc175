package form

import (
	"bytes"
	"compress/zlib"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"wenbao/exam"
)

// Reason says why a paper is not called genuine; its words are
// "form.verify."+reason.
type Reason string

const (
	ReasonNone       Reason = ""           // genuine
	ReasonUnreadable Reason = "unreadable" // no file of this program's, or not as the program wrote it
	ReasonDraft      Reason = "draft"      // a draft: it claims nothing
	ReasonUntrusted  Reason = "untrusted"  // no seal by a known key
	ReasonAltered    Reason = "altered"    // the seal is over something else than what is shown
	ReasonPack       Reason = "pack"       // the exam pack it was printed with is not at hand
	ReasonEdition    Reason = "edition"    // made by another edition of the program, which draws papers otherwise
	ReasonNoCode     Reason = "no_code"    // a code, or a text, that no paper of this program bears
	ReasonUncoded    Reason = "uncoded"    // a sheet of a scanned stack on which no code was found, such as the second of a form
	ReasonUpgrade    Reason = "upgrade"    // a code of a kind that only a later program reads
	ReasonOutdated   Reason = "outdated"   // a later version of the registration is known
)

// Currency says how a version compares with what the machine knows of the
// registration.
type Currency string

const (
	CurrencyUnknown Currency = ""        // the registration is not at hand
	CurrencyKnown   Currency = "current" // no later version is known
	CurrencyNewer   Currency = "newer"   // later than what is at hand
)

// Finding is what is known about one paper of a file. Number, Version, State and
// At are the seal's and are set only when its signature is good.
type Finding struct {
	Genuine  bool       `json:"genuine"`
	Kind     Kind       `json:"kind,omitempty"`
	Number   string     `json:"registration_number"`
	Version  int        `json:"version"`
	State    exam.State `json:"state,omitempty"`
	At       time.Time  `json:"at,omitzero"`
	Practice bool       `json:"practice,omitempty"`
	Digest   string     `json:"digest,omitempty"`
	// Differs names the fields that are not what the server signed; "" stands for
	// something that is no field, such as a picture or a text put on top.
	Differs []string `json:"differs"`
	Reason  Reason   `json:"reason"`
	Current Currency `json:"current"`
	// File tells that the whole paper was compared, not its code alone.
	File bool `json:"file"`
	seal exam.Seal
}

// Against compares the finding with what is known of the registration. A paper
// of an earlier version than the known one is no longer genuine, and Differs
// names what has changed since; the same version with another content was signed
// twice, and neither is believed.
func (f *Finding) Against(known exam.Registration) {
	if f.Number == "" || f.Number != known.Number || f.Version == 0 {
		return
	}
	switch {
	case f.Version > known.Version:
		f.Current = CurrencyNewer
		return
	case f.Version == known.Version && f.Digest == known.Digest && f.State == known.State:
		f.Current = CurrencyKnown
		return
	case !f.Genuine:
		return
	}
	f.Genuine, f.Reason = false, ReasonOutdated
	if f.Version == known.Version {
		f.Reason = ReasonAltered
	}
	if sub, err := exam.DecodeSubmission(known.Content); err == nil {
		f.Differs = append(f.Differs, f.seal.Differs(sub)...)
	}
	if f.State != known.State {
		f.Differs = append(f.Differs, "state")
	}
}

// VerifyCode judges the text of a QR code alone: it proves what the server
// holds, not what the paper around the code shows.
func VerifyCode(text string, keys []ed25519.PublicKey) Finding {
	f := Finding{Differs: []string{}}
	seal, err := exam.VerifySeal(asTyped(text), keys)
	switch exam.KindOf(err) {
	case "":
		f.sealed(seal)
		f.Genuine = true
	case exam.KindState:
		f.Reason = ReasonDraft
	case exam.KindUntrusted:
		f.Reason = ReasonUntrusted
	case exam.KindUpgrade:
		f.Reason = ReasonUpgrade
	default:
		f.Reason = ReasonNoCode
	}
	return f
}

// asTyped undoes what a Chinese input method or the Caps Lock key does to the
// keys of a scanner. It cannot make a false code true: the signature decides.
func asTyped(text string) string {
	text = strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			return r - '！' + '!'
		}
		if plain, ok := map[rune]rune{'　': ' ', '。': '.', '、': '/', '￥': '$', '¥': '$', '–': '-', '—': '-'}[r]; ok {
			return plain
		}
		return r
	}, text)
	if rest, ok := strings.CutPrefix(text, "wb1:"); ok {
		return "WB1:" + strings.ToUpper(rest)
	}
	return text
}

// sealed takes over what a seal with a good signature states.
func (f *Finding) sealed(seal exam.Seal) {
	f.Number, f.Version, f.State, f.At = seal.Number, seal.Version, seal.State, seal.At
	f.Practice, f.Digest, f.seal = seal.Practice, seal.Digest, seal
}

// maxUnsigned bounds what is laid out for comparison without a server having
// signed it: about a thousand drafts.
const maxUnsigned = 4 << 20

// VerifyPDF tells of each paper of a file, without a network, whether it is what
// the server signed. It never believes what the file says about itself: it
// checks the seal, draws the paper again from the sealed content, and compares
// the two files object by object, so a changed text, glyph, picture or line is
// found wherever it was changed. packs are the editions at hand.
//
// A genuine paper may be outdated: [Finding.Against] compares it with what is
// known of the registration.
func VerifyPDF(pdf []byte, keys []ed25519.PublicKey, packs ...*exam.Pack) []Finding {
	unreadable := []Finding{{Reason: ReasonUnreadable, Differs: []string{}}}
	file, err := splitFile(pdf)
	if err != nil || !file.canonical(pdf) {
		return unreadable
	}
	said, err := readStatement(file)
	if err != nil {
		return unreadable
	}
	findings := make([]Finding, len(said.Papers))
	papers := make([]*Paper, len(said.Papers))
	photos := said.photos(file)
	complete, unsigned := said.Layout == Layout, 0
	for i, p := range said.Papers {
		strange := false
		r, sub, known, err := p.record(func(sha256 string) (raw []byte) {
			raw, strange = photos.of(sha256)
			return raw
		}, packs)
		if err == nil {
			if findings[i] = verifySeal(p, sub, keys); findings[i].Reason != ReasonNone {
				unsigned += len(p.Content)
			}
			if strange {
				findings[i].altered("photo")
			}
			if known && !speaksOf(r.pack, sub.Document) {
				findings[i].altered("exam")
			}
			if findings[i].Practice && !p.Practice {
				findings[i].altered("") // the mark that belongs across it
			}
			papers[i], err = r.paper(p.Kind)
		}
		if err != nil || unsigned > maxUnsigned {
			return unreadable
		}
		if !known && findings[i].Reason == ReasonNone {
			findings[i].Reason = ReasonPack
		}
		complete = complete && known
	}
	shown := readPages(file)
	if !complete {
		compareFields(findings, papers, shown, said.Layout)
		return settled(findings)
	}
	var again bytes.Buffer
	if err := writePDF(&again, papers, 1); err != nil {
		return unreadable
	}
	drawn, err := splitFile(again.Bytes())
	if err != nil {
		return unreadable
	}
	compareFiles(findings, papers, file, drawn, shown)
	return settled(findings)
}

// canonical tells whether every byte of the file is as this program writes it,
// between and around the objects too.
func (f *pdfFile) canonical(pdf []byte) bool {
	var again bytes.Buffer
	return f.write(&again) == nil && bytes.Equal(again.Bytes(), pdf)
}

// speaksOf tells whether a pack is of a document's exam and year: the wording of
// another exam says what the server has not signed.
func speaksOf(p *exam.Pack, d exam.Document) bool {
	return d.Exam == "" && d.Year == 0 || p.Exam == d.Exam && (p.Year == d.Year || d.Year == 0)
}

// verifySeal judges the seal alone, over what the file says is its content.
func verifySeal(p stated, sub exam.Submission, keys []ed25519.PublicKey) Finding {
	f := Finding{Kind: p.Kind, File: true}
	seal, err := exam.VerifySeal(p.Code, keys)
	switch {
	case exam.KindOf(err) == exam.KindState:
		f.Reason = ReasonDraft
		return f
	case err != nil:
		f.Reason = ReasonUntrusted
		return f
	}
	f.sealed(seal)
	if f.Differs = seal.Differs(sub); len(f.Differs) > 0 {
		f.Reason = ReasonAltered
	}
	return f
}

// settled fills in the verdict.
func settled(findings []Finding) []Finding {
	for i := range findings {
		f := &findings[i]
		slices.Sort(f.Differs)
		f.Differs = slices.Compact(f.Differs)
		if f.Differs == nil {
			f.Differs = []string{}
		}
		f.Genuine = f.Reason == ReasonNone
	}
	return findings
}

// altered notes differences; a draft or an untrusted seal stays what it is.
func (f *Finding) altered(fields ...string) {
	f.Differs = append(f.Differs, fields...)
	if f.Reason == ReasonNone {
		f.Reason = ReasonAltered
	}
}

// compareFiles compares a file with the one drawn anew. Where only pages differ,
// their papers are altered; where anything shared does, all are.
func compareFiles(findings []Finding, papers []*Paper, file, drawn *pdfFile, shown []shownPage) {
	shared := len(file.objects) != len(drawn.objects) || file.root != drawn.root || file.info != drawn.info
	differing := make(map[int]bool)
	contents := pageContents(drawn)
	for i := 0; i < len(drawn.objects) && !shared; i++ {
		mine, theirs := drawn.objects[i], file.objects[i]
		if mine.number != theirs.number || !sameBody(mine.body, theirs.body) {
			number := slices.Index(contents, mine.number)
			shared = shared || number < 0
			differing[number] = true
		}
	}
	expected := readPages(drawn)
	first := 0
	for i, p := range papers {
		for n := first; n < first+p.Pages(); n++ {
			if !shared && !differing[n] {
				continue
			}
			var actual shownPage
			if n < len(shown) {
				actual = shown[n]
			}
			fields := differingFields(p.pages[n-first], expected[n], actual)
			if len(fields) == 0 {
				fields = []string{""}
			}
			findings[i].altered(fields...)
		}
		first += p.Pages()
	}
}

// compareFields looks for the text of every field on the pages of a file that
// cannot be drawn again, which is a help for the eye and no proof.
func compareFields(findings []Finding, papers []*Paper, shown []shownPage, layout int) {
	var all strings.Builder
	for _, page := range shown {
		for _, text := range page.texts {
			all.WriteString(text)
		}
	}
	for i, p := range papers {
		for _, field := range p.Fields {
			if layout == Layout && !strings.Contains(all.String(), strings.ReplaceAll(field.Text, "\n", "")) && findings[i].Reason != ReasonPack {
				findings[i].altered(field.Path)
			}
		}
		if findings[i].Reason == ReasonNone {
			findings[i].Reason = map[bool]Reason{true: ReasonPack, false: ReasonEdition}[layout == Layout]
		}
	}
}

// differingFields names the fields whose text is not where it should be; "" for
// text that should not be there at all.
func differingFields(p *page, expected, actual shownPage) []string {
	var fields []string
	rest := make(map[string]string, len(actual.texts))
	for i, at := range actual.at {
		rest[at] += actual.texts[i]
	}
	n := 0
	p.layers(func(i *item) {
		if i.shape != textShape && i.shape != markShape {
			return
		}
		if n < len(expected.at) {
			if rest[expected.at[n]] != expected.texts[n] {
				fields = append(fields, i.field)
			}
			delete(rest, expected.at[n])
		}
		n++
	})
	if len(rest) > 0 {
		fields = append(fields, "")
	}
	return fields
}

// sameBody compares objects by what they hold, so that another edition of the
// deflating library makes no difference.
func sameBody(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	plainA, okA := inflated(a, maxStatement)
	plainB, okB := inflated(b, int64(len(plainA)))
	return okA && okB && bytes.Equal(plainA, plainB) && bytes.Equal(withoutLength(a), withoutLength(b))
}

var lengthKey = regexp.MustCompile(`/Length \d+`)

func withoutLength(body []byte) []byte {
	head, _, _ := bytes.Cut(body, []byte("stream\n"))
	return lengthKey.ReplaceAll(head, nil)
}

// inflated gives the content of a deflated stream object.
func inflated(body []byte, limit int64) ([]byte, bool) {
	head, rest, ok := bytes.Cut(body, []byte("stream\n"))
	if !ok || !bytes.Contains(head, []byte("/Filter /FlateDecode")) {
		return nil, false
	}
	m := lengthKey.Find(head)
	size, err := strconv.Atoi(string(bytes.TrimPrefix(m, []byte("/Length "))))
	if err != nil || size < 0 || size > len(rest) || len(bytes.TrimSpace(bytes.TrimSuffix(rest[size:], []byte("endstream\n")))) > 0 {
		return nil, false
	}
	z, err := zlib.NewReader(bytes.NewReader(rest[:size]))
	if err != nil {
		return nil, false
	}
	content, err := io.ReadAll(io.LimitReader(z, limit+1))
	return content, err == nil && int64(len(content)) <= limit
}

// shownPhotos are the JPEG pictures of a file by their SHA-256, and those that no
// paper of it names, in the order of the file.
type shownPhotos struct {
	named   map[string][]byte
	strange map[string]bool // those of named that are others put there instead
	others  [][]byte
}

func (s statement) photos(f *pdfFile) shownPhotos {
	found := shownPhotos{named: make(map[string][]byte), strange: make(map[string]bool)}
	for _, p := range s.Papers {
		sub, _ := exam.DecodeSubmission([]byte(p.Content)) // said again, with its error, where the paper is read
		if photo, ok := (exam.Draft{Files: sub.Files}).Photo(); ok && p.Photo {
			found.named[photo.SHA256] = nil
		}
	}
	for _, o := range f.objects {
		head, rest, ok := bytes.Cut(o.body, []byte("stream\n"))
		raw, ended := bytes.CutSuffix(rest, []byte("\nendstream\n"))
		if !ok || !ended || !bytes.Contains(head, []byte("/Filter /DCTDecode")) {
			continue
		}
		sha256 := exam.Digest(raw)
		if _, named := found.named[sha256]; named {
			found.named[sha256] = raw
		} else {
			found.others = append(found.others, raw)
		}
	}
	return found
}

// of gives a paper's photo. In place of one that is not there comes the next
// picture that nobody names: a strange one, put there instead; the paper is drawn
// with it, so that nothing else of the file differs by it.
func (p *shownPhotos) of(sha256 string) (raw []byte, strange bool) {
	if p.named[sha256] == nil && len(p.others) > 0 {
		p.named[sha256], p.others = p.others[0], p.others[1:]
		p.strange[sha256] = true
	}
	return p.named[sha256], p.strange[sha256]
}

// pageContents lists the numbers of the content streams, page by page.
func pageContents(f *pdfFile) []int {
	var contents []int
	for _, o := range f.objects {
		if bytes.HasPrefix(o.body, []byte("<</Type /Page\n")) {
			contents = append(contents, reference(o.body, "/Contents "))
		}
	}
	return contents
}

// shownPage is the text that a page really draws, in its order.
type shownPage struct {
	at    []string // position, as the stream has it
	texts []string
}

var (
	showing = regexp.MustCompile(`BT ([-0-9. ]+) T[dm] <([0-9A-F]*)> Tj`)
	mapRows = regexp.MustCompile(`beginbfrange <([0-9A-F]{4})> <[0-9A-F]{4}> \[([<>0-9A-F]*)\]`)
	mapped  = regexp.MustCompile(`<([0-9A-F]{4,8})>`)
)

// Bounds on what is read of pages: of one, of which the fullest has under 100 KB,
// and of all of a file. What lies beyond is compared, but no field of it is named.
const (
	maxPage  = 4 << 20
	maxShown = 64 << 20
)

// readPages reads what the pages draw through the file's own ToUnicode map.
func readPages(f *pdfFile) []shownPage {
	byNumber := make(map[int][]byte, len(f.objects))
	for _, o := range f.objects {
		byNumber[o.number] = o.body
	}
	font := byNumber[reference(byNumber[2], "/F ")]
	cmap, _ := inflated(byNumber[reference(font, "/ToUnicode ")], maxPage)
	characters := readMap(cmap)
	var pages []shownPage
	left := int64(maxShown)
	for _, number := range pageContents(f) {
		content, _ := inflated(byNumber[number], min(maxPage, left))
		left -= int64(len(content))
		var p shownPage
		for _, m := range showing.FindAllSubmatch(content, -1) {
			var text strings.Builder
			for code := m[2]; len(code) >= 4; code = code[4:] {
				text.WriteString(characters[string(code[:4])])
			}
			p.at, p.texts = append(p.at, string(m[1])), append(p.texts, text.String())
		}
		pages = append(pages, p)
	}
	return pages
}

// readMap reads a ToUnicode map: characters by the hexadecimal of their number.
func readMap(cmap []byte) map[string]string {
	characters := make(map[string]string)
	for _, row := range mapRows.FindAllSubmatch(cmap, -1) {
		n, err := strconv.ParseUint(string(row[1]), 16, 16)
		if err != nil {
			continue
		}
		for _, m := range mapped.FindAllSubmatch(row[2], -1) {
			characters[fmt.Sprintf("%04X", n)] = fromUTF16(m[1])
			n++
		}
	}
	return characters
}

func fromUTF16(digits []byte) string {
	raw, err := hex.DecodeString(string(digits))
	if err != nil {
		return ""
	}
	var units []uint16
	for ; len(raw) >= 2; raw = raw[2:] {
		units = append(units, uint16(raw[0])<<8|uint16(raw[1]))
	}
	return string(utf16.Decode(units))
}
