package presenttest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/ui/present"
)

// World is everything behind presenters, in memory. Fields may be set before
// and between steps.
type World struct {
	Loop  *Loop
	Pack  *exam.Pack
	Fails exam.Kind // what every write of the store fails with; "" none
	Hides exam.Kind // what every read of the store fails with; "" none
	Line  present.Line
	Woken int

	Drafts   map[exam.DraftID]exam.Draft
	Versions map[exam.DraftID][]exam.Document
	photos   map[exam.DraftID]map[uint64]exam.File // of the versions that had one
	Waiting  []exam.Entry
	Bytes    map[string][]byte
	Values   map[string][]byte
	Look     present.Preferences // as kept last
	Crash    []byte              // what the last crash left
	Kept     map[string][]byte   // files written for the candidate
	Shown    []string            // what the desktop was asked to open
	Bare     bool                // the desktop has no program for anything
	Disk     map[string][]byte   // files the candidate can choose
	Bin      map[exam.DraftID]bool
	Day      present.BadDay        // how the practice is bent
	Acts     []exam.Action         // what the practice's reviewer and bank did
	Rung     []present.Text        // notices told outside the window
	Windows  int                   // practice windows opened
	Tray     *Tray                 // the printing queue
	Verdicts Verdicts              // what the reviewer says
	Missing  []rune                // characters no font has
	Reports  []present.Report      // what the store has to tell
	Cause    string                // of every error of the store, beyond its kind
	Away     map[string]exam.Draft // files with drafts, by path; a folder "/full" takes none
	Real     bool                  // not in practice mode
	Ways     []present.Way         // that open the store
	Passed   string                // the passphrase that was set
	Purged   []exam.DraftID
	Folder   string // data folder of the next start; "" the one in use
	Keep     int    // versions to keep
	Others   int    // further drafts, of people who are only in the list
	Saves    int
	key      ed25519.PrivateKey

	Paint       func(present.PaperKind, exam.Draft, float64) ([]image.Image, error) // draws a paper; nil gives a made-up picture
	Unpaintable bool                                                                // no paper can be drawn
	Published   []exam.Notice                                                       // what the authority said since the pack
}

// pack is the shipped pack, read once; nobody changes it.
var pack = sync.OnceValue(func() *exam.Pack {
	raw, _ := assets.Pack("038-2026")
	p, err := exam.ParsePack(raw)
	if err != nil {
		panic("presenttest: " + err.Error())
	}
	return p
})

// NewWorld makes an empty world with the shipped pack.
func NewWorld() *World {
	p := pack()
	return &World{Loop: NewLoop(), Pack: p, Line: present.Line{State: present.LineOnline}, Drafts: map[exam.DraftID]exam.Draft{},
		Versions: map[exam.DraftID][]exam.Document{}, photos: map[exam.DraftID]map[uint64]exam.File{}, Bytes: map[string][]byte{}, Values: map[string][]byte{}, Kept: map[string][]byte{},
		Disk: map[string][]byte{}, Away: map[string]exam.Draft{}, Tray: &Tray{}, Verdicts: Verdicts{}, Bin: map[exam.DraftID]bool{}, Ways: []present.Way{{Kind: "key_file", Made: Start}}, key: ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))}
}

// Ports gives the world to presenters, in practice mode unless it is Real.
func (w *World) Ports() present.Ports {
	p := present.Ports{Drafts: w.drafts(), Files: files{w}, Outbox: outbox{w}, Past: past{w}, Settings: settings{w}, Look: w.Look, Looks: looks{w}, Crashes: crashes{w}, Wire: line{w},
		Paper: paper{w}, Printers: w.Tray, Photos: photos{}, Desktop: desktop{w}, Bell: bell{w}, Scans: scans{}, Locks: locks{w}, Backups: backups{w}, Attic: attic{w}, Rescue: rescue{w}, Reports: func() []present.Report { w.blocks(); return w.Reports }, Cause: func(error) string { return w.Cause }, Folders: folders{w}, Trainer: trainer{w},
		Rehearse: func() error { w.Windows++; return w.write("open practice") }, Packs: []*exam.Pack{w.Pack}, Practice: true, Folder: "/home/example/wenbao", Server: "http://127.0.0.1:8443"}
	p.Told = func() []exam.Notice { return w.Published }
	if w.Verdicts != nil {
		p.Reviewer = w.Verdicts
	}
	if w.Real {
		p.Practice, p.Trainer = false, nil
	} else {
		p.Rehearse = nil
	}
	return p
}

