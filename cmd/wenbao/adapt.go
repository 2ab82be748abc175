package main

import (
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/exam/photo"
	"wenbao/exam/scan"
	"wenbao/store"
	wsync "wenbao/sync"
	"wenbao/ui/present"
)

// stored is the store in the words of the presenters.
type stored struct{ *store.Store }

func (s stored) Recent(search string, limit int) ([]present.Summary, int, error) {
	page, err := s.List(store.Query{Search: search, Limit: limit})
	if err != nil {
		return nil, 0, err
	}
	list := make([]present.Summary, len(page.Rows))
	for i, r := range page.Rows {
		list[i] = summary(r)
	}
	return list, page.Total, nil
}

func summary(r store.Summary) present.Summary {
	return present.Summary{ID: r.ID, Name: r.Name, IDTail: r.IDTail, Level: r.Level, Area: r.Area, State: r.State,
		Transport: r.Transport, Edited: r.Edited, Number: r.Number, Updated: r.Updated}
}

func (s stored) History(id exam.DraftID) ([]present.Version, error) {
	all, err := s.Store.History(id)
	list := make([]present.Version, len(all))
	for i, v := range all {
		list[i] = present.Version{Revision: v.Revision, Saved: v.Saved, State: v.State, Files: v.Files, Photo: v.Photo.SHA256}
	}
	return list, err
}

// wire is the engine in the words of the presenters; without an engine there is
// no server.
type wire struct{ engine *wsync.Engine }

func (w wire) Wake() {
	if w.engine != nil {
		w.engine.Wake()
	}
}

func (w wire) Status() present.Line {
	if w.engine == nil {
		return present.Line{State: present.LineNone}
	}
	s := w.engine.Status()
	l := present.Line{Skew: s.Skew.Round(time.Minute), State: present.LineState(s.Link), Queue: s.Counts.Waiting, Aside: s.Counts.Aside, Last: s.LastSuccess, Next: s.Next,
		Round: present.Round(s.Round), Rate: s.Rate, Sending: map[exam.EntryID]present.Sending{}}
	if s.Link == wsync.Paused {
		l.State, l.Cause = present.LinePaused, s.Cause
	}
	for _, a := range s.Active {
		l.Sending[a.Entry] = present.Sending{Pieces: a.Pieces, Bytes: a.Sent, OfBytes: a.Total}
	}
	return l
}

// photographer makes photos to the pack's specification.
type photographer struct{ pack *exam.Pack }

// previewSide is the longer side of the picture shown while cropping, in pixels.
const previewSide = 900

func (p photographer) Open(data []byte) (present.Portrait, []present.Finding, error) {
	source, err := photo.Decode(data)
	if err != nil {
		return nil, findings(photo.Reasons(err)), err
	}
	shown, err := source.Preview(previewSide)
	if err != nil {
		return nil, findings(photo.Reasons(err)), err
	}
	spec := local.PhotoSpec(p.pack)
	return portrait{source: source, shown: shown, spec: spec, proposed: source.Propose(spec)}, nil, nil
}

type portrait struct {
	source   *photo.Source
	shown    image.Image
	spec     photo.Spec
	proposed photo.Adjustment
}

func (p portrait) Preview() (image.Image, int, int) { return p.shown, p.source.Width, p.source.Height }

func (p portrait) Proposed() present.Crop {
	a := p.proposed
	return present.Crop{X: a.Crop.X, Y: a.Crop.Y, Width: a.Crop.Width, Height: a.Crop.Height, Rotate: a.Rotate, Brightness: a.Brightness, Whiten: a.Whiten}
}

func (p portrait) Make(c present.Crop) ([]byte, []present.Finding, error) {
	a := photo.Adjustment{Crop: photo.Crop{X: c.X, Y: c.Y, Width: c.Width, Height: c.Height}, Rotate: c.Rotate, Brightness: c.Brightness, Whiten: c.Whiten}
	jpeg, found, err := photo.Fix(p.source, a, p.spec)
	if !found.Acceptable() {
		jpeg = nil
	}
	return jpeg, findings(found), err
}

func findings(list photo.Findings) []present.Finding {
	var out []present.Finding
	for _, f := range list {
		out = append(out, present.Finding{Text: present.Said(exam.Phrase{Key: f.Key(), Args: f.Args}), Severity: f.Severity})
	}
	return out
}

// desktop is the machine around the window.
type desktop struct{}

// Keep writes into the user's folder for downloads or documents, or the home
// folder, under a name that is free.
func (desktop) Keep(name string, data []byte) (string, error) {
	dir, err := documents()
	if err != nil {
		return "", err
	}
	ext := filepath.Ext(name)
	path := free(filepath.Join(dir, strings.TrimSuffix(name, ext)), ext)
	return path, local.WriteFile(path, data)
}

func documents() (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", &exam.Error{Kind: exam.KindReadOnly, Op: "find documents", Err: err}
	}
	for _, name := range []string{"Documents", "文档", "Downloads", "下载"} {
		if info, err := os.Stat(filepath.Join(home, name)); err == nil && info.IsDir() {
			return filepath.Join(home, name), nil
		}
	}
	return home, nil
}

func exists(path string) bool { _, err := os.Lstat(path); return err == nil }

// Show hands a file or an address to the system.
func (desktop) Show(target string) error {
	var c *exec.Cmd
	switch runtime.GOOS {
	case "windows":
		c = exec.Command("rundll32", "url.dll,FileProtocolHandler", target)
	case "darwin":
		c = exec.Command("open", target)
	default:
		c = exec.Command("xdg-open", target)
	}
	err := c.Start()
	if err == nil {
		ended := make(chan error, 1)
		go func() { ended <- c.Wait() }()
		select {
		case err = <-ended: // with an error where there is nothing to open it with
		case <-time.After(showsWithin): // it goes on for as long as what it opened
		}
	}
	if err != nil {
		return &exam.Error{Kind: exam.KindNotFound, Op: "show file", Err: err}
	}
	return nil
}

// showsWithin is how long a program that opens files may take to find none for one.
const showsWithin = 3 * time.Second

// Read reads a regular file of at most so many bytes.
func (desktop) Read(path string, most int64) ([]byte, error) {
	const op = "read chosen file"
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil, exam.Errorf(exam.KindNotFound, op, "not a readable file")
	}
	return local.ReadFile(path, most)
}

// scans looks into evidence.
type scans struct{}

func (scans) Look(typ string, data []byte) (present.Glimpse, error) {
	g, err := scan.Look(typ, data)
	return present.Glimpse{Picture: g.Picture, Width: g.Width, Height: g.Height, Pages: g.Pages}, err
}

func (scans) Reduce(typ string, data []byte) ([]byte, bool) { return scan.Reduce(typ, data) }
