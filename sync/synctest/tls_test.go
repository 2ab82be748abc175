package synctest

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/boltdb"
	"wenbao/server/host"
	"wenbao/server/servertest"
	wsync "wenbao/sync"
	"wenbao/sync/wire"
)

// secure runs a real practice server with TLS on loopback.
func secure(t *testing.T, change func(*host.Config)) *host.Host {
	t.Helper()
	c := host.Config{Dir: t.TempDir(), Listen: "127.0.0.1:0", Practice: true, Rules: rules(t),
		Open:    func(dir string) (server.Repository, error) { return boltdb.Open(dir, boltdb.Options{NoSync: true}) },
		Between: func(next http.Handler) http.Handler { return servertest.Witness(t, next) }}
	if change != nil {
		change(&c)
	}
	h, err := host.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close(t.Context()) })
	return h
}

var people atomic.Int64 // each is another

// over sends one registration to a server over the real network.
func over(t *testing.T, address string, key ed25519.PublicKey, change func(*wsync.Config)) (wsync.Result, *wsync.Engine, error) {
	t.Helper()
	m := NewMemory()
	m.Queue(Submit(exam.NewDraftID(), 0, Document(int(people.Add(1))), photo(m, 1)))
	e := engine(t, m, nil, func(c *wsync.Config) {
		c.URL, c.Keys, c.Transport = address, []ed25519.PublicKey{key}, nil
		if change != nil {
			change(c)
		}
	})
	defer e.Close()
	r, err := e.Once(t.Context())
	return r, e, err
}

func TestTheServersSigningKeyIsEnoughToKnowItWhateverTheClockSays(t *testing.T) {
	h := secure(t, nil)
	for _, year := range []int{1980, 2026, 2090} {
		r, _, err := over(t, h.URL(), h.Public(), func(c *wsync.Config) {
			began := time.Now()
			c.Now = func() time.Time { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Since(began)) }
		})
		if err != nil || r.Delivered != 1 {
			t.Errorf("%d: %+v, %v", year, r, err)
		}
	}
}

func TestAServerWithAnotherKeyGetsNoRequestAtAll(t *testing.T) {
	h := secure(t, nil)
	r, e, err := over(t, h.URL(), otherSigner.Public().(ed25519.PublicKey), nil)
	if exam.KindOf(err) != exam.KindUntrusted || r.Waiting != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	if s := e.Status(); s.Link != wsync.Paused || s.Cause != exam.KindUntrusted {
		t.Fatalf("%+v", s)
	}
	list, err := h.Repository.List(t.Context(), "", 10)
	if err != nil || len(list) != 0 {
		t.Fatal(list, err)
	}
}

// seenBy counts the requests that a server with a certificate of its own making
// got; it answers whatever it is asked with the protocol's header.
func seenBy(t *testing.T) (*httptest.Server, *atomic.Int64) {
	t.Helper()
	var seen atomic.Int64
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen.Add(1)
		w.Header().Set(wire.HeaderProtocol, wire.Version)
		io.WriteString(w, "{}")
	}))
	t.Cleanup(s.Close)
	return s, &seen
}

func TestALookAlikeWithACertificateOfItsOwnIsRefused(t *testing.T) {
	s, seen := seenBy(t)
	r, _, err := over(t, s.URL, public()[0], nil)
	if exam.KindOf(err) != exam.KindUntrusted || r.Waiting != 1 || seen.Load() != 0 {
		t.Fatalf("%+v, %v, %d requests", r, err, seen.Load())
	}
}

func TestARedirectIsNeverFollowedToAnotherHost(t *testing.T) {
	other, seen := seenBy(t)
	for _, known := range []bool{true, false} { // from the server itself, and from something before it
		from := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if known {
				w.Header().Set(wire.HeaderProtocol, wire.Version)
			}
			http.Redirect(w, r, other.URL+r.URL.Path, http.StatusTemporaryRedirect)
		}))
		want := exam.KindUnreachable
		if known {
			want = exam.KindUntrusted
		}
		if r, _, err := over(t, from.URL, public()[0], nil); exam.KindOf(err) != want || r.Waiting != 1 || seen.Load() != 0 {
			t.Errorf("%+v, %v, %d requests went elsewhere", r, err, seen.Load())
		}
		from.Close()
	}
}