func (w *World) drafts() drafts { return drafts{w} }

func (w *World) write(op string) error { return failure(w.Fails, op) }

func (w *World) read(op string) error { return failure(w.Hides, op) }

func failure(kind exam.Kind, op string) error {
	if kind == "" {
		return nil
	}
	return exam.Errorf(kind, op, "as the test wants")
}

// blocks stands for the disk or the network that a call waits for. A presenter
// that calls from the window's goroutine would hold the window.
func (w *World) blocks() {
	if w.Loop.background {
		return
	}
	callers := make([]uintptr, 32)
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers)])
	for {
		f, more := frames.Next()
		if strings.HasPrefix(f.Function, "wenbao/ui/present.") {
			panic("presenttest: " + f.Function + " may block the window")
		}
		if !more {
			return
		}
	}
}

type drafts struct{ w *World }

func (d drafts) Create(doc exam.Document, pack exam.PackRef) (exam.Draft, error) {
	d.w.blocks()
	if err := d.w.write("create draft"); err != nil {
		return exam.Draft{}, err
	}
	n := exam.Draft{ID: exam.NewDraftID(), Revision: 1, Document: doc, Pack: pack, Created: d.w.Loop.Now(), Updated: d.w.Loop.Now(), State: exam.StateDraft}
	d.w.keep(n)
	return n, nil
}

func (d drafts) Draft(id exam.DraftID) (exam.Draft, error) {
	d.w.blocks()
	if err := d.w.read("read draft"); err != nil {
		return exam.Draft{}, err
	}
	n, ok := d.w.Drafts[id]
	if !ok {
		return exam.Draft{}, exam.Errorf(exam.KindNotFound, "read draft", "no such draft")
	}
	return n, nil
}

func (d drafts) Save(id exam.DraftID, doc exam.Document) (exam.Draft, error) {
	d.w.blocks()
	if err := d.w.write("save draft"); err != nil {
		return exam.Draft{}, err
	}
	n, err := d.Draft(id)
	if err != nil {
		return n, err
	}
	if bytes.Equal(n.Document.Encode(), doc.Encode()) {
		return n, nil
	}
	if d.w.Bin[id] {
		return exam.Draft{}, exam.Errorf(exam.KindState, "save draft", "it lies in the bin")
	}
	d.w.Saves++
	n.Document, n.Updated = doc, d.w.Loop.Now()
	n.Revision++
	d.w.keep(n)
	return n, nil
}

func (d drafts) Rebase(id exam.DraftID, doc exam.Document, files []exam.File, onto exam.Registration) (exam.Draft, error) {
	n, err := d.Save(id, doc)
	if err != nil {
		return n, err
	}
	n.Base, n.Files = &onto, files
	if n.Registration == nil || onto.Version > n.Registration.Version {
		n.Registration = &onto
	}
	d.w.Drafts[id] = n
	return n, nil
}

