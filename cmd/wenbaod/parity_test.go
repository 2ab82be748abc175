package main

import (
	"bytes"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/sync/wire"
)

var (
	paritySeed   = flag.Uint64("parity-seed", 0, "seed of the drafts judged on both sides; 0 takes a new one")
	parityDrafts = flag.Int("parity-drafts", 0, "how many drafts are judged on both sides; 0: 5,000, or 100,000 with WENBAO_LONG=1")
)

// drafts gives how many drafts this run judges.
func drafts() int {
	switch {
	case *parityDrafts > 0:
		return *parityDrafts
	case os.Getenv("WENBAO_LONG") != "":
		return 100_000
	}
	return 5_000
}

// verdict is what one side does with a draft that is handed in: it passes, or is
// refused for its problems or for its form.
type verdict struct {
	kind     exam.Kind      // "" lets it pass
	problems []exam.Problem // of a refusal by the rules, also those that do not block
	due      int            // fee in fen, of what passes
}

// TestTheClientsVerdictIsTheServers judges generated drafts as a client does,
// hands every one of them, whatever its verdict, to a real server process, and
// wants the same answer; and it asks the server for its whole verdict, of drafts
// that pass too: every problem down to the remarks, with its arguments, the
// reckoning with its intervals and its explanation, steps, evidence and fee. A
// draft is found again by seed and index.
func TestTheClientsVerdictIsTheServers(t *testing.T) {
	seed := *paritySeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	n := drafts()
	url := serving(t)
	began := time.Now()
	const devices = 32 // requests that wait for a commit share it
	transport := &http.Transport{MaxIdleConnsPerHost: devices}
	defer transport.CloseIdleConnections()

	var next atomic.Int64
	tallies := make([]tally, devices)
	var working sync.WaitGroup
	for device := range devices {
		working.Go(func() {
			c := newCaller(url, transport, device)
			mine := &tallies[device]
			mine.rules, mine.ways = map[string]int{}, map[string]int{}
			if err := c.putPhoto(); err != nil {
				mine.differ(-1, err.Error())
			}
			for i := int(next.Add(1)) - 1; i < n && len(mine.differences) < 10; i = int(next.Add(1)) - 1 {
				mine.judge(c, seed, i)
			}
		})
	}
	working.Wait()
	all := sum(tallies)

	t.Logf("seed %d: %d drafts in %s: %d accepted, %d refused by rules, %d refused by form, %d without a pack; %d whole verdicts compared, %d of drafts that pass, of which %d with warnings or remarks; %d different rules, %d different ways to qualify; differences %d",
		seed, all.total, time.Since(began).Round(time.Second), all.accepted, all.byRules, all.byForm, all.packless, all.whole, all.wholePassing, all.wholeWarned, len(all.rules), len(all.ways), len(all.differences))
	slices.SortFunc(all.differences, func(a, b difference) int { return a.index - b.index })
	for _, d := range all.differences[:min(10, len(all.differences))] {
		t.Errorf("seed %d, draft %d: %s", seed, d.index, d.what)
	}
	all.covers(t, n)
}

// tally counts the verdicts that were compared.
type tally struct {
	total, accepted, byRules, byForm, packless int
	whole, wholePassing, wholeWarned           int // verdicts compared to the last word
	rules, ways                                map[string]int
	differences                                []difference
}

// difference names a draft by its index and says rules and kinds only.
type difference struct {
	index int
	what  string
}

func (a *tally) differ(i int, what string) {
	a.differences = append(a.differences, difference{i, what})
}

// judge takes one draft to both sides.
func (a *tally) judge(c *caller, seed uint64, i int) {
	d := generate(rand.New(rand.NewPCG(seed, uint64(i))), i)
	content, mine, report := clientVerdict(d)
	theirs, err := c.submit(d.ID, content, mine.kind == exam.KindTooLarge || i%5 == 0)
	if err != nil {
		a.differ(i, err.Error())
		return
	}
	a.count(mine, report)
	switch {
	case !reflect.DeepEqual(mine, theirs):
		a.differ(i, mine.against(theirs))
	case report != nil && report.Submittable && mine.kind != "":
		a.differ(i, "submittable by the report, and it cannot be sent: "+string(mine.kind))
	case report != nil && mine.kind != exam.KindTooLarge && (mine.kind == "" || len(mine.problems) > 0):
		a.compareWhole(c, i, content, report)
	}
}

