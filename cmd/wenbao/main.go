// Command wenbao is the desktop application: it parses its flags, wires store,
// engine, rules and papers to the window, and runs it.
package main

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"unicode/utf8"

	"github.com/alecthomas/kong"

	"wenbao/assets"
	"wenbao/cmd/internal/local"
	"wenbao/exam"
	wsync "wenbao/sync"
	"wenbao/ui/present"
)

// flags are what people and scripts may say.
type flags struct {
	Practice bool   `help:"Practice mode: a server inside the program, its own data folder, 演练 on every page and print."`
	Data     string `help:"Data folder (default: the platform's folder for application data; also WENBAO_DATA)." env:"WENBAO_DATA"`

	Server    string `help:"Address of the registration server (default: the exam pack's; in practice mode one inside the program, else loopback only)." placeholder:"URL"`
	ServerKey string `help:"File with the server's public key (default: the exam pack's)." placeholder:"FILE" type:"path"`

	Passphrase string `kong:"-"` // of the environment
}

const appID = "org.wenbao.desktop"

func main() {
	if os.Getenv(crashWriter) != "" {
		os.Exit(writeCrash(os.Stdin, os.Getenv(crashWriter)))
	}
	os.Exit(run(os.Args[1:], os.Stderr, func(p present.Ports) present.Ports { return p }))
}

// run is the whole program; it gives the exit code of the table in cli.md. The
// window gets what tap makes of its ports.
func run(args []string, stderr io.Writer, tap func(present.Ports) present.Ports) int {
	f, ok := parse(args, stderr)
	if !ok {
		return 2
	}
	f.Passphrase = local.TakePassphrase()
	// A reader of the standard error that has gone ends no window.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	dir, err := f.folder()
	if err == nil && toFront(dir) {
		fmt.Fprintln(stderr, assets.In(language()).Say("ui.front.raised"))
		return exitCode(&exam.Error{Kind: exam.KindBusy})
	}
	return newStart(f, dir, stderr, tap).run(err)
}

// parse reads the flags; false when it told what is wrong with them.
func parse(args []string, stderr io.Writer) (f flags, ok bool) {
	words := assets.In(language())
	told := func(key string, args map[string]string) (flags, bool) {
		next := key + ".next" // of the sentences that wenbaoctl has too
		if !words.Has(next) {
			next = key + ".text"
		}
		fmt.Fprintln(stderr, words.Say(key, args))
		fmt.Fprintln(stderr, words.Say(next, args))
		return f, false
	}
	parser, err := kong.New(&f, kong.Name("wenbao"), kong.Writers(stderr, stderr))
	if err != nil {
		panic("wenbao: " + err.Error())
	}
	// The parser would turn such bytes into other characters, in silence.
	if slices.ContainsFunc(args, func(a string) bool { return !utf8.ValidString(a) }) {
		return told("ui.flags.encoding", nil)
	}
	if _, err := parser.Parse(args); err != nil {
		return told("ctl.usage", map[string]string{"reason": err.Error()})
	}
	if key, args := f.fault(); key != "" {
		return told(key, args)
	}
	if f.Data != "" { // an empty one names the usual folder, not this one
		f.Data = kong.ExpandPath(f.Data)
	}
	return f, true
}

// fault gives the sentence for flags that cannot be followed, "" when they can.
func (f flags) fault() (key string, args map[string]string) {
	args = map[string]string{"file": filepath.Base(f.ServerKey)}
	switch {
	case f.Server == "" && f.ServerKey != "":
		return "ui.flags.key_alone", args
	case f.Server == "":
		return "", nil
	case wsync.CheckURL(f.Server) != nil:
		return "ctl.server_wrong", args
	case f.Practice && !onThisMachine(f.Server):
		return "ui.flags.practice_server", args
	case f.ServerKey == "":
		return "ctl.no_server_key", args
	}
	_, err := local.ServerKey(f.ServerKey)
	switch exam.KindOf(err) {
	case "":
		return "", nil
	case exam.KindNotFound:
		return "ctl.server_key_unreadable", args
	}
	return "ctl.server_key_wrong", args
}

// inspectFile is where tests want the map of the controls: in practice mode
// only, so that no real registration is ever watched.
func inspectFile(f flags) string {
	if !f.Practice {
		return ""
	}
	return os.Getenv("WENBAO_INSPECT")
}

// language is the system's, by the variables in their order.
func language() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" && v != "C" && v != "POSIX" && v != "C.UTF-8" {
			return v
		}
	}
	return assets.Languages[0]
}

// exitCode follows the table of exit codes.
func exitCode(err error) int {
	switch exam.KindOf(err) {
	case exam.KindLocked:
		return 5
	case exam.KindBusy:
		return 7
	}
	return 1
}

// folder is the data folder of this run.
func (f flags) folder() (string, error) {
	dir := f.Data
	if dir == "" {
		var err error
		if dir, err = local.Folder(); err != nil {
			return "", err
		}
	}
	if f.Practice {
		dir = local.Practice(dir)
	}
	return dir, nil
}