func (d drafts) Recent(search string, limit int) ([]present.Summary, int, error) {
	d.w.blocks()
	if err := d.w.read("list drafts"); err != nil {
		return nil, 0, err
	}
	var list []present.Summary
	for _, n := range d.w.Drafts {
		if d.w.Bin[n.ID] || !strings.Contains(n.Document.Name, search) {
			continue
		}
		var waiting *exam.Entry
		for i := range d.w.Waiting {
			if d.w.Waiting[i].Draft == n.ID {
				waiting = &d.w.Waiting[i]
			}
		}
		number := []rune(n.Document.IDNumber)
		list = append(list, present.Summary{ID: n.ID, Name: n.Document.Name, IDTail: string(number[max(0, len(number)-4):]), Level: n.Document.Level, Area: n.Document.Area, State: n.State,
			Transport: exam.TransportOf(n, waiting), Edited: d.w.edited(n), Number: n.Number(), Updated: n.Updated})
	}
	slices.SortFunc(list, func(a, b present.Summary) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return d.crowd(list, search, limit), len(list) + d.w.Others, nil
}

// crowd cuts a list to the limit, or fills it with people who are only in it.
func (d drafts) crowd(list []present.Summary, search string, limit int) []present.Summary {
	for i := range min(max(limit-len(list), 0), d.w.Others) {
		list = append(list, present.Summary{ID: exam.DraftID(fmt.Sprintf("01900000-0000-7000-8000-%012d", i)), Name: fmt.Sprint("考生", search, i), Level: exam.Junior, Area: "410000",
			State: exam.StateSubmitted, Transport: exam.TransportDelivered, Updated: Start.Add(-time.Duration(i) * time.Minute)})
	}
	return list[:min(limit, len(list))]
}

// edited tells whether a draft is not what the server has.
func (w *World) edited(n exam.Draft) bool {
	if n.Registration == nil {
		return false
	}
	now, _ := exam.Prepare(n, w.Pack, exam.Moment{})
	return exam.Digest(now.Encode()) != n.Registration.Digest
}

func (d drafts) Delete(id exam.DraftID) error {
	d.w.blocks()
	if err := d.w.write("delete draft"); err != nil {
		return err
	}
	if slices.ContainsFunc(d.w.Waiting, func(e exam.Entry) bool { return e.Draft == id }) {
		return exam.Errorf(exam.KindState, "delete draft", "a step of it waits")
	}
	d.w.bin(id, d.w.Loop.Now())
	return nil
}

func (d drafts) Undelete(id exam.DraftID) error {
	d.w.blocks()
	if err := d.w.write("undelete draft"); err != nil {
		return err
	}
	d.w.bin(id, time.Time{})
	return nil
}

// bin puts a draft into the bin, or takes it out at the zero time.
func (w *World) bin(id exam.DraftID, at time.Time) {
	n := w.Drafts[id]
	n.Deleted = at
	w.Drafts[id] = n
	if w.Bin[id] = !at.IsZero(); at.IsZero() {
		delete(w.Bin, id)
	}
}

type looks struct{ w *World }

func (l looks) KeepLook(raw []byte) error {
	l.w.blocks()
	l.w.Look = present.ParsePreferences(raw)
	return l.w.write("keep look")
}

type crashes struct{ w *World }

func (c crashes) Report() ([]byte, error) {
	c.w.blocks()
	return c.w.Crash, nil
}
func (c crashes) Forget() error {
	c.w.blocks()
	c.w.Crash = nil
	return nil
}

type files struct{ w *World }

func (f files) Attach(id exam.DraftID, file exam.File, data []byte) (exam.Draft, error) {
	f.w.blocks()
	if err := f.w.write("attach file"); err != nil {
		return exam.Draft{}, err
	}
	if file.Kind == "" || len(data) == 0 {
		return exam.Draft{}, exam.Errorf(exam.KindInvalid, "attach file", "without kind or bytes")
	}
	n := f.w.Drafts[id]
	file.SHA256, file.Size = exam.Digest(data), int64(len(data))
	if slices.ContainsFunc(n.Files, func(o exam.File) bool { return o.Kind == file.Kind && o.SHA256 == file.SHA256 }) {
		return n, nil
	}
	f.w.Bytes[file.SHA256] = data
	n.Files = slices.DeleteFunc(slices.Clone(n.Files), func(o exam.File) bool {
		return o.Kind == file.Kind && (file.Kind == exam.FilePhoto || file.Kind == exam.FilePhotoOriginal)
	})
	n.Files = append(n.Files, file)
	return f.w.revise(n), nil
}

// revise keeps a draft as its next revision; a change of its files is one too.
func (w *World) revise(n exam.Draft) exam.Draft {
	n.Revision++
	w.keep(n)
	return n
}

// keep makes a draft's present state the newest of its versions.
func (w *World) keep(n exam.Draft) {
	w.Drafts[n.ID] = n
	w.Versions[n.ID] = append(w.Versions[n.ID], n.Document)
	if photo, ok := n.Photo(); ok {
		if w.photos[n.ID] == nil {
			w.photos[n.ID] = map[uint64]exam.File{}
		}
		w.photos[n.ID][uint64(len(w.Versions[n.ID]))] = photo
	}
}

func (f files) Detach(id exam.DraftID, kind exam.FileKind, sha256 string) (exam.Draft, error) {
	f.w.blocks()
	if err := f.w.write("detach file"); err != nil {
		return exam.Draft{}, err
	}
	n := f.w.Drafts[id]
	before := len(n.Files)
	n.Files = slices.DeleteFunc(slices.Clone(n.Files), func(o exam.File) bool { return o.Kind == kind && o.SHA256 == sha256 })
	if len(n.Files) == before {
		return exam.Draft{}, exam.Errorf(exam.KindNotFound, "detach file", "no such file")
	}
	return f.w.revise(n), nil
}

func (f files) File(sha256 string) ([]byte, error) {
	f.w.blocks()
	if err := f.w.read("read file"); err != nil {
		return nil, err
	}
	raw, ok := f.w.Bytes[sha256]
	if !ok {
		return nil, exam.Errorf(exam.KindNotFound, "read file", "no such file")
	}
	return raw, nil
}

type outbox struct{ w *World }

func (o outbox) Queue(e exam.Entry, state exam.State) (exam.Draft, error) {
	o.w.blocks()
	if err := o.w.write("queue step"); err != nil {
		return exam.Draft{}, err
	}
	if slices.ContainsFunc(o.w.Waiting, func(x exam.Entry) bool { return x.Draft == e.Draft && !x.Aside && x.Action == e.Action }) {
		return exam.Draft{}, exam.Errorf(exam.KindState, "queue step", "%s waits already", e.Action)
	}
	n := o.w.Drafts[e.Draft]
	n.State = state
	o.w.Drafts[e.Draft] = n
	o.w.Waiting = append(slices.DeleteFunc(o.w.Waiting, func(x exam.Entry) bool { return x.Draft == e.Draft && x.Aside }), e)
	return n, nil
}

func (o outbox) Entries() ([]exam.Entry, error) {
	o.w.blocks()
	return slices.Clone(o.w.Waiting), o.w.read("read outbox")
}

func (w *World) waits(id exam.EntryID) bool {
	return slices.ContainsFunc(w.Waiting, func(e exam.Entry) bool { return e.ID == id })
}

func (o outbox) PutBack(id exam.EntryID) error {
	o.w.blocks()
	if err := o.w.write("put back"); err != nil {
		return err
	}
	if !o.w.waits(id) {
		return exam.Errorf(exam.KindNotFound, "put back", "no such entry")
	}
	for i := range o.w.Waiting {
		if o.w.Waiting[i].ID == id {
			o.w.Waiting[i].Aside, o.w.Waiting[i].Problems = false, nil
		}
	}
	return nil
}

func (o outbox) Drop(id exam.EntryID) error {
	o.w.blocks()
	if err := o.w.write("drop"); err != nil {
		return err
	}
	if !o.w.waits(id) {
		return exam.Errorf(exam.KindNotFound, "drop", "no such entry")
	}
	o.w.Waiting = slices.DeleteFunc(o.w.Waiting, func(e exam.Entry) bool {
		if e.ID != id {
			return false
		}
		n := o.w.Drafts[e.Draft]
		if n.Registration == nil {
			n.State = exam.StateDraft
		}
		o.w.Drafts[e.Draft] = n
		return true
	})
	return nil
}

// Answer is the server's answer to the oldest step of a draft: it moves to a
// state, with a signed receipt.
func (w *World) Answer(id exam.DraftID, to exam.State, reason string) {
	n := w.Drafts[id]
	reg := exam.Registration{ID: id, Number: "演练4100002600000017", State: to}
	if n.Registration != nil {
		reg = *n.Registration
		reg.State = to
	}
	action := exam.ActionVerify
	i := slices.IndexFunc(w.Waiting, func(e exam.Entry) bool { return e.Draft == id })
	if i >= 0 {
		action = w.Waiting[i].Action
		if action == exam.ActionSubmit {
			reg.Content, reg.Digest = w.Waiting[i].Content, exam.Digest(w.Waiting[i].Content)
		}
		w.Waiting = slices.Delete(w.Waiting, i, i+1)
	}
	reg.Version++
	reg.History = append(slices.Clone(reg.History), exam.Event{Version: reg.Version, State: to, Action: action, Actor: exam.System, At: w.Loop.Now(), Reason: reason})
	reg.Seal = ""
	if seal, err := exam.NewSeal(reg, true); err == nil { // the states that a form can be printed in
		reg.Seal = exam.SignSeal(w.key, seal)
	}
	r := exam.Sign(w.key, exam.Statement{ID: id, Number: reg.Number, Version: reg.Version, State: to, Digest: reg.Digest, SignedAt: w.Loop.Now(), Practice: true})
	n.State, n.Registration, n.Base, n.Delivered = to, &reg, &reg, &r
	n.Revision++
	w.Drafts[id] = n
}

// SetAside sets the oldest step of a draft aside.
func (w *World) SetAside(id exam.DraftID, why exam.Kind, problems []exam.Problem, current *exam.Registration) {
	for i := range w.Waiting {
		if w.Waiting[i].Draft == id {
			w.Waiting[i].Aside, w.Waiting[i].Last, w.Waiting[i].Problems, w.Waiting[i].Current = true, why, problems, current
		}
	}
}

type past struct{ w *World }

func (p past) History(id exam.DraftID) (list []present.Version, err error) {
	p.w.blocks()
	if err := p.w.read("read history"); err != nil {
		return nil, err
	}
	all := p.w.Versions[id]
	for i := range slices.Backward(all) {
		list = append(list, present.Version{Revision: uint64(i + 1), Saved: p.w.Loop.Now().Add(-time.Duration(len(all)-i) * time.Minute), State: exam.StateDraft, Photo: p.w.photos[id][uint64(i+1)].SHA256})
	}
	return list, nil
}

func (p past) At(id exam.DraftID, revision uint64) (exam.Document, error) {
	p.w.blocks()
	if err := p.w.read("read version"); err != nil {
		return exam.Document{}, err
	}
	all := p.w.Versions[id]
	if revision < 1 || revision > uint64(len(all)) {
		return exam.Document{}, exam.Errorf(exam.KindNotFound, "read version", "no such version")
	}
	return all[revision-1], nil
}

func (p past) Restore(id exam.DraftID, revision uint64) (exam.Draft, error) {
	doc, err := p.At(id, revision)
	if err != nil {
		return exam.Draft{}, err
	}
	n, err := drafts(p).Save(id, doc)
	if photo, ok := p.w.photos[id][revision]; err == nil && ok {
		if now, _ := n.Photo(); now != photo {
			n.Files = exam.TakePhoto(n.Files, []exam.File{photo})
			n = p.w.revise(n)
		}
	}
	return n, err
}

type settings struct{ w *World }

func (s settings) Setting(key string) ([]byte, error) {
	s.w.blocks()
	return s.w.Values[key], s.w.read("read setting")
}

func (s settings) SetSetting(key string, value []byte) error {
	s.w.blocks()
	if err := s.w.write("set setting"); err != nil {
		return err
	}
	s.w.Values[key] = value
	return nil
}

type line struct{ w *World }

func (l line) Wake()                { l.w.Woken++ }
func (l line) Status() present.Line { return l.w.Line }

// Picture is a made-up portrait: a figure on white.
func Picture(width, height int) image.Image { return picture(width, height, cloth) }

var cloth = color.RGBA{0x28, 0x3c, 0x64, 0xff}

func picture(width, height int, cloth color.RGBA) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.Set(x, y, figure(float64(x)/float64(width), float64(y)/float64(height), cloth))
		}
	}
	return img
}

