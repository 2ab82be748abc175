// Command wenbao is the desktop application: it parses its flags, wires store,
// engine, rules and papers to the window, and runs it.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"github.com/alecthomas/kong"

	"wenbao/assets"
	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/ui"
)

// flags are what people and scripts may say.
type flags struct {
	Practice bool   `help:"Practice mode: a server inside the program, its own data folder, 演练 on every page and print."`
	Data     string `help:"Data folder (default: the platform's folder for application data; also WENBAO_DATA)." env:"WENBAO_DATA" type:"path"`

	Server    string `help:"Address of the registration server (default: the exam pack's; in practice mode one inside the program, else loopback only)." placeholder:"URL"`
	ServerKey string `help:"File with the server's public key (default: the exam pack's)." placeholder:"FILE" type:"path"`
}

const appID = "org.wenbao.desktop"

func main() { os.Exit(run(os.Args[1:], os.Stderr)) }

// run is the whole program; it gives the exit code of the table in cli.md.
func run(args []string, stderr io.Writer) int {
	var f flags
	parser, err := kong.New(&f, kong.Name("wenbao"), kong.Writers(stderr, stderr))
	if err != nil {
		panic("wenbao: " + err.Error())
	}
	if _, err := parser.Parse(args); err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	a := app.NewWithID(appID)
	a.SetIcon(fyne.NewStaticResource("icon.png", assets.Icon))
	loop := ui.NewLoop()
	defer loop.Close()
	p, err := open(context.Background(), f, loop)
	words := assets.In(language())
	w := a.NewWindow(words.Say("app.name"))
	w.SetMaster()
	if err != nil {
		ui.Refuse(a, w, fonts(), words, exam.KindOf(err))
		a.Run()
		return exitCode(err)
	}
	defer p.close()
	p.run(ui.New(ui.Config{App: a, Window: w, Ports: p.ports, Loop: loop, Fonts: fonts(), Lang: language(), Inspect: inspectFile(f)}), loop)
	w.ShowAndRun()
	return 0
}

func fonts() ui.Fonts { return ui.Fonts{Regular: assets.Regular, Bold: assets.Bold} }

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
