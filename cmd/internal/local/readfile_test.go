package local

import (
	"os"
	"path/filepath"
	"testing"

	"wenbao/exam"
)

func TestAFileIsReadNoFurtherThanItsBound(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(name, make([]byte, 100), 0o600); err != nil {
		t.Fatal(err)
	}
	if raw, err := ReadFile(name, 100); err != nil || len(raw) != 100 {
		t.Errorf("%d bytes, %v", len(raw), err)
	}
	for file, want := range map[string]exam.Kind{name: exam.KindTooLarge, name + "2": exam.KindNotFound, t.TempDir(): exam.KindNotFound} {
		if raw, err := ReadFile(file, 99); exam.KindOf(err) != want || raw != nil {
			t.Errorf("%v: %d bytes, %v", want, len(raw), err)
		}
	}
	if _, err := os.Stat("/dev/zero"); err == nil { // a file without end that says it is empty
		if _, err := ReadFile("/dev/zero", 99); exam.KindOf(err) != exam.KindTooLarge {
			t.Error(err)
		}
	}
}
