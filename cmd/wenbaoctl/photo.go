package main

import (
	"context"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/exam/form"
	"wenbao/exam/photo"
	"wenbao/store"
)

// finding is one line of `photo check --json`.
type finding struct {
	Rule     string        `json:"rule"`
	Severity exam.Severity `json:"severity"`
	Value    string        `json:"value"`
	Limit    string        `json:"limit"`
	Message  string        `json:"message"`
}

// spec is what the document's exam wants of a photo, or, where there is no
// document or no pack of its exam, the first exam.
func (s *session) spec(d exam.Document) photo.Spec {
	p, err := s.pack(d)
	if err != nil {
		p = s.packs()[0]
	}
	return local.PhotoSpec(p)
}

// develop opens a photo file, and makes the registration photo of it.
func (s *session) develop(file string, spec photo.Spec, change func(*photo.Adjustment)) (original, jpeg []byte, found photo.Findings, err error) {
	if original, err = readBounded(file, photo.MaxBytes); err != nil {
		return nil, nil, nil, err
	}
	src, err := photo.Decode(original)
	if err != nil {
		if reasons := photo.Reasons(err); len(reasons) > 0 {
			return original, nil, reasons, nil
		}
		return nil, nil, nil, err
	}
	adjustment := src.Propose(spec)
	if change != nil {
		change(&adjustment)
	}
	jpeg, found, err = photo.Fix(src, adjustment, spec)
	return original, jpeg, found, err
}

// showFindings prints what was found and tells whether the photo is acceptable.
func (s *session) showFindings(found photo.Findings) bool {
	list := []finding{}
	for _, f := range found {
		message := s.words.Say(f.Key(), f.Args)
		list = append(list, finding{f.Rule, f.Severity, f.Value, f.Limit, message})
		s.out.text("%s  %s\n", s.words.Say("ctl.severity."+string(f.Severity)), message)
	}
	ok := found.Acceptable()
	s.out.record(map[string]any{"acceptable": ok, "findings": list})
	if !ok {
		s.out.found(exitProblems)
	}
	return ok
}

func (c *photoCheck) Run(s *session) error {
	_, _, found, err := s.develop(c.File, s.spec(exam.Document{}), nil)
	if err != nil {
		return err
	}
	if s.showFindings(found) {
		s.out.text("%s\n", s.words.Say("ctl.photo_good"))
	}
	return nil
}

func (c *photoFix) Run(s *session) error {
	_, jpeg, found, err := s.develop(c.File, s.spec(exam.Document{}), func(a *photo.Adjustment) {
		a.Whiten, a.Brightness = a.Whiten || c.Whiten, a.Brightness+c.Brightness
		a.Rotate += c.Rotate
	})
	if err != nil {
		return err
	}
	if !s.showFindings(found) {
		return nil
	}
	if err := put(c.Output, jpeg); err != nil {
		return err
	}
	s.out.text("%s\n", s.words.Say("ctl.written", map[string]string{"file": c.Output}))
	return nil
}

// photoLine is one line of `photo folder --json`.
type photoLine struct {
	File       string    `json:"file"`
	ID         string    `json:"id"`
	Acceptable bool      `json:"acceptable"`
	Findings   []finding `json:"findings"`
}

// Run makes the photos of everybody in a folder, matched by the ID number or the
// name in the file's name.
func (c *photoFolder) Run(s *session) error {
	if c.Output == "" && !c.Attach && c.Sheet == "" {
		return usage("ctl.folder_what", nil)
	}
	st, err := s.store()
	if err != nil {
		return err
	}
	who, err := s.candidates(st)
	if err != nil {
		return err
	}
	if c.Output != "" {
		if err := os.MkdirAll(c.Output, 0o700); err != nil {
			return &exam.Error{Kind: exam.KindReadOnly, Op: "make folder", Err: err}
		}
	}
	var failed []form.Tile
	var broken error // of the disk or the store; it ends the work
	ctx, stop := context.WithCancel(s.ctx)
	defer stop()
	folder, told := os.DirFS(c.Dir), time.Time{}
	tally, err := photo.Folder(ctx, folder, who, func(r photo.Result, t photo.Tally) {
		if broken != nil {
			return
		}
		if broken = c.keep(s, st, folder, r); broken != nil {
			stop()
			return
		}
		if tile, bad := s.showPhoto(r); bad {
			if len(failed) >= mostPictured {
				tile.Photo = nil
			}
			failed = append(failed, tile)
		}
		if time.Since(told) >= time.Second/2 || t.Done == t.Files {
			told = time.Now()
			s.out.warn("ctl.folder_progress", map[string]string{"done": strconv.Itoa(t.Done), "all": strconv.Itoa(t.Files), "good": strconv.Itoa(t.Good),
				"bytes": megabytes(t.Bytes), "of": megabytes(t.AllBytes)})
		}
	})
	if broken != nil {
		return broken
	}
	if c.Sheet != "" && len(failed) > 0 {
		if serr := s.writeSheet(c.Sheet, failed); serr != nil {
			return serr
		}
	}
	if err != nil {
		return err
	}
	s.out.text("%s\n", s.words.Say("ctl.folder_done", map[string]string{"good": strconv.Itoa(tally.Good), "all": strconv.Itoa(tally.Files), "missing": strconv.Itoa(len(tally.Missing))}))
	if tally.Good < tally.Files {
		s.out.found(exitProblems)
	}
	return nil
}

