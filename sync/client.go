package sync

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-resty/resty/v2"

	"wenbao/exam"
	"wenbao/sync/wire"
)

// client makes single attempts. It never retries, follows no redirect, keeps no
// cookie, and takes nothing for an answer that does not bear the protocol's
// header: a captive portal's 200 is no answer.
type client struct {
	http *resty.Client
	now  func() time.Time

	mu     sync.Mutex
	offset time.Duration // server's clock minus this machine's
	known  bool          // offset was measured
}

func newClient(base *url.URL, rt http.RoundTripper, credential []byte, now func() time.Time) *client {
	h := resty.NewWithClient(&http.Client{Transport: rt}).
		SetBaseURL(strings.TrimSuffix(base.String(), "/")).
		SetRetryCount(0).
		SetRedirectPolicy(resty.NoRedirectPolicy()).
		SetResponseBodyLimit(wire.MaxMessage).
		SetLogger(silent{}).
		SetHeader(wire.HeaderProtocol, wire.Version).
		SetPreRequestHook(func(_ *resty.Client, r *http.Request) error {
			r.Header["User-Agent"] = []string{""} // which net/http then leaves out
			r.GetBody = nil                       // or net/http makes whatever has an Idempotency-Key again, whole, by itself
			return nil
		}).
		SetHeader("Authorization", "Bearer "+base64.RawURLEncoding.EncodeToString(credential))
	h.SetCookieJar(nil)
	return &client{http: h, now: now}
}

// silent keeps resty from logging requests, which hold personal data.
type silent struct{}

func (silent) Errorf(string, ...any) {}
func (silent) Warnf(string, ...any)  {}
func (silent) Debugf(string, ...any) {}

// request is one attempt.
type request struct {
	method, path string
	header       map[string]string
	mediaType    string
	body         []byte
}

// failure is an attempt that got no 2xx from the server.
type failure struct {
	kind       exam.Kind
	retryAfter time.Duration // what the server asked for; 0 when nothing
	problem    wire.Problem  // when the server gave one
	line       bool          // the line broke: nothing of the server was heard
	err        error
}

func (f *failure) Error() string { return "sync: " + string(f.kind) + ": " + f.err.Error() }
func (f *failure) Unwrap() error { return &exam.Error{Kind: f.kind, Op: "sync", Err: f.err} }

func broken(kind exam.Kind, err error) *failure {
	return &failure{kind: kind, line: true, err: err}
}

// do makes one attempt, for as long as patience lasts, and gives the answer's
// bytes, unpacked. Of patience and ctx, the end of ctx alone is a cancelling.
func (c *client) do(ctx, patience context.Context, r request) ([]byte, *failure) {
	req := c.http.R().SetContext(patience).SetHeaders(r.header)
	if r.mediaType != wire.Bytes { // a piece's answer is too short to pack
		req.SetHeader("Accept-Encoding", "zstd")
	}
	if r.body != nil {
		req.SetHeader("Content-Type", r.mediaType).SetBody(r.body)
	}
	sent := c.now()
	resp, err := req.Execute(r.method, r.path)
	if err != nil && (resp == nil || resp.RawResponse == nil || !errors.Is(err, resty.ErrAutoRedirectDisabled)) {
		return nil, transportFailure(ctx, err)
	}
	return c.read(resp, sent)
}

// transportFailure sorts errors that came from below HTTP.
func transportFailure(ctx context.Context, err error) *failure {
	var known *exam.Error
	switch {
	case ctx.Err() != nil:
		return &failure{kind: exam.KindCanceled, err: ctx.Err()}
	case errors.As(err, &known) && known.Kind == exam.KindUntrusted:
		return broken(exam.KindUntrusted, err)
	}
	return broken(exam.KindUnreachable, err)
}

// read makes sense of a response.
func (c *client) read(resp *resty.Response, sent time.Time) ([]byte, *failure) {
	h := resp.Header()
	if h.Get(wire.HeaderProtocol) == "" {
		return nil, broken(exam.KindUnreachable, errors.New("whoever answered with "+strconv.Itoa(resp.StatusCode())+" is not the server"))
	}
	c.learnTime(h.Get("Date"), sent)
	raw := resp.Body()
	if h.Get("Content-Encoding") == "zstd" {
		var err error
		if raw, err = wire.Inflate(raw); err != nil {
			return nil, broken(exam.KindUnreachable, err)
		}
	}
	switch status := resp.StatusCode(); {
	case status >= 200 && status < 300:
		return raw, nil
	case status >= 300 && status < 400:
		return nil, &failure{kind: exam.KindUntrusted, err: errors.New("a redirect, which the server never sends")}
	}
	p, err := wire.Decode[wire.Problem](raw)
	if err != nil || !crosses(p.Kind) {
		return nil, broken(exam.KindUnreachable, errors.New("a failure that is not the server's"))
	}
	return nil, &failure{kind: p.Kind, problem: p, retryAfter: retryAfter(h.Get("Retry-After")), err: errors.New(p.Title)}
}

// crosses tells whether a kind may come over the wire.
func crosses(k exam.Kind) bool {
	return k != "" && wire.NewProblem(k, "").Kind == k
}

// retryAfter reads the header's seconds; dates are not used, for clocks differ.
// More than a day is taken for a day.
func retryAfter(h string) time.Duration {
	n, err := strconv.ParseUint(h, 10, 32)
	if err != nil {
		return 0
	}
	return min(time.Duration(n)*time.Second, 24*time.Hour)
}

// learnTime takes the server's clock from its Date.
func (c *client) learnTime(date string, sent time.Time) {
	at, err := http.ParseTime(date)
	if err != nil {
		return
	}
	now := c.now()
	middle := sent.Add(now.Sub(sent) / 2)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset, c.known = at.Sub(middle), true
}

// clock gives the offset of the server's clock, and whether it is known.
func (c *client) clock() (time.Duration, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offset, c.known
}
