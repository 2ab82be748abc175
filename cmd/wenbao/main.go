// Command wenbao is the desktop application: it parses its flags, wires store,
// engine, rules and papers to the window, and runs it.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"wenbao/assets"
	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/ui/present"
)

// flags are what people and scripts may say.
type flags struct {
	Practice bool   `help:"Practice mode: a server inside the program, its own data folder, 演练 on every page and print."`
	Data     string `help:"Data folder (default: the platform's folder for application data; also WENBAO_DATA)." env:"WENBAO_DATA" type:"path"`

	Server    string `help:"Address of the registration server (default: the exam pack's; in practice mode one inside the program, else loopback only)." placeholder:"URL"`
	ServerKey string `help:"File with the server's public key (default: the exam pack's)." placeholder:"FILE" type:"path"`
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
	var f flags
	parser, err := kong.New(&f, kong.Name("wenbao"), kong.Writers(stderr, stderr))
	if err != nil {
		panic("wenbao: " + err.Error())
	}
	if _, err := parser.Parse(args); err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	dir, err := f.folder()
	if err == nil && toFront(dir) {
		fmt.Fprintln(stderr, assets.In(language()).Say("ui.front.raised"))
		return exitCode(&exam.Error{Kind: exam.KindBusy})
	}
	return newStart(f, dir, stderr, tap).run(err)
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
			return "", &exam.Error{Kind: exam.KindReadOnly, Op: "find data folder", Err: err}
		}
	}
	if f.Practice {
		dir = local.Practice(dir)
	}
	return dir, nil
}