// candidates are all drafts, to be matched with files.
func (s *session) candidates(st *store.Store) ([]photo.Candidate, error) {
	list, err := summaries(st, "", "")
	if err != nil {
		return nil, err
	}
	who := make([]photo.Candidate, len(list))
	for i, row := range list {
		d, err := st.Draft(row.ID)
		if err != nil {
			return nil, err
		}
		who[i] = photo.Candidate{Key: string(d.ID), Name: d.Document.Name, IDNumber: d.Document.IDNumber, Spec: s.spec(d.Document)}
	}
	return who, nil
}

// keep writes a good photo into the folder asked for, named after the draft, and
// attaches it with its original.
func (c *photoFolder) keep(s *session, st *store.Store, folder fs.FS, r photo.Result) error {
	if !r.Good() {
		return nil
	}
	if c.Output != "" {
		if err := put(filepath.Join(c.Output, r.Key+".jpg"), r.Photo); err != nil {
			return err
		}
	}
	if !c.Attach {
		return nil
	}
	// What was sent is not changed by a folder's worth of files.
	d, err := st.Draft(exam.DraftID(r.Key))
	if err != nil {
		return err
	}
	if d.State != exam.StateDraft {
		s.out.warn("ctl.folder_sent", map[string]string{"file": r.File})
		return nil
	}
	original, err := fs.ReadFile(folder, r.File)
	if err != nil {
		return &exam.Error{Kind: exam.KindNotFound, Op: "read photo", Err: err}
	}
	return attachPhoto(st, exam.DraftID(r.Key), path.Base(r.File), original, r.Photo)
}

// showPhoto prints what became of a file, and gives its place on the contact
// sheet when it failed.
func (s *session) showPhoto(r photo.Result) (form.Tile, bool) {
	line := photoLine{File: r.File, ID: r.Key, Acceptable: r.Good(), Findings: []finding{}}
	tile := form.Tile{Photo: r.Photo, Name: r.File}
	for _, f := range r.Findings {
		message := s.words.Say(f.Key(), f.Args)
		line.Findings = append(line.Findings, finding{f.Rule, f.Severity, f.Value, f.Limit, message})
		if f.Severity == exam.Block {
			tile.Lines = append(tile.Lines, message)
			s.out.text("%s: %s\n", local.Plain(r.File), message)
		}
	}
	s.out.record(line)
	return tile, !r.Good()
}

// mostPictured bounds the failed photos held for the contact sheet; later ones
// stand there by name and reason alone.
const mostPictured = 5000

// sheetOf bounds the photos of one contact sheet; further ones go into further files.
const sheetOf = 1000

func (s *session) writeSheet(name string, tiles []form.Tile) error {
	in := form.ListInput{Pack: local.Packs()[0], Printed: time.Now(), Words: s.words}
	for part := 0; len(tiles) > 0; part++ {
		n := min(len(tiles), sheetOf)
		raw, err := form.ContactSheet("failed", tiles[:n], in).PDF()
		if err != nil {
			return err
		}
		if err := put(partName(name, part), raw); err != nil {
			return err
		}
		s.out.say("ctl.written", map[string]string{"file": partName(name, part)})
		tiles = tiles[n:]
	}
	return nil
}

// attachPhoto keeps the original and the photo made of it with a draft.
func attachPhoto(st *store.Store, id exam.DraftID, name string, original, jpeg []byte) error {
	if _, err := st.Attach(id, exam.File{Kind: exam.FilePhotoOriginal, Type: http.DetectContentType(original), Name: name}, original); err != nil {
		return err
	}
	_, err := st.Attach(id, exam.File{Kind: exam.FilePhoto, Type: "image/jpeg", Name: name}, jpeg)
	return err
}

func (c *draftPhoto) Run(s *session) error {
	st, d, err := s.draft(c.ID)
	if err != nil {
		return err
	}
	pack, _ := s.pack(d.Document) // without one nothing is contact data
	if err := s.editable(d, exam.PhotoPath, pack); err != nil {
		return err
	}
	original, jpeg, found, err := s.develop(c.File, s.spec(d.Document), nil)
	if err != nil {
		return err
	}
	if !s.showFindings(found) {
		return nil
	}
	if err := attachPhoto(st, d.ID, filepath.Base(c.File), original, jpeg); err != nil {
		return err
	}
	s.out.text("%s\n", s.words.Say("ctl.photo_attached"))
	return nil
}

func (c *draftAttach) Run(s *session) error {
	st, d, err := s.draft(c.ID)
	if err != nil {
		return err
	}
	pack, err := s.pack(d.Document)
	if err != nil {
		return err
	}
	var kinds []string
	for _, e := range pack.Evidence {
		kinds = append(kinds, string(e.ID))
	}
	if !slices.Contains(kinds, c.Kind) {
		return usage("ctl.evidence_kind", map[string]string{"kind": shorten(c.Kind), "kinds": strings.Join(kinds, ", ")})
	}
	if err := s.editable(d, "attachments", pack); err != nil {
		return err
	}
	raw, err := readBounded(c.File, exam.MaxFileBytes)
	if err != nil {
		return err
	}
	mime := http.DetectContentType(raw)
	if mime != "image/jpeg" && mime != "image/png" && mime != "application/pdf" {
		return &said{exam.KindInvalid, "ctl.evidence_type", map[string]string{"file": c.File}}
	}
	d, err = st.Attach(d.ID, exam.File{Kind: exam.FileKind(c.Kind), Type: mime, Name: filepath.Base(c.File)}, raw)
	return s.changed(d, err, "ctl.attached")
}
