package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"wenbao/exam"
	"wenbao/server/boltdb"
	"wenbao/server/servertest"
	"wenbao/store"
	"wenbao/store/storetest"
	"wenbao/sync/synctest"
)

var registrations = flag.Int("registrations", 500, "how many registrations go through the line of faults")

// TestMain holds whatever passes the servers of these tests, in this process and
// in others, to the OpenAPI document.
func TestMain(m *testing.M) { os.Exit(servertest.Overheard(m, &between)) }

// programs builds the real programs once.
func programs(t *testing.T) (server, client string) {
	t.Helper()
	dir := t.TempDir()
	server, client = filepath.Join(dir, "wenbaod"), filepath.Join(dir, "wenbaoctl")
	for path, pkg := range map[string]string{server: "wenbao/cmd/wenbaod", client: "wenbao/cmd/wenbaoctl"} {
		build := exec.Command("go", "build", "-tags", "witness", "-o", path, pkg)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	return server, client
}

// TestEveryRegistrationArrivesOnceWhateverDies sends registrations with photos
// and scans through a real proxy of faults between real processes that are
// killed with -9 at random, and then compares both sides byte for byte.
func TestEveryRegistrationArrivesOnceWhateverDies(t *testing.T) {
	server, client := programs(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	serverDir, clientDir := t.TempDir(), t.TempDir()
	entries := fill(t, clientDir, r)

	address := freeAddress(t)
	start := func() *exec.Cmd {
		c := exec.Command(server, "serve", "--data", serverDir, "--listen", address, "--insecure-http", "--practice", "--rate", "5000")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		return c
	}
	serving := start()
	t.Cleanup(func() { serving.Process.Kill(); serving.Wait() })
	waitFor(t, address)
	line, renew := proxy(t, address)
	key := filepath.Join(clientDir, "server.pub")
	out, err := exec.Command(server, "keys", "public", "--data", serverDir).Output()
	if err != nil || os.WriteFile(key, out, 0o600) != nil {
		t.Fatal(err)
	}

	kills, ofServer := 0, 0
	for deadline := time.Now().Add(8 * time.Minute); ; {
		if time.Now().After(deadline) {
			t.Fatal("not through in eight minutes")
		}
		renew(r, kills)
		life := time.Duration(200+r.IntN(2500)) * time.Millisecond
		switch {
		case kills < leastKills:
			life = time.Duration(200+r.IntN(800)) * time.Millisecond
		case kills > lastKill:
			life = 10 * time.Minute // enough killing: now it must get through
		}
		ctx, cancel := context.WithTimeout(t.Context(), life)
		syncing := exec.CommandContext(ctx, client, "sync", "--until-idle", "--timeout", "9m", "--data", clientDir, "--server", "http://"+line, "--server-key", key)
		var said bytes.Buffer
		syncing.Stderr, syncing.Stdout = &said, &said
		err := syncing.Run()
		killed := ctx.Err() != nil
		cancel()
		if err == nil {
			break
		}
		if !killed {
			t.Fatalf("the client ended by itself: %v\n%s", err, said.String())
		}
		kills++
		if kills%2 == 0 {
			serving.Process.Kill()
			serving.Wait()
			serving = start()
			ofServer++
		}
	}
	t.Logf("%d registrations, %d kills, %d of them of the server too", len(entries), kills, ofServer)
	if len(entries) >= 500 && kills < leastKills {
		t.Error("everything was through before enough had been killed")
	}
	serving.Process.Signal(os.Interrupt)
	if err := serving.Wait(); err != nil {
		t.Fatal("the server did not end in order:", err)
	}
	compare(t, server, serverDir, clientDir, entries, ed25519Key(t, out))
}

func ed25519Key(t *testing.T, text []byte) ed25519.PublicKey {
	key, err := exam.ParsePublicKey(text)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// fill makes a client's store with everything queued.
func fill(t *testing.T, dir string, r *rand.Rand) map[exam.DraftID]exam.Entry {
	t.Helper()
	st, err := store.Open(t.Context(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	entries := map[exam.DraftID]exam.Entry{}
	for n := range *registrations {
		d, err := st.Create(synctest.Document(n), exam.PackRef{ID: "038-2026", Version: 1})
		if err == nil {
			d, err = st.Attach(d.ID, exam.File{Kind: exam.FilePhoto, Type: "image/jpeg"}, synctest.Photo(r, 20_000+r.IntN(5000)))
		}
		if err == nil && n%10 == 0 {
			d, err = st.Attach(d.ID, exam.File{Kind: "diploma", Type: "application/pdf"}, synctest.Photo(r, 50_000+r.IntN(200_000)))
		}
		if err != nil {
			t.Fatal(err)
		}
		e := synctest.Submit(d.ID, 0, synctest.Document(n), d.Files...)
		if _, err := st.Queue(e, exam.StateQueued); err != nil {
			t.Fatal(err)
		}
		entries[d.ID] = e
	}
	return entries
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func waitFor(t *testing.T, address string) {
	t.Helper()
	for range 400 {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatal("the server does not listen")
}

// proxy gives the address of a toxiproxy before the server, and a function that
// replaces it by one with other toxics; that breaks every connection, too.
func proxy(t *testing.T, upstream string) (listen string, renew func(r *rand.Rand, n int)) {
	t.Helper()
	zerolog.SetGlobalLevel(zerolog.Disabled)
	s := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	listen = freeAddress(t)
	var p *toxiproxy.Proxy
	stop := func() {
		if p != nil {
			p.Stop()
		}
	}
	t.Cleanup(func() { stop() })
	return listen, func(r *rand.Rand, n int) {
		stop()
		p = toxiproxy.NewProxy(s, "line", listen, upstream)
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		for _, toxic := range toxics(r, n) {
			if _, err := p.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
				t.Fatal(toxic, err)
			}
		}
	}
}

// Until leastKills the line is so slow, and lives are so short, that 500
// registrations cannot be through; after lastKill it becomes good and nobody is
// killed any more.
const (
	leastKills = 10
	lastKill   = 25
)

func toxics(r *rand.Rand, n int) []string {
	if n > lastKill {
		return nil
	}
	rate := 200 + r.IntN(4000) // KB a second, of each of up to 16 connections
	if n < leastKills {
		rate = 20 + r.IntN(60)
	}
	return []string{
		fmt.Sprintf(`{"type":"latency","stream":"downstream","attributes":{"latency":%d,"jitter":%d}}`, 5+r.IntN(60), r.IntN(40)),
		fmt.Sprintf(`{"type":"bandwidth","stream":"upstream","attributes":{"rate":%d}}`, rate),
		[]string{
			fmt.Sprintf(`{"type":"limit_data","stream":"upstream","attributes":{"bytes":%d}}`, 30_000+r.IntN(400_000)),
			fmt.Sprintf(`{"type":"limit_data","stream":"downstream","attributes":{"bytes":%d}}`, 500+r.IntN(20_000)),
			fmt.Sprintf(`{"type":"reset_peer","stream":"upstream","toxicity":0.3,"attributes":{"timeout":%d}}`, 100+r.IntN(1000)),
			`{"type":"slow_close","stream":"downstream","attributes":{"delay":300}}`,
			`{"type":"timeout","stream":"downstream","toxicity":0.2,"attributes":{"timeout":0}}`,
		}[r.IntN(5)],
	}
}

// compare holds both sides against what was queued.
func compare(t *testing.T, server, serverDir, clientDir string, entries map[exam.DraftID]exam.Entry, key ed25519.PublicKey) {
	t.Helper()
	raw, err := exec.Command(server, "export", "--json", "--data", serverDir).Output()
	if err != nil {
		t.Fatal(err)
	}
	byNumber := map[string]exported{}
	lines := bufio.NewScanner(bytes.NewReader(raw))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line exported
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		byNumber[line.Number] = line
	}
	db, err := boltdb.Open(serverDir, boltdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	records, err := db.List(t.Context(), "", 10_000)
	if err != nil || len(records) != len(entries) || len(byNumber) != len(entries) {
		t.Fatalf("%d records, %d exported, %d queued, %v", len(records), len(byNumber), len(entries), err)
	}
	st, err := store.Open(t.Context(), clientDir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	storetest.Inspect(t, st, clientDir)
	if left, err := st.Entries(); err != nil || len(left) != 0 {
		t.Errorf("%d entries left, %v", len(left), err)
	}
	for _, rec := range records {
		e, ok := entries[rec.ID]
		if !ok || !bytes.Equal(rec.Content, e.Content) || len(rec.History) != 2 || byNumber[rec.Number].Digest != rec.Digest {
			t.Errorf("%s is not what was queued (history %d)", rec.ID, len(rec.History))
		}
		for _, f := range e.Files {
			mine, err := st.File(f.SHA256)
			theirs, err2 := db.File(t.Context(), rec.Owner, f.SHA256)
			if err := errors.Join(err, err2); err != nil || !bytes.Equal(mine, theirs) {
				t.Errorf("%s: file %s: %v", rec.ID, f.Kind, err)
			}
		}
		d, err := st.Draft(rec.ID)
		if err != nil || d.Delivered == nil {
			t.Errorf("%s: no receipt: %v", rec.ID, err)
			continue
		}
		statement, err := d.Delivered.Verify([]ed25519.PublicKey{key})
		if err == nil {
			err = statement.Proves(rec.ID, e.Content)
		}
		if err != nil || statement.Number != rec.Number {
			t.Errorf("%s: %v", rec.ID, err)
		}
	}
}
