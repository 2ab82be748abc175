// Command wenbaoctl does without a window what the desktop application does
// with one, on the same data folder and through the same packages. Its names,
// exit codes and JSON keys are a promise to scripts.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"

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
	code := run(ctx, os.Args[1:], local.TakePassphrase(), os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Exit codes, as promised to scripts.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitProblems    = 3
	exitConflict    = 4
	exitLocked      = 5
	exitUnreachable = 6
	exitBusy        = 7
	exitRepaired    = 8
)

// exitOf gives the exit code for an error's kind.
func exitOf(kind exam.Kind) int {
	switch kind {
	case "":
		return exitDone
	case kindUsage:
		return exitUsage
	case exam.KindInvalid, exam.KindTooLarge, exam.KindDuplicate:
		return exitProblems
	case exam.KindConflict:
		return exitConflict
	case exam.KindLocked, exam.KindUnauthorized:
		return exitLocked
	case exam.KindUnreachable, exam.KindUntrusted, exam.KindRateLimited:
		return exitUnreachable
	case exam.KindBusy:
		return exitBusy
	}
	return exitFailed
}

// kindUsage marks wrong usage; it exists on the command line only.
const kindUsage exam.Kind = "usage"

// run is the whole program: it parses, does the command and gives the exit code.
func run(ctx context.Context, args []string, passphrase string, getenv func(string) string, stdout, stderr io.Writer) int {
	words := assets.In(language(args, getenv))
	kept := &keptWriter{w: stdout}
	stdout = kept
	var cli commands
	code := -1
	parser, err := kong.New(&cli,
		kong.Name("wenbaoctl"),
		kong.Description(words.Say("ctl.help")),
		kong.Writers(stdout, stderr),
		kong.Exit(func(c int) { code = c }),
		kong.Help(helpPrinter(words)),
		kong.NamedMapper("place", kong.MapperFunc(place)),
		kong.PostBuild(func(k *kong.Kong) error { translate(k.Model.Node, words); return nil }),
	)
	if err != nil {
		panic("wenbaoctl: " + err.Error())
	}
	out := &output{words: words, stdout: kept, stderr: stderr, json: wantsJSON(args)}
	// The parser would turn such bytes into other characters, in silence.
	if slices.ContainsFunc(args, func(a string) bool { return !utf8.ValidString(a) }) {
		return out.fail(usage("ctl.args_encoding", nil))
	}
	kctx, err := parser.Parse(args)
	if code >= 0 { // --help was printed
		return out.whole(code)
	}
	if err != nil {
		return out.fail(usage("ctl.usage", map[string]string{"reason": err.Error()}))
	}
	out.json = cli.JSON
	s := &session{globals: cli.globals, ctx: ctx, out: out, words: words, passphrase: passphrase}
	err = kctx.Run(s)
	repaired, cerr := s.close()
	if err == nil {
		err = cerr
	}
	return out.whole(out.finish(err, repaired))
}

// place reads a path as kong does, but leaves the separator at the end of a
// folder's, and an empty one empty: it says nothing, and not this folder.
func place(ctx *kong.DecodeContext, target reflect.Value) error {
	var name string
	if err := ctx.Scan.PopValueInto("file", &name); err != nil {
		return err
	}
	full := name
	if name != "" {
		full = kong.ExpandPath(name)
		if last := name[len(name)-1]; os.IsPathSeparator(last) && !os.IsPathSeparator(full[len(full)-1]) {
			full += string(last)
		}
	}
	target.SetString(full)
	return nil
}

// language finds the language before the parser exists, for its help texts.
func language(args []string, getenv func(string) string) string {
	for i, a := range args {
		if v, ok := strings.CutPrefix(a, "--lang="); ok {
			return v
		}
		if a == "--lang" && i+1 < len(args) {
			return args[i+1]
		}
	}
	for _, name := range []string{"WENBAO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			return v
		}
	}
	return assets.Languages[0]
}

func wantsJSON(args []string) bool {
	for _, a := range args {
		if a == "--json" {
			return true
		}
	}
	return false
}

// translate gives every command, argument and flag its help text: "ctl.help."
// and the command's words joined by dots; "ctl.flag." or "ctl.arg." and the name.
func translate(n *kong.Node, words assets.Words) {
	if n.Type == kong.CommandNode {
		n.Help = words.Say("ctl.help." + commandKey(n))
	}
	for _, f := range n.Flags {
		f.Help = words.Say("ctl.flag." + f.Name)
	}
	for _, p := range n.Positional {
		p.Help = words.Say("ctl.arg." + p.Name)
	}
	for _, c := range n.Children {
		translate(c, words)
	}
}

func commandKey(n *kong.Node) string {
	return strings.ReplaceAll(strings.TrimPrefix(n.FullPath(), "wenbaoctl "), " ", ".")
}

// helpPrinter adds an example to the help of every command.
func helpPrinter(words assets.Words) kong.HelpPrinter {
	return func(o kong.HelpOptions, ctx *kong.Context) error {
		o.Compact = true
		if err := kong.DefaultHelpPrinter(o, ctx); err != nil {
			return err
		}
		key := "ctl.example"
		if n := ctx.Selected(); n != nil {
			key += "." + commandKey(n)
		}
		if !words.Has(key) {
			return nil
		}
		_, err := io.WriteString(ctx.Stdout, "\n"+words.Say("ctl.example_head")+"\n  "+strings.ReplaceAll(words.Say(key), "\n", "\n  ")+"\n")
		return err
	}
}
