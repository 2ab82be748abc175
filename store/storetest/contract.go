package storetest

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/store"
)

var pack = exam.PackRef{ID: "038-2026", Version: 1}

// Run holds a store to the contract of [Port]. open gives an empty one.
func Run(t *testing.T, open func(t *testing.T) Port) {
	for name, test := range map[string]func(*testing.T, Port){
		"a save makes a revision and an equal one makes none":       saves,
		"history gives back every document and restores as a save":  history,
		"the photo of an older revision comes back with it":         photoHistory,
		"the bin is left again or for ever":                         bin,
		"photos replace each other, evidence is added":              files,
		"a queued step and its state come together":                 queue,
		"a step that was set aside is put back, replaced, dropped":  aside,
		"delivery keeps the receipt and is idempotent":              deliver,
		"updates move the cursor and never go back":                 apply,
		"another machine's change waits and is taken in":            elsewhere,
		"settings are kept and forgotten":                           settings,
		"the list shows the last change first and finds by numbers": list,
		"unknown ids are not found":                                 unknown,
		"a subscriber hears of changes and never blocks":            subscribe,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func want(t *testing.T, kind exam.Kind, err error) {
	t.Helper()
	if got := exam.KindOf(err); got != kind {
		t.Fatalf("error of kind %q, want %q: %v", got, kind, err)
	}
}

func create(t *testing.T, p Port, i int) exam.Draft {
	t.Helper()
	return must[exam.Draft](t)(p.Create(Person(i), pack))
}

func saves(t *testing.T, p Port) {
	d := create(t, p, 1)
	if d.Revision != 1 || d.State != exam.StateDraft || d.Pack != pack {
		t.Fatalf("created %+v", d)
	}
	doc := d.Document
	doc.Phone = "19900000099"
	saved := must[exam.Draft](t)(p.Save(d.ID, doc))
	again := must[exam.Draft](t)(p.Save(d.ID, doc))
	read := must[exam.Draft](t)(p.Draft(d.ID))
	if saved.Revision != 2 || again.Revision != 2 || read.Revision != 2 || !sameDocument(read.Document, doc) {
		t.Fatalf("revisions %d, %d, %d", saved.Revision, again.Revision, read.Revision)
	}
	next := exam.PackRef{ID: pack.ID, Version: 2}
	if got := must[exam.Draft](t)(p.SetPack(d.ID, next)); got.Pack != next || got.Revision != 3 {
		t.Fatalf("pack %v at revision %d", got.Pack, got.Revision)
	}
}

func history(t *testing.T, p Port) {
	d := create(t, p, 2)
	docs := []exam.Document{d.Document}
	for i := range 6 {
		doc := Person(2)
		doc.Email = fmt.Sprintf("n%d@example.invalid", i)
		doc.Address = doc.Address[:3*i]
		must[exam.Draft](t)(p.Save(d.ID, doc))
		docs = append(docs, doc)
	}
	versions := must[[]store.Version](t)(p.History(d.ID))
	if len(versions) != 7 || versions[0].Revision != 7 || versions[6].Revision != 1 {
		t.Fatalf("history %+v", versions)
	}
	for i, doc := range docs {
		if got := must[exam.Document](t)(p.At(d.ID, uint64(i+1))); !sameDocument(got, doc) {
			t.Fatalf("revision %d differs", i+1)
		}
	}
	restored := must[exam.Draft](t)(p.Restore(d.ID, 3))
	if restored.Revision != 8 || !sameDocument(restored.Document, docs[2]) {
		t.Fatal("restored", restored.Revision)
	}
	_, err := p.At(d.ID, 99)
	want(t, exam.KindNotFound, err)
}

// photoHistory replaces a photo and its original, and brings the first back with
// the document it stood in; a paper that came since stays.
func photoHistory(t *testing.T, p Port) {
	d := create(t, p, 2)
	attach := func(kind exam.FileKind, content string) exam.File {
		t.Helper()
		d = must[exam.Draft](t)(p.Attach(d.ID, exam.File{Kind: kind}, []byte(content)))
		return exam.File{Kind: kind, SHA256: exam.Digest([]byte(content)), Size: int64(len(content))}
	}
	original := attach(exam.FilePhotoOriginal, "the first picture as it came")
	first := attach(exam.FilePhoto, "the first picture")
	doc := Person(2)
	doc.Email = "first@example.invalid"
	d = must[exam.Draft](t)(p.Save(d.ID, doc))
	then := d.Revision
	attach(exam.FilePhotoOriginal, "the second picture as it came")
	second := attach(exam.FilePhoto, "the second picture")
	paper := attach("diploma", "a diploma")
	doc.Email = "second@example.invalid"
	d = must[exam.Draft](t)(p.Save(d.ID, doc))
	photos := map[uint64]exam.File{1: {}, 2: {}, 3: first, then: first, then + 1: first, then + 2: second, d.Revision: second}
	for _, v := range must[[]store.Version](t)(p.History(d.ID)) {
		if photo, ok := photos[v.Revision]; ok && v.Photo != photo {
			t.Errorf("revision %d had the photo %+v", v.Revision, v.Photo)
		}
	}
	last := d.Revision
	d = must[exam.Draft](t)(p.Restore(d.ID, then))
	slices.SortFunc(d.Files, func(a, b exam.File) int { return strings.Compare(string(a.Kind), string(b.Kind)) })
	if d.Document.Email != "first@example.invalid" || !slices.Equal(d.Files, []exam.File{paper, first, original}) || d.Revision != last+1 {
		t.Fatalf("restored %+v", d.Files)
	}
	if raw := must[[]byte](t)(p.File(first.SHA256)); string(raw) != "the first picture" {
		t.Fatal("its bytes are others")
	}
	if again := must[exam.Draft](t)(p.Restore(d.ID, then)); again.Revision != d.Revision {
		t.Error("restoring what is there makes a revision")
	}
	d = must[exam.Draft](t)(p.Restore(d.ID, last)) // taken back
	if photo, _ := d.Photo(); photo != second || d.Document.Email != "second@example.invalid" {
		t.Fatalf("taken back %+v", d.Files)
	}
	d = must[exam.Draft](t)(p.Restore(d.ID, 1))
	if photo, _ := d.Photo(); photo != second {
		t.Error("a revision without a photo took the present one away")
	}
}

func bin(t *testing.T, p Port) {
	d := create(t, p, 3)
	want(t, exam.KindState, p.Purge(d.ID))
	if err := p.Delete(d.ID); err != nil {
		t.Fatal(err)
	}
	_, err := p.Save(d.ID, Person(4))
	want(t, exam.KindState, err)
	if page := must[store.Page](t)(p.List(store.Query{})); page.Total != 0 {
		t.Fatal("a deleted draft is listed")
	}
	if page := must[store.Page](t)(p.List(store.Query{Bin: true})); page.Total != 1 || page.Rows[0].Deleted.IsZero() {
		t.Fatal("the bin does not show it")
	}
	if err := p.Undelete(d.ID); err != nil {
		t.Fatal(err)
	}
	if got := must[exam.Draft](t)(p.Draft(d.ID)); !got.Deleted.IsZero() || got.Revision != 1 {
		t.Fatalf("undeleted %+v", got)
	}
	shared := []byte("one photo of two drafts")
	other := create(t, p, 4)
	must[exam.Draft](t)(p.Attach(d.ID, exam.File{Kind: exam.FilePhoto}, shared))
	must[exam.Draft](t)(p.Attach(d.ID, exam.File{Kind: "diploma"}, []byte("its own")))
	must[exam.Draft](t)(p.Attach(other.ID, exam.File{Kind: exam.FilePhoto}, shared))
	if err := p.Delete(d.ID); err != nil {
		t.Fatal(err)
	}
	if err := p.Purge(d.ID); err != nil {
		t.Fatal(err)
	}
	_, err = p.Draft(d.ID)
	want(t, exam.KindNotFound, err)
	want(t, exam.KindNotFound, p.Undelete(d.ID))
	_, err = p.File(exam.Digest([]byte("its own")))
	want(t, exam.KindNotFound, err)
	if got := must[[]byte](t)(p.File(exam.Digest(shared))); !bytes.Equal(got, shared) {
		t.Fatal("the other draft's photo is gone")
	}
}

func files(t *testing.T, p Port) {
	d := create(t, p, 5)
	first, second := []byte("first photo"), []byte("second photo")
	must[exam.Draft](t)(p.Attach(d.ID, exam.File{Kind: exam.FilePhoto, Type: "image/jpeg", Name: "我.jpg"}, first))
	must[exam.Draft](t)(p.Attach(d.ID, exam.File{Kind: "diploma", Type: "application/pdf"}, []byte("a")))
	d2 := must[exam.Draft](t)(p.Attach(d.ID, exam.File{Kind: "diploma", Type: "application/pdf"}, []byte("b")))
	if again := must[exam.Draft](t)(p.Attach(d.ID, exam.File{Kind: "diploma"}, []byte("b"))); again.Revision != d2.Revision {
		t.Fatal("the same file again made a revision")
	}
	d = must[exam.Draft](t)(p.Attach(d.ID, exam.File{Kind: exam.FilePhoto, Type: "image/jpeg"}, second))
	photo, ok := d.Photo()
	if !ok || photo.SHA256 != exam.Digest(second) || photo.Size != int64(len(second)) || len(d.Files) != 3 {
		t.Fatalf("files %+v", d.Files)
	}
	d = must[exam.Draft](t)(p.Detach(d.ID, exam.FilePhoto, photo.SHA256))
	if _, ok := d.Photo(); ok {
		t.Fatal("still there")
	}
	for _, data := range [][]byte{first, second} {
		if got := must[[]byte](t)(p.File(exam.Digest(data))); !bytes.Equal(got, data) {
			t.Fatal("what was replaced or taken away cannot be read any more")
		}
	}
	_, err := p.Detach(d.ID, exam.FilePhoto, photo.SHA256)
	want(t, exam.KindNotFound, err)
	_, err = p.Attach(d.ID, exam.File{Kind: "diploma"}, nil)
	want(t, exam.KindInvalid, err)
	_, err = p.Attach(d.ID, exam.File{Kind: "diploma"}, make([]byte, exam.MaxFileBytes+1))
	want(t, exam.KindTooLarge, err)
}

func entryFor(d exam.Draft, a exam.Action) exam.Entry {
	sub := exam.Submission{Schema: 1, ID: d.ID, Pack: d.Pack, Document: d.Document}
	return exam.Entry{ID: exam.NewEntryID(), Draft: d.ID, Action: a, Content: sub.Encode()}
}

func queue(t *testing.T, p Port) {
	d, later := create(t, p, 6), create(t, p, 7)
	e := entryFor(d, exam.ActionSubmit)
	got := must[exam.Draft](t)(p.Queue(e, exam.StateQueued))
	if got.State != exam.StateQueued {
		t.Fatal(got.State)
	}
	_, err := p.Queue(entryFor(d, exam.ActionSubmit), exam.StateQueued)
	want(t, exam.KindState, err)
	want(t, exam.KindState, p.Delete(d.ID))
	e2 := entryFor(later, exam.ActionSubmit)
	must[exam.Draft](t)(p.Queue(e2, exam.StateQueued))
	all := must[[]exam.Entry](t)(p.Entries())
	if len(all) != 2 || all[0].ID != e.ID || all[1].ID != e2.ID || !bytes.Equal(all[0].Content, e.Content) {
		t.Fatalf("outbox %+v", all)
	}
	next := time.UnixMilli(1_800_000_000_000)
	if err := p.Postpone(e.ID, exam.KindUnreachable, next); err != nil {
		t.Fatal(err)
	}
	one := must[exam.Entry](t)(p.Entry(e.ID))
	if one.Attempts != 1 || one.Last != exam.KindUnreachable || !one.Next.Equal(next) {
		t.Fatalf("postponed %+v", one)
	}
	if page := must[store.Page](t)(p.List(store.Query{Transport: exam.TransportWaiting})); page.Total != 2 {
		t.Fatal(page.Total, "wait")
	}
	if err := p.Drop(e.ID); err != nil {
		t.Fatal(err)
	}
	if got := must[exam.Draft](t)(p.Draft(d.ID)); got.State != exam.StateDraft {
		t.Fatal("after dropping", got.State)
	}
}

func aside(t *testing.T, p Port) {
	d := create(t, p, 8)
	e := entryFor(d, exam.ActionSubmit)
	must[exam.Draft](t)(p.Queue(e, exam.StateQueued))
	problems := []exam.Problem{{Field: "phone", Rule: "phone.form", Severity: exam.Block}}
	if err := p.SetAside(e.ID, exam.KindInvalid, problems, nil); err != nil {
		t.Fatal(err)
	}
	one := must[exam.Entry](t)(p.Entry(e.ID))
	if !one.Aside || !reflect.DeepEqual(one.Problems, problems) {
		t.Fatalf("%+v", one)
	}
	if page := must[store.Page](t)(p.List(store.Query{})); page.Rows[0].Transport != exam.TransportSetAside {
		t.Fatal(page.Rows[0].Transport)
	}
	if err := p.PutBack(e.ID); err != nil {
		t.Fatal(err)
	}
	if one := must[exam.Entry](t)(p.Entry(e.ID)); one.Aside || len(one.Problems) > 0 {
		t.Fatalf("%+v", one)
	}
	current := exam.Registration{ID: d.ID, Number: "1", Version: 4, State: exam.StateSubmitted}
	if err := p.SetAside(e.ID, exam.KindConflict, nil, &current); err != nil {
		t.Fatal(err)
	}
	if page := must[store.Page](t)(p.List(store.Query{})); page.Rows[0].Transport != exam.TransportConflict {
		t.Fatal(page.Rows[0].Transport)
	}
	merged := entryFor(d, exam.ActionSubmit)
	must[exam.Draft](t)(p.Queue(merged, exam.StateQueued))
	all := must[[]exam.Entry](t)(p.Entries())
	if len(all) != 1 || all[0].ID != merged.ID {
		t.Fatalf("the step set aside was not replaced: %+v", all)
	}
}

var serverKey = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))

