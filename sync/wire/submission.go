package wire

import (
	"encoding/binary"
	"mime"

	"wenbao/exam"
)

// File is a file's bytes that travel inside a step.
type File struct {
	SHA256 string
	Bytes  []byte
}

// fileFrame begins the frame of a file: one of the magic numbers that zstd leaves
// to its users, and then the size (RFC 8878, 3.1.2). Decoders pass such frames
// over, so a body with files is still the packed submission.
const fileFrame = 0x184D2A57

// PackStep gives the body of a submission and its media type: the files that
// travel with it, each in a frame of eight bytes more, and then the packed
// content, so that a record and its photo are one request.
func PackStep(content []byte, files []File) (body []byte, mediaType string) {
	for _, f := range files {
		body = binary.LittleEndian.AppendUint32(body, fileFrame)
		body = binary.LittleEndian.AppendUint32(body, uint32(len(f.Bytes)))
		body = append(body, f.Bytes...)
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
	for kind == Packed && len(body) >= 8 && binary.LittleEndian.Uint32(body) == fileFrame {
		size := uint64(binary.LittleEndian.Uint32(body[4:]))
		if body = body[8:]; size == 0 || size > uint64(len(body)) || len(files) == exam.MaxFiles {
			return nil, nil, exam.Errorf(exam.KindInvalid, op, "a file's frame is cut off or empty, or there are too many")
		}
		raw := body[:size:size]
		files = append(files, File{SHA256: exam.Digest(raw), Bytes: raw})
		body = body[size:]
	}
	content, err = unpackContent(kind, body)
	return content, files, err
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
