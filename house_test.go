// Package wenbao holds no code: this test holds the plan of the house.
package wenbao

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "wenbao/"

// pkg is what `go list` says of one package.
type pkg struct {
	ImportPath                         string
	Standard                           bool
	Imports, TestImports, XTestImports []string
	Deps                               []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	list := exec.Command("go", "list", "-tags", "x11", "-json=ImportPath,Standard,Imports,TestImports,XTestImports,Deps", "./...")
	list.Env = append(os.Environ(), "CGO_ENABLED=1") // the window's files are listed also where nothing can compile them
	raw, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(raw))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 10 {
		t.Fatalf("go list knows only %d packages: the test looks in the wrong place", len(all))
	}
	return all
}

// in tells whether an import path lies in a part of the house.
func in(path, part string) bool {
	return path == module+part || strings.HasPrefix(path, module+part+"/")
}

// forbidden lists the pairs that must not meet, not even through others, and why.
var forbidden = []struct{ from, to, why string }{
	{"exam", "store", "the domain knows no disk"},
	{"exam", "sync", "the domain knows no network"},
	{"exam", "server", "client and server run the same rules, so the rules belong to neither"},
	{"exam", "ui", "the domain knows no screen"},
	{"exam", "cmd", "cmd wires; nothing depends on the wiring"},
	{"store", "sync", "siblings meet in cmd through small interfaces of the one who uses them"},
	{"store", "server", "what is on the candidate's disk has nothing to do with how a server keeps it"},
	{"store", "ui", "the store must work without a window"},
	{"store", "cmd", "cmd wires; nothing depends on the wiring"},
	{"sync", "store", "the engine owns attempts, the store owns durability; each is tested without the other"},
	{"sync", "server", "both hold to the wire messages and the OpenAPI document, not to each other's code"},
	{"sync", "ui", "background work never reaches for the window"},
	{"sync", "cmd", "cmd wires; nothing depends on the wiring"},
	{"server", "store", "the server has its own repository; the store is the client's"},
	{"server", "ui", "the server has no window"},
	{"server", "cmd", "cmd wires; nothing depends on the wiring"},
	{"ui", "store", "the window asks through presenters' interfaces, so that it can be tested and storied without a disk"},
	{"ui", "sync", "the window shows what presenters tell of the engine"},
	{"ui", "server", "a desktop page must not know how a server works"},
	{"ui", "cmd", "cmd wires; nothing depends on the wiring"},
	{"assets", "exam", "assets are bytes and words and decide nothing"},
	{"assets", "ui", "assets are bytes and words and decide nothing"},
	{"assets", "store", "assets are bytes and words and decide nothing"},
}

func TestSiblingsNeverImportOneAnother(t *testing.T) {
	for _, p := range packages(t) {
		for _, f := range forbidden {
			// The server and the engine share the messages, which lie under sync.
			if !in(p.ImportPath, f.from) {
				continue
			}
			for _, d := range p.Deps {
				if in(d, f.to) && !in(d, "sync/wire") {
					t.Errorf("%s depends on %s: %s", p.ImportPath, d, f.why)
				}
			}
		}
		if in(p.ImportPath, "server") {
			for _, d := range p.Deps {
				if in(d, "sync") && !in(d, "sync/wire") {
					t.Errorf("%s depends on %s: the server shares the messages with the engine, not its code", p.ImportPath, d)
				}
			}
		}
	}
}

func TestTheDomainUsesTheStandardLibraryAlone(t *testing.T) {
	for _, p := range packages(t) {
		if p.ImportPath != module+"exam" {
			continue
		}
		for _, i := range p.Imports {
			if strings.Contains(i, ".") && i != "github.com/google/uuid" {
				t.Errorf("exam imports %s; it may use the standard library and google/uuid", i)
			}
		}
		return
	}
	t.Fatal("package exam is gone")
}