// Answer makes what a server says to a submission: the registration and a
// signed receipt.
func Answer(id exam.DraftID, content []byte, version int, state exam.State) (exam.Registration, exam.Receipt) {
	at := time.Unix(1_770_000_000+int64(version), 0).UTC()
	reg := exam.Registration{ID: id, Number: fmt.Sprintf("41000020260%s", id[len(id)-6:]), Version: version, State: state, Digest: exam.Digest(content), Content: content,
		History: []exam.Event{{Version: version, State: state, Action: exam.ActionVerify, Actor: exam.System, At: at}}}
	r := exam.Sign(serverKey, exam.Statement{ID: id, Number: reg.Number, Version: version, State: state, Digest: reg.Digest, SignedAt: at})
	return reg, r
}

func deliver(t *testing.T, p Port) {
	d := create(t, p, 9)
	e := entryFor(d, exam.ActionSubmit)
	must[exam.Draft](t)(p.Queue(e, exam.StateQueued))
	reg, r := Answer(d.ID, e.Content, 1, exam.StateSubmitted)
	for range 3 {
		if err := p.Deliver(e.ID, reg, r); err != nil {
			t.Fatal(err)
		}
		got := must[exam.Draft](t)(p.Draft(d.ID))
		if got.State != exam.StateSubmitted || got.Number() != reg.Number || got.Delivered == nil || !reflect.DeepEqual(*got.Delivered, r) {
			t.Fatalf("delivered %+v", got)
		}
		if list := must[[]exam.Receipt](t)(p.Receipts(d.ID)); len(list) != 1 || !reflect.DeepEqual(list[0], r) {
			t.Fatalf("%d receipts", len(list))
		}
		if all := must[[]exam.Entry](t)(p.Entries()); len(all) != 0 {
			t.Fatal("the entry is still there")
		}
	}
	if row := must[store.Page](t)(p.List(store.Query{})).Rows[0]; row.Transport != exam.TransportDelivered || row.Edited {
		t.Fatalf("row %+v", row)
	}
	doc := d.Document
	doc.Email = "later@example.invalid"
	edited := must[exam.Draft](t)(p.Save(d.ID, doc))
	if edited.State != exam.StateSubmitted {
		t.Fatal("an edit changed the state")
	}
	if row := must[store.Page](t)(p.List(store.Query{})).Rows[0]; !row.Edited || row.Transport == exam.TransportDelivered {
		t.Fatalf("an edited draft is shown as delivered: %+v", row)
	}
	dropped := entryFor(edited, exam.ActionSubmit)
	must[exam.Draft](t)(p.Queue(dropped, exam.StateQueued))
	if err := p.Drop(dropped.ID); err != nil {
		t.Fatal(err)
	}
	if got := must[exam.Draft](t)(p.Draft(d.ID)); got.State != exam.StateSubmitted {
		t.Fatal("after dropping", got.State)
	}
	reg2, r2 := Answer(d.ID, dropped.Content, 2, exam.StateSubmitted)
	if err := p.Deliver(dropped.ID, reg2, r2); err != nil {
		t.Fatal("an answer that came after the step was dropped:", err)
	}
	if list := must[[]exam.Receipt](t)(p.Receipts(d.ID)); len(list) != 2 {
		t.Fatalf("%d receipts", len(list))
	}
}