func figure(x, y float64, cloth color.RGBA) color.Color {
	inside := func(cx, cy, rx, ry float64) bool {
		dx, dy := (x-cx)/rx, (y-cy)/ry
		return dx*dx+dy*dy < 1
	}
	switch {
	case inside(0.5, 0.36, 0.19, 0.18) && y > 0.24:
		return color.RGBA{0xe0, 0xb4, 0x96, 0xff}
	case inside(0.5, 0.3, 0.21, 0.16):
		return color.RGBA{0x28, 0x1e, 0x1e, 0xff}
	case inside(0.5, 0.98, 0.4, 0.36):
		return cloth
	}
	return color.RGBA{0xfa, 0xfa, 0xfa, 0xff}
}

type photos struct{}

func (photos) Open(data []byte) (present.Portrait, []present.Finding, error) {
	if bytes.HasPrefix(data, []byte("not a picture")) {
		return nil, []present.Finding{{Text: present.Said(exam.Phrase{Key: "photo.heic", Args: map[string]string{"value": "HEIC"}}), Severity: exam.Block}}, exam.Errorf(exam.KindInvalid, "open photo", "no picture")
	}
	return portrait{}, nil, nil
}

type portrait struct{}

var shown = sync.OnceValue(func() image.Image { return Picture(300, 420) })

