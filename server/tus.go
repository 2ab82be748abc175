package server

import (
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"wenbao/exam"
	"wenbao/sync/wire"
)

// tus 1.0 (tus.io/protocols/resumable-upload) for clients that are not ours,
// with creation, checksum, termination and expiration. An upload is a file of
// package wire's kind under another name: the metadata "sha256" names it, so
// that its bytes are checked as a whole, and what arrived is durable piece by
// piece, also when the request breaks off.
const (
	tusVersion    = "1.0.0"
	tusExtensions = "creation,checksum,termination,expiration"

	statusChecksumMismatch = 460
)

// tusRefusal is a refusal in tus's own statuses.
type tusRefusal int

func (t tusRefusal) Error() string { return "tus: " + strconv.Itoa(int(t)) }

func (s *Server) tusRoutes() {
	s.handle("OPTIONS /v1/tus", func(*http.Request) (reply, error) {
		return reply{status: http.StatusNoContent, header: tusHeader("Tus-Version", tusVersion, "Tus-Extension", tusExtensions,
			"Tus-Max-Size", strconv.Itoa(exam.MaxFileBytes), "Tus-Checksum-Algorithm", "sha1,sha256")}, nil
	})
	s.owned("POST /v1/tus", s.tus(s.tusCreate))
	s.owned("HEAD /v1/tus/{sha256}", s.tus(s.tusHead))
	s.serve(route{pattern: "PATCH /v1/tus/{sha256}", owned: true, long: true, h: s.tus(s.tusPatch)})
	s.owned("DELETE /v1/tus/{sha256}", s.tus(s.tusDelete))
}

// tusHeader makes headers of pairs, with the protocol's version.
func tusHeader(pairs ...string) map[string]string {
	h := map[string]string{"Tus-Resumable": tusVersion}
	for i := 0; i < len(pairs); i += 2 {
		h[pairs[i]] = pairs[i+1]
	}
	return h
}

// tus dresses a handler with what all of tus's requests share.
func (s *Server) tus(h ownedHandler) ownedHandler {
	return func(r *http.Request, owner Owner) (reply, error) {
		if r.Header.Get("Tus-Resumable") != tusVersion {
			return reply{status: http.StatusPreconditionFailed, header: tusHeader("Tus-Version", tusVersion)}, nil
		}
		out, err := h(r, owner)
		var refused tusRefusal
		if errors.As(err, &refused) {
			return reply{status: int(refused), header: tusHeader()}, nil
		}
		return out, err
	}
}

// tusExpires tells when an upload is forgotten of which no more bytes come.
func tusExpires(touched time.Time) string {
	return touched.Add(UnnamedFor).UTC().Format(http.TimeFormat)
}

// tusCreate announces a file: its length, and its SHA-256 in the metadata.
func (s *Server) tusCreate(r *http.Request, owner Owner) (reply, error) {
	size, err := strconv.ParseUint(r.Header.Get("Upload-Length"), 10, 32)
	hash := tusMetadata(r.Header.Get("Upload-Metadata"), "sha256")
	switch {
	case err != nil || size == 0 || !exam.IsDigest(hash):
		return reply{}, exam.Errorf(exam.KindInvalid, "create upload", "wants a length, and metadata sha256 in lower-case hex")
	case size > exam.MaxFileBytes:
		return reply{}, exam.Errorf(exam.KindTooLarge, "create upload", "%d bytes, at most %d", size, exam.MaxFileBytes)
	}
	f := wire.FileRef{SHA256: hash, Size: int64(size)}
	if err := s.room(r.Context(), owner, f); err != nil {
		return reply{}, err
	}
	if err := s.Repository.Announce(r.Context(), owner, f, s.Now()); err != nil {
		return reply{}, err
	}
	u, err := s.Repository.Upload(r.Context(), owner, hash)
	if err != nil {
		return reply{}, err
	}
	if u.Size != f.Size {
		return reply{}, exam.Errorf(exam.KindInvalid, "create upload", "the file was announced with another size")
	}
	place := "/v1/tus/" + hash
	return reply{status: http.StatusCreated, header: tusHeader("Location", place, "Upload-Expires", tusExpires(u.Touched))}, nil
}

// tusMetadata reads one value of Upload-Metadata.
func tusMetadata(header, key string) string {
	for _, pair := range strings.Split(header, ",") {
		name, coded, _ := strings.Cut(strings.TrimSpace(pair), " ")
		if name == key {
			raw, _ := base64.StdEncoding.DecodeString(coded)
			return string(raw)
		}
	}
	return ""
}