func apply(t *testing.T, p Port) {
	d := create(t, p, 10)
	e := entryFor(d, exam.ActionSubmit)
	must[exam.Draft](t)(p.Queue(e, exam.StateQueued))
	reg, r := Answer(d.ID, e.Content, 1, exam.StateSubmitted)
	if err := p.Deliver(e.ID, reg, r); err != nil {
		t.Fatal(err)
	}
	verified, r3 := Answer(d.ID, e.Content, 3, exam.StateVerified)
	verified.Content = nil
	older, r2 := Answer(d.ID, e.Content, 2, exam.StateManualReview)
	foreign := exam.NewDraftID()
	sub := exam.Submission{Schema: 1, ID: foreign, Pack: pack, Document: Person(11)}
	reg4, r4 := Answer(foreign, sub.Encode(), 5, exam.StateConfirmed)
	for range 2 {
		if err := p.Apply("c7", []exam.Update{{Registration: verified, Receipt: r3}, {Registration: older, Receipt: r2}, {Registration: reg4, Receipt: r4}}, map[string][]byte{"sync.notices": bytes.Repeat([]byte("n"), 1<<20)}); err != nil {
			t.Fatal(err)
		}
	}
	if v := must[[]byte](t)(p.Setting("sync.notices")); len(v) != 1<<20 {
		t.Fatalf("a setting that came with the cursor has %d bytes", len(v))
	}
	if c := must[string](t)(p.Cursor()); c != "c7" {
		t.Fatalf("cursor %q", c)
	}
	got := must[exam.Draft](t)(p.Draft(d.ID))
	if got.State != exam.StateVerified || got.Registration.Version != 3 || !bytes.Equal(got.Registration.Content, e.Content) {
		t.Fatalf("%s at version %d", got.State, got.Registration.Version)
	}
	adopted := must[exam.Draft](t)(p.Draft(foreign))
	if adopted.State != exam.StateConfirmed || adopted.Document.Name != Person(11).Name || adopted.Number() != reg4.Number {
		t.Fatalf("adopted %+v", adopted)
	}
	if err := p.Delete(foreign); err != nil {
		t.Fatal(err)
	}
	if err := p.Purge(foreign); err != nil {
		t.Fatal(err)
	}
	if err := p.Apply("c8", []exam.Update{{Registration: reg4, Receipt: r4}}, nil); err != nil {
		t.Fatal(err)
	}
	_, err := p.Draft(foreign)
	want(t, exam.KindNotFound, err)
}

