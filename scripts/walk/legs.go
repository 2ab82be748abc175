package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// leg is one part of the way.
type leg struct {
	name string
	do   func() error
}

func (w *walk) legs() []leg {
	switch w.way {
	case tour:
		return []leg{
			{"open the application", w.open},
			{"a new registration", w.begin},
			{"type in the candidate", w.person},
			{"schooling, work, photo, commitment", w.rest},
			{"hand in", w.submit},
			{"verified by the server", w.verified},
			{"confirm and pay", w.pay},
			{"print the registration form", w.print},
		}
	case badDays:
		return []leg{
			{"a registration that is ready to hand in", w.ready},
			{"open the application on it", w.reopen},
			{"the disk is full", w.full},
			{"the session ends while something is typed", w.sessionEnds},
			{"rehearse: the reviewer asks for material", w.reviewerAsks},
			{"hand in; material is asked for", w.askedFor},
			{"hand in the material; a person looks at it", w.supplement},
			{"rehearse: the notice of the payment comes late", w.noticeLate},
			{"pay; waiting survives a kill -9", w.payLate},
			{"the notice comes", w.noticeComes},
		}
	}
	return []leg{
		{"open the application", w.open},
		{"a new registration", w.begin},
		{"type in the candidate, without a mouse, Chinese by pinyin", w.person},
		{"kill the application with -9, nothing typed is lost", w.cut},
		{"schooling, work, photo dragged in, commitment", w.rest},
		{"the server goes away", w.server.stop},
		{"hand in without a server", w.submit},
		{"it waits, and says so", w.waits},
		{"the server comes back, the registration arrives by itself", w.server.start},
		{"verified by the server", w.verified},
		{"another machine changes the same field first", w.clash},
		{"both values are shown; the candidate decides", w.decide},
		{"the reviewer asks for material; a scan is dragged in", w.supplemented},
		{"confirm and pay", w.pay},
		{"print the registration form", w.print},
		{"exactly one registration is on the server", w.once},
		{"the paper says what was typed, its code decodes and is genuine", w.paper},
	}
}

// steps runs until the first error.
func steps(all ...func() error) error {
	for _, s := range all {
		if err := s(); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) fills(pairs ...string) error {
	for i := 0; i < len(pairs); i += 2 {
		if err := w.win.fill(pairs[i], pairs[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// writes writes Chinese as people do: with the input method where one runs, else
// with a keyboard that has the characters.
func (w *walk) writes(id, text string, keys []spelled) error {
	if w.way != whole {
		return w.win.fill(id, text)
	}
	return w.win.spell(id, keys)
}

func (w *walk) open() (err error) {
	args := []string{"--practice", "--data", w.data}
	if w.server != nil {
		args = append(args, "--server", w.server.url(), "--server-key", w.server.key)
	}
	if w.win, err = w.desk.open(filepath.Join(w.bin, "wenbao"), args...); err != nil {
		return err
	}
	return w.shot("home")
}

func (w *walk) begin() error {
	return steps(
		func() error { return w.win.press("action.new") },
		func() error { return w.at("registration") },
		func() error { return w.win.choose("level=junior") },
		func() error { return w.win.pick("area", "henan") },
		func() error { return w.writes("city", person.city, person.cityKeys) },
		func() error { return w.shot("registration-step") },
	)
}

// at waits for a step of the form.
func (w *walk) at(step string) error {
	_, err := w.win.until(patience, "step "+step, func(v view) bool { return v.Step == step })
	return err
}

// formSteps are the steps of the form in their order.
var formSteps = []string{"registration", "person", "schooling", "work", "photo", "evidence", "commitment", "review"}

// turn goes to a step of the form with the keys that turn pages.
func (w *walk) turn(step string) error {
	v, err := w.win.until(patience, "the form", func(v view) bool { return v.Step != "" })
	if err != nil {
		return err
	}
	at, to := slices.Index(formSteps, v.Step), slices.Index(formSteps, step)
	for ; at != to; at += cmp.Compare(to, at) {
		key := "ctrl+Next"
		if to < at {
			key = "ctrl+Prior"
		}
		if err := steps(func() error { return w.win.key(key) }, func() error { return w.at(formSteps[at+cmp.Compare(to, at)]) }); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) person() error {
	return steps(
		func() error { return w.turn("person") },
		func() error { return w.writes("name", person.name, person.nameKeys) },
		func() error { return w.fills("id_number", person.idNumber) },
		func() error { return w.win.pick("ethnicity", "han") },
		func() error { return w.win.pick("political_status", "qunzhong") },
		func() error {
			return w.fills("phone", person.phone, "email", person.email, "postcode", person.postcode)
		},
		func() error { return w.writes("address", person.address, person.addressKeys) },
		func() error { return w.shot("person-step") },
	)
}

// cut kills the application once it says that all is saved, reads what is on the
// disk, and opens it again.
func (w *walk) cut() error {
	if err := w.win.durable(); err != nil {
		return err
	}
	w.win.kill()
	doc, err := w.document()
	if err != nil {
		return err
	}
	for key, want := range map[string]string{"name": person.name, "city": person.city, "address": person.address, "postcode": person.postcode} {
		if got, _ := doc[key].(string); got != want {
			return fmt.Errorf("after the kill %s is %q, typed was %q", key, got, want)
		}
	}
	return steps(
		w.reopen,
		func() error { return w.turn("person") },
		func() error { return w.shot("after-the-kill") },
	)
}

// reopen opens the application again and the one draft in it, by the keyboard.
func (w *walk) reopen() error {
	if err := w.open(); err != nil {
		return err
	}
	v, err := w.win.until(patience, "the draft on the home page", func(v view) bool { _, ok := v.first("draft."); return ok })
	if err != nil {
		return err
	}
	c, _ := v.first("draft.")
	return steps(func() error { return w.win.reach(c.ID) }, func() error { return w.win.key("Return") })
}

// ctl runs wenbaoctl on the application's data folder.
func (w *walk) ctl(args ...string) ([]byte, error) {
	args = append([]string{"--data", filepath.Join(w.data, "practice"), "--json"}, args...)
	if w.server != nil {
		args = append([]string{"--server-key", w.server.key}, args...)
	}
	c := exec.CommandContext(w.ctx, filepath.Join(w.bin, "wenbaoctl"), args...)
	c.Env = w.command("true").Env
	out, err := c.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("wenbaoctl %s: exit %d: %s", strings.Join(args, " "), exit.ExitCode(), exit.Stderr)
	}
	return out, err
}

// document reads the one draft of the data folder.
func (w *walk) document() (map[string]any, error) {
	list, err := w.ctl("draft", "list")
	if err != nil {
		return nil, err
	}
	var row struct{ ID string }
	if err := json.Unmarshal(list, &row); err != nil {
		return nil, fmt.Errorf("there is not exactly one draft: %w", err)
	}
	raw, err := w.ctl("draft", "show", row.ID)
	if err != nil {
		return nil, err
	}
	doc := map[string]any{}
	return doc, json.Unmarshal(raw, &doc)
}