func (portrait) Preview() (image.Image, int, int) { return shown(), 900, 1260 }
func (portrait) Proposed() present.Crop {
	return present.Crop{X: 100, Y: 60, Width: 700, Height: 980}
}

// Make refuses crops that are smaller than the photo has to be.
func (portrait) Make(c present.Crop) ([]byte, []present.Finding, error) {
	if c.Width < 295 {
		return nil, []present.Finding{{Text: present.Said(exam.Phrase{Key: "photo.pixels_few", Args: map[string]string{"value": "100×140", "limit": "295×413"}}), Severity: exam.Block}}, nil
	}
	return JPEG(), nil, nil
}

// JPEG is a processed photo.
func JPEG() []byte { return JPEGIn(cloth) }

// JPEGIn is a processed photo of the same person in other clothes.
func JPEGIn(cloth color.RGBA) []byte {
	var b bytes.Buffer
	const quality = 98 // for 10 to 30 KB, as is asked for
	if err := jpeg.Encode(&b, picture(295, 413, cloth), &jpeg.Options{Quality: quality}); err != nil {
		panic("presenttest: " + err.Error())
	}
	return b.Bytes()
}

type desktop struct{ w *World }

func (d desktop) Keep(name string, data []byte) (string, error) {
	d.w.blocks()
	if err := d.w.write("keep file"); err != nil {
		return "", err
	}
	d.w.Kept[name] = data
	return "/home/example/" + name, nil
}

