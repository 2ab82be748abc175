package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"wenbao/exam/photo/phototest"
)

func (w *walk) rest() error {
	return steps(w.schooling, w.work, w.photo, w.commitment)
}

func (w *walk) schooling() error {
	return steps(
		func() error { return w.turn("schooling") },
		func() error { return w.win.press("action.add.education") },
		func() error { return w.win.pick("education.0.level", "benke") },
		func() error { return w.win.choose("education.0.study_mode=full_time") },
		func() error {
			return w.fills("education.0.school", person.school, "education.0.major", person.major,
				"education.0.started", person.started, "education.0.graduated", person.graduated, "education.0.certificate_number", person.diploma)
		},
		func() error { return w.shot("schooling-step") },
		func() error { return w.win.press("action.add.degrees") },
		func() error { return w.win.choose("degrees.0.level=bachelor") },
		func() error {
			return w.fills("degrees.0.awarded_by", person.degreeBy, "degrees.0.major", person.degreeMajor,
				"degrees.0.awarded", person.degreeAwarded, "degrees.0.certificate_number", person.degreeNumber)
		},
	)
}

func (w *walk) work() error {
	return steps(
		func() error { return w.turn("work") },
		func() error { return w.fills("first_worked", person.firstWorked, "title", person.title) },
		func() error { return w.win.press("action.add.work") },
		func() error { return w.fills("work.0.employer", person.employer) },
		func() error { return w.win.pick("work.0.employer_type", "shehui") },
		func() error { return w.fills("work.0.from", person.from) },
		func() error { return w.win.choose("work.0.social_work") },
		func() error {
			return w.fills("work.0.position", person.position, "work.0.place", person.place, "work.0.duties", person.duties)
		},
		func() error { return w.shot("work-step") },
	)
}

// photo drags a picture onto the window and takes the proposed crop.
func (w *walk) photo() error {
	file := filepath.Join(w.home, "me.jpg")
	if err := portrait(file); err != nil {
		return err
	}
	return steps(
		func() error { return w.turn("photo") },
		func() error { return w.win.drag(file) },
		func() error { _, err := w.win.has("action.use_photo"); return err },
		func() error { return w.shot("photo-crop") },
		func() error { return w.win.press("action.use_photo") },
		func() error { _, err := w.win.has("action.clear_photo"); return err },
		func() error { return w.shot("photo-step") },
	)
}

// portrait writes a drawn portrait: nobody's photo.
func portrait(file string) error {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, phototest.Portrait{Seed: 7}.Draw(), &jpeg.Options{Quality: 90}); err != nil {
		return err
	}
	return os.WriteFile(file, b.Bytes(), 0o600)
}

func (w *walk) commitment() error {
	return steps(
		func() error { return w.turn("commitment") },
		func() error { return w.win.choose("commitment=accept") },
		func() error { return w.shot("commitment-step") },
		func() error { return w.turn("review") },
		func() error { _, err := w.win.has("action.submit"); return err },
		func() error { return w.shot("review-step") },
	)
}

func (w *walk) submit() error {
	return steps(
		func() error { return w.win.press("action.submit") },
		func() error { return w.page("registration") },
	)
}

// page waits for a page.
func (w *walk) page(id string) error {
	_, err := w.win.until(patience, "page "+id, func(v view) bool { return v.Page == id })
	return err
}

// waits gives the engine time to try and fail, and looks at what it says.
func (w *walk) waits() error {
	time.Sleep(3 * time.Second) // nothing may happen meanwhile
	v, err := w.win.view()
	if err != nil {
		return err
	}
	if _, ok := v.find("action.confirm"); ok {
		return fmt.Errorf("a registration can be confirmed although no server answered")
	}
	return steps(
		func() error { return w.shot("waiting") },
		func() error { return w.win.click("page.queue") },
		func() error { return w.page("queue") },
		func() error { return w.shot("queue") },
		func() error { return w.win.click("page.registration") },
	)
}

func (w *walk) verified() error {
	_, err := w.win.until(patience, "the registration to be verified", func(v view) bool { c, ok := v.find("action.confirm"); return ok && c.Enabled })
	if err != nil {
		return err
	}
	return w.shot("verified")
}

func (w *walk) pay() error {
	return steps(
		w.confirm,
		func() error { return w.win.click("action.pay") },
		func() error { return w.page("payment") },
		func() error { return w.shot("payment") },
		func() error { return w.win.click("action.paid") },
		w.paid,
	)
}

func (w *walk) confirm() error {
	return steps(
		func() error { return w.win.click("action.confirm") },
		func() error { return w.win.click("action.yes") },
		func() error { _, err := w.win.has("action.pay"); return err },
		func() error { return w.shot("confirmed") },
	)
}

