package host

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/boltdb"
	wsync "wenbao/sync"
	"wenbao/sync/synctest"
	"wenbao/sync/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func config(t testing.TB) Config {
	t.Helper()
	raw, _ := assets.Pack("038-2026")
	p, err := exam.ParsePack(raw)
	if err != nil {
		t.Fatal(err)
	}
	return Config{Dir: t.TempDir(), Listen: "127.0.0.1:0", Practice: true, Rules: server.NewPackRules(p),
		Open: func(dir string) (server.Repository, error) {
			return boltdb.Open(dir, boltdb.Options{NoSync: true})
		}}
}

func run(t testing.TB, c Config) *Host {
	t.Helper()
	h, err := Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := h.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return h
}

// engine is a client on a machine that holds a key and has one registration to send.
func engine(t testing.TB, url string, key ed25519.PublicKey) (wsync.Result, error) {
	t.Helper()
	m := synctest.NewMemory()
	m.Queue(synctest.Submit(exam.NewDraftID(), 0, synctest.Document(1), m.AddFile(exam.FilePhoto, "image/jpeg", []byte("a photo"))))
	e, err := wsync.New(wsync.Config{URL: url, Keys: []ed25519.PublicKey{key}, Outbox: m, Files: m, Feed: m, Settings: m})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	return e.UntilIdle(ctx)
}

func TestItsOwnCertificateIsKnownByItsKeyAndNoOther(t *testing.T) {
	h := run(t, config(t))
	if r, err := engine(t, h.URL(), h.Public()); err != nil || r.Delivered != 1 {
		t.Errorf("with the server's key: %+v, %v", r, err)
	}
	other, _, _ := ed25519.GenerateKey(rand.Reader)
	if r, err := engine(t, h.URL(), other); exam.KindOf(err) != exam.KindUntrusted || r.Delivered != 0 {
		t.Errorf("with another key: %+v, %v", r, err)
	}
	list, err := h.Repository.List(t.Context(), "", 10)
	if err != nil || len(list) != 1 {
		t.Errorf("%d registrations, %v", len(list), err)
	}
}

// issued writes a certificate for 127.0.0.1 and its key, and gives the pool that
// knows it.
func issued(t testing.TB, dir string) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, leaf, leaf, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key, pool = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), x509.NewCertPool()
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	pool.AppendCertsFromPEM(certPEM)
	if err := os.WriteFile(cert, certPEM, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}), 0o600); err != nil {
		t.Fatal(err)
	}
	return cert, key, pool
}

func TestACertificateOfAnAuthorityServesBothEditionsOfHTTPOnKeptConnections(t *testing.T) {
	c := config(t)
	var pool *x509.CertPool
	c.CertFile, c.KeyFile, pool = issued(t, t.TempDir())
	h := run(t, c)
	for edition, http2 := range map[int]bool{1: false, 2: true} {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: http2}
		client := &http.Client{Transport: transport}
		for n := range 3 {
			reused := false
			ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { reused = i.Reused }})
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.URL()+"/v1/hello", nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			if resp.ProtoMajor != edition || resp.TLS == nil || reused != (n > 0) {
				t.Errorf("HTTP/%d, connection reused %v at request %d", resp.ProtoMajor, reused, n)
			}
		}
		transport.CloseIdleConnections()
	}
	plain := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := plain.Get("http" + h.URL()[len("https"):] + "/v1/hello")
	if err == nil {
		resp.Body.Close()
	}
	if err == nil && resp.StatusCode == http.StatusOK {
		t.Error("spoke plain HTTP where TLS was asked for")
	}
}

func TestWhatCannotBeServedSafelyIsRefusedAtTheStart(t *testing.T) {
	cert, _, _ := issued(t, t.TempDir())
	for name, change := range map[string]func(*Config){
		"plain HTTP for everybody":      func(c *Config) { c.PlainHTTP, c.Listen = true, "0.0.0.0:0" },
		"plain HTTP for everybody, too": func(c *Config) { c.PlainHTTP, c.Listen = true, ":0" },
		"a certificate without its key": func(c *Config) { c.CertFile = cert },
		"a key that is none":            func(c *Config) { c.CertFile, c.KeyFile = cert, cert },
		"an address that is none":       func(c *Config) { c.Listen = "nowhere" },
		"an address of another machine": func(c *Config) { c.Listen = "192.0.2.1:0" },
	} {
		c := config(t)
		change(&c)
		if h, err := Start(c); exam.KindOf(err) != exam.KindInvalid {
			t.Errorf("%s: %v", name, err)
			if h != nil {
				h.Close(t.Context())
			}
		}
	}
}

func TestWhoIsUnderWayIsAnsweredBeforeTheEnd(t *testing.T) {
	c := config(t)
	c.PlainHTTP = true
	asked := make(chan struct{})
	c.Between = func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { close(asked); next.ServeHTTP(w, r) })
	}
	h, err := Start(c)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	status := make(chan int, 1)
	go func() {
		r, err := http.NewRequest(http.MethodGet, h.URL()+"/v1/changes?wait=50", nil)
		if err != nil {
			status <- 0
			return
		}
		r.Header.Set("Authorization", "Bearer "+base64.RawURLEncoding.EncodeToString(make([]byte, wire.CredentialSize)))
		resp, err := client.Do(r)
		if err != nil {
			t.Error(err)
			status <- 0
			return
		}
		resp.Body.Close()
		status <- resp.StatusCode
	}()
	<-asked
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := h.Close(ctx); err != nil {
		t.Error(err)
	}
	if got := <-status; got != http.StatusOK {
		t.Error("a long poll was answered with", got)
	}
	if _, err := os.Stat(filepath.Join(c.Dir, DoorName)); !os.IsNotExist(err) {
		t.Error("the operators' door was left behind")
	}
}
