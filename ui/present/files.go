package present

import (
	"bytes"
	"context"
	"image"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"wenbao/exam"
)

// files is what the form knows about the bytes of its files.
type files struct {
	photo    []byte // the processed photo, JPEG
	portrait Portrait
	picture  int // counts the portraits: what was begun for one must not end on another
	crop     Crop
	found    []Finding
	made     []byte // what crop gives, not attached yet
	source   exam.File
	original []byte
	busy     bool
	reading  bool              // the photo that is attached is being read
	unread   bool              // it could not be read
	others   map[string][]byte // photos of other versions, by SHA-256; nil while they are not here
	trouble  Text
}

// PhotoView is the page of the photo.
type PhotoView struct {
	Photo    []byte      // the photo as it is attached, JPEG; nil none
	Source   image.Image // the picture being cropped; nil none
	Width    int         // of the picture in real pixels
	Height   int
	Crop     Crop
	Made     []byte // the photo as the crop gives it; nil when it would be refused
	Found    []Finding
	Busy     bool
	Reading  bool // there is a photo, and it is not read yet
	Locked   bool
	Original bool // the picture it was made of is kept, and can be gone back to
	Trouble  Text
	Spec     exam.PhotoSpec
	Problems []Shown
}

// Photo gives the page of the photo.
func (f *Form) Photo() PhotoView {
	v := PhotoView{Photo: f.files.photo, Crop: f.files.crop, Made: f.files.made, Found: f.files.found, Busy: f.files.busy,
		Reading: f.files.reading, Trouble: f.files.trouble, Locked: f.locked("photo"), Spec: f.pack.Photo, Problems: f.problems("photo")}
	_, v.Original = f.original()
	if f.files.unread && v.Trouble.Empty() {
		v.Trouble = T("ui.photo.unreadable")
	}
	if f.files.portrait != nil {
		v.Source, v.Width, v.Height = f.files.portrait.Preview()
	}
	return v
}

// readFiles reads the photo that is attached.
func (f *Form) readFiles() {
	ref, ok := f.draft.Photo()
	f.files.photo, f.files.reading, f.files.unread = nil, ok, false
	if !ok {
		return
	}
	f.desk.loop.Go(context.Background(), func(context.Context) func() {
		raw, err := f.desk.ports.Files.File(ref.SHA256)
		return func() {
			if now, _ := f.draft.Photo(); now.SHA256 != ref.SHA256 {
				return // another one took its place meanwhile
			}
			f.files.photo, f.files.reading, f.files.unread = raw, false, err != nil
			f.desk.changed()
		}
	})
}

// picture gives a photo of any version, and what there is to say of it. One that is
// not here yet is looked for again when the store has changed.
func (f *Form) picture(sha256 string) ([]byte, Text) {
	if sha256 == "" {
		return nil, Text{}
	}
	raw, known := f.files.others[sha256]
	if !known {
		if f.files.others == nil {
			f.files.others = map[string][]byte{}
		}
		others := f.files.others // they may be dropped meanwhile
		others[sha256] = nil
		f.desk.loop.Go(context.Background(), func(context.Context) func() {
			raw, err := f.desk.ports.Files.File(sha256)
			return func() {
				if err == nil {
					others[sha256] = raw
					f.desk.changed()
				}
			}
		})
	}
	if raw == nil {
		return nil, T("ui.conflict.photo.coming")
	}
	return raw, Size(int64(len(raw)))
}

// TakePicture opens a candidate's picture, by its path, to make the photo of it.
func (f *Form) TakePicture(path string) { f.TakeTyped(path, func() {}) }

// TakeTyped is TakePicture of a path that was typed; unread is told when there is
// no such file, or none that can be read.
func (f *Form) TakeTyped(path string, unread func()) {
	f.message = nil
	f.desk.changed()
	f.read(path, exam.MaxOriginalBytes, func(name string, raw []byte) {
		f.files.busy = true
		f.desk.changed()
		f.desk.loop.Go(context.Background(), func(context.Context) func() {
			p, why, err := f.desk.ports.Photos.Open(raw)
			return func() { f.pictured(name, raw, p, why, err) }
		})
	}, unread)
}

// original gives the file that the photo was made of, which is sealed in the store.
func (f *Form) original() (exam.File, bool) {
	for _, file := range f.draft.Files {
		if file.Kind == exam.FilePhotoOriginal {
			return file, true
		}
	}
	return exam.File{}, false
}

// Reopen goes back to the picture that the photo was made of, to make it anew.
func (f *Form) Reopen() {
	file, ok := f.original()
	if !ok || f.files.busy {
		return
	}
	f.files.busy = true
	f.desk.changed()
	f.desk.loop.Go(context.Background(), func(context.Context) func() {
		raw, err := f.desk.ports.Files.File(file.SHA256)
		if err != nil {
			return func() { f.files.busy = false; f.desk.failed(err) }
		}
		p, why, err := f.desk.ports.Photos.Open(raw)
		return func() { f.pictured(file.Name, raw, p, why, err) }
	})
}

