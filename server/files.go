package server

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"wenbao/exam"
	"wenbao/sync/wire"
)

// missing answers which files, and which bytes of them, the server lacks.
func (s *Server) missing(r *http.Request, owner Owner) (reply, error) {
	raw, err := body(r)
	if err != nil {
		return reply{}, err
	}
	q, err := wire.Decode[wire.FileQuery](raw)
	if err != nil {
		return reply{}, err
	}
	if len(q.Files) > wire.MaxQuery {
		return reply{}, exam.Errorf(exam.KindTooLarge, "ask about files", "%d files, at most %d", len(q.Files), wire.MaxQuery)
	}
	for _, f := range q.Files {
		if !exam.IsDigest(f.SHA256) || f.Size <= 0 || f.Size > exam.MaxFileBytes {
			return reply{}, exam.Errorf(exam.KindInvalid, "ask about files", "a file without a hash, empty, or over %d bytes", exam.MaxFileBytes)
		}
	}
	lacks, err := s.Repository.Missing(r.Context(), owner, q.Files)
	if err != nil {
		return reply{}, err
	}
	return reply{message: wire.FileReply{Lacks: listed(lacks)}}, nil
}

// piece takes a run of a file's bytes, in any order, any number of times.
func (s *Server) piece(r *http.Request, owner Owner) (reply, error) {
	hash := r.PathValue("sha256")
	if !exam.IsDigest(hash) {
		return reply{}, exam.Errorf(exam.KindInvalid, "take piece", "not named by a SHA-256")
	}
	from, to, size, err := wire.ParseContentRange(r.Header.Get("Content-Range"))
	if err != nil {
		return reply{}, err
	}
	raw, err := body(r)
	if err != nil {
		s.keepBroken(r, owner, wire.FileRef{SHA256: hash, Size: size}, from, raw[:min(int64(len(raw)), to-from)])
		return reply{}, err
	}
	if int64(len(raw)) != to-from || r.Header.Get("Content-Digest") != wire.ContentDigest(raw) {
		return reply{}, exam.Errorf(exam.KindInvalid, "take piece", "the bytes are not those announced")
	}
	left, err := s.keepPiece(r.Context(), owner, wire.FileRef{SHA256: hash, Size: size}, from, raw)
	if err != nil {
		return reply{}, err
	}
	s.metrics.pieces.Add(float64(len(raw)))
	if len(left) == 0 {
		return reply{status: http.StatusCreated, message: wire.FileReply{Lacks: []wire.Lack{}}}, nil
	}
	left = left[:min(len(left), wire.MaxRanges)]
	return reply{message: wire.FileReply{Lacks: []wire.Lack{{SHA256: hash, Size: size, Missing: left}}}}, nil
}

// keepPiece keeps bytes of a file for which there is room.
func (s *Server) keepPiece(ctx context.Context, owner Owner, f wire.FileRef, from int64, raw []byte) ([]wire.Range, error) {
	if err := s.room(ctx, owner, f); err != nil {
		return nil, err
	}
	return s.Repository.PutPiece(ctx, owner, f, from, raw, s.Now())
}

// roomAgain is when a device may come back that keeps too much here: by then it
// has handed in what names some of it, or taken something away.
const roomAgain = time.Minute

// room refuses a new file of a device that keeps more here than it may without
// any registration naming it. A file that is here already may always be ended.
// The repository is asked only when what came since could have filled the room.
func (s *Server) room(ctx context.Context, owner Owner, f wire.FileRef) error {
	if s.limiter.fits(owner, f.Size) {
		return nil
	}
	files, bytes, err := s.Repository.Unnamed(ctx, owner)
	if err != nil {
		return err
	}
	s.limiter.free(owner, s.limiter.Unnamed-bytes-int64(files)*weight(0))
	if s.limiter.fits(owner, f.Size) {
		return nil
	}
	switch _, err := s.Repository.Upload(ctx, owner, f.SHA256); exam.KindOf(err) {
	case exam.KindNotFound:
		return &comeBack{kind: exam.KindRateLimited, after: roomAgain, why: "too many bytes are kept for this device that no registration names"}
	default:
		return err
	}
}

// keepBroken keeps what arrived of a file under which the line broke, so that on
// a bad line only what was under way goes again. The digest of a broken piece
// cannot be checked; the whole file's is, before the file counts.
func (s *Server) keepBroken(r *http.Request, owner Owner, f wire.FileRef, from int64, raw []byte) {
	if len(raw) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 10*time.Second)
	defer cancel()
	if _, err := s.keepPiece(ctx, owner, f, from, raw); err != nil {
		s.Log.Debug("a broken piece was not kept", "kind", exam.KindOf(err))
	}
}

// file gives a file back to its owner.
func (s *Server) file(r *http.Request, owner Owner) (reply, error) {
	hash := r.PathValue("sha256")
	if !exam.IsDigest(hash) {
		return reply{}, exam.Errorf(exam.KindInvalid, "give file", "not named by a SHA-256")
	}
	select {
	case s.limiter.reading <- struct{}{}:
		defer func() { <-s.limiter.reading }()
	case <-r.Context().Done():
		return reply{}, r.Context().Err()
	}
	raw, err := s.Repository.File(r.Context(), owner, hash)
	if err != nil {
		return reply{}, err
	}
	out, err := ranged(r, raw)
	switch {
	case err != nil:
	case len(out.raw) > wire.MaxPiece:
		out.sent, err = hold(s.limiter.sending)
	case len(out.raw) < len(raw):
		out.raw = bytes.Clone(out.raw) // or it would keep the whole file
	}
	return out, err
}

// ranged answers with bytes, or with the range of them that was asked for.
func ranged(r *http.Request, raw []byte) (reply, error) {
	from, to, partial, err := rangeOf(r.Header.Get("Range"), int64(len(raw)))
	if err != nil {
		return reply{}, err
	}
	out := reply{mediaType: wire.Bytes, raw: raw[from:to]}
	if partial {
		out.status = http.StatusPartialContent
	}
	return out, nil
}

// rangeOf reads a Range header of the one form "bytes=FROM-LAST".
func rangeOf(h string, size int64) (from, to int64, partial bool, err error) {
	if h == "" {
		return 0, size, false, nil
	}
	var last int64
	a, b, ok := cutRange(h)
	if ok {
		from, err = strconv.ParseInt(a, 10, 63)
	}
	if ok && err == nil {
		last, err = strconv.ParseInt(b, 10, 63)
	}
	if !ok || err != nil || from < 0 || from > last || from >= size {
		return 0, 0, false, exam.Errorf(exam.KindInvalid, "give bytes", "not a range of this file")
	}
	return from, min(last+1, size), true, nil
}

func cutRange(h string) (from, last string, ok bool) {
	span, ok := strings.CutPrefix(h, "bytes=")
	from, last, ok2 := strings.Cut(span, "-")
	return from, last, ok && ok2
}

// listed keeps a list from being null in JSON.
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
