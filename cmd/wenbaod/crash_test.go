package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/sync/synctest"
	"wenbao/sync/wire"
)

// acknowledged is what a client was told, to be held against the server for ever.
type acknowledged struct {
	device               int
	path, mediaType, key string
	body, answer         []byte
	digest               string
	photo                []byte
}

// TestWhatWasAcknowledgedIsThereAfterKill9 kills the server at random moments
// while clients submit, and then asks for every acknowledged registration again:
// the same bytes are answered, and its photo is there.
func TestWhatWasAcknowledgedIsThereAfterKill9(t *testing.T) {
	kills := 8
	if os.Getenv("WENBAO_LONG") != "" {
		kills = 200
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "wenbaod")
	build := exec.Command("go", "build", "-tags", "witness", "-o", program, "wenbao/cmd/wenbaod")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	address := freeAddress(t)
	start := func() *exec.Cmd {
		c := exec.Command(program, "serve", "--data", filepath.Join(dir, "data"), "--listen", address, "--insecure-http", "--practice", "--rate", "1e6")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		waitFor(t, address)
		return c
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	var mu sync.Mutex
	var oracle []acknowledged
	people := 0
	for range kills {
		serving := start()
		var done sync.WaitGroup
		for device := range 4 {
			done.Go(func() {
				c := newCaller("http://"+address, &http.Transport{}, device)
				defer c.http.CloseIdleConnections()
				for {
					mu.Lock()
					n := people
					people++
					mu.Unlock()
					a := prepared(n, device)
					status, answer, err := c.ask(http.MethodPut, a.path, a.body, "Content-Type", a.mediaType, "If-Match", `"0"`, wire.HeaderIdempotency, a.key)
					if err != nil {
						return // killed
					}
					if status != http.StatusCreated {
						t.Errorf("%d %s", status, answer)
						return
					}
					a.answer = answer
					mu.Lock()
					oracle = append(oracle, a)
					mu.Unlock()
				}
			})
		}
		time.Sleep(time.Duration(50+r.IntN(500)) * time.Millisecond)
		serving.Process.Kill()
		serving.Wait()
		done.Wait()
	}
	if len(oracle) < kills {
		t.Fatalf("only %d were acknowledged in %d lives", len(oracle), kills)
	}
	serving := start()
	numbers := map[string]bool{}
	for _, a := range oracle {
		c := newCaller("http://"+address, http.DefaultTransport, a.device)
		status, again, err := c.ask(http.MethodPut, a.path, a.body, "Content-Type", a.mediaType, "If-Match", `"0"`, wire.HeaderIdempotency, a.key)
		if err != nil || status != http.StatusCreated || !bytes.Equal(again, a.answer) {
			t.Errorf("%s: %d, %v, other bytes", a.path, status, err)
		}
		if status, photo, err := c.ask(http.MethodGet, "/v1/files/"+exam.Digest(a.photo), nil); err != nil || status != http.StatusOK || !bytes.Equal(photo, a.photo) {
			t.Errorf("%s: photo: %d, %v", a.path, status, err)
		}
		m, err := wire.Decode[wire.Answer](again)
		if err != nil || m.Registration.Digest != a.digest || numbers[m.Registration.Number] {
			t.Errorf("%s: %v, other content, or a number twice", a.path, err)
		}
		numbers[m.Registration.Number] = true
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	serving.Process.Signal(os.Interrupt)
	if err := serving.Wait(); err != nil {
		t.Error(err)
	}
	held := exportedDigests(t, program, filepath.Join(dir, "data"))
	if len(held) > people || len(held) < len(oracle) {
		t.Errorf("%d held, %d acknowledged, %d sent", len(held), len(oracle), people)
	}
	for _, a := range oracle {
		if held[a.digest] != 1 {
			t.Errorf("%s is held %d times", a.path, held[a.digest])
		}
	}
	t.Logf("%d acknowledged, %d held, %d kills", len(oracle), len(held), kills)
}

// prepared makes the n-th person's submission, with a photo of its own.
func prepared(n, device int) acknowledged {
	photo := synctest.Photo(rand.New(rand.NewPCG(uint64(n), 9)), 20_000)
	f := exam.File{Kind: exam.FilePhoto, SHA256: exam.Digest(photo), Size: int64(len(photo)), Type: "image/jpeg"}
	id := exam.NewDraftID()
	content := synctest.Submit(id, 0, synctest.Document(n), f).Content
	a := acknowledged{device: device, path: "/v1/registrations/" + string(id), key: string(exam.NewEntryID()), digest: exam.Digest(content), photo: photo}
	a.body, a.mediaType = wire.PackStep(content, []wire.File{{SHA256: f.SHA256, Bytes: photo}})
	return a
}

func exportedDigests(t *testing.T, program, dir string) map[string]int {
	t.Helper()
	raw, err := exec.Command(program, "export", "--json", "--data", dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]int{}
	lines := bufio.NewScanner(bytes.NewReader(raw))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line exported
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		held[line.Digest]++
	}
	return held
}
