package server_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/sync/wire"
)

// together is how many connections of nobody in particular do the same at a time.
const together = 40

// holdsLittle compares what the process holds with what it held before. On a busy
// machine some are still being answered, and leave garbage meanwhile.
func holdsLittle(t *testing.T) (compare func()) {
	if testing.Short() {
		t.Skip("writes 800 MB; runs in full without the race detector")
	}
	heap := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := heap()
	return func() {
		t.Helper()
		grew := heap() - before
		for try := 0; try < 20 && grew > together/2*exam.MaxFileBytes; try++ {
			time.Sleep(500 * time.Millisecond)
			grew = heap() - before
		}
		if grew > together/2*exam.MaxFileBytes {
			t.Errorf("%d requests hold %d MB", together, grew>>20)
		}
	}
}

func dial(t *testing.T, srv *httptest.Server) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestWhoDoesNotReadTheAnswerTakesLittleMemory(t *testing.T) {
	s := fresh(t, nil)
	d := newDevice(t, s, "reader")
	raw := make([]byte, exam.MaxFileBytes)
	r := rand.NewChaCha8([32]byte{1})
	r.Read(raw)
	hash := exam.Digest(raw)
	for from := 0; from < len(raw); from += wire.MaxPiece {
		to := min(from+wire.MaxPiece, len(raw))
		w := d.do("PUT", "/v1/files/"+hash, wire.Bytes, raw[from:to], "Content-Range", wire.ContentRange(int64(from), int64(to), int64(len(raw))), "Content-Digest", wire.ContentDigest(raw[from:to]))
		if w.Code >= 300 {
			t.Fatal(w.Code, w.Body)
		}
	}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	compare := holdsLittle(t)
	for range together {
		fmt.Fprintf(dial(t, srv), "GET /v1/files/%s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n\r\n", hash, d.bearer)
	}
	time.Sleep(2 * time.Second)
	compare()
	// A piece is to be had all the same.
	if w := d.do("GET", "/v1/files/"+hash, "", nil, "Range", "bytes=0-9999"); w.Code != http.StatusPartialContent || w.Body.Len() != 10_000 {
		t.Errorf("a piece: %d, %d bytes", w.Code, w.Body.Len())
	}
}

func TestWhatIsSummedBeforeItIsKeptTakesLittleMemory(t *testing.T) {
	compare := holdsLittle(t)
	srv := httptest.NewServer(fresh(t, nil))
	t.Cleanup(srv.Close)
	body := make([]byte, exam.MaxFileBytes-1) // the last byte never comes
	var sent sync.WaitGroup
	for i := range together {
		bearer := "Bearer " + base64.RawURLEncoding.EncodeToString(append(make([]byte, wire.CredentialSize-1), byte(i)))
		hash := exam.Digest([]byte{byte(i)})
		q, err := http.NewRequestWithContext(t.Context(), "POST", srv.URL+"/v1/tus", nil)
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]string{"Authorization": bearer, "Tus-Resumable": "1.0.0", "Upload-Length": fmt.Sprint(exam.MaxFileBytes),
			"Upload-Metadata": "sha256 " + base64.StdEncoding.EncodeToString([]byte(hash))} {
			q.Header.Set(name, value)
		}
		resp, err := http.DefaultClient.Do(q)
		if err != nil || resp.StatusCode != http.StatusCreated {
			t.Fatal(err, resp)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		c := dial(t, srv)
		fmt.Fprintf(c, "PATCH /v1/tus/%s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nUpload-Checksum: sha1 AAAA\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: %d\r\n\r\n",
			hash, bearer, exam.MaxFileBytes)
		c.SetWriteDeadline(time.Now().Add(4 * time.Second)) // who is refused is not read on
		sent.Go(func() { c.Write(body) })
	}
	sent.Wait()
	compare()
}