// homes says which packages may import a third-party module, where the house
// gives it one home. Tests are free.
var homes = map[string][]string{
	"fyne.io/fyne/v2/app":                        {"cmd/wenbao", "cmd/wenbaodev"},
	"fyne.io/fyne/v2":                            {"ui", "cmd/wenbao", "cmd/wenbaodev"},
	"go.etcd.io/bbolt":                           {"store", "server/boltdb"},
	"github.com/go-resty/resty/v2":               {"sync"},
	"github.com/jung-kurt/gofpdf":                {"exam/form"},
	"github.com/esimov/pigo":                     {"exam/photo"},
	"github.com/zalando/go-keyring":              {"store"},
	"github.com/alecthomas/kong":                 {"cmd"},
	"github.com/nicksnyder/go-i18n/v2":           {"assets"},
	"github.com/jackc/pgx/v5":                    {"server/postgres"},
	"github.com/prometheus/client_golang":        {"server"},
	"github.com/mozillazg/go-pinyin":             {"store", "ui/present"},
	"rsc.io/qr":                                  {"exam/form", "ui"},
	"github.com/makiuchi-d/gozxing":              {"exam/form"},
	"golang.org/x/crypto/argon2":                 {"store"},
	"github.com/klauspost/compress":              {"sync/wire", "sync", "server", "exam/form", "store/internal/seal"},
	"github.com/Shopify/toxiproxy/v2":            {},
	"pgregory.net/rapid":                         {},
	"go.uber.org/goleak":                         {},
	"modernc.org/sqlite":                         {},
	"github.com/rogpeppe/go-internal/testscript": {},
}

func TestEachModuleHasItsHome(t *testing.T) {
	for _, p := range packages(t) {
		for _, i := range p.Imports {
			for mod, parts := range homes {
				if i != mod && !strings.HasPrefix(i, mod+"/") {
					continue
				}
				at := strings.TrimPrefix(p.ImportPath, module)
				ok := strings.HasSuffix(at, "test") // contract suites and fakes
				for _, part := range parts {
					ok = ok || in(p.ImportPath, part)
				}
				if !ok {
					t.Errorf("%s imports %s, whose home is %v", p.ImportPath, i, parts)
				}
			}
		}
	}
}

func TestPresentersKnowNoFyne(t *testing.T) {
	for _, p := range packages(t) {
		if in(p.ImportPath, "ui/present") {
			for _, d := range p.Deps {
				if strings.HasPrefix(d, "fyne.io/") {
					t.Errorf("%s depends on %s; presenters decide and are tested without a window", p.ImportPath, d)
				}
			}
		}
	}
}

// What is true of one examination stands in its pack. Fixtures register people
// for a real one; everything else, words for people too, speaks of none.
func TestNothingButPacksAndFixturesKnowsAnExamination(t *testing.T) {
	fixtures := []string{"ui/present/presenttest", "sync/synctest", "store/storetest", "scripts/walk", "cmd/wenbaodev"}
	told := regexp.MustCompile(`038|社会工作|社工|(?i)social work`)
	literals, words := 0, 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains(fixtures, filepath.ToSlash(path)):
			return filepath.SkipDir
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
					literals++
					if told.MatchString(l.Value) {
						t.Errorf("%s knows an examination: %s", path, l.Value)
					}
				}
				return true
			})
		case filepath.Dir(path) == filepath.Join("assets", "words") && strings.HasSuffix(path, ".json"):
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for n, line := range strings.Split(string(raw), "\n") {
				words++
				if told.MatchString(line) {
					t.Errorf("%s:%d knows an examination: %s", path, n+1, strings.TrimSpace(line))
				}
			}
		}
		return nil
	})
	if err != nil || literals < 1000 || words < 1000 {
		t.Fatalf("%d literals and %d lines of words were read: %v", literals, words, err)
	}
}

// The engine's package shares its name with the standard library's, so the
// whole house imports it under one other.
func TestTheEngineHasOneAlias(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range f.Imports {
			if p, _ := strconv.Unquote(i.Path.Value); p == module+"sync" && (i.Name == nil || i.Name.Name != "wsync") {
				t.Errorf("%s imports the engine without its alias wsync", path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The top of the tree stays what the plan draws.
func TestTheTopOfTheTreeIsThePlan(t *testing.T) {
	plan := "assets cmd docs exam scripts server store sync ui .ci .gitignore .gitattributes CHANGELOG.md CONTRIBUTING.md FyneApp.toml LICENSE Makefile NOTICE README.md README.zh-CN.md go.mod go.sum house_test.go"
	raw, err := exec.Command("git", "ls-files").Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	seen := map[string]bool{}
	for path := range strings.Lines(string(raw)) {
		top, _, _ := strings.Cut(strings.TrimSpace(path), "/")
		if !seen[top] && !strings.Contains(" "+plan+" ", " "+top+" ") {
			t.Errorf("%s stands at the top of the tree and is not in the plan", top)
		}
		seen[top] = true
	}
}

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
