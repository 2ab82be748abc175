package sync

import (
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"time"

	"wenbao/exam"
)

// CheckURL tells whether an engine takes an address: KindInvalid when it is none of
// a server, KindUntrusted when the line to it would be open to everybody.
func CheckURL(text string) error {
	_, err := checkURL(text)
	return err
}

// checkURL takes an https address, or plain http on this machine only.
func checkURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, exam.Errorf(exam.KindInvalid, "read server address", "not an address of a server")
	}
	switch {
	case u.Scheme == "https":
	case u.Scheme == "http" && isLoopback(u.Hostname()):
	default:
		return nil, exam.Errorf(exam.KindUntrusted, "read server address", "only https, or http on this machine")
	}
	return u, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// transport makes the one HTTP transport of an engine. It speaks HTTP/1.1 over
// several connections on purpose: one connection's reset or silence then takes
// one request with it and not all of them.
func transport(c Config, host string, now func() time.Time) *http.Transport {
	dial := dialer((&net.Dialer{Timeout: 20 * time.Second, KeepAlive: 15 * time.Second}).DialContext)
	if c.Dial != nil {
		dial = c.Dial
	}
	t := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dial.heard,
		TLSHandshakeTimeout:   30 * time.Second,
		MaxIdleConnsPerHost:   maxWidth + 2,
		MaxConnsPerHost:       maxWidth + 4,
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
		DisableCompression:    true,
		TLSNextProto:          map[string]func(string, *tls.Conn) http.RoundTripper{},
		TLSClientConfig: &tls.Config{
			MinVersion:         tls.VersionTLS12,
			InsecureSkipVerify: true, // VerifyConnection below decides, also by the pinned keys
			VerifyConnection: func(cs tls.ConnectionState) error {
				return verifyPeer(cs, c.Keys, host, now())
			},
		},
	}
	switch {
	case c.Proxy != nil && c.Proxy.Host == "":
		t.Proxy = nil
	case c.Proxy != nil:
		t.Proxy = http.ProxyURL(c.Proxy)
	}
	return t
}

// verifyPeer accepts a certificate issued by one of the server's signing keys,
// whatever its name and dates, or one that the machine's authorities vouch for.
func verifyPeer(cs tls.ConnectionState, keys []ed25519.PublicKey, host string, now time.Time) error {
	if len(cs.PeerCertificates) == 0 {
		return exam.Errorf(exam.KindUntrusted, "verify server", "no certificate")
	}
	leaf := cs.PeerCertificates[0]
	for _, key := range keys {
		if len(key) == ed25519.PublicKeySize && leaf.SignatureAlgorithm == x509.PureEd25519 && ed25519.Verify(key, leaf.RawTBSCertificate, leaf.Signature) {
			return nil
		}
	}
	options := x509.VerifyOptions{DNSName: host, Intermediates: x509.NewCertPool(), CurrentTime: now}
	for _, c := range cs.PeerCertificates[1:] {
		options.Intermediates.AddCert(c)
	}
	if _, err := leaf.Verify(options); err != nil {
		return &exam.Error{Kind: exam.KindUntrusted, Op: "verify server", Err: err}
	}
	return nil
}
