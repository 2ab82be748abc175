package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
)

// ready makes a complete draft without the window.
func (w *walk) ready() error {
	example, err := filepath.Abs("docs/example.json")
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(example)
	if err != nil {
		return err
	}
	raw = bytes.Replace(raw, []byte("社区养老服务"), bytes.Repeat([]byte("社区养老服务。"), longDuties), 1)
	long := filepath.Join(w.home, "example.json")
	if err := os.WriteFile(long, raw, 0o600); err != nil {
		return err
	}
	out, err := w.ctl("draft", "new", "--from", long)
	if err != nil {
		return err
	}
	var made struct{ ID string }
	if err := json.Unmarshal(out, &made); err != nil {
		return err
	}
	file := filepath.Join(w.home, "me.jpg")
	if err := portrait(file); err != nil {
		return err
	}
	if _, err := w.ctl("draft", "photo", made.ID, file); err != nil {
		return err
	}
	return nil
}

// bend chooses on the practice page how the day goes wrong.
func (w *walk) bend(choice string) error {
	return steps(
		func() error { return w.win.click("page.practice") },
		func() error { return w.page("practice") },
		func() error { return w.win.press("practice." + choice) },
	)
}

func (w *walk) reviewerAsks() error {
	return steps(
		func() error { return w.bend("review=ask") },
		func() error { return w.shot("practice") },
		func() error { return w.win.click("step.review") },
		func() error { return w.at("review") },
	)
}

func (w *walk) askedFor() error { return steps(w.submit, w.asked) }

// asked waits for the reviewer to ask for material.
func (w *walk) asked() error {
	_, err := w.win.until(patience, "the reviewer to ask", func(v view) bool { _, ok := v.find("action.supplement"); return ok && v.Settled })
	if err != nil {
		return err
	}
	return w.shot("material-asked-for")
}

// supplement hands in a scan, which the practice's reviewer then approves.
func (w *walk) supplement() error {
	return steps(
		func() error { return w.bend("review=hand") },
		func() error { return w.win.click("page.registration") },
		w.handIn,
		func() error {
			_, err := w.win.until(patience, "a person to look at it", func(v view) bool { _, ok := v.find("action.submit"); return v.Page == "registration" && !ok })
			return err
		},
		func() error { return w.win.click("page.practice") },
		func() error { return w.win.press("act.verify") },
		func() error { return w.win.click("page.registration") },
		w.verified,
	)
}

// handIn drags a scan onto the window and sends the registration again.
func (w *walk) handIn() error {
	scan := filepath.Join(w.home, "certificate.jpg")
	if err := portrait(scan); err != nil {
		return err
	}
	return steps(
		func() error { return w.win.press("action.supplement") },
		func() error { return w.at("evidence") },
		func() error { return w.shot("evidence") },
		func() error { return w.win.drag(scan) },
		func() error {
			_, err := w.win.until(patience, "the scan to be kept", func(v view) bool { _, ok := v.first("action.remove."); return ok })
			return err
		},
		func() error { return w.shot("evidence-added") },
		func() error { return w.win.click("page.registration") },
		func() error { return w.win.click("action.submit") },
	)
}

func (w *walk) noticeLate() error { return w.bend("payment=lost") }

// payLate pays, kills the application while it waits, and opens it again.
func (w *walk) payLate() error {
	return steps(
		func() error { return w.win.click("page.registration") },
		w.confirm,
		func() error { return w.win.click("action.pay") },
		func() error { return w.win.click("action.paid") },
		w.waiting,
		func() error { return w.shot("payment-waiting") },
		func() error { w.win.kill(); return w.reopen() },
		func() error { return w.win.click("page.payment") },
		w.waiting,
		func() error { return w.shot("payment-waiting-after-the-kill") },
	)
}

// waiting waits until the payment page says that the notice is awaited.
func (w *walk) waiting() error {
	_, err := w.win.until(patience, "the payment to be awaited", func(v view) bool {
		_, due := v.find("action.paid")
		_, done := v.find("action.receipt")
		_, ask := v.find("action.try_now")
		return v.Page == "payment" && ask && !due && !done
	})
	return err
}

func (w *walk) noticeComes() error {
	return steps(
		func() error { return w.win.click("page.practice") },
		func() error { return w.win.press("act.settle") },
		func() error { return w.win.click("page.payment") },
		w.paid,
	)
}