func (f *Form) pictured(name string, raw []byte, p Portrait, why []Finding, err error) {
	f.files.busy = false
	if err != nil {
		f.files.trouble, f.files.found = T("ui.photo.cannot_open"), why
		f.desk.changed()
		return
	}
	f.files.portrait, f.files.original, f.files.trouble = p, raw, Text{}
	f.files.made, f.files.found = nil, nil // of the picture before
	f.files.picture++
	f.files.source = exam.File{Kind: exam.FilePhotoOriginal, Type: typeOf(name), Name: name}
	f.Frame(p.Proposed())
}

// Frame moves the crop and shows what comes of it. While one picture is made,
// only the newest crop waits.
func (f *Form) Frame(c Crop) {
	f.files.crop = c
	if f.files.busy || f.files.portrait == nil {
		f.desk.changed()
		return
	}
	f.files.busy = true
	p, picture := f.files.portrait, f.files.picture
	f.desk.loop.Go(context.Background(), func(context.Context) func() {
		made, found, err := p.Make(c)
		return func() {
			if f.files.picture != picture {
				return
			}
			f.files.busy = false
			f.files.made, f.files.found = made, found
			if err != nil {
				f.files.trouble = T("ui.photo.cannot_make")
			}
			if f.files.crop != c {
				f.Frame(f.files.crop)
				return
			}
			f.desk.changed()
		}
	})
	f.desk.changed()
}

// UsePhoto attaches the photo as it was made, and the picture it came from,
// which stays on this machine.
func (f *Form) UsePhoto() {
	made, original, source, picture := f.files.made, f.files.original, f.files.source, f.files.picture
	if made == nil {
		return
	}
	f.store("photo", func() (exam.Draft, error) {
		if _, err := f.desk.ports.Files.Attach(f.id, source, original); err != nil {
			return exam.Draft{}, err
		}
		return f.desk.ports.Files.Attach(f.id, exam.File{Kind: exam.FilePhoto, Type: "image/jpeg", Name: f.pack.Photo.FileName}, made)
	}, func() {
		if f.files.picture != picture {
			return // another one is being cropped already
		}
		f.files = files{photo: made, picture: picture + 1}
	})
}

// DropPicture leaves the picture that is being cropped.
func (f *Form) DropPicture() {
	f.files = files{photo: f.files.photo, reading: f.files.reading, unread: f.files.unread, picture: f.files.picture + 1}
	f.desk.changed()
}

// ClearPhoto takes the photo out; it can be undone.
func (f *Form) ClearPhoto() {
	ref, ok := f.draft.Photo()
	if !ok {
		return
	}
	f.takeOut("photo", ref, "ui.undo.photo")
}

// takeOut takes a file out of the draft. The store keeps its bytes, so that it
// can be put back.
func (f *Form) takeOut(step string, file exam.File, told string) {
	drop := func() (exam.Draft, error) { return f.desk.ports.Files.Detach(f.id, file.Kind, file.SHA256) }
	back := func() (exam.Draft, error) {
		raw, err := f.desk.ports.Files.File(file.SHA256)
		if err != nil {
			return exam.Draft{}, err
		}
		return f.desk.ports.Files.Attach(f.id, file, raw)
	}
	f.store(step, drop, func() {
		f.offerUndo(T(told), func() { f.store(step, back, func() {}) })
	})
}

// KeepPhoto writes the photo for the official site, under the name it wants.
func (f *Form) KeepPhoto() {
	if photo := f.files.photo; photo != nil {
		f.desk.keep(f.pack.Photo.FileName, func() ([]byte, error) { return photo, nil }, false)
	}
}

// EvidenceView is one kind of evidence with what is attached.
type EvidenceView struct {
	Kind     exam.FileKind
	Name     Text
	Hint     Text
	Why      []Text
	Early    bool // needed before 提交; otherwise it can follow
	Files    []exam.File
	Needed   bool
	Paper    PaperKind // the program's own paper to start from; "" none
	Problems []Shown
}

// Evidence gives the page of the evidence: what this candidate needs first,
// then what may be added.
func (f *Form) Evidence() (list []EvidenceView, locked bool) {
	for _, e := range f.pack.Evidence {
		v := EvidenceView{Kind: e.ID, Name: Named(e.Name), Hint: Named(e.Hint), Paper: PaperKind(e.Print), Problems: f.problems("attachments." + string(e.ID))}
		for _, r := range f.report.Evidence {
			if r.ID == e.ID {
				v.Needed, v.Early = true, r.Early
				for _, c := range r.Because {
					v.Why = append(v.Why, T("case."+string(c)))
				}
			}
		}
		for _, file := range f.draft.Files {
			if file.Kind == e.ID {
				v.Files = append(v.Files, file)
			}
		}
		list = append(list, v)
	}
	slices.SortStableFunc(list, func(a, b EvidenceView) int { return order(a) - order(b) })
	return list, f.locked("attachments")
}

func order(v EvidenceView) int {
	switch {
	case v.Needed && v.Early:
		return 0
	case v.Needed:
		return 1
	case len(v.Files) > 0:
		return 2
	}
	return 3
}