// tusUpload finds the upload a request is about, and how far it has come: to
// the first byte that is missing. One that has expired is gone, swept or not.
func (s *Server) tusUpload(r *http.Request, owner Owner) (f wire.FileRef, u Upload, offset int64, err error) {
	f.SHA256 = r.PathValue("sha256")
	if !exam.IsDigest(f.SHA256) {
		return f, u, 0, tusRefusal(http.StatusNotFound)
	}
	u, err = s.Repository.Upload(r.Context(), owner, f.SHA256)
	switch {
	case exam.KindOf(err) == exam.KindNotFound:
		return f, u, 0, tusRefusal(http.StatusNotFound)
	case err != nil:
		return f, u, 0, err
	case !u.Kept && s.Now().Sub(u.Touched) > UnnamedFor:
		return f, u, 0, tusRefusal(http.StatusGone)
	}
	f.Size, offset = u.Size, u.Size
	if len(u.Missing) > 0 {
		offset = u.Missing[0].From
	}
	return f, u, offset, nil
}

func (s *Server) tusHead(r *http.Request, owner Owner) (reply, error) {
	f, u, offset, err := s.tusUpload(r, owner)
	if err != nil {
		return reply{}, err
	}
	return reply{header: tusHeader("Upload-Offset", strconv.FormatInt(offset, 10), "Upload-Length", strconv.FormatInt(f.Size, 10), "Upload-Expires", tusExpires(u.Touched))}, nil
}

// tusPatch takes bytes at the offset. With a checksum nothing is kept until all
// of the request's bytes fit it; without one, what arrived stays when the line
// breaks.
func (s *Server) tusPatch(r *http.Request, owner Owner) (reply, error) {
	f, _, offset, err := s.tusUpload(r, owner)
	if err != nil {
		return reply{}, err
	}
	at, err := strconv.ParseUint(r.Header.Get("Upload-Offset"), 10, 32)
	switch {
	case r.Header.Get("Content-Type") != "application/offset+octet-stream":
		return reply{}, tusRefusal(http.StatusUnsupportedMediaType)
	case err != nil || int64(at) != offset:
		return reply{}, tusRefusal(http.StatusConflict)
	}
	body := io.Reader(io.LimitReader(r.Body, f.Size-offset+1))
	if sum := r.Header.Get("Upload-Checksum"); sum != "" {
		free, err := hold(s.limiter.summing)
		if err != nil {
			return reply{}, err
		}
		defer free()
		if body, err = checked(body, sum); err != nil {
			return reply{}, err
		}
	}
	offset, err = s.tusKeep(r.Context(), owner, f, offset, body)
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusNoContent, header: tusHeader("Upload-Offset", strconv.FormatInt(offset, 10), "Upload-Expires", tusExpires(s.Now()))}, nil
}

// keepWithin is how long bytes that have arrived may take to become durable although
// nobody waits for the answer.
const keepWithin = 10 * time.Second

// tusKeep makes a stream durable, piece by piece.
func (s *Server) tusKeep(ctx context.Context, owner Owner, f wire.FileRef, offset int64, body io.Reader) (int64, error) {
	piece := make([]byte, wire.MaxPiece)
	for {
		n, readErr := io.ReadFull(body, piece)
		if offset+int64(n) > f.Size {
			return offset, exam.Errorf(exam.KindTooLarge, "take upload", "more bytes than announced")
		}
		if n > 0 {
			keeping, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepWithin)
			_, err := s.Repository.PutPiece(keeping, owner, f, offset, piece[:n], s.Now())
			cancel()
			if err != nil {
				return offset, err
			}
			offset += int64(n)
		}
		switch {
		case errors.Is(readErr, io.EOF), errors.Is(readErr, io.ErrUnexpectedEOF):
			return offset, nil
		case readErr != nil:
			return offset, exam.Errorf(exam.KindInvalid, "take upload", "the request broke off")
		}
	}
}

// checked reads a whole body and holds it to Upload-Checksum.
func checked(body io.Reader, header string) (io.Reader, error) {
	algorithm, coded, _ := strings.Cut(header, " ")
	want, err := base64.StdEncoding.DecodeString(coded)
	raw, readErr := io.ReadAll(body)
	if readErr != nil {
		return nil, exam.Errorf(exam.KindInvalid, "take upload", "the request broke off")
	}
	var got string
	switch algorithm {
	case "sha1":
		sum := sha1.Sum(raw) // the protocol demands it; the SHA-256 of the whole is what counts
		got = string(sum[:])
	case "sha256":
		sum := sha256.Sum256(raw)
		got = string(sum[:])
	default:
		return nil, tusRefusal(http.StatusBadRequest)
	}
	if err != nil || got != string(want) {
		return nil, tusRefusal(statusChecksumMismatch)
	}
	return bytes.NewReader(raw), nil
}

func (s *Server) tusDelete(r *http.Request, owner Owner) (reply, error) {
	f, u, _, err := s.tusUpload(r, owner)
	if err == nil && u.Kept {
		err = tusRefusal(http.StatusForbidden) // it belongs to a registration now
	}
	if err == nil {
		err = s.Repository.DropFile(r.Context(), owner, f.SHA256)
	}
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusNoContent, header: tusHeader()}, nil
}