// Whose change is whose must stay known until the two are merged: or the older
// one would win without a word.
func elsewhere(t *testing.T, p Port) {
	d := create(t, p, 12)
	submission := func(doc exam.Document) []byte {
		return exam.Submission{Schema: 1, ID: d.ID, Pack: pack, Document: doc}.Encode()
	}
	e := entryFor(d, exam.ActionSubmit)
	e.Content = submission(d.Document)
	must[exam.Draft](t)(p.Queue(e, exam.StateQueued))
	reg, r := Answer(d.ID, e.Content, 1, exam.StateSubmitted)
	if err := p.Deliver(e.ID, reg, r); err != nil {
		t.Fatal(err)
	}
	verified, r2 := Answer(d.ID, e.Content, 2, exam.StateVerified)
	verified.Content = nil
	update := func(cursor string, reg exam.Registration, r exam.Receipt) exam.Draft {
		t.Helper()
		if err := p.Apply(cursor, []exam.Update{{Registration: reg, Receipt: r}}, nil); err != nil {
			t.Fatal(err)
		}
		return must[exam.Draft](t)(p.Draft(d.ID))
	}
	if got := update("c1", verified, r2); got.Elsewhere() != nil || got.Base == nil || got.Base.Version != 2 {
		t.Fatalf("after a step of the server the base is %+v", got.Base)
	}
	theirs := d.Document
	theirs.Email = "theirs@example.invalid"
	changed, r3 := Answer(d.ID, submission(theirs), 3, exam.StateSubmitted)
	later, r4 := Answer(d.ID, submission(theirs), 4, exam.StateVerified)
	update("c2", changed, r3)
	got := update("c3", later, r4)
	if got.Elsewhere() == nil || got.Elsewhere().Version != 4 || got.Base.Version != 2 || !bytes.Equal(got.Base.Content, e.Content) {
		t.Fatalf("another machine's change: base %+v, registration %+v", got.Base, got.Registration)
	}
	if h := got.Base.History; len(h) == 0 || h[len(h)-1].Version != 2 {
		t.Fatalf("by which step the base came about is not known: %+v", h)
	}
	if !sameDocument(got.Document, d.Document) {
		t.Fatal("a change elsewhere changed the document")
	}
	if row := must[store.Page](t)(p.List(store.Query{})).Rows[0]; row.Transport != exam.TransportConflict {
		t.Fatalf("listed as %s", row.Transport)
	}
	if s := exam.StepEntry(got, exam.ActionSubmit, nil, time.Time{}); s.Base != 2 {
		t.Fatalf("a submission builds on %d", s.Base)
	}
	want(t, exam.KindInvalid, second(p.Rebase(d.ID, theirs, nil, ofAnother(later))))
	merged := theirs
	merged.Title = "mine"
	photo := func(n int) []byte { return bytes.Repeat([]byte{byte(n)}, 20_000) }
	theirPhoto := photo(40)
	sha := exam.Digest(theirPhoto)
	attached := []exam.File{{Kind: exam.FilePhoto, SHA256: sha, Size: int64(len(theirPhoto)), Type: "image/jpeg"}}
	got = must[exam.Draft](t)(p.Rebase(d.ID, merged, attached, later))
	if got.Elsewhere() != nil || got.Base.Version != 4 || !sameDocument(got.Document, merged) || got.Revision != d.Revision+2 || !slices.Equal(got.Files, attached) {
		t.Fatalf("taken in: revision %d, base %+v, files %+v", got.Revision, got.Base, got.Files)
	}
	for revision, was := range map[uint64]exam.Document{d.Revision: d.Document, d.Revision + 1: theirs} {
		if past := must[exam.Document](t)(p.At(d.ID, revision)); !sameDocument(past, was) {
			t.Fatalf("revision %d is not in the history", revision)
		}
	}
	want(t, exam.KindNotFound, second(p.File(sha)))
	want(t, exam.KindInvalid, p.Keep(d.ID, attached[0], photo(41)))
	if err := p.Keep(d.ID, attached[0], theirPhoto); err != nil {
		t.Fatal(err)
	}
	if err := p.Keep(d.ID, exam.File{Kind: exam.FilePhoto, SHA256: exam.Digest(photo(42))}, photo(42)); err != nil {
		t.Fatal(err)
	}
	if now := must[exam.Draft](t)(p.Draft(d.ID)); now.Revision != got.Revision || !slices.Equal(now.Files, attached) {
		t.Fatalf("bytes that came changed what is attached: %+v", now.Files)
	}
	for n, sha := range map[int]string{40: sha, 42: exam.Digest(photo(42))} {
		if raw := must[[]byte](t)(p.File(sha)); !bytes.Equal(raw, photo(n)) {
			t.Fatal("the bytes that came are others")
		}
	}
	if row := must[store.Page](t)(p.List(store.Query{})).Rows[0]; !row.Edited || row.Transport == exam.TransportDelivered {
		t.Fatalf("a merge that was not handed in is shown as %s", row.Transport)
	}
	got = must[exam.Draft](t)(p.Rebase(d.ID, theirs, nil, later))
	if row := must[store.Page](t)(p.List(store.Query{})).Rows[0]; row.Edited || row.Transport != exam.TransportDelivered || !reflect.DeepEqual(*got.Delivered, r4) {
		t.Fatalf("exactly what the server has is shown as %s", row.Transport)
	}
	must[exam.Draft](t)(p.Rebase(d.ID, merged, nil, later))
	got = must[exam.Draft](t)(p.Rebase(d.ID, d.Document, nil, verifiedWith(verified, e.Content)))
	if got.Elsewhere() == nil || got.Elsewhere().Version != 4 || got.Base.Version != 2 {
		t.Fatalf("a merge taken back: base %+v", got.Base)
	}
}

