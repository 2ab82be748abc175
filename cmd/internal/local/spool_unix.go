//go:build !windows

package local

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"time"

	"wenbao/exam"
	"wenbao/exam/form"
)

// SystemSpooler is the queue of this system: CUPS, through lp and lpstat. A
// paper goes to lp through a pipe, so that this program leaves no copy on the
// disk; the queue's own copy is the queue's, readable by the system alone, and
// gone when the paper is out.
func SystemSpooler() Spooler { return cups{} }

type cups struct{}

// command runs a program of CUPS in the C locale, with a paper on its input.
func command(ctx context.Context, op string, input []byte, name string, args ...string) (string, error) {
	c := exec.CommandContext(ctx, name, args...)
	c.Env = append(os.Environ(), "LC_ALL=C", "LANG=C")
	c.Stdin = bytes.NewReader(input)
	var out, fault bytes.Buffer
	c.Stdout, c.Stderr = &out, &fault
	c.WaitDelay = time.Second // for what it leaves behind with its output open
	err := c.Run()
	var exit *exec.ExitError
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay):
		return out.String(), nil
	case ctx.Err() != nil:
		return "", &exam.Error{Kind: exam.KindCanceled, Op: op, Err: ctx.Err()}
	case !errors.As(err, &exit):
		return "", &exam.Error{Kind: exam.KindNotFound, Op: op, Err: err}
	case !exit.Exited(): // by a signal, as when the terminal's goes to both programs
		return "", &exam.Error{Kind: exam.KindCanceled, Op: op, Err: err}
	case strings.Contains(fault.String(), "does not exist"), strings.Contains(fault.String(), "unknown destination"), strings.Contains(fault.String(), "No default destination"):
		return "", exam.Errorf(exam.KindNotFound, op, "no such printer")
	}
	return "", exam.Errorf(exam.KindUnreachable, op, "%s gave code %d", name, exit.ExitCode())
}

func (cups) Printers(ctx context.Context) ([]string, error) {
	const op = "list printers"
	out, err := command(ctx, op, nil, "lpstat", "-a")
	if exam.KindOf(err) == exam.KindUnreachable { // lpstat's way of saying that there is none
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for s := bufio.NewScanner(strings.NewReader(out)); s.Scan(); {
		if name, _, ok := strings.Cut(s.Text(), " accepting"); ok && !strings.Contains(name, " ") {
			names = append(names, name)
		}
	}
	usual, err := command(ctx, op, nil, "lpstat", "-d")
	if _, name, ok := strings.Cut(strings.TrimSpace(usual), ": "); err == nil && ok {
		for i, n := range names {
			if n == name {
				copy(names[1:i+1], names[:i])
				names[0] = n
			}
		}
	}
	return names, nil
}

func (cups) Print(ctx context.Context, printer, title string, p *form.Paper) (string, error) {
	pdf, err := p.PDF()
	if err != nil {
		return "", err
	}
	// The printer's name is a word of its own, so it cannot be taken for an option.
	out, err := command(ctx, "hand over to the printing queue", pdf, "lp", "-d", printer, "-t", title, "-o", "media=A4")
	if err != nil {
		return "", err
	}
	_, rest, ok := strings.Cut(out, "request id is ")
	id := strings.Fields(rest)
	if !ok || len(id) == 0 {
		return "", exam.Errorf(exam.KindUnreachable, "hand over to the printing queue", "lp named no request")
	}
	return id[0], nil
}

func (cups) Waiting(ctx context.Context, printer string) ([]string, error) {
	out, err := command(ctx, "ask the printing queue", nil, "lpstat", "-o", printer)
	if err != nil {
		return nil, err
	}
	var jobs []string
	for line := range strings.Lines(out) {
		if id := strings.Fields(line); len(id) > 0 {
			jobs = append(jobs, id[0])
		}
	}
	return jobs, nil
}