func (d desktop) Show(target string) error {
	d.w.blocks()
	if d.w.Bare {
		return exam.Errorf(exam.KindNotFound, "show file", "no program for it")
	}
	d.w.Shown = append(d.w.Shown, target)
	return nil
}

func (d desktop) Read(path string, most int64) ([]byte, error) {
	d.w.blocks()
	raw, ok := d.w.Disk[path]
	switch {
	case !ok:
		return nil, exam.Errorf(exam.KindNotFound, "read file", "no such file")
	case int64(len(raw)) > most:
		return nil, exam.Errorf(exam.KindTooLarge, "read file", "%d bytes", len(raw))
	}
	return raw, nil
}

type bell struct{ w *World }

func (b bell) Ring(_, text present.Text) { b.w.Rung = append(b.w.Rung, text) }

type trainer struct{ w *World }

func (t trainer) Day() present.BadDay { return t.w.Day }

func (t trainer) Bend(to present.BadDay) error {
	t.w.blocks()
	if err := t.w.write("bend practice"); err != nil {
		return err
	}
	t.w.Day = to
	return nil
}

func (t trainer) Act(id exam.DraftID, step exam.Action) error {
	t.w.blocks()
	if err := t.w.write("act in practice"); err != nil {
		return err
	}
	for _, actor := range []exam.Actor{exam.Reviewer, exam.System} {
		if to, ok := exam.Next(t.w.Drafts[id].State, step, actor); ok {
			t.w.Acts = append(t.w.Acts, step)
			t.w.Answer(id, to, "")
			return nil
		}
	}
	return exam.Errorf(exam.KindState, "act in practice", "not now")
}