// compareWhole asks the server for all it would say.
func (a *tally) compareWhole(c *caller, i int, content []byte, report *exam.Report) {
	theirs, err := c.judged(content)
	if err != nil {
		a.differ(i, err.Error())
		return
	}
	a.whole++
	if report.Submittable {
		a.wholePassing++
		if len(report.Problems) > 0 {
			a.wholeWarned++
		}
	}
	a.ways[string(report.Eligibility.Verdict)+" "+report.Eligibility.Path]++
	mine := wire.Encode(wire.FromReport(*report))
	if !bytes.Equal(mine, theirs) {
		a.differ(i, "the whole verdict differs from byte "+strconv.Itoa(common(mine, theirs)))
	}
}

// common gives how long two texts are alike: what follows may be somebody's.
func common(a, b []byte) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

func (a *tally) count(v verdict, report *exam.Report) {
	a.total++
	switch {
	case v.kind == "":
		a.accepted++
	case len(v.problems) == 0:
		a.byForm++
	case report == nil:
		a.packless++
	default:
		a.byRules++
	}
	for _, p := range v.problems {
		a.rules[p.Rule]++
	}
}

func sum(tallies []tally) tally {
	a := tally{rules: map[string]int{}, ways: map[string]int{}}
	for _, b := range tallies {
		a.total += b.total
		a.accepted += b.accepted
		a.byRules += b.byRules
		a.byForm += b.byForm
		a.packless += b.packless
		a.whole += b.whole
		a.wholePassing += b.wholePassing
		a.wholeWarned += b.wholeWarned
		a.differences = append(a.differences, b.differences...)
		for rule, n := range b.rules {
			a.rules[rule] += n
		}
		for way, n := range b.ways {
			a.ways[way] += n
		}
	}
	return a
}

// covers fails when the drafts were too alike to prove anything.
func (a *tally) covers(t *testing.T, n int) {
	if len(a.differences) > 0 {
		return // a device stops at ten
	}
	if a.total != n {
		t.Errorf("%d drafts judged, not %d", a.total, n)
	}
	if a.accepted < n/5 || a.byRules < n/5 || a.byForm == 0 || a.packless == 0 || a.wholePassing != a.accepted || a.wholeWarned < n/20 || len(a.ways) < 20 {
		t.Error("the drafts are too much alike")
	}
	if len(a.rules) < 80 {
		t.Errorf("only %d different rules were broken", len(a.rules))
	}
}

// against says how two verdicts differ, without a word that anybody typed.
func (v verdict) against(o verdict) string {
	told := func(v verdict) string {
		if v.kind == "" {
			return fmt.Sprintf("passes, %d fen", v.due)
		}
		var list []string
		for _, p := range v.problems {
			list = append(list, string(p.Severity)+" "+p.Rule+" "+p.Field)
		}
		return string(v.kind) + " [" + strings.Join(list, ", ") + "]"
	}
	if told(v) == told(o) {
		return "both: " + told(v) + ", with other arguments"
	}
	return "client: " + told(v) + "; server: " + told(o)
}

// clientVerdict judges as the programs for candidates do before they send: with
// the pack of the document's exam and year, by [exam.Prepare], at any time of
// an untrusted clock. What cannot be read back cannot be sent either. The report
// is nil when no pack fits; nothing can be prepared then, and the document goes
// as it stands.
func clientVerdict(d exam.Draft) (content []byte, v verdict, report *exam.Report) {
	p, unknown := local.PackFor(local.Packs(), d.Document)
	s := exam.Submission{Schema: 1, ID: d.ID, Pack: d.Pack, Document: d.Document}
	if unknown == nil {
		var r, now exam.Report
		s, r = exam.Prepare(d, p, exam.Moment{})
		_, now = exam.Prepare(d, p, exam.Moment{Now: time.Now()})
		if r.Submittable != now.Submittable {
			return nil, verdict{kind: exam.KindClosed}, &r // never the server's in practice: a difference
		}
		report = &r
	}
	content = s.Encode()
	_, err := exam.DecodeSubmission(content)
	switch {
	case err != nil:
		v.kind = exam.KindOf(err)
	case unknown != nil:
		v.kind, v.problems = exam.KindInvalid, []exam.Problem{{Field: "exam", Rule: "exam.unknown", Severity: exam.Block}}
	case report.Submittable:
		v.due = report.Fee.Total
	default:
		v.kind, v.problems = exam.KindInvalid, report.Problems
	}
	return content, v, report
}