// verifiedWith gives a registration whose list entry came without its content.
func verifiedWith(r exam.Registration, content []byte) exam.Registration {
	r.Content = content
	return r
}

// ofAnother makes a registration one of another draft.
func ofAnother(r exam.Registration) exam.Registration {
	r.ID = exam.NewDraftID()
	return r
}

func settings(t *testing.T, p Port) {
	if got := must[[]byte](t)(p.Setting("server.device")); got != nil {
		t.Fatal("a setting from nowhere")
	}
	if err := p.SetSetting("server.device", []byte("secret")); err != nil {
		t.Fatal(err)
	}
	if got := must[[]byte](t)(p.Setting("server.device")); string(got) != "secret" {
		t.Fatalf("%q", got)
	}
	if err := p.SetSetting("server.device", nil); err != nil {
		t.Fatal(err)
	}
	if got := must[[]byte](t)(p.Setting("server.device")); got != nil {
		t.Fatal("it was not forgotten")
	}
}

func list(t *testing.T, p Port) {
	var ids []exam.DraftID
	for i := range 120 {
		ids = append(ids, create(t, p, i).ID)
	}
	page := must[store.Page](t)(p.List(store.Query{}))
	if page.Total != 120 || len(page.Rows) != 50 || page.Rows[0].ID != ids[119] {
		t.Fatalf("%d of %d", len(page.Rows), page.Total)
	}
	must[exam.Draft](t)(p.Save(ids[5], Person(500)))
	page = must[store.Page](t)(p.List(store.Query{Limit: 2}))
	if page.Rows[0].ID != ids[5] || page.Rows[1].ID != ids[119] || page.Rows[0].IDTail != IDNumber(500)[14:] {
		t.Fatalf("%+v", page.Rows)
	}
	rest := must[store.Page](t)(p.List(store.Query{Limit: 30, Offset: 100}))
	if len(rest.Rows) != 20 || rest.Rows[19].ID != ids[0] {
		t.Fatalf("the last page has %d rows", len(rest.Rows))
	}
	for text, id := range map[string]exam.DraftID{Person(7).Phone: ids[7], IDNumber(33): ids[33], IDNumber(500): ids[5]} {
		if got := must[store.Page](t)(p.List(store.Query{Search: text})); got.Total != 1 || got.Rows[0].ID != id {
			t.Fatalf("a whole number found %d", got.Total)
		}
	}
}