func TestAPortalOfTheNetworkThatAnswers200DeliversNothing(t *testing.T) {
	portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "<html>login</html>") }))
	defer portal.Close()
	if r, e, err := over(t, portal.URL, public()[0], nil); exam.KindOf(err) != exam.KindUnreachable || r.Delivered != 0 || r.Waiting != 1 || e.Status().Link != wsync.Offline {
		t.Fatalf("%+v, %v, %+v", r, err, e.Status())
	}
}

// tunnel is a proxy that connects wherever it is asked to, and counts.
func tunnel(t *testing.T) (*url.URL, *atomic.Int64) {
	t.Helper()
	var used atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		used.Add(1)
		far, err := net.Dial("tcp", r.Host)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer far.Close()
		w.WriteHeader(http.StatusOK)
		near, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer near.Close()
		go io.Copy(far, near)
		io.Copy(near, far)
	}))
	t.Cleanup(s.CloseClientConnections)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u, &used
}

func TestTheProxyThatIsSetIsUsedAndNoneWhenNoneIsWanted(t *testing.T) {
	h := secure(t, nil)
	proxy, used := tunnel(t)
	if r, _, err := over(t, h.URL(), h.Public(), func(c *wsync.Config) { c.Proxy = proxy }); err != nil || r.Delivered != 1 || used.Load() == 0 {
		t.Fatalf("%+v, %v, proxy used %d times", r, err, used.Load())
	}
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1") // nobody is there
	was := used.Load()
	if r, _, err := over(t, h.URL(), h.Public(), func(c *wsync.Config) { c.Proxy = &url.URL{} }); err != nil || r.Waiting != 0 || used.Load() != was {
		t.Fatalf("%+v, %v", r, err)
	}
}

func TestAProxyThatAnswers200ToEverythingDeliversNothing(t *testing.T) {
	h := secure(t, nil)
	liar := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "<html>paid content</html>") }))
	defer liar.Close()
	u, _ := url.Parse(liar.URL)
	if r, _, err := over(t, h.URL(), h.Public(), func(c *wsync.Config) { c.Proxy = u }); exam.KindOf(err) != exam.KindUnreachable || r.Waiting != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
}

// TestAnAuthoritysCertificateCountsForItsHostOnly runs itself again with an
// authority of its own making among the machine's.
func TestAnAuthoritysCertificateCountsForItsHostOnly(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("the machine's authorities cannot be set for one process there")
	}
	dir := os.Getenv("WENBAO_TEST_AUTHORITY")
	if dir == "" {
		dir = authority(t)
		c := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		c.Env = append(os.Environ(), "WENBAO_TEST_AUTHORITY="+dir, "SSL_CERT_FILE="+filepath.Join(dir, "ca.pem"), "SSL_CERT_DIR="+dir)
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	for name, want := range map[string]exam.Kind{"right": "", "other": exam.KindUntrusted, "expired": exam.KindUntrusted} {
		h := secure(t, func(c *host.Config) {
			c.CertFile, c.KeyFile = filepath.Join(dir, name+".pem"), filepath.Join(dir, name+".key")
		})
		r, _, err := over(t, h.URL(), h.Public(), nil)
		if exam.KindOf(err) != want || (want == "") != (r.Delivered == 1) {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

// authority makes a folder with an authority and certificates it issued: for
// 127.0.0.1, for another host, and for a time that is over.
func authority(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	caKey, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	keep := func(name, kind string, raw []byte, err error) {
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: raw}), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	raw, err := x509.CreateCertificate(rand.Reader, ca, ca, caKey.Public(), caKey)
	keep("ca.pem", "CERTIFICATE", raw, err)
	for i, leaf := range []struct {
		name  string
		ip    string
		until time.Time
	}{{"right", "127.0.0.1", time.Now().Add(time.Hour)}, {"other", "192.0.2.1", time.Now().Add(time.Hour)}, {"expired", "127.0.0.1", time.Now().Add(-time.Minute)}} {
		key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		c := &x509.Certificate{SerialNumber: big.NewInt(int64(i + 2)), Subject: pkix.Name{CommonName: leaf.name}, NotBefore: time.Now().Add(-time.Hour),
			NotAfter: leaf.until, IPAddresses: []net.IP{net.ParseIP(leaf.ip)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
		raw, err := x509.CreateCertificate(rand.Reader, c, ca, key.Public(), caKey)
		keep(leaf.name+".pem", "CERTIFICATE", raw, err)
		raw, err = x509.MarshalPKCS8PrivateKey(key)
		keep(leaf.name+".key", "PRIVATE KEY", raw, err)
	}
	return dir
}
