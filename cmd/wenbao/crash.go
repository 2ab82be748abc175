package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"wenbao/cmd/internal/local"
)

// crashFile is what the last crash left, for the next start to offer.
const crashFile = "crash.txt"

// crashWriter names the variable that makes this program the one that writes
// another's crash down; its value is the file.
const crashWriter = "WENBAO_CRASH_WRITER"

const (
	mostCrashOutput = 4 << 20
	mostCrashReport = 64 << 10
)

// watchCrashes starts a second process of this program that gets the runtime's
// crash output through a pipe and writes down what holds nothing personal. A
// file as the crash output would have the panic's value on the disk, which may
// be anything that somebody typed. Without the second process there is no
// report, and nothing else changes.
func watchCrashes(dir string) {
	program, err := os.Executable()
	if err != nil {
		return
	}
	out, in, err := os.Pipe()
	if err != nil {
		return
	}
	defer out.Close()
	defer in.Close() // the runtime keeps a copy of its own
	c := exec.Command(program)
	c.Env = append(os.Environ(), crashWriter+"="+filepath.Join(dir, crashFile))
	c.Stdin = out
	if c.Start() != nil {
		return
	}
	_ = c.Process.Release()                            // it ends with the pipe
	_ = debug.SetCrashOutput(in, debug.CrashOptions{}) // without it the other process writes nothing
}

// writeCrash writes the report of a crash to a file when the crash comes; it
// ends without one when the program ends in good order.
func writeCrash(from io.Reader, file string) int {
	raw, err := io.ReadAll(io.LimitReader(from, mostCrashOutput))
	if err != nil && len(raw) == 0 || len(bytes.TrimSpace(raw)) == 0 {
		return 0
	}
	head := fmt.Sprintf("wenbao crash report, %s\n%s\n\n", time.Now().UTC().Format(time.RFC3339), build())
	if local.WriteFile(file, append([]byte(head), frames(raw)...)) != nil {
		return 1
	}
	return 0
}

// build says which program this is.
func build() string {
	b, _ := debug.ReadBuildInfo()
	revision := ""
	if b != nil {
		for _, s := range b.Settings {
			if s.Key == "vcs.revision" || s.Key == "vcs.modified" {
				revision += " " + s.Key + "=" + s.Value
			}
		}
	}
	return runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH + revision
}

// What a report may hold. Everything else is left out: the values of panics,
// the arguments of calls, folders of the machine that built or ran it.
var (
	goroutineLine = regexp.MustCompile(`^goroutine (\d+)(?: gp=\S+ m=\S+(?: mp=\S+)?)? \[([a-zA-Z ()]+)(?:, \d+ minutes)?(?:, locked to thread)?\]:$`)
	functionLine  = regexp.MustCompile(`^(created by )?([a-zA-Z0-9_./*()\[\]{}·-]+?)(?:\([^()]*\))?( in goroutine \d+)?$`)
	fileLine      = regexp.MustCompile(`^\t([^\t]+\.(?:go|s)):(\d+)(?: \+0x[0-9a-f]+)?$`)
	// Only texts that the runtime itself wrote, none with a value in it.
	reasonLine = regexp.MustCompile(`^(?:panic|fatal error|\t?panic): (runtime error: (?:index out of range|slice bounds out of range|integer divide by zero|` +
		`invalid memory address or nil pointer dereference|makeslice: len out of range|hash of unhashable type)|concurrent map (?:writes|read and map write|iteration and map write)|` +
		`all goroutines are asleep - deadlock!|stack overflow|unexpected signal during runtime execution|sync: unlock of unlocked (?:mutex|RWMutex)|` +
		`close of closed channel|send on closed channel|assignment to entry in nil map|runtime: out of memory)`)
	signalLine = regexp.MustCompile(`^(?:\[signal )?(SIG[A-Z]+): ([a-z ]+)`)
)

// frames keeps of a crash output why it was, as far as the runtime says it in
// words of its own, and the stacks without arguments.
func frames(raw []byte) []byte {
	var out bytes.Buffer
	function := "" // waits for its file
	said, inStack := false, false
	lines := bufio.NewScanner(bytes.NewReader(raw))
	lines.Buffer(make([]byte, 0, 64<<10), mostCrashOutput)
	for lines.Scan() && out.Len() < mostCrashReport {
		line := strings.TrimSuffix(lines.Text(), "\r")
		if m := goroutineLine.FindStringSubmatch(line); m != nil {
			if !said {
				out.WriteString("panic: (its value is left out)\n")
				said = true
			}
			fmt.Fprintf(&out, "\ngoroutine %s [%s]:\n", m[1], m[2])
			inStack, function = true, ""
			continue
		}
		if !inStack {
			if m := reasonLine.FindStringSubmatch(line); m != nil {
				fmt.Fprintf(&out, "%s\n", m[1])
				said = true
			} else if m := signalLine.FindStringSubmatch(line); m != nil {
				fmt.Fprintf(&out, "%s: %s\n", m[1], strings.TrimSpace(m[2]))
			}
			continue
		}
		if m := fileLine.FindStringSubmatch(line); m != nil && function != "" {
			name := strings.ReplaceAll(m[1], `\`, "/")
			fmt.Fprintf(&out, "%s\n\t%s:%s\n", function, path.Join(path.Base(path.Dir(name)), path.Base(name)), m[2])
			function = ""
			continue
		}
		function = ""
		if m := functionLine.FindStringSubmatch(line); m != nil {
			function = m[1] + m[2]
		} else if line == "" {
			inStack = false
		}
	}
	return out.Bytes()
}

// crashes are the reports in the words of the presenters.
type crashes struct{ dir string }

func (c crashes) Report() ([]byte, error) {
	f, err := os.Open(filepath.Join(c.dir, crashFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, 2*mostCrashReport))
}

func (c crashes) Forget() error { return os.Remove(filepath.Join(c.dir, crashFile)) }
