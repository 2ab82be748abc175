package wire

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/textproto"

	"wenbao/exam"
)

// File is a file's bytes that travel inside a step.
type File struct {
	SHA256 string
	Bytes  []byte
}

// PackStep gives the body of a submission and its media type: the packed
// content alone, or multipart/form-data with the files beside it, so that a
// record and its photo are one request.
func PackStep(content []byte, files []File) (body []byte, mediaType string) {
	packed := Pack(content)
	if len(files) == 0 {
		return packed, Packed
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	// Twenty-four characters that a photo does not contain but by a chance of 2⁻⁹⁶,
	// and then its hash would not fit; the library's sixty would be felt on a slow line.
	if err := w.SetBoundary(exam.Digest(packed)[:24]); err != nil {
		panic("wire: a boundary of hex digits is one: " + err.Error())
	}
	part := func(name, mediaType string, raw []byte) {
		h := textproto.MIMEHeader{}
		h.Set("Content-Disposition", `form-data; name="`+name+`"`)
		if mediaType != "" {
			h.Set("Content-Type", mediaType)
		}
		p, err := w.CreatePart(h)
		if err == nil {
			_, err = p.Write(raw)
		}
		if err != nil {
			panic("wire: a buffer cannot fail: " + err.Error())
		}
	}
	part("content", Packed, packed)
	for _, f := range files {
		part("file", "", f.Bytes)
	}
	if err := w.Close(); err != nil {
		panic("wire: a buffer cannot fail: " + err.Error())
	}
	return b.Bytes(), w.FormDataContentType()
}

// UnpackStep reads the body of a submission, of any origin. It takes the forms
// of [PackStep] and, from clients that are not ours, plain JSON in the packed
// content's place.
func UnpackStep(mediaType string, body []byte) (content []byte, files []File, err error) {
	const op = "read submission"
	if len(body) > MaxStepBody {
		return nil, nil, exam.Errorf(exam.KindTooLarge, op, "%d bytes, at most %d", len(body), MaxStepBody)
	}
	kind, params, err := mime.ParseMediaType(mediaType)
	if err != nil {
		return nil, nil, exam.Errorf(exam.KindInvalid, op, "no media type")
	}
	if kind != "multipart/form-data" {
		content, err = unpackContent(kind, body)
		return content, nil, err
	}
	r := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, exam.Errorf(exam.KindInvalid, op, "not a well-formed multipart body")
		}
		raw, err := io.ReadAll(p)
		if err != nil {
			return nil, nil, exam.Errorf(exam.KindInvalid, op, "not a well-formed multipart body")
		}
		switch name := p.FormName(); {
		case name == "content" && content == nil:
			partKind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
			if content, err = unpackContent(partKind, raw); err != nil {
				return nil, nil, err
			}
		case name == "file" && len(files) < exam.MaxFiles && len(raw) > 0:
			files = append(files, File{SHA256: exam.Digest(raw), Bytes: raw})
		default:
			return nil, nil, exam.Errorf(exam.KindInvalid, op, "a part that is neither the content nor a file")
		}
	}
	if content == nil {
		return nil, nil, exam.Errorf(exam.KindInvalid, op, "no content")
	}
	return content, files, nil
}

func unpackContent(kind string, raw []byte) ([]byte, error) {
	switch kind {
	case Packed:
		return Unpack(raw)
	case JSON:
		if len(raw) > exam.MaxSubmissionBytes {
			return nil, exam.Errorf(exam.KindTooLarge, "read submission", "%d bytes, at most %d", len(raw), exam.MaxSubmissionBytes)
		}
		return raw, nil
	}
	return nil, exam.Errorf(exam.KindInvalid, "read submission", "media type is neither %s nor %s", JSON, Packed)
}
