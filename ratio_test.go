package wenbao

import (
	"go/scanner"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// linesOf counts the lines of Go files that hold code: neither blank nor only a
// comment.
func linesOf(t *testing.T, files []string) (n int) {
	t.Helper()
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		set := token.NewFileSet()
		file := set.AddFile(name, -1, len(raw))
		var s scanner.Scanner
		s.Init(file, raw, nil, 0) // comments are no tokens
		lines := map[int]bool{}
		for {
			pos, tok, text := s.Scan()
			if tok == token.EOF {
				break
			}
			if tok == token.SEMICOLON && text == "\n" {
				continue // the scanner's own
			}
			first := file.Line(pos)
			for i := range strings.Count(text, "\n") + 1 {
				lines[first+i] = true
			}
		}
		n += len(lines)
	}
	return n
}

// split parts the Go files of folders into code and tests.
func split(t *testing.T, folders ...string) (code, tests []string) {
	t.Helper()
	for _, folder := range folders {
		all, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil || len(all) == 0 {
			t.Fatalf("%s holds %d files: %v", folder, len(all), err)
		}
		for _, name := range all {
			if strings.HasSuffix(name, "_test.go") {
				tests = append(tests, name)
			} else {
				code = append(code, name)
			}
		}
	}
	return code, tests
}

// The window's tests are at least half as many lines as its code, and those of
// the presenters, which hold every decision, one and a half times as many. The
// fakes of presenttest count on neither side.
func TestTheWindowIsTestedAsMuchAsItPromises(t *testing.T) {
	for _, part := range []struct {
		name    string
		folders []string
		least   float64
	}{
		{"the window", []string{"ui", "ui/native", "ui/story"}, 0.5},
		{"the presenters", []string{"ui/present"}, 1.5},
	} {
		files, testFiles := split(t, part.folders...)
		if part.name == "the presenters" {
			_, more := split(t, "ui/present/presenttest")
			testFiles = append(testFiles, more...)
		}
		code, tests := linesOf(t, files), linesOf(t, testFiles)
		ratio := float64(tests) / float64(code)
		t.Logf("%s: %d lines of tests for %d lines of code, %.2f (at least %.1f)", part.name, tests, code, ratio, part.least)
		if ratio < part.least {
			t.Errorf("%s has %d lines of tests for %d lines of code: %.2f, at least %.1f are promised", part.name, tests, code, ratio, part.least)
		}
	}
}
