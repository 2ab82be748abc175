package synctest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wenbao/exam"
)

// pouches are the loads of PouchDB, which lives in real time: they are smaller
// where its line is slow, and the slow ones run side by side. Batches of a hundred
// suit the good line, and ever fewer documents those that break.
var pouches = []struct {
	load  load
	batch int
}{
	{load{p: Bad, n: 150}, 10},
	{load{p: Bad, n: 150}, 5},
	{load{p: Awful, n: 100}, 5},
	{load{p: Awful, n: 100}, 1},
	{load{p: Bad, scans: eightScans}, 1},
}

// pouchLongest is when PouchDB is given up.
const pouchLongest = 4 * time.Minute

// TestGoodputTableOfPouchDB lets PouchDB replicate to the HTTP of pouchdb-server
// over the line model in real time, and our engine over the same line beside
// virtual time. It needs node, and npm, which fetches the versions of
// package-lock.json.
func TestGoodputTableOfPouchDB(t *testing.T) {
	if !*lines {
		t.Skip("-lines prints it")
	}
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("WENBAO_ALL") == "" {
				t.Skipf("NOT RUN: %s is not installed (apt-get install nodejs npm), so nothing stands in the table for PouchDB", program)
			}
			t.Fatalf("%s is not installed (apt-get install nodejs npm), so nothing stands in the table for PouchDB", program)
		}
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "pouch"))); err != nil {
		t.Fatal(err)
	}
	install := exec.Command("npm", "ci", "--silent", "--no-fund", "--no-audit", "--ignore-scripts")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("PouchDB cannot be had: %v\n%s", err, out)
	}

	good := load{p: Good, n: 2000}
	tell := func(who string, l load, c carriage) {
		told := ""
		if all := l.n + len(l.scans); c.done < all {
			told = fmt.Sprintf("never finished: %d of %d in %.0f s", c.done, all, c.took.Seconds())
		}
		fmt.Fprintln(os.Stdout, c.line(who, l), "done", c.done, told)
	}
	bubble, loopback := good.over(t, 0, wenbao), good.inRealTime(t, 0, wenbao)
	tell("wenbao, virtual time", good, bubble)
	tell("wenbao, real time", good, loopback)
	if loopback.goodput(Good) < 0.95*bubble.goodput(Good) {
		fmt.Fprintln(os.Stdout, "NOT COMPARABLE: this machine is too busy for real time, so what follows of PouchDB is less than it can do")
	}
	tell("PouchDB, 100 a batch", good, good.pouch(t, dir, 100))
	var slow sync.WaitGroup
	for _, p := range pouches {
		slow.Go(func() {
			tell(fmt.Sprintf("PouchDB, %d a batch", p.batch), p.load, p.load.pouch(t, dir, p.batch))
		})
	}
	slow.Wait()
}

// inRealTime is [load.over] as seconds pass, with loopback at both ends of the line.
func (l load) inRealTime(t *testing.T, seed uint64, run client) carriage {
	back, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	link := NewLink(l.p, seed)
	line := carry(t, link, back.Addr().String())
	var useful atomic.Int64
	var web *http.Server
	served := make(chan struct{})
	serve := func(h http.Handler) {
		web = &http.Server{Handler: counted(h, &useful)}
		go func() { web.Serve(back); close(served) }()
	}
	var began time.Time // what is made before takes no time in a bubble
	var once sync.Once
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		once.Do(func() { began = time.Now() })
		return line.Dial(ctx, network, address)
	}
	last, payload, done := run(t, l, dial, serve)
	c := link.carriage(began, last, useful.Load())
	c.payload, c.done = payload, done
	web.Close()
	<-served
	return c
}

