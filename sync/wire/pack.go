package wire

import (
	"bytes"
	"errors"
	"sync"

	"github.com/klauspost/compress/zstd"

	"wenbao/exam"
)

// dictionaryID says that a frame needs [exam.Dictionary].
const dictionaryID = 1

// window is how far back a frame may refer: whoever unpacks takes none that is
// larger than what a submission may weigh.
const window = 256 << 10

// packers have tables of sixteen megabytes, which the pool lets go when nothing is
// sent.
var packers = sync.Pool{New: func() any {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true),
		zstd.WithEncoderCRC(false), zstd.WithWindowSize(window), zstd.WithEncoderDictRaw(dictionaryID, exam.Dictionary()))
	if err != nil {
		panic("wire: " + err.Error())
	}
	return e
}}

var unpacker = sync.OnceValue(func() *zstd.Decoder { return decoder(exam.MaxSubmissionBytes, true) })

var inflater = sync.OnceValue(func() *zstd.Decoder { return decoder(MaxMessage, false) })

func decoder(limit uint64, dict bool) *zstd.Decoder {
	options := []zstd.DOption{zstd.WithDecoderMaxMemory(limit), zstd.WithDecoderMaxWindow(max(limit, zstd.MinWindowSize)), zstd.WithDecoderLowmem(true)}
	if dict {
		options = append(options, zstd.WithDecoderDictRaw(dictionaryID, exam.Dictionary()))
	}
	d, err := zstd.NewReader(nil, options...)
	if err != nil {
		panic("wire: " + err.Error())
	}
	return d
}

// Pack compresses a submission's bytes with the shared dictionary.
func Pack(content []byte) []byte {
	e := packers.Get().(*zstd.Encoder)
	defer packers.Put(e)
	var b bytes.Buffer
	e.ResetContentSize(&b, int64(len(content)))
	_, err := e.Write(content)
	if err = errors.Join(err, e.Close()); err != nil {
		panic("wire: " + err.Error()) // a buffer takes everything
	}
	return b.Bytes()
}

// Unpack is the inverse of [Pack], for bytes of any origin: whatever unpacks to
// more than [exam.MaxSubmissionBytes] is refused before it takes the memory.
func Unpack(packed []byte) ([]byte, error) {
	raw, err := unpacker().DecodeAll(packed, nil)
	if err != nil {
		return nil, &exam.Error{Kind: exam.KindInvalid, Op: "unpack submission", Err: err}
	}
	return raw, nil
}

var deflater = sync.OnceValue(func() *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false))
	if err != nil {
		panic("wire: " + err.Error())
	}
	return e
})

// Deflate compresses an answer for Content-Encoding: zstd.
func Deflate(raw []byte) []byte { return deflater().EncodeAll(raw, nil) }

// Inflate is the inverse of [Deflate], bounded by [MaxMessage].
func Inflate(packed []byte) ([]byte, error) {
	raw, err := inflater().DecodeAll(packed, nil)
	if err != nil {
		return nil, &exam.Error{Kind: exam.KindInvalid, Op: "unpack message", Err: err}
	}
	return raw, nil
}
