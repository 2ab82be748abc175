// Command wenbaod is the registration server, and the tools of those who run it.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/alecthomas/kong"

	"wenbao/assets"
	"wenbao/cmd/internal/local"
	"wenbao/exam"
)

func main() {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as under nohup
		signals = append(signals, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, stop) // a second signal ends what does not heed the first
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// cli is the command line; the text of help is in the language of the process.
type cli struct {
	Lang string `help:"zh-CN or en (default: the environment's)." env:"LANG"`

	Serve    serveCmd    `cmd:"" help:"Run the registration server."`
	Keys     keysCmd     `cmd:"" help:"Show the server's public key, or begin with another."`
	Export   exportCmd   `cmd:"" help:"Print every registration the server holds, one a line."`
	Print    printCmd    `cmd:"" help:"Print a paper, byte for byte as the candidate's machine does."`
	Review   reviewCmd   `cmd:"" help:"Decide registrations that wait for a person."`
	Practice practiceCmd `cmd:"" help:"Rehearse bad days on a practice server."`
	Pack     packCmd     `cmd:"" help:"Sign exam packs, and publish them to every client."`
	Notice   noticeCmd   `cmd:"" help:"Tell every client something."`
}

// folder is the data folder that every command works on.
type folder struct {
	Data     string `help:"Data folder." env:"WENBAOD_DATA" default:"wenbaod-data"`
	Postgres string `help:"Keep registrations in PostgreSQL instead: URL of the database." env:"WENBAOD_POSTGRES" placeholder:"URL"`
}

// AfterApply makes the folder's path whole. An empty one names no folder, and not
// this one, as a variable that was left empty would.
func (f *folder) AfterApply() error {
	if f.Data == "" {
		return errors.New("--data: no folder")
	}
	f.Data = kong.ExpandPath(f.Data)
	return nil
}

// env is what a command gets besides its flags.
type env struct {
	ctx    context.Context
	stdout io.Writer
	stderr io.Writer
	words  assets.Words
}

// keptWriter remembers that something could not be written; nothing is written
// after that, so that no gap looks like a whole.
type keptWriter struct {
	w   io.Writer
	err error
}

func (k *keptWriter) Write(p []byte) (n int, err error) {
	if k.err == nil {
		n, k.err = k.w.Write(p)
	}
	return n, k.err
}

// exitPanic carries kong's wish to end, after --help, out of its parser.
type exitPanic int

// run is the program without its process: it gives the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
	var c cli
	kept := &keptWriter{w: stdout}
	defer func() {
		if p := recover(); p != nil {
			wish, ok := p.(exitPanic)
			if !ok {
				panic(p)
			}
			code = int(wish)
		}
		if kept.err != nil {
			io.WriteString(stderr, assets.In(c.Lang).Say("server.output_lost")+"\n")
			code = 1
		}
	}()
	first := local.Packs()[0]
	parser, err := kong.New(&c, kong.Name("wenbaod"), kong.Writers(kept, stderr), kong.Vars{"exam": first.Exam, "year": strconv.Itoa(first.Year)},
		kong.Description("稳报 registration server · 报名服务器"), kong.Exit(func(code int) { panic(exitPanic(code)) }))
	if err != nil {
		panic("wenbaod: command line: " + err.Error())
	}
	parsed, err := parser.Parse(args)
	e := &env{ctx: ctx, stdout: kept, stderr: stderr, words: assets.In(c.Lang)}
	switch {
	case err != nil && errors.Is(err, kept.err): // of --help
		return 1
	case err != nil:
		io.WriteString(stderr, err.Error()+"\n"+e.words.Say("server.usage")+"\n")
		return 2
	}
	if err := parsed.Run(e); err != nil && !errors.Is(err, kept.err) {
		return e.fail(err)
	}
	return 0 // unless something printed was lost
}

// exits maps kinds to the exit codes of the command line's promise.
var exits = map[exam.Kind]int{
	exam.KindInvalid:      3,
	exam.KindConflict:     4,
	exam.KindLocked:       5,
	exam.KindUnauthorized: 5,
	exam.KindUnreachable:  6,
	exam.KindBusy:         7,
}

// fail tells a person what happened and what to do next.
func (e *env) fail(err error) int {
	kind := exam.KindOf(err)
	if kind == exam.KindInternal && errors.Is(err, context.Canceled) {
		kind = exam.KindCanceled
	}
	key := "server.error." + string(kind)
	if !e.words.Has(key) {
		key = "server.error.internal"
	}
	io.WriteString(e.stderr, e.words.Say(key)+"\n")
	faults := exam.Faults(err)
	for _, f := range faults {
		io.WriteString(e.stderr, "  "+f.Said(func(key string, args map[string]string) string { return e.words.Say(key, args) })+"\n")
	}
	if len(faults) == 0 {
		io.WriteString(e.stderr, "  ("+err.Error()+")\n")
	}
	if code, ok := exits[kind]; ok {
		return code
	}
	return 1
}
