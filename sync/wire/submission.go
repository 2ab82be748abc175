package wire

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"mime"

	"wenbao/exam"
)

// File is a file's bytes that travel inside a step.
type File struct {
	SHA256 string
	Bytes  []byte
}

// fileFrame begins the frame of a file: one of the magic numbers that zstd leaves
// to its users, the size of the rest, the file's SHA-256 and its bytes (RFC 8878,
// 3.1.2). Decoders pass such frames over, so a body with files is still the
// packed submission.
const fileFrame = 0x184D2A57

// frameHead is the size of a frame before the file's bytes.
const frameHead = 8 + sha256.Size

// PackStep gives the body of a submission and its media type: the files that
// travel with it, each in a frame, and then the packed content, so that a record
// and its photo are one request.
func PackStep(content []byte, files []File) (body []byte, mediaType string) {
	for _, f := range files {
		hash, err := hex.DecodeString(f.SHA256)
		if err != nil || len(hash) != sha256.Size {
			panic("wire: a file is named by its SHA-256")
		}
		body = binary.LittleEndian.AppendUint32(body, fileFrame)
		body = binary.LittleEndian.AppendUint32(body, uint32(sha256.Size+len(f.Bytes)))
		body = append(append(body, hash...), f.Bytes...)
	}
	return append(body, Pack(content)...), Packed
}

// UnpackStep reads the body of a submission, of any origin. It takes the form of
// [PackStep] and, from clients that are not ours, plain JSON.
func UnpackStep(mediaType string, body []byte) (content []byte, files []File, err error) {
	const op = "read submission"
	if len(body) > MaxStepBody {
		return nil, nil, exam.Errorf(exam.KindTooLarge, op, "%d bytes, at most %d", len(body), MaxStepBody)
	}
	kind, _, err := mime.ParseMediaType(mediaType)
	if err != nil {
		return nil, nil, exam.Errorf(exam.KindInvalid, op, "no media type")
	}
	for kind == Packed {
		f, size, rest, framed := cutFrame(body)
		if !framed {
			break
		}
		if int64(len(f.Bytes)) < size || size == 0 || len(files) == exam.MaxFiles || exam.Digest(f.Bytes) != f.SHA256 {
			return nil, nil, exam.Errorf(exam.KindInvalid, op, "a file is cut off, empty, one too many, or not what its hash says")
		}
		files, body = append(files, f), rest
	}
	content, err = unpackContent(kind, body)
	return content, files, err
}

// cutFrame takes the first frame off a body, with as many of its bytes as there
// are; size is how many there should be.
func cutFrame(body []byte) (f File, size int64, rest []byte, ok bool) {
	if len(body) < frameHead || binary.LittleEndian.Uint32(body) != fileFrame {
		return File{}, 0, nil, false
	}
	size = int64(binary.LittleEndian.Uint32(body[4:])) - sha256.Size
	f.SHA256 = hex.EncodeToString(body[8:frameHead])
	n := min(max(size, 0), int64(len(body)-frameHead))
	f.Bytes, rest = body[frameHead:frameHead+n:frameHead+n], body[frameHead+n:]
	return f, size, rest, true
}

// Begun is what arrived of a file.
type Begun struct {
	FileRef
	Bytes []byte // from its beginning
}

// Arrived gives the files, and the beginnings of files, in a body under which the
// line broke, of any origin.
func Arrived(mediaType string, body []byte) (list []Begun) {
	if kind, _, err := mime.ParseMediaType(mediaType); err != nil || kind != Packed || len(body) > MaxStepBody {
		return nil
	}
	for len(list) < exam.MaxFiles {
		f, size, rest, ok := cutFrame(body)
		if !ok || size <= 0 || size > MaxStepBody {
			break
		}
		if len(f.Bytes) > 0 {
			list = append(list, Begun{FileRef{f.SHA256, size}, f.Bytes})
		}
		body = rest
	}
	return list
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
