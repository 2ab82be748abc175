package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"wenbao/assets"
	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/store"
)

// output speaks to people on stderr and stdout, and to scripts in JSON on
// stdout alone.
type output struct {
	words  assets.Words
	stdout *keptWriter
	stderr io.Writer
	json   bool
	code   int // of a command that ran but found something
}

// keptWriter remembers that something could not be written; what is written
// after that is dropped.
type keptWriter struct {
	w   io.Writer
	err error
}

func (k *keptWriter) Write(p []byte) (int, error) {
	if k.err == nil {
		_, k.err = k.w.Write(p)
	}
	return len(p), nil
}

// whole is the exit code of a run that would end with code: a result that did not
// all reach standard output is a failure, and is said.
func (o *output) whole(code int) int {
	if o.stdout.err == nil {
		return code
	}
	o.report(&said{exam.KindFull, "ctl.output_lost", nil})
	return exitFailed
}

// say writes a line for people: to stdout, or to stderr beside JSON.
func (o *output) say(key string, args ...map[string]string) {
	var w io.Writer = o.stdout
	if o.json {
		w = o.stderr
	}
	o.line(w, o.words.Say(key, args...))
}

// line writes text and the end of its line. What others wrote may stand in it, so
// nothing of it reaches the terminal but its letters.
func (o *output) line(w io.Writer, text string) { fmt.Fprintln(w, local.PlainLines(text)) }

// warn writes a line for people to stderr.
func (o *output) warn(key string, args ...map[string]string) {
	o.line(o.stderr, o.words.Say(key, args...))
}

// record writes one JSON document in one line, when scripts read.
func (o *output) record(v any) {
	if !o.json {
		return
	}
	e := json.NewEncoder(o.stdout)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("wenbaoctl: " + err.Error())
	}
}

// text writes text without a sentence of its own, when people read.
func (o *output) text(format string, args ...any) {
	if !o.json {
		io.WriteString(o.stdout, local.PlainLines(fmt.Sprintf(format, args...)))
	}
}

// each does something to every draft. What one of them refuses is told and stops
// none of the others; a fault of the store or the disk ends the work.
func (s *session) each(ids []string, do func(id string) error) error {
	for _, id := range ids {
		if err := s.ctx.Err(); err != nil {
			return &exam.Error{Kind: exam.KindCanceled, Op: "work on drafts", Err: err}
		}
		err := do(id)
		if err == nil {
			continue
		}
		switch kind, _, _ := s.out.sentence(err); kind {
		case exam.KindNotFound, exam.KindState, exam.KindInvalid, exam.KindTooLarge, exam.KindClosed, exam.KindDamaged:
		default:
			return err
		}
		if len(ids) == 1 {
			return err
		}
		s.out.found(s.out.failed(id, err))
	}
	return nil
}

// found notes that the command did its work and found something; the first and
// lowest code of the table wins over later ones.
func (o *output) found(code int) {
	if o.code == exitDone || code < o.code {
		o.code = code
	}
}

// said is an error whose sentence is known where it arises.
type said struct {
	kind exam.Kind
	key  string
	args map[string]string
}

func (s *said) Error() string { return string(s.kind) + ": " + s.key }

func usage(key string, args map[string]string) error { return &said{kindUsage, key, args} }

// sentence makes the words of an error: what happened, and what to do next.
func (o *output) sentence(err error) (kind exam.Kind, message, next string) {
	var s *said
	if errors.As(err, &s) {
		return s.kind, o.words.Say(s.key, s.args), o.next(s.kind, s.key, s.args)
	}
	kind = exam.KindOf(err)
	if key := store.Cause(err); key != "" {
		return kind, o.words.Say(key), o.next(kind, "", nil)
	}
	args := map[string]string{"op": "", "detail": err.Error()}
	if len(exam.Faults(err)) > 0 {
		args["detail"] = o.why(err)
	}
	var e *exam.Error
	if errors.As(err, &e) {
		args["op"] = e.Op
	}
	return kind, o.words.Say("ctl.error."+string(kind), args), o.next(kind, "", nil)
}

func (o *output) next(kind exam.Kind, key string, args map[string]string) string {
	if key != "" && o.words.Has(key+".next") {
		return o.words.Say(key+".next", args)
	}
	if k := "ctl.next." + string(kind); o.words.Has(k) {
		return o.words.Say(k)
	}
	return ""
}

// report tells an error to people, beside a result that was printed.
func (o *output) report(err error) (kind exam.Kind, message, next string) {
	kind, message, next = o.sentence(err)
	o.line(o.stderr, message)
	if next != "" {
		o.line(o.stderr, next)
	}
	return kind, message, next
}

// fail tells an error, to scripts too, and gives its exit code.
func (o *output) fail(err error) int {
	kind, message, next := o.report(err)
	o.record(map[string]any{"error": map[string]string{"kind": string(kind), "message": message, "next": next}})
	return exitOf(kind)
}

// failed tells an error of one draft among several.
func (o *output) failed(id string, err error) int {
	fmt.Fprintf(o.stderr, "%s: ", local.Plain(id))
	kind, message, next := o.report(err)
	o.record(map[string]any{"id": id, "error": map[string]string{"kind": string(kind), "message": message, "next": next}})
	return exitOf(kind)
}

// finish ends the run: an error's code comes before what was found, which comes
// before a repair.
func (o *output) finish(err error, repaired bool) int {
	if err != nil {
		return o.fail(err)
	}
	if o.code == exitDone && repaired {
		return exitRepaired
	}
	return o.code
}