// pouch lets PouchDB replicate the load, so many documents at a time. What is done
// is what its server hands out again, with every byte of every attachment.
func (l load) pouch(t *testing.T, dir string, batch int) carriage {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	told := make(chan string, 1)
	node(ctx, t, dir, told, "server.js")
	port := <-told
	m := NewMemory()
	entries := l.entries(m)
	documents := filepath.Join(t.TempDir(), "documents.json")
	writeDocuments(t, documents, m, entries)
	link := NewLink(l.p, 0)
	line := carry(t, link, "127.0.0.1:"+port)
	news := make(chan string, 1)
	clientCtx, stop := context.WithCancel(ctx)
	defer stop()
	ended := node(clientCtx, t, dir, news, "client.js", documents, "http://"+line.front.Addr().String()+"/drafts", strconv.Itoa(batch))
	if word := <-news; word != "loaded" {
		t.Errorf("PouchDB has not begun: %q", word)
	}
	began := time.Now()
	select {
	case word := <-news:
		if word != "complete" {
			t.Errorf("PouchDB has not ended: %q", word)
		}
	case <-time.After(pouchLongest):
	}
	last := time.Now()
	whole, _ := strconv.ParseInt(string(ask(t, "http://127.0.0.1:"+port+"/_whole")), 10, 64)
	c := link.carriage(began, last, whole)
	stop()
	<-ended
	for _, e := range entries {
		if isThere(t, "http://127.0.0.1:"+port+"/drafts/"+string(e.Draft)+"?attachments=true", e) {
			c.done++
			c.payload += weight(e)
		}
	}
	return c
}

// node runs a script and hands on the lines that it prints; then words is closed,
// and ended when it is gone.
func node(ctx context.Context, t *testing.T, dir string, words chan<- string, args ...string) (ended <-chan struct{}) {
	c := exec.CommandContext(ctx, "node", args...)
	c.Dir = dir
	var complaints strings.Builder
	c.Stderr = &complaints
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	gone := make(chan struct{})
	if err != nil {
		t.Error(err)
		close(words)
		close(gone)
		return gone
	}
	go func() {
		defer close(gone)
		for s := bufio.NewScanner(out); s.Scan(); {
			words <- s.Text()
		}
		close(words)
		if err := c.Wait(); err != nil && ctx.Err() == nil {
			t.Errorf("%s: %v\n%s", args[0], err, complaints.String())
		}
	}()
	return gone
}

// document is a registration as PouchDB keeps it: its content, its name, and its
// files as attachments. encoding/json writes their bytes in base64, as PouchDB does.
func document(e exam.Entry) map[string]any {
	var d map[string]any
	json.Unmarshal(e.Content, &d)
	return d
}

type attachment struct {
	Type string `json:"content_type"`
	Data []byte `json:"data"`
}

func writeDocuments(t *testing.T, name string, m *Memory, entries []exam.Entry) {
	var all []map[string]any
	for _, e := range entries {
		d, files := document(e), map[string]attachment{}
		for _, f := range e.Files {
			raw, _ := m.File(f.SHA256)
			files[string(f.Kind)] = attachment{f.Type, raw}
		}
		d["_id"], d["_attachments"] = e.Draft, files
		all = append(all, d)
	}
	raw, err := json.Marshal(all)
	if err == nil {
		err = os.WriteFile(name, raw, 0o600)
	}
	if err != nil {
		t.Error(err)
	}
}

// isThere tells whether a document is an entry, all its files with it.
func isThere(t *testing.T, at string, e exam.Entry) bool {
	raw := ask(t, at)
	var files struct {
		All map[string]attachment `json:"_attachments"`
	}
	var d map[string]any
	if json.Unmarshal(raw, &files) != nil || json.Unmarshal(raw, &d) != nil {
		return false
	}
	for _, f := range e.Files {
		if exam.Digest(files.All[string(f.Kind)].Data) != f.SHA256 {
			return false
		}
	}
	maps.DeleteFunc(d, func(key string, _ any) bool { return strings.HasPrefix(key, "_") })
	return reflect.DeepEqual(d, document(e))
}

func ask(t *testing.T, at string) []byte {
	resp, err := http.Get(at)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return raw
}
