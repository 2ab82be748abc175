package storetest

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryTestThatOpensAStoreInspectsIt reads the tests of the whole project:
// one that opens a store, or runs a program that does, has it checked and its
// files searched for personal data.
func TestEveryTestThatOpensAStoreInspectsIt(t *testing.T) {
	seen := 0
	err := filepath.WalkDir(filepath.Join("..", ".."), func(name string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, "_test.go") || filepath.Base(name) == "rule_test.go" {
			return err
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		text := string(raw)
		opens := strings.Contains(text, "store.Open(") || strings.Contains(text, "local.Open(") || strings.Contains(text, `"WENBAO_DATA"`)
		if !opens || strings.HasSuffix(name, "bench_test.go") {
			return nil
		}
		seen++
		if !strings.Contains(text, "storetest.Inspect") && !strings.Contains(text, "storetest.OpenAt") {
			t.Errorf("%s opens a store and does not inspect it", name)
		}
		return nil
	})
	if err != nil || seen < 8 {
		t.Fatalf("%d tests that open a store, %v", seen, err)
	}
}