// caller is a device that talks to the server.
type caller struct {
	url, bearer string
	http        *http.Client
}

func newCaller(url string, t http.RoundTripper, device int) *caller {
	credential := bytes.Repeat([]byte{byte(device + 1)}, wire.CredentialSize)
	return &caller{url, "Bearer " + base64.RawURLEncoding.EncodeToString(credential), &http.Client{Transport: t, Timeout: time.Minute}}
}

// ask makes one request and gives status and body.
func (c *caller) ask(method, path string, body []byte, header ...string) (int, []byte, error) {
	r, err := http.NewRequest(method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Authorization", c.bearer)
	r.Header.Set(wire.HeaderProtocol, wire.Version)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	a, err := c.http.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer a.Body.Close()
	raw, err := io.ReadAll(a.Body)
	return a.StatusCode, raw, err
}

// putPhoto brings the one photo that all drafts of this device share.
func (c *caller) putPhoto() error {
	size := int64(len(tinyPhoto))
	status, _, err := c.ask(http.MethodPut, "/v1/files/"+exam.Digest(tinyPhoto), tinyPhoto, "Content-Type", wire.Bytes,
		"Content-Range", wire.ContentRange(0, size, size), "Content-Digest", wire.ContentDigest(tinyPhoto))
	if err == nil && status != http.StatusCreated {
		err = fmt.Errorf("the photo was answered with %d", status)
	}
	return err
}

// submit sends a submission, packed as the sync engine sends it, or as the plain
// JSON of other makers' clients, and gives the server's verdict.
func (c *caller) submit(id exam.DraftID, content []byte, plain bool) (verdict, error) {
	body, mediaType := content, wire.JSON
	if !plain {
		body, mediaType = wire.PackStep(content, nil)
	}
	status, raw, err := c.ask(http.MethodPut, "/v1/registrations/"+string(id), body,
		"Content-Type", mediaType, "If-Match", `"0"`, wire.HeaderIdempotency, string(exam.NewEntryID()))
	if err != nil {
		return verdict{}, err
	}
	if status/100 == 2 {
		a, err := wire.Decode[wire.Answer](raw)
		if err == nil && a.Registration.Digest != exam.Digest(content) {
			err = fmt.Errorf("accepted, but other bytes")
		}
		return verdict{due: a.Registration.Due}, err
	}
	p, err := wire.Decode[wire.Problem](raw)
	if err == nil && (p.Status != status || p.Kind == "") {
		err = fmt.Errorf("status %d without a problem document that says so", status)
	}
	return verdict{kind: p.Kind, problems: p.Problems}, err
}

// judged asks for the server's whole verdict on a submission, and gives it as it
// came.
func (c *caller) judged(content []byte) ([]byte, error) {
	status, raw, err := c.ask(http.MethodPost, "/v1/verdicts", wire.Pack(content), "Content-Type", wire.Packed)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("the question for a verdict was answered with %d", status)
	}
	return raw, err
}

// serving builds the real server, runs it in practice mode as a process of its
// own until the test ends, and gives its address.
func serving(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "wenbaod")
	build := exec.Command("go", "build", "-tags", "witness", "-o", program, "wenbao/cmd/wenbaod")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	address := freeAddress(t)
	c := exec.Command(program, "serve", "--data", filepath.Join(dir, "data"), "--listen", address, "--insecure-http", "--practice", "--rate", "1e6")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	waitFor(t, address)
	return "http://" + address
}
