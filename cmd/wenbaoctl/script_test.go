package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"wenbao/server/servertest"
	"wenbao/store"
	"wenbao/store/storetest"
)

// TestMain holds whatever passes the servers of the scripts to the OpenAPI document.
func TestMain(m *testing.M) { os.Exit(servertest.Overheard(m, nil)) }

// The scripts in testdata/script run the real programs as separate processes,
// as an exam centre's scripts do.
func TestScripts(t *testing.T) {
	bin := t.TempDir()
	for _, program := range []string{"wenbaoctl", "wenbaod"} {
		c := exec.Command("go", "build", "-tags", "witness", "-ldflags", "-X wenbao/assets.strict=words", "-o", bin, "wenbao/cmd/"+program)
		c.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("build %s: %v\n%s", program, err, out)
		}
	}
	example, err := filepath.Abs("../../docs")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			defer l.Close()
			e.Setenv("ADDR", l.Addr().String())
			e.Setenv("PATH", bin+string(os.PathListSeparator)+e.Getenv("PATH"))
			e.Setenv("EXAMPLE", example)
			e.Setenv(servertest.WitnessFile, os.Getenv(servertest.WitnessFile))
			e.Setenv("LANG", "en")
			e.Setenv("WENBAO_DATA", filepath.Join(e.WorkDir, "mine"))
			e.Setenv("HOME", e.WorkDir)
			e.Defer(func() { storetest.InspectFolders(t, e.WorkDir, store.Keys{Passphrase: "correct-horse"}) })
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"ready":  ready,
			"setvar": setVariable,
			"exit":   exit,
			"json":   jsonAt,
		},
	})
}

// ready waits until a server at ADDR answers that it is ready.
func ready(ts *testscript.TestScript, _ bool, _ []string) {
	for range 100 {
		if r, err := http.Get("http://" + ts.Getenv("ADDR") + "/readyz"); err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(50 * time.Millisecond) // another process: no virtual clock reaches it
	}
	ts.Fatalf("no server is ready at %s", ts.Getenv("ADDR"))
}

// setVariable puts the last output, without white space around it, into a
// variable: setvar NAME.
func setVariable(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: setvar NAME")
	}
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}

// jsonAt looks into the last output, one JSON document a line: json LINE PATH
// WANT. LINE counts from 1; PATH is keys and indexes joined by dots, "." the
// whole; WANT is a JSON value, or bool, number, text, list, object. With ! the
// line or the path must not be there.
func jsonAt(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: json LINE PATH WANT")
	}
	n, _ := strconv.Atoi(args[0])
	lines := strings.Split(strings.TrimSpace(ts.ReadFile("stdout")), "\n")
	if neg && n > len(lines) {
		return
	}
	if n < 1 || n > len(lines) {
		ts.Fatalf("%d lines of output, no line %s", len(lines), args[0])
	}
	var v any
	if err := json.Unmarshal([]byte(lines[n-1]), &v); err != nil {
		ts.Fatalf("line %d is no JSON: %v", n, err)
	}
	found := true
	for _, key := range strings.FieldsFunc(args[1], func(r rune) bool { return r == '.' }) {
		var next any
		next, found = below(v, key)
		if v = next; !found {
			break
		}
	}
	if found == neg {
		ts.Fatalf("%s is there: %v", args[1], found)
	}
	if neg {
		return
	}
	raw, _ := json.Marshal(v)
	kind := map[byte]string{'t': "bool", 'f': "bool", '"': "text", '[': "list", '{': "object", 'n': "null"}[raw[0]]
	if kind == "" {
		kind = "number"
	}
	if string(raw) != args[2] && kind != args[2] {
		ts.Fatalf("%s is %s, not %s", args[1], raw, args[2])
	}
}

func below(v any, key string) (any, bool) {
	switch x := v.(type) {
	case map[string]any:
		v, ok := x[key]
		return v, ok
	case []any:
		if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(x) {
			return x[i], true
		}
	}
	return nil, false
}

// exit runs a program and wants an exit code: exit CODE PROGRAM ARG…
func exit(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: exit CODE PROGRAM ARG...")
	}
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		code = -1
		if e, ok := err.(*exec.ExitError); ok {
			code = e.ExitCode()
		}
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("%s gave exit code %d, not %s", args[1], code, args[0])
	}
}