// paid waits until the payment page has the receipt, and looks at where the
// registration stands.
func (w *walk) paid() error {
	_, err := w.win.until(patience, "the payment to arrive", func(v view) bool { _, ok := v.find("action.receipt"); return ok && v.Settled })
	if err != nil {
		return err
	}
	return steps(
		func() error { return w.shot("paid") },
		func() error { return w.win.click("page.registration") },
		func() error {
			_, err := w.win.until(patience, "the registration to be completed", completed)
			return err
		},
		func() error { return w.shot("completed") },
	)
}

// completed tells that nothing is left to do but to print; contact data may
// always be changed.
func completed(v view) bool {
	for _, step := range []string{"submit", "confirm", "pay", "withdraw", "drop", "retry", "resolve"} {
		if _, ok := v.find("action." + step); ok {
			return false
		}
	}
	_, ok := v.find("action.print")
	return ok && v.Page == "registration"
}

func (w *walk) print() error {
	return steps(
		func() error { return w.win.click("page.print") },
		func() error { return w.page("print") },
		func() error { _, err := w.win.has("action.save_pdf"); return err },
		func() error { return w.shot("print-preview") },
		func() error { return w.win.click("action.save_pdf") },
		w.fetchPDF,
		func() error { return w.shot("printed") },
	)
}

// fetchPDF waits for the file in the candidate's home folder and copies it to
// out/.
func (w *walk) fetchPDF() error {
	var found string
	err := w.wait("a PDF in the candidate's folder", func() bool {
		_ = filepath.WalkDir(w.home, func(path string, _ os.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".pdf") {
				found = path
			}
			return nil
		})
		return found != ""
	})
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(found)
	if err != nil {
		return err
	}
	return os.WriteFile(w.form(), raw, 0o644)
}

func (w *walk) form() string { return filepath.Join(w.out, "registration-form.pdf") }

// exported reads what the server holds; it must be stopped for that.
func (w *walk) exported() ([]map[string]any, error) {
	w.server.kill()
	raw, err := exec.CommandContext(w.ctx, filepath.Join(w.bin, "wenbaod"), "export", "--data", w.server.data, "--json").Output()
	if err != nil {
		return nil, fmt.Errorf("wenbaod export: %w", err)
	}
	var all []map[string]any
	for dec := json.NewDecoder(bytes.NewReader(raw)); dec.More(); {
		var r map[string]any
		if err := dec.Decode(&r); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

func (w *walk) once() error {
	w.win.kill()
	all, err := w.exported()
	if err != nil {
		return err
	}
	if len(all) != 1 {
		return fmt.Errorf("the server holds %d registrations, not 1", len(all))
	}
	r := all[0]
	if r["state"] != "completed" {
		return fmt.Errorf("the registration is in state %v", r["state"])
	}
	held := r["document"].(map[string]any)
	if held["name"] != person.name || held["phone"] != phoneElsewhere {
		return fmt.Errorf("the server holds the name %q and phone %q, not %q and %q", held["name"], held["phone"], person.name, phoneElsewhere)
	}
	w.number, _ = r["registration_number"].(string)
	if w.number == "" {
		return fmt.Errorf("there is no registration number")
	}
	return nil
}

// paper reads the printed form as a stranger would: text by pdftotext, the code
// by zbarimg from a picture of the page, the seal by wenbaoctl.
func (w *walk) paper() error {
	text, err := w.output("pdftotext", "-layout", w.form(), "-")
	if err != nil {
		return err
	}
	for _, want := range []string{person.name, w.number, person.employer, person.school, "11010119900307803X"} {
		if !strings.Contains(text, want) {
			return fmt.Errorf("the paper's text does not have %q", want)
		}
	}
	picture := filepath.Join(w.out, "registration-form")
	if _, err := w.output("pdftoppm", "-r", "150", "-png", "-singlefile", w.form(), picture); err != nil {
		return err
	}
	code, err := w.command("zbarimg", "-q", "--raw", picture+".png").Output()
	if err != nil {
		return fmt.Errorf("zbarimg: %w", err)
	}
	for _, args := range [][]string{{"verify", "--text", strings.TrimSpace(string(code))}, {"verify", w.form()}} {
		raw, err := w.ctl(args...)
		if err != nil {
			return err
		}
		var v struct {
			Genuine bool
			Number  string `json:"registration_number"`
		}
		if err := json.Unmarshal(raw, &v); err != nil {
			return err
		}
		if !v.Genuine || v.Number != w.number {
			return fmt.Errorf("wenbaoctl verify says %s", raw)
		}
	}
	return nil
}