type locks struct{ w *World }

func (l locks) Ways() []present.Way { return slices.Clone(l.w.Ways) }

func (l locks) without(kind string) []present.Way {
	return slices.DeleteFunc(slices.Clone(l.w.Ways), func(x present.Way) bool { return x.Kind == kind })
}

func (l locks) SetPassphrase(p string) error {
	l.w.blocks()
	if err := l.w.write("set passphrase"); err != nil {
		return err
	}
	l.w.Passed = p
	l.w.Ways = append(l.without("passphrase"), present.Way{Kind: "passphrase", Made: l.w.Loop.Now()})
	return nil
}

func (l locks) RemovePassphrase() error {
	l.w.blocks()
	if err := l.w.write("remove passphrase"); err != nil {
		return err
	}
	l.w.Passed, l.w.Ways = "", l.without("passphrase")
	return nil
}

// Code is the recovery code that a world gives.
const Code = "3K7M-9PQX-2WTA-8RND-5VHB-6YCE"

func (l locks) NewRecoveryCode() (string, error) {
	l.w.blocks()
	l.w.Ways = append(l.without("recovery"), present.Way{Kind: "recovery", Made: l.w.Loop.Now()})
	return Code, l.w.write("make recovery code")
}

type backups struct{ w *World }

func (b backups) Make(ctx context.Context, passphrase string) (present.BackupFile, error) {
	b.w.blocks()
	if ctx.Err() != nil {
		return present.BackupFile{}, &exam.Error{Kind: exam.KindCanceled, Op: "back up", Err: ctx.Err()}
	}
	b.w.Disk["/home/example/wenbao.backup"] = []byte(passphrase)
	return present.BackupFile{Path: "/home/example/wenbao.backup", Drafts: len(b.w.Drafts), Files: len(b.w.Bytes), Bytes: 812_345}, b.w.write("back up")
}

func (b backups) Restore(_ context.Context, path, secret string) (present.BackupFile, error) {
	b.w.blocks()
	raw, ok := b.w.Disk[path]
	switch {
	case !ok:
		return present.BackupFile{}, exam.Errorf(exam.KindNotFound, "restore", "no such file")
	case string(raw) != secret:
		return present.BackupFile{}, exam.Errorf(exam.KindLocked, "restore", "wrong passphrase")
	}
	return present.BackupFile{Path: "/home/example/wenbao-restored", Drafts: len(b.w.Drafts), Files: len(b.w.Bytes)}, b.w.write("restore")
}

