package presenttest

import (
	"bytes"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/ui/present"
)

// Behaves holds a store in the words of the presenters to what presenters rely
// on. The store on the disk and the one in memory both run it, so that what is
// shown over the one is true of the other. fresh gives an empty store.
func Behaves(t *testing.T, fresh func(*testing.T) present.Ports) {
	for name, test := range map[string]func(*testing.T, present.Ports){
		"drafts": drafts1, "the list": list, "the bin": bin, "files": files1, "the outbox": outbox1, "the past": past1, "settings": settings1, "the refuge": refuge1,
	} {
		t.Run(name, func(t *testing.T) { test(t, fresh(t)) })
	}
}

func must[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func wants(t *testing.T, what string, err error, kind exam.Kind) {
	t.Helper()
	if got := exam.KindOf(err); got != kind {
		t.Errorf("%s gives %q, want %q", what, got, kind)
	}
}

func made(t *testing.T, p present.Ports, doc exam.Document) exam.Draft {
	t.Helper()
	return must[exam.Draft](t)(p.Drafts.Create(doc, exam.PackRef{ID: "038-2026", Version: 1}))
}

func drafts1(t *testing.T, p present.Ports) {
	d := made(t, p, Complete())
	if d.Revision != 1 || d.State != exam.StateDraft || d.ID == "" || d.Pack.ID != "038-2026" {
		t.Errorf("made is %+v", d)
	}
	got := must[exam.Draft](t)(p.Drafts.Draft(d.ID))
	if !bytes.Equal(got.Document.Encode(), Complete().Encode()) || got.Revision != 1 {
		t.Errorf("read back is revision %d", got.Revision)
	}
	doc := Complete()
	doc.City = "洛阳市"
	if d = must[exam.Draft](t)(p.Drafts.Save(d.ID, doc)); d.Revision != 2 || d.Document.City != "洛阳市" {
		t.Errorf("saved is revision %d with %q", d.Revision, d.Document.City)
	}
	if d = must[exam.Draft](t)(p.Drafts.Save(d.ID, doc)); d.Revision != 2 {
		t.Errorf("saving the same again makes revision %d", d.Revision)
	}
	_, err := p.Drafts.Draft(exam.NewDraftID())
	wants(t, "an unknown draft", err, exam.KindNotFound)
	_, err = p.Drafts.Save(exam.NewDraftID(), doc)
	wants(t, "saving an unknown draft", err, exam.KindNotFound)
}

func refuge1(t *testing.T, p present.Ports) {
	d, folder := made(t, p, Complete()), t.TempDir()
	doc := Complete()
	doc.City = "洛阳市"
	path := must[string](t)(p.Rescue.Evacuate(folder, d.ID, doc))
	second := must[string](t)(p.Rescue.Evacuate(folder, d.ID, Complete()))
	if path == second || filepath.Dir(path) != folder {
		t.Errorf("kept as %s and %s", path, second)
	}
	id, got, err := p.Rescue.Reclaim(path)
	if err != nil || id != d.ID || got.City != "洛阳市" {
		t.Errorf("brought back %s of %s: %v", got.City, id, err)
	}
	if d = must[exam.Draft](t)(p.Drafts.Draft(d.ID)); d.Revision != 1 {
		t.Errorf("keeping it elsewhere made revision %d", d.Revision)
	}
	_, _, err = p.Rescue.Reclaim(filepath.Join(folder, "none.wenbao"))
	wants(t, "a file that is not there", err, exam.KindNotFound)
}

func list(t *testing.T, p present.Ports) {
	var ids []exam.DraftID
	for _, name := range []string{"李小满", "王小雪", "李大寒"} {
		ids = append(ids, made(t, p, exam.Document{Name: name, IDNumber: Number("41010519900307123")}).ID)
	}
	rows, total, err := p.Drafts.Recent("", 2)
	if err != nil || len(rows) != 2 || total != 3 {
		t.Fatalf("%d rows of %d: %v", len(rows), total, err)
	}
	rows, total, err = p.Drafts.Recent("李", 50)
	if err != nil || len(rows) != 2 || total != 2 {
		t.Errorf("李 finds %d of %d: %v", len(rows), total, err)
	}
	if rows, total, _ = p.Drafts.Recent("赵", 50); len(rows) != 0 || total != 0 {
		t.Errorf("赵 finds %d of %d", len(rows), total)
	}
	rows, _, _ = p.Drafts.Recent("王", 50)
	if len(rows) != 1 || rows[0].ID != ids[1] || rows[0].Name != "王小雪" || rows[0].IDTail != Number("41010519900307123")[14:] || rows[0].State != exam.StateDraft || rows[0].Transport != exam.TransportLocal || rows[0].Edited {
		t.Errorf("the row is %+v", rows)
	}
}

func bin(t *testing.T, p present.Ports) {
	d := made(t, p, exam.Document{Name: "李小满"})
	if err := p.Drafts.Delete(d.ID); err != nil {
		t.Fatal(err)
	}
	if _, total, _ := p.Drafts.Recent("", 50); total != 0 {
		t.Errorf("%d drafts are listed beside the bin", total)
	}
	if got := must[exam.Draft](t)(p.Drafts.Draft(d.ID)); got.Document.Name != "李小满" || got.Deleted.IsZero() {
		t.Errorf("in the bin it reads %q, deleted %v", got.Document.Name, got.Deleted)
	}
	_, err := p.Drafts.Save(d.ID, exam.Document{Name: "王小雪"})
	wants(t, "saving into the bin", err, exam.KindState)
	if inBin := must[[]present.Summary](t)(p.Attic.Bin()); len(inBin) != 1 || inBin[0].ID != d.ID {
		t.Errorf("the bin holds %v", inBin)
	}
	if err := p.Drafts.Undelete(d.ID); err != nil {
		t.Fatal(err)
	}
	if _, total, _ := p.Drafts.Recent("", 50); total != 1 || !must[exam.Draft](t)(p.Drafts.Draft(d.ID)).Deleted.IsZero() {
		t.Errorf("%d drafts are listed once it is back", total)
	}
	if err := p.Drafts.Delete(d.ID); err != nil {
		t.Fatal(err)
	}
	if err := p.Attic.Purge(d.ID); err != nil {
		t.Fatal(err)
	}
	_, err = p.Drafts.Draft(d.ID)
	wants(t, "a purged draft", err, exam.KindNotFound)
}

func files1(t *testing.T, p present.Ports) {
	d := made(t, p, Complete())
	photo := exam.File{Kind: exam.FilePhoto, Type: "image/jpeg", Name: "报名照片.jpg"}
	paper := exam.File{Kind: "diploma", Type: "application/pdf", Name: "毕业证书.pdf"}
	d = must[exam.Draft](t)(p.Files.Attach(d.ID, photo, []byte("first")))
	if f, ok := d.Photo(); !ok || f.SHA256 != exam.Digest([]byte("first")) || f.Size != 5 || f.Name != photo.Name || d.Revision != 2 {
		t.Errorf("attached is %+v at revision %d", f, d.Revision)
	}
	if again := must[exam.Draft](t)(p.Files.Attach(d.ID, photo, []byte("first"))); again.Revision != d.Revision || len(again.Files) != 1 {
		t.Errorf("the same again makes revision %d of %d files", again.Revision, len(again.Files))
	}
	d = must[exam.Draft](t)(p.Files.Attach(d.ID, photo, []byte("second")))
	d = must[exam.Draft](t)(p.Files.Attach(d.ID, paper, []byte("%PDF-1")))
	d = must[exam.Draft](t)(p.Files.Attach(d.ID, paper, []byte("%PDF-2")))
	if len(d.Files) != 3 {
		t.Errorf("a second photo and two papers make %d files", len(d.Files))
	}
	if raw := must[[]byte](t)(p.Files.File(exam.Digest([]byte("second")))); string(raw) != "second" {
		t.Errorf("read back is %q", raw)
	}
	if kept := must[exam.Draft](t)(p.Drafts.Save(d.ID, exam.Document{City: "郑州市"})); len(kept.Files) != 3 {
		t.Errorf("a save leaves %d files", len(kept.Files))
	}
	d = must[exam.Draft](t)(p.Files.Detach(d.ID, "diploma", exam.Digest([]byte("%PDF-1"))))
	if len(d.Files) != 2 || slices.ContainsFunc(d.Files, func(f exam.File) bool { return f.SHA256 == exam.Digest([]byte("%PDF-1")) }) {
		t.Errorf("taken out of are %v", d.Files)
	}
	_, err := p.Files.Detach(d.ID, "diploma", exam.Digest([]byte("%PDF-1")))
	wants(t, "taking out what is not there", err, exam.KindNotFound)
	_, err = p.Files.File(exam.Digest([]byte("never")))
	wants(t, "unknown bytes", err, exam.KindNotFound)
	_, err = p.Files.Attach(d.ID, paper, nil)
	wants(t, "an empty file", err, exam.KindInvalid)
}

func outbox1(t *testing.T, p present.Ports) {
	d := made(t, p, Complete())
	entry := exam.StepEntry(d, exam.ActionSubmit, []byte(`{}`), time.Now())
	d = must[exam.Draft](t)(p.Outbox.Queue(entry, exam.StateQueued))
	if d.State != exam.StateQueued {
		t.Errorf("queued it is %s", d.State)
	}
	waiting := must[[]exam.Entry](t)(p.Outbox.Entries())
	if len(waiting) != 1 || waiting[0].ID != entry.ID || waiting[0].Draft != d.ID || waiting[0].Aside || string(waiting[0].Content) != "{}" {
		t.Fatalf("the outbox holds %+v", waiting)
	}
	_, err := p.Outbox.Queue(exam.StepEntry(d, exam.ActionSubmit, []byte(`{}`), time.Now()), exam.StateQueued)
	wants(t, "the same step again", err, exam.KindState)
	wants(t, "binning it", p.Drafts.Delete(d.ID), exam.KindState)
	if rows, _, _ := p.Drafts.Recent("", 50); len(rows) != 1 || rows[0].Transport != exam.TransportWaiting || rows[0].State != exam.StateQueued {
		t.Errorf("listed as %+v", rows)
	}
	if err := p.Outbox.Drop(entry.ID); err != nil {
		t.Fatal(err)
	}
	if waiting = must[[]exam.Entry](t)(p.Outbox.Entries()); len(waiting) != 0 {
		t.Errorf("dropped, %d wait", len(waiting))
	}
	if got := must[exam.Draft](t)(p.Drafts.Draft(d.ID)); got.State != exam.StateDraft {
		t.Errorf("dropped it is %s", got.State)
	}
	wants(t, "dropping it again", p.Outbox.Drop(entry.ID), exam.KindNotFound)
	wants(t, "putting back what is not there", p.Outbox.PutBack(entry.ID), exam.KindNotFound)
}

func past1(t *testing.T, p present.Ports) {
	d := made(t, p, exam.Document{City: "零"})
	for _, city := range []string{"一", "二"} {
		d = must[exam.Draft](t)(p.Drafts.Save(d.ID, exam.Document{City: city}))
	}
	versions := must[[]present.Version](t)(p.Past.History(d.ID))
	if len(versions) != 3 || versions[0].Revision != 3 || versions[2].Revision != 1 {
		t.Fatalf("the history is %+v", versions)
	}
	if doc := must[exam.Document](t)(p.Past.At(d.ID, 2)); doc.City != "一" {
		t.Errorf("revision 2 says %q", doc.City)
	}
	if d = must[exam.Draft](t)(p.Past.Restore(d.ID, 1)); d.Revision != 4 || d.Document.City != "零" {
		t.Errorf("restored is revision %d with %q", d.Revision, d.Document.City)
	}
	if versions = must[[]present.Version](t)(p.Past.History(d.ID)); len(versions) != 4 {
		t.Errorf("restoring leaves %d versions", len(versions))
	}
	_, err := p.Past.At(d.ID, 99)
	wants(t, "a version that never was", err, exam.KindNotFound)
	photo := func(content string) string {
		d = must[exam.Draft](t)(p.Files.Attach(d.ID, exam.File{Kind: exam.FilePhoto}, []byte(content)))
		return exam.Digest([]byte(content))
	}
	first := photo("first")
	then := d.Revision
	second := photo("second")
	if versions = must[[]present.Version](t)(p.Past.History(d.ID)); versions[0].Photo != second || versions[1].Photo != first || versions[2].Photo != "" {
		t.Errorf("the photos of the history are %+v", versions)
	}
	d = must[exam.Draft](t)(p.Past.Restore(d.ID, then))
	if f, _ := d.Photo(); f.SHA256 != first {
		t.Errorf("restored is the photo %.8s", f.SHA256)
	}
}

func settings1(t *testing.T, p present.Ports) {
	if raw, err := p.Settings.Setting("nothing"); len(raw) != 0 || err != nil && exam.KindOf(err) != exam.KindNotFound {
		t.Errorf("a setting never set is %q, %v", raw, err)
	}
	for _, value := range []string{"one", "two"} {
		if err := p.Settings.SetSetting("key", []byte(value)); err != nil {
			t.Fatal(err)
		}
		if raw := must[[]byte](t)(p.Settings.Setting("key")); string(raw) != value {
			t.Errorf("set to %q it is %q", value, raw)
		}
	}
}
