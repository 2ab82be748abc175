package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/sync/wire"
)

// operator runs commands on a data folder, in the process of the test.
type operator struct {
	t   *testing.T
	dir string
}

func (o operator) do(args ...string) (code int, stdout string) {
	var out, err bytes.Buffer
	code = run(o.t.Context(), append(args, "--data", o.dir), &out, &err)
	if code != 0 {
		o.t.Logf("wenbaod %s: %d %s", strings.Join(args, " "), code, err.String())
	}
	return code, out.String()
}

func (o operator) must(args ...string) string {
	o.t.Helper()
	code, out := o.do(args...)
	if code != 0 {
		o.t.Fatalf("wenbaod %s ended with %d", strings.Join(args, " "), code)
	}
	return out
}

// shared is a buffer that may be written and read at once, as a file may.
type shared struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *shared) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// serving runs `wenbaod serve` in the process of the test until it is stopped.
func (o operator) serve(args ...string) (log *shared, stop func() int) {
	log = new(shared)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan int)
	go func() {
		ended <- run(ctx, append([]string{"serve", "--data", o.dir, "--verbose"}, args...), new(bytes.Buffer), log)
	}()
	return log, func() int { cancel(); return <-ended }
}

// TestAnOperatorWorksWhileTheServerRuns takes a registration through a reviewer's
// hands, publishes a notice and an edition, and reads the key, all while the
// server runs with TLS; then the same on the folder alone. Nothing that was sent
// is in the log.
func TestAnOperatorWorksWhileTheServerRuns(t *testing.T) {
	o := operator{t, t.TempDir()}
	address := freeAddress(t)
	log, stop := o.serve("--listen", address, "--payments", "manual")
	waitFor(t, address)
	key, err := exam.ParsePublicKey([]byte(o.must("keys", "public")))
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} // the key is checked by the receipt below
	defer transport.CloseIdleConnections()
	c := newCaller("https://"+address, transport, 1)
	a := prepared(1, 1)
	status, raw, err := c.ask(http.MethodPut, a.path, a.body, "Content-Type", a.mediaType, "If-Match", `"0"`, wire.HeaderIdempotency, a.key)
	if err != nil || status != http.StatusCreated {
		t.Fatal(status, string(raw), err)
	}
	answer, err := wire.Decode[wire.Answer](raw)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := answer.Receipt.Verify([]ed25519.PublicKey{key}); err != nil {
		t.Fatal(err)
	}
	number := answer.Registration.Number
	if list := o.must("review", "list"); !strings.Contains(list, number) {
		t.Fatal(list)
	}
	if code, _ := o.do("review", "ask", number); code != 2 {
		t.Error("asked without a reason:", code)
	}
	o.must("review", "ask", number, "--reason", "请补充学历证书")
	if shown := o.must("review", "show", number, "--json"); !strings.Contains(shown, "请补充学历证书") || !strings.Contains(shown, string(exam.StateNeedsMaterials)) {
		t.Error(shown)
	}
	for n, to := range map[int]struct {
		want exam.State
		args []string
	}{2: {exam.StateVerified, []string{"approve"}}, 3: {exam.StateRefused, []string{"refuse", "--reason", "学历证书无法核实"}}} {
		b := prepared(n, 1)
		if status, raw, err := c.ask(http.MethodPut, b.path, b.body, "Content-Type", b.mediaType, "If-Match", `"0"`, wire.HeaderIdempotency, b.key); status != http.StatusCreated {
			t.Fatal(status, string(raw), err)
		}
		id := b.path[len("/v1/registrations/"):]
		o.must(append([]string{"review", to.args[0], id}, to.args[1:]...)...)
		if shown := o.must("review", "show", id, "--json"); !strings.Contains(shown, `"state":"`+string(to.want)+`"`) {
			t.Error(shown)
		}
	}
	if code, _ := o.do("review", "approve", number); code == 0 {
		t.Error("approved what was asked to be completed")
	}
	if code, _ := o.do("review", "show", "4100002600000000000"); code == 0 {
		t.Error("showed what is not there")
	}
	if code, _ := o.do("export", "--json"); code != 7 {
		t.Error("exported a folder that is in use:", code)
	}
	id := strings.TrimSpace(o.must("notice", "publish", "--area", "410000", "--zh", "报名延长", "--en", "Longer"))
	file := edition(t, o.dir)
	o.must("pack", "publish", file)
	if code, _ := o.do("pack", "publish", file); code != 4 {
		t.Error("published the same edition twice:", code)
	}
	_, raw, err = c.ask(http.MethodGet, "/v1/changes", nil)
	if err != nil {
		t.Fatal(err)
	}
	told, err := wire.Decode[wire.Changes](raw)
	if err != nil || len(told.Notices) != 1 || len(told.Packs) != 1 || len(told.Answers) != 3 {
		t.Fatalf("%+v, %v", told, err)
	}
	if n, err := told.Notices[0].Verify([]ed25519.PublicKey{key}); err != nil || n.ID != id {
		t.Error(n, err)
	}
	if code := stop(); code != 0 {
		t.Error("the server ended with", code)
	}
	if list := o.must("notice", "list", "--json"); !strings.Contains(list, id) {
		t.Error("without the server:", list)
	}
	o.must("notice", "withdraw", id)
	lines := strings.Split(strings.TrimSpace(o.must("export", "--json")), "\n")
	var line exported
	if err := json.Unmarshal([]byte(lines[0]), &line); err != nil || line.Digest != a.digest || len(line.Attachments) != 1 || len(lines) != 3 {
		t.Errorf("%d lines, %+v, %v", len(lines), line, err)
	}
	for _, secret := range []string{"测试", "410102197", "13800000", "example.org", "演练社会工作", "请补充", "无法核实", c.bearer[7:], number} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if !strings.Contains(log.String(), "PUT /v1/registrations/{id}") {
		t.Error("the log that was searched is not the server's: " + log.String())
	}
}

// edition writes a signed later edition of the shipped pack.
func edition(t *testing.T, dir string) string {
	t.Helper()
	raw, _ := assets.Pack("038-2026")
	raw = bytes.Replace(raw, []byte(`"version": 1,`), []byte(`"version": 9,`), 1)
	file := filepath.Join(dir, "038-2026.jsonc")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file+".sig", exam.SignPack(exam.SamplePackKey(), raw), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestPlainHTTPIsForThisMachineAlone(t *testing.T) {
	o := operator{t, t.TempDir()}
	_, stop := o.serve("--listen", "0.0.0.0:0", "--insecure-http")
	if code := stop(); code != 3 {
		t.Error("ended with", code)
	}
}

func TestWhatOthersWroteTurnsNoTerminal(t *testing.T) {
	o := operator{t, t.TempDir()}
	o.must("keys", "public")
	o.must("notice", "publish", "--zh", "延长\u202e\u009b2J\n假行", "--en", "Longer\u202e\u009b2J\nfalse line")
	for _, lang := range []string{"zh-CN", "en"} {
		if out := o.must("notice", "list", "--lang", lang); strings.ContainsAny(out, "\u202e\u009b") || strings.Count(out, "\n") != 1 {
			t.Errorf("the list is %q", out)
		}
	}
}
