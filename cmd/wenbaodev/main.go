// Command wenbaodev holds the tools of whoever works on the window.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"
)

type flags struct {
	Story storyCmd `cmd:"" help:"Draw every page in every state as PNG files, with made-up data. Example: wenbaodev story -o out/story"`
	Seed  seedCmd  `cmd:"" help:"Fill a data folder with drafts of people who do not exist, to measure with. Example: wenbaodev seed --data /tmp/many --drafts 100000"`
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	var f flags
	parser, err := kong.New(&f, kong.Name("wenbaodev"), kong.Writers(stdout, stderr), kong.BindTo(stdout, (*io.Writer)(nil)))
	if err != nil {
		panic("wenbaodev: " + err.Error())
	}
	ctx, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	if err := ctx.Run(); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}
