package local

import (
	"io"
	"os"

	"wenbao/exam"
)

// ReadFile reads a file that a person named, if it has at most so many bytes;
// what does not say its size, such as a pipe or a device, is read no further.
// [exam.KindTooLarge] beyond, [exam.KindNotFound] when it cannot be read.
func ReadFile(name string, most int64) ([]byte, error) {
	const op = "read file"
	f, err := os.Open(name)
	if err != nil {
		return nil, &exam.Error{Kind: exam.KindNotFound, Op: op, Err: err}
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && !info.IsDir() && info.Size() > most { // reading a folder fails
		return nil, exam.Errorf(exam.KindTooLarge, op, "%d bytes, at most %d", info.Size(), most)
	}
	raw, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err != nil:
		return nil, &exam.Error{Kind: exam.KindNotFound, Op: op, Err: err}
	case int64(len(raw)) > most:
		return nil, exam.Errorf(exam.KindTooLarge, op, "more than %d bytes", most)
	}
	return raw, nil
}