func unknown(t *testing.T, p Port) {
	id, entry := exam.NewDraftID(), exam.NewEntryID()
	reg, r := Answer(id, []byte("x"), 1, exam.StateSubmitted)
	for name, err := range map[string]error{
		"Draft": second(p.Draft(id)), "Save": second(p.Save(id, exam.Document{})), "History": second(p.History(id)),
		"Receipts": second(p.Receipts(id)), "Attach": second(p.Attach(id, exam.File{Kind: "photo"}, []byte("x"))), "Delete": p.Delete(id), "Purge": p.Purge(id),
		"Queue": second(p.Queue(exam.Entry{ID: entry, Draft: id, Action: exam.ActionSubmit}, exam.StateQueued)), "Entry": second(p.Entry(entry)),
		"Postpone": p.Postpone(entry, exam.KindUnreachable, time.Time{}), "Drop": p.Drop(entry), "Deliver": p.Deliver(entry, reg, r), "File": second(p.File("00")),
	} {
		if exam.KindOf(err) != exam.KindNotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func subscribe(t *testing.T, p Port) {
	changes, cancel := p.Subscribe()
	d := create(t, p, 1)
	if c := <-changes; c.Draft != d.ID || c.What != store.DraftChanged {
		t.Fatalf("%+v", c)
	}
	for i := range 600 { // nobody reads meanwhile
		doc := Person(1)
		doc.Title = fmt.Sprint(i)
		must[exam.Draft](t)(p.Save(d.ID, doc))
	}
	cancel()
	cancel()
	n := 0
	for range changes {
		n++
	}
	if n == 0 {
		t.Fatal("it heard nothing")
	}
}

func sameDocument(a, b exam.Document) bool { return bytes.Equal(a.Encode(), b.Encode()) }
