// Package servertest holds what tests of servers need: the contract that every
// repository keeps, and a witness that holds every request and reply of a test
// to the OpenAPI document.
package servertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
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
	for _, mediaType := range []string{wire.Packed, wire.Bytes, "application/offset+octet-stream"} {
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
	router, err := description()
	if err != nil {
		t.Fatalf("openapi.yaml: %v", err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, wire.MaxStepBody+1))
		if err != nil {
			return // the network broke the request: nobody said anything
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		recorded := httptest.NewRecorder()
		next.ServeHTTP(recorded, r)
		if err := holds(router, r, body, recorded); err != nil && r.Context().Err() == nil {
			t.Errorf("%s %s → %d: %v", r.Method, r.URL.Path, recorded.Code, err)
		}
		for name, values := range recorded.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(recorded.Code)
		w.Write(recorded.Body.Bytes())
	})
}

func holds(router routers.Router, r *http.Request, body []byte, w *httptest.ResponseRecorder) error {
	route, params, err := router.FindRoute(r)
	if errors.Is(err, routers.ErrPathNotFound) || errors.Is(err, routers.ErrMethodNotAllowed) {
		if w.Code == http.StatusNotFound || w.Code == http.StatusMethodNotAllowed {
			return nil
		}
		return fmt.Errorf("a route that is not described: %w", err)
	}
	if err != nil {
		return err
	}
	again := r.Clone(context.Background())
	again.Body = io.NopCloser(bytes.NewReader(body))
	in := &openapi3filter.RequestValidationInput{Request: again, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}}
	if err := openapi3filter.ValidateRequest(context.Background(), in); err != nil && (w.Code < 400 || w.Code >= 500) {
		return fmt.Errorf("accepted a request that is not described: %w", err)
	}
	answer := w.Body.Bytes()
	header := w.Header().Clone()
	if header.Get("Content-Encoding") == "zstd" {
		if answer, err = wire.Inflate(answer); err != nil {
			return err
		}
		header.Del("Content-Encoding")
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: w.Code, Header: header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true}}
	out.SetBodyBytes(answer)
	return openapi3filter.ValidateResponse(context.Background(), out)
}
