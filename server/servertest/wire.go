// Package servertest holds what tests of servers need: the contract that every
// repository keeps, and a witness that holds every request and reply of a test
// to the OpenAPI document.
package servertest

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"wenbao/server"
	"wenbao/sync/wire"
)

var description = sync.OnceValues(func() (routers.Router, error) {
	// The validator reads 3.0; the document keeps to what both editions share.
	text := bytes.Replace(server.OpenAPI(), []byte("openapi: 3.1.0"), []byte("openapi: 3.0.3"), 1)
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err == nil {
		err = doc.Validate(context.Background())
	}
	if err != nil {
		return nil, err
	}
	openapi3.DefineStringFormatValidator("date-time", openapi3.NewRegexpFormatValidator(openapi3.FormatOfStringDateTime))
	for _, mediaType := range []string{wire.Packed, wire.Bytes, "application/offset+octet-stream", "application/yaml"} {
		openapi3filter.RegisterBodyDecoder(mediaType, rawBody)
	}
	return gorillamux.NewRouter(doc)
})

// rawBody leaves bodies that are not JSON to the codecs, which have tests of
// their own; the schema then sees a string.
func rawBody(body io.Reader, _ http.Header, _ *openapi3.SchemaRef, _ openapi3filter.EncodingFn) (any, error) {
	raw, err := io.ReadAll(body)
	return string(raw), err
}

// Witness wraps a server: whatever a well-behaved client sends and whatever the
// server answers must be what the OpenAPI document says, or the test fails. A
// request that the document forbids must be refused with a 4xx.
func Witness(t testing.TB, next http.Handler) http.Handler {
	t.Helper()
	h, err := watch(next, func(_ string, fault error) {
		if fault != nil {
			t.Error(fault)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// watch tells of every exchange what it was about and what was wrong with it,
// before the answer leaves.
func watch(next http.Handler, tell func(what string, fault error)) (http.Handler, error) {
	router, err := description()
	if err != nil {
		return nil, fmt.Errorf("openapi.yaml: %w", err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := &listened{ReadCloser: r.Body}
		r.Body = body
		sent := r.Clone(context.Background()) // the server may put another body in its place
		recorded := httptest.NewRecorder()
		next.ServeHTTP(recorded, r)
		if r.Context().Err() == nil && !body.broken {
			route, err := holds(router, sent, body.bytes.Bytes(), recorded)
			if err != nil {
				err = fmt.Errorf("%s %s → %d: %w", r.Method, r.URL.Path, recorded.Code, err)
			}
			tell(route, err)
		}
		for name, values := range recorded.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(recorded.Code)
		w.Write(recorded.Body.Bytes())
	}), nil
}

// listened is a body that keeps what was read of it.
type listened struct {
	io.ReadCloser
	bytes  bytes.Buffer
	broken bool // the network broke the request: what was said is not known
}

func (l *listened) Read(b []byte) (int, error) {
	n, err := l.ReadCloser.Read(b)
	l.bytes.Write(b[:n])
	l.broken = l.broken || err != nil && !errors.Is(err, io.EOF)
	return n, err
}

// Record is a [Witness] in a process of its own, which may be killed: it writes
// into a file what it saw, to be read by [Overheard].
func Record(path string) func(http.Handler) http.Handler {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		panic("servertest: " + err.Error())
	}
	var mu sync.Mutex
	seen := map[string]bool{}
	return func(next http.Handler) http.Handler {
		h, err := watch(next, func(what string, fault error) {
			mu.Lock()
			defer mu.Unlock()
			switch {
			case fault != nil:
				fmt.Fprintf(f, "fault %q\n", fault)
			case !seen[what]:
				seen[what] = true
				fmt.Fprintln(f, "saw", what)
			}
		})
		if err != nil {
			panic("servertest: " + err.Error())
		}
		return h
	}
}

// WitnessFile names, in the environment, the file that servers in processes of
// their own [Record] into: wenbaod does when it was built with the tag witness.
const WitnessFile = "WENBAOD_WITNESS"

// Overheard runs a package's tests; whatever passed their servers must be what
// the OpenAPI document says. Servers in this process are reached through between.
func Overheard(m *testing.M, between *func(http.Handler) http.Handler) int {
	dir, err := os.MkdirTemp("", "wenbao-witness-")
	if err != nil {
		panic("servertest: " + err.Error())
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "seen")
	os.Setenv(WitnessFile, path)
	if between != nil {
		*between = Record(path)
	}
	code := m.Run()
	raw, _ := os.ReadFile(path)
	for line := range strings.Lines(string(raw)) {
		if strings.HasPrefix(line, "fault ") {
			fmt.Print("what passed the server is not what the OpenAPI document says: ", line)
			code = 1
		}
	}
	if code == 0 && flag.Lookup("test.run").Value.String() == "" && !strings.Contains(string(raw), "saw PUT /v1/registrations/{id}\n") {
		fmt.Println("nobody saw a registration pass, so nothing is known about the servers of these tests")
		code = 1
	}
	return code
}

// holds compares an exchange with the document, and gives the place in it.
func holds(router routers.Router, r *http.Request, body []byte, w *httptest.ResponseRecorder) (what string, err error) {
	route, params, err := router.FindRoute(r)
	if errors.Is(err, routers.ErrPathNotFound) || errors.Is(err, routers.ErrMethodNotAllowed) {
		if w.Code == http.StatusNotFound || w.Code == http.StatusMethodNotAllowed {
			return "nothing", nil
		}
		return "", fmt.Errorf("a route that is not described: %w", err)
	}
	if err != nil {
		return "", err
	}
	what = r.Method + " " + route.Path
	again := r.Clone(context.Background())
	again.Body = io.NopCloser(bytes.NewReader(body))
	in := &openapi3filter.RequestValidationInput{Request: again, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}}
	if err := openapi3filter.ValidateRequest(context.Background(), in); err != nil && (w.Code < 400 || w.Code >= 500 && w.Code != http.StatusServiceUnavailable) {
		return what, fmt.Errorf("accepted a request that is not described: %w", err)
	}
	answer := w.Body.Bytes()
	header := w.Header().Clone()
	if header.Get("Content-Encoding") == "zstd" {
		if answer, err = wire.Inflate(answer); err != nil {
			return what, err
		}
		header.Del("Content-Encoding")
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: w.Code, Header: header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true}}
	out.SetBodyBytes(answer)
	return what, openapi3filter.ValidateResponse(context.Background(), out)
}
