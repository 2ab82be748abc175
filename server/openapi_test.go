package server_test

import (
	"bytes"
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"wenbao/exam"
	"wenbao/server"
	"wenbao/sync/wire"
)

// TestEveryOperationOfTheDocumentIsServed asks for each: whatever the answer is,
// it is not that there is no such thing.
func TestEveryOperationOfTheDocumentIsServed(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(bytes.Replace(server.OpenAPI(), []byte("openapi: 3.1.0"), []byte("openapi: 3.0.3"), 1))
	if err == nil {
		err = doc.Validate(context.Background())
	}
	if err != nil {
		t.Fatal(err)
	}
	d := newDevice(t, fresh(t, nil), "a")
	fill := strings.NewReplacer("{id}", string(exam.NewDraftID()), "{sha256}", exam.Digest(nil), "{range}", "00")
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			w := d.do(method, fill.Replace(path), "", nil)
			p, err := wire.Decode[wire.Problem](w.Body.Bytes())
			if w.Code == http.StatusMethodNotAllowed || err == nil && strings.HasPrefix(p.Title, "route: ") {
				t.Errorf("%s %s is described and not served", method, path)
			}
		}
	}
}

// TestEveryKindThatCrossesTheWireIsInTheDocument holds the list of kinds, which
// decide what a client does, to the one of package wire.
func TestEveryKindThatCrossesTheWireIsInTheDocument(t *testing.T) {
	list := regexp.MustCompile(`(?m)^        kind: \{type: string, enum: \[(.*)\]\}$`).FindSubmatch(server.OpenAPI())
	if list == nil {
		t.Fatal("no list of kinds")
	}
	for _, kind := range strings.Split(string(list[1]), ", ") {
		if p := wire.NewProblem(exam.Kind(kind), ""); string(p.Kind) != kind {
			t.Errorf("%s is described and never sent", kind)
		}
	}
}