func (f *Form) evidenceName(kind exam.FileKind) Text {
	for _, e := range f.pack.Evidence {
		if e.ID == kind {
			return Named(e.Name)
		}
	}
	return Plain(string(kind))
}

// RemoveEvidence takes a file out; it can be undone.
func (f *Form) RemoveEvidence(file exam.File) {
	f.takeOut("evidence "+file.SHA256, file, "ui.undo.evidence")
}

// Drop takes files dropped onto the window, where the step shown has a use for
// them.
func (f *Form) Drop(paths []string) {
	if f.desk.page != PageForm || len(paths) == 0 {
		return
	}
	switch f.step {
	case exam.StepPhoto:
		f.TakePicture(paths[0])
	case exam.StepEvidence:
		list, locked := f.Evidence()
		if len(list) > 0 && !locked {
			for _, p := range paths {
				f.AddEvidence(list[0].Kind, p)
			}
		}
	}
}

// read reads a file the candidate named, or says what is wrong with it, and then
// goes otherwise.
func (f *Form) read(path string, most int64, then func(name string, raw []byte), otherwise func()) {
	path = pasted(path)
	f.desk.loop.Go(context.Background(), func(context.Context) func() {
		raw, err := f.desk.ports.Desktop.Read(path, most)
		return func() {
			switch exam.KindOf(err) {
			case "":
				then(filepath.Base(path), raw)
			case exam.KindTooLarge:
				otherwise()
				f.tell(Trouble, "file.too_large", "megabytes", int(most>>20))
			default:
				otherwise()
				f.tell(Trouble, "file.unreadable", "name", filepath.Base(path))
			}
		}
	})
}

// pasted gives the path that was meant: as typed, quoted as a shell does, or the
// address of a file as file managers copy it (RFC 8089).
func pasted(path string) string {
	path = strings.Trim(strings.TrimSpace(path), `"'`)
	address, ok := strings.CutPrefix(path, "file://")
	if !ok {
		return path
	}
	if plain, err := url.PathUnescape(address); err == nil {
		address = plain
	}
	if len(address) > 2 && address[0] == '/' && address[2] == ':' {
		return address[1:] // a drive of Windows
	}
	return address
}

// store does one thing to the draft and takes over what comes of it. The step's
// name keeps it from being done twice at once; "" is done as often as asked.
func (f *Form) store(step string, do func() (exam.Draft, error), then func()) {
	f.storeOver(f.doc, step, do, then)
}

// storeOver is store, which leaves alone what was typed since the document was as it
// was before.
func (f *Form) storeOver(before exam.Document, step string, do func() (exam.Draft, error), then func()) {
	f.background(step, func() (func(), error) {
		d, err := do()
		return func() {
			typed := f.doc
			f.heard(d)
			f.retype(before, typed, d.Document)
			then()
		}, err
	})
}

// retype puts what was typed since before into the document that the store has made
// meanwhile.
func (f *Form) retype(before, typed, made exam.Document) {
	if alike(before, typed) {
		return
	}
	doc, conflicts := exam.Merge(before, typed, made)
	for _, c := range conflicts {
		_ = doc.Set(c.Path, c.Mine) // the path comes from the merge itself
	}
	if !alike(doc, f.doc) {
		f.doc = doc
		f.edited()
	}
}

func alike(a, b exam.Document) bool { return bytes.Equal(a.Encode(), b.Encode()) }

// background does one thing once all that is typed is saved, and then what it
// returned, or says why it could not be done.
func (f *Form) background(step string, do func() (then func(), err error)) {
	if step != "" && f.doing[step] > 0 {
		return // pressed twice
	}
	f.doing[step]++
	f.saver.step(func() {
		f.desk.loop.Go(context.Background(), func(context.Context) func() {
			then, err := do()
			return func() {
				defer f.did(step)()
				if err != nil {
					f.refused(f.desk.reasonOf(err))
					return
				}
				then()
				f.desk.changed()
			}
		})
	}, func(why reason) { defer f.did(step)(); f.refused(why) })
}

// did tells that a step is done; what it gives is called once what follows has begun,
// and lets the draft go that was left meanwhile.
func (f *Form) did(step string) (then func()) {
	if f.doing[step]--; f.doing[step] == 0 {
		delete(f.doing, step)
	}
	return func() {
		if slices.Contains(f.desk.left, f) {
			f.desk.hold(f)
		}
	}
}

var types = map[string]string{".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".pdf": "application/pdf"}

func typeOf(name string) string { return types[strings.ToLower(filepath.Ext(name))] }

// magic is how a file of each type begins.
var magic = map[string]string{"image/jpeg": "\xff\xd8\xff", "image/png": "\x89PNG\r\n\x1a\n", "application/pdf": "%PDF-"}

func looksLike(typ string, raw []byte) bool {
	m, ok := magic[typ]
	return ok && strings.HasPrefix(string(raw[:min(len(raw), 16)]), m)
}

// Scale makes the crop larger or smaller around its middle.
func (c *Crop) Scale(by float64) {
	c.X -= c.Width * (by - 1) / 2
	c.Y -= c.Height * (by - 1) / 2
	c.Width *= by
	c.Height *= by
}