func (b backups) Snapshots() ([]present.Snapshot, error) {
	b.w.blocks()
	return []present.Snapshot{{Taken: Start.Add(-time.Hour), Bytes: 640_000}, {Taken: Start.Add(-26 * time.Hour), Bytes: 590_000}}, nil
}

type rescue struct{ w *World }

func (r rescue) Evacuate(folder string, id exam.DraftID, doc exam.Document) (string, error) {
	r.w.blocks()
	if folder == "/full" {
		return "", exam.Errorf(exam.KindFull, "evacuate draft", "as the test wants")
	}
	path := fmt.Sprintf("%s/wenbao-draft-%d.wenbao", folder, len(r.w.Away)+1)
	r.w.Away[path] = exam.Draft{ID: id, Document: doc}
	return path, nil
}

func (r rescue) Reclaim(path string) (exam.DraftID, exam.Document, error) {
	r.w.blocks()
	d, ok := r.w.Away[path]
	if !ok {
		return "", exam.Document{}, exam.Errorf(exam.KindNotFound, "reclaim draft", "no such file")
	}
	return d.ID, d.Document, nil
}

type attic struct{ w *World }

func (a attic) Bin() (list []present.Summary, err error) {
	a.w.blocks()
	if err := a.w.read("read bin"); err != nil {
		return nil, err
	}
	for id := range a.w.Bin {
		n := a.w.Drafts[id]
		list = append(list, present.Summary{ID: id, Name: n.Document.Name, Level: n.Document.Level, Area: n.Document.Area, State: n.State, Updated: n.Updated})
	}
	slices.SortFunc(list, func(x, y present.Summary) int { return strings.Compare(string(x.ID), string(y.ID)) })
	return list, nil
}

func (a attic) Purge(id exam.DraftID) error {
	a.w.blocks()
	if err := a.w.write("purge draft"); err != nil {
		return err
	}
	delete(a.w.Bin, id)
	delete(a.w.Drafts, id)
	a.w.Purged = append(a.w.Purged, id)
	return nil
}

func (a attic) Size() (int64, error) {
	a.w.blocks()
	return 1_250_000 - int64(len(a.w.Purged))*200_000, a.w.read("measure")
}

func (a attic) Compact(context.Context) error {
	a.w.blocks()
	return a.w.write("compact")
}

func (a attic) KeepVersions(n int) { a.w.Keep = n }

type folders struct{ w *World }

func (f folders) Use(dir string) error {
	f.w.blocks()
	if err := f.w.write("use folder"); err != nil {
		return err
	}
	f.w.Folder = dir
	return nil
}

type scans struct{}

// Look fails for what begins with a picture's magic and says "broken".
func (scans) Look(typ string, data []byte) (present.Glimpse, error) {
	switch {
	case bytes.Contains(data, []byte("broken")):
		return present.Glimpse{}, exam.Errorf(exam.KindInvalid, "look", "broken")
	case typ == "application/pdf":
		return present.Glimpse{Pages: 3}, nil
	}
	return present.Glimpse{Picture: certificate(), Width: 2480, Height: 3508, Pages: 1}, nil
}

// Reduce takes a picture of more than a megabyte to a tenth.
func (scans) Reduce(typ string, data []byte) ([]byte, bool) {
	if typ == "application/pdf" || len(data) < 1<<20 {
		return nil, false
	}
	return data[:len(data)/10], true
}

var certificate = sync.OnceValue(func() image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 424, 600))
	for y := range 600 {
		for x := range 424 {
			c := color.RGBA{0xfb, 0xf8, 0xf0, 0xff}
			if y > 120 && y%36 < 4 && x > 60 && x < 360 || x < 14 || y < 14 || x > 409 || y > 585 {
				c = color.RGBA{0x9a, 0x2a, 0x22, 0xff}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
})
