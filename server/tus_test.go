package server_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"testing"

	"wenbao/exam"
	"wenbao/sync/synctest"
)

const offsetBytes = "application/offset+octet-stream"

func TestAnUploadByTusGoesOnWhereTheLineBroke(t *testing.T) {
	s := fresh(t, nil)
	d := newDevice(t, s, "tus")
	raw := synctest.Photo(rand.New(rand.NewPCG(5, 5)), 400_000)
	hash := exam.Digest(raw)
	tus := func(method, path, mediaType string, body []byte, header ...string) (int, http.Header) {
		w := d.do(method, path, mediaType, body, append([]string{"Tus-Resumable", "1.0.0"}, header...)...)
		return w.Code, w.Header()
	}
	code, h := tus("POST", "/v1/tus", "", nil, "Upload-Length", "400000", "Upload-Metadata", "filename eA==,sha256 "+base64.StdEncoding.EncodeToString([]byte(hash)))
	place := h.Get("Location")
	if code != http.StatusCreated || place == "" || h.Get("Upload-Expires") == "" || h.Get("Tus-Resumable") != "1.0.0" {
		t.Fatal(code, h)
	}
	patch := func(from, to int, want int, header ...string) {
		t.Helper()
		code, h := tus("PATCH", place, offsetBytes, raw[from:to], append([]string{"Upload-Offset", strconv.Itoa(from)}, header...)...)
		if code != want || want == http.StatusNoContent && h.Get("Upload-Offset") != fmt.Sprint(to) {
			t.Fatal(code, h)
		}
	}
	sum := sha256.Sum256(raw[300_000:])
	patch(0, 300_000, http.StatusNoContent)
	patch(10, 20, http.StatusConflict)
	patch(300_000, 400_000, 460, "Upload-Checksum", "sha256 "+base64.StdEncoding.EncodeToString(make([]byte, 32)))
	patch(300_000, 400_000, http.StatusBadRequest, "Upload-Checksum", "crc32 AAAA")
	if code, h := tus("HEAD", place, "", nil); code != http.StatusOK || h.Get("Upload-Offset") != "300000" || h.Get("Upload-Length") != "400000" {
		t.Fatal(code, h)
	}
	patch(300_000, 400_000, http.StatusNoContent, "Upload-Checksum", "sha256 "+base64.StdEncoding.EncodeToString(sum[:]))
	if w := d.do("GET", "/v1/files/"+hash, "", nil); !bytes.Equal(w.Body.Bytes(), raw) {
		t.Fatal(w.Code, "the bytes are not what was sent")
	}
	if code, _ := tus("DELETE", place, "", nil); code != http.StatusNoContent {
		t.Fatal(code)
	}
	if code, h := tus("HEAD", place, "", nil); code != http.StatusNotFound {
		t.Fatal("deleted, but", code, h)
	}
}

func TestMalformedTusGetsNothing(t *testing.T) {
	s := fresh(t, nil)
	d := newDevice(t, s, "tus")
	good := "sha256 " + base64.StdEncoding.EncodeToString([]byte(exam.Digest([]byte("x"))))
	place := "/v1/tus/" + exam.Digest([]byte("x"))
	if w := d.do("POST", "/v1/tus", "", nil, "Tus-Resumable", "1.0.0", "Upload-Length", "1", "Upload-Metadata", good); w.Code != http.StatusCreated {
		t.Fatal(w.Code, w.Body)
	}
	for name, got := range map[string]int{
		"another version": d.do("POST", "/v1/tus", "", nil, "Tus-Resumable", "0.2", "Upload-Length", "1", "Upload-Metadata", good).Code,
		"no hash":         d.do("POST", "/v1/tus", "", nil, "Tus-Resumable", "1.0.0", "Upload-Length", "1").Code,
		"negative":        d.do("POST", "/v1/tus", "", nil, "Tus-Resumable", "1.0.0", "Upload-Length", "-1", "Upload-Metadata", good).Code,
		"too long":        d.do("POST", "/v1/tus", "", nil, "Tus-Resumable", "1.0.0", "Upload-Length", "99999999", "Upload-Metadata", good).Code,
		"never announced": d.do("HEAD", "/v1/tus/"+exam.Digest([]byte("y")), "", nil, "Tus-Resumable", "1.0.0").Code,
		"other length":    d.do("POST", "/v1/tus", "", nil, "Tus-Resumable", "1.0.0", "Upload-Length", "2", "Upload-Metadata", good).Code,
		"other device":    newDevice(t, s, "other").do("HEAD", place, "", nil, "Tus-Resumable", "1.0.0").Code,
		"path trick":      d.do("HEAD", "/v1/tus/..%2f..%2fx", "", nil, "Tus-Resumable", "1.0.0").Code,
		"wrong type":      d.do("PATCH", place, "text/plain", []byte("x"), "Tus-Resumable", "1.0.0", "Upload-Offset", "0").Code,
		"more than said":  d.do("PATCH", place, offsetBytes, []byte("xy"), "Tus-Resumable", "1.0.0", "Upload-Offset", "0").Code,
		"other bytes":     d.do("PATCH", place, offsetBytes, []byte("y"), "Tus-Resumable", "1.0.0", "Upload-Offset", "0").Code,
	} {
		if got < 400 || got >= 500 {
			t.Errorf("%s: %d", name, got)
		}
	}
}

// announce creates an upload of a text's bytes.
func (d device) announce(t testing.TB, text string) (place string, raw []byte) {
	t.Helper()
	meta := "sha256 " + base64.StdEncoding.EncodeToString([]byte(exam.Digest([]byte(text))))
	w := d.do("POST", "/v1/tus", "", nil, "Tus-Resumable", "1.0.0", "Upload-Length", strconv.Itoa(len(text)), "Upload-Metadata", meta)
	if w.Code != http.StatusCreated {
		t.Fatal(w.Code, w.Body)
	}
	return w.Header().Get("Location"), []byte(text)
}
