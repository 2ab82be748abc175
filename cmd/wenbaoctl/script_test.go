package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// The scripts in testdata/script run the real programs as separate processes,
// as an exam centre's scripts do.
func TestScripts(t *testing.T) {
	bin := t.TempDir()
	for _, program := range []string{"wenbaoctl", "wenbaod"} {
		c := exec.Command("go", "build", "-o", bin, "wenbao/cmd/"+program)
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
			e.Setenv("LANG", "en")
			e.Setenv("WENBAO_DATA", filepath.Join(e.WorkDir, "mine"))
			e.Setenv("HOME", e.WorkDir)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"ready":  ready,
			"setvar": setVariable,
			"exit":   exit,
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
