package storetest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// opening are the calls that open a store, and what makes a program do it;
// inspecting those that have it checked and its files searched for personal data.
var (
	opening    = []string{"store.Open", "local.Open", `"WENBAO_DATA"`}
	inspecting = []string{"storetest.Inspect", "storetest.InspectFolders", "storetest.OpenAt", "storetest.Open",
		"storetest.Canaries"} // what is damaged on purpose is not whole
)

// TestEveryTestThatOpensAStoreInspectsIt reads the tests of the whole project: a
// test that opens a store, itself or through functions of its package, or runs a
// program that does, has it checked and its files searched for personal data.
func TestEveryTestThatOpensAStoreInspectsIt(t *testing.T) {
	packages := map[string]map[string]*function{}
	err := filepath.WalkDir(filepath.Join("..", ".."), func(name string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, "_test.go") || filepath.Base(name) == "rule_test.go" {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir := filepath.Dir(name)
		if packages[dir] == nil {
			packages[dir] = map[string]*function{}
		}
		for _, d := range f.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && d.Body != nil {
				packages[dir][d.Name.Name] = uses(d.Body, packages[dir][d.Name.Name])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for dir, functions := range packages {
		for name := range functions {
			if !strings.HasPrefix(name, "Test") || name == "TestMain" || !reaches(functions, name, opening) {
				continue
			}
			seen++
			if !reaches(functions, name, inspecting) {
				t.Errorf("%s: %s opens a store and does not inspect it", dir, name)
			}
		}
	}
	if seen < 25 {
		t.Errorf("only %d tests that open a store were found: the test looks in the wrong place", seen)
	}
	t.Logf("%d tests open a store", seen)
}

// function is what a function of a test package mentions.
type function struct{ words map[string]bool }

// uses adds what a body mentions: names, names of other packages with theirs, and
// literals.
func uses(body ast.Node, f *function) *function {
	if f == nil { // a method may share its name with others
		f = &function{map[string]bool{}}
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			f.words[n.Name] = true
		case *ast.BasicLit:
			f.words[n.Value] = true
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok {
				f.words[x.Name+"."+n.Sel.Name] = true
			}
		}
		return true
	})
	return f
}

// reaches tells whether a function, or one of its package that it mentions, or
// one that those do, mentions one of the words.
func reaches(functions map[string]*function, name string, words []string) bool {
	seen, next := map[string]bool{}, []string{name}
	for len(next) > 0 {
		f := functions[next[0]]
		next = next[1:]
		for _, w := range words {
			if f.words[w] {
				return true
			}
		}
		for w := range f.words {
			if functions[w] != nil && !seen[w] {
				seen[w] = true
				next = append(next, w)
			}
		}
	}
	return false
}
