package local

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/boltdb"
	"wenbao/server/servertest"
	"wenbao/store"
	"wenbao/store/storetest"
	wsync "wenbao/sync"
	"wenbao/sync/synctest"
)

var yesterdaysSigner = ed25519.NewKeyFromSeed([]byte("a key for tests, known to all..."))

// serve starts a real server on the database in a folder; its end is the test's.
func serve(t *testing.T, dir string) (*server.Server, *boltdb.DB) {
	t.Helper()
	db, err := boltdb.Open(dir, boltdb.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.New(server.Config{Repository: db, Rules: server.NewPackRules(Packs()...), Signer: yesterdaysSigner, Practice: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Drain(); db.Close() })
	return s, db
}

// desk is one machine with a real store and the engine as the programs wire it.
type desk struct {
	t  *testing.T
	st *store.Store
	e  *wsync.Engine
}

func openDesk(t *testing.T, dir string, s *server.Server) desk {
	t.Helper()
	return deskOn(t, storetest.OpenAt(t, dir, storetest.Options()), s)
}

func deskOn(t *testing.T, st *store.Store, s *server.Server) desk {
	t.Helper()
	d := desk{t: t, st: st}
	c := Engine(d.st, "http://127.0.0.1:1", []ed25519.PublicKey{yesterdaysSigner.Public().(ed25519.PublicKey)})
	c.Transport = synctest.Handler{Handler: servertest.Witness(t, s)}
	e, err := wsync.New(c)
	if err != nil {
		t.Fatal(err)
	}
	d.e = e
	return d
}

// submit queues the registration of person n with a photo.
func (d desk) submit(n int) exam.DraftID {
	d.t.Helper()
	draft, err := d.st.Create(synctest.Document(n), exam.PackRef{ID: "038-2026", Version: 1})
	if err == nil {
		draft, err = d.st.Attach(draft.ID, exam.File{Kind: exam.FilePhoto, Type: "image/jpeg"}, synctest.Photo(rand.New(rand.NewPCG(uint64(n), 1)), 22_000))
	}
	if err != nil {
		d.t.Fatal(err)
	}
	d.again(draft.ID, synctest.Document(n).Address)
	return draft.ID
}

// again hands a registration in as it stands here, with another address.
func (d desk) again(id exam.DraftID, address string) exam.EntryID {
	d.t.Helper()
	draft, err := d.st.Draft(id)
	doc := draft.Document
	doc.Address = address
	if err == nil {
		draft, err = d.st.Save(id, doc)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	e := synctest.Submit(id, 0, doc, draft.Files...)
	if draft.Registration != nil {
		e.Base = draft.Registration.Version
	}
	if _, err := d.st.Queue(e, exam.StateQueued); err != nil {
		d.t.Fatal(err)
	}
	return e.ID
}

func (d desk) step(id exam.DraftID, a exam.Action) {
	d.t.Helper()
	draft, err := d.st.Draft(id)
	if err == nil {
		_, err = d.st.Queue(exam.StepEntry(draft, a, nil, time.Now()), exam.StateQueued)
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d desk) sync(delivered int) {
	d.t.Helper()
	if err := d.st.SetSetting("sync.compared", nil); err != nil {
		d.t.Fatal(err)
	}
	r, err := d.e.Once(d.t.Context())
	if err != nil || r.Delivered != delivered || r.Waiting != 0 {
		d.t.Fatalf("%+v, %v; want %d delivered", r, err, delivered)
	}
}

// TestAServerOfYesterdayGetsEverythingBackFromTheStoresThatHoldReceipts.
func TestAServerOfYesterdayGetsEverythingBackFromTheStoresThatHoldReceipts(t *testing.T) {
	dir := t.TempDir()
	s, db := serve(t, dir)
	folders := []string{t.TempDir(), t.TempDir(), t.TempDir()}
	var desks []desk
	known := map[exam.DraftID]int{} // whose
	for i, folder := range folders {
		desks = append(desks, openDesk(t, folder, s))
		for n := range 5 {
			known[desks[i].submit(100*i+n)] = i
		}
		desks[i].sync(5)
	}
	yesterday := filepath.Join(dir, "yesterday")
	if err := db.Backup(yesterday); err != nil {
		t.Fatal(err)
	}
	for i, d := range desks { // today: new ones, changes, and later steps
		var mine []exam.DraftID
		for id, whose := range known {
			if whose == i {
				mine = append(mine, id)
			}
		}
		for n := range 5 {
			known[d.submit(100*i+50+n)] = i
		}
		d.step(mine[0], exam.ActionConfirm)
		d.again(mine[1], "郑州市演练路二号")
		d.sync(7)
		if err := d.st.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s.Drain()
	db.Close()
	raw, err := os.ReadFile(yesterday)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, boltdb.FileName), raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	s, db = serve(t, dir)
	numbers := map[string]bool{}
	for i, folder := range folders {
		d := openDesk(t, folder, s)
		fresh := d.submit(100*i + 90) // a new one while the server still lacks half of the old
		d.sync(1)
		for id, whose := range known {
			if whose != i {
				continue
			}
			here, err := d.st.Draft(id)
			there, err2 := db.Registration(t.Context(), id)
			if err != nil || err2 != nil || here.Registration.Version != there.Version || here.Registration.State != there.State ||
				here.Registration.Digest != there.Digest || here.Number() != there.Number {
				t.Errorf("%s: here %+v, there %+v (%v, %v)", id, here.Registration, there.Registration, err, err2)
				continue
			}
			photo, _ := here.Photo()
			if got, err := db.File(t.Context(), there.Owner, photo.SHA256); err != nil || exam.Digest(got) != photo.SHA256 {
				t.Errorf("%s: photo %v", id, err)
			}
		}
		one, err := d.st.Draft(fresh)
		if err != nil || one.Registration == nil || one.Registration.State != exam.StateVerified {
			t.Fatalf("%+v, %v", one.Registration, err)
		}
	}
	list, err := db.List(t.Context(), "", 100)
	if err != nil || len(list) != len(known)+len(folders) {
		t.Fatalf("%d registrations, %v", len(list), err)
	}
	for _, rec := range list {
		if numbers[rec.Number] {
			t.Errorf("number %s is given twice", rec.Number)
		}
		numbers[rec.Number] = true
	}
}

// TestAStoreOfLastWeekOverwritesNothingAndReusesNoNumber.
func TestAStoreOfLastWeekOverwritesNothingAndReusesNoNumber(t *testing.T) {
	s, db := serve(t, t.TempDir())
	folder, old := t.TempDir(), t.TempDir()
	d := openDesk(t, folder, s)
	id := d.submit(1)
	d.sync(1)
	if err := d.st.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(old, "data"), os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	d = openDesk(t, folder, s) // the week that the old copy will not know
	d.again(id, "郑州市演练路新居")
	later := d.submit(2)
	d.sync(2)
	newest, err := db.Registration(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}

	back := openDesk(t, filepath.Join(old, "data"), s)
	entry := back.again(id, "郑州市演练路旧居") // changed at once, before it has heard of anything
	fresh := back.submit(3)
	if err := back.st.SetSetting("sync.compared", nil); err != nil {
		t.Fatal(err)
	}
	r, err := back.e.Once(t.Context())
	if err != nil || r.Delivered != 1 || r.Conflicts != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	now, err := db.Registration(t.Context(), id)
	if err != nil || now.Version != newest.Version || !bytes.Equal(now.Content, newest.Content) {
		t.Fatalf("version %d became %d (%v)", newest.Version, now.Version, err)
	}
	left, err := back.st.Entry(entry)
	if err != nil || !left.Aside || left.Last != exam.KindConflict || left.Current == nil || left.Current.Version != newest.Version {
		t.Fatalf("%+v, %v", left, err)
	}
	mine, _ := back.st.Draft(id)
	if mine.Document.Address != "郑州市演练路旧居" {
		t.Fatal("what was typed here is gone:", mine.Document.Address)
	}
	if got, err := back.st.Draft(later); err != nil || got.Registration == nil {
		t.Fatal("what the copy did not know has not come:", err)
	} else if photo, ok := got.Photo(); !ok {
		t.Fatal("it came without its photo")
	} else if raw, err := back.st.File(photo.SHA256); err != nil || int64(len(raw)) != photo.Size {
		t.Fatal("its photo has not come:", err)
	}
	var numbers []string
	for _, id := range []exam.DraftID{id, later, fresh} {
		rec, err := db.Registration(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, rec.Number)
	}
	slices.Sort(numbers)
	if len(slices.Compact(numbers)) != 3 {
		t.Fatal("a number is given twice:", fmt.Sprint(numbers))
	}
}

// TestAPhotoThatBothMachinesChangedIsAskedAndNeitherIsLost has two machines with the
// same registration make a new photo each: the later one keeps its own until somebody
// has decided, sees the other's bytes, and either decision reaches the server.
func TestAPhotoThatBothMachinesChangedIsAskedAndNeitherIsLost(t *testing.T) {
	for _, useTheirs := range []bool{false, true} {
		s, _ := serve(t, t.TempDir())
		here := openDesk(t, t.TempDir(), s)
		id := here.submit(1)
		here.sync(1)
		other := storetest.OpenAt(t, t.TempDir(), storetest.Options())
		if err := other.SetSetting("sync.credential", must(here.st.Setting("sync.credential"))); err != nil {
			t.Fatal(err)
		}
		there := deskOn(t, other, s)
		there.sync(0)
		photograph := func(d desk, seed uint64) exam.File {
			if _, err := d.st.Attach(id, exam.File{Kind: exam.FilePhoto, Type: "image/jpeg"}, synctest.Photo(rand.New(rand.NewPCG(seed, 9)), 23_000)); err != nil {
				t.Fatal(err)
			}
			photo, _ := must(d.st.Draft(id)).Photo()
			return photo
		}
		theirs := photograph(there, 1)
		there.again(id, must(there.st.Draft(id)).Document.Address)
		there.sync(1)
		mine := photograph(here, 2)
		here.again(id, must(here.st.Draft(id)).Document.Address)
		if r, err := here.e.UntilIdle(t.Context()); err != nil || r.Conflicts != 1 {
			t.Fatalf("%+v, %v", r, err)
		}
		d := must(here.st.Draft(id))
		if now, _ := d.Photo(); now.SHA256 != mine.SHA256 {
			t.Fatal("their photo took the place of mine before anybody decided")
		}
		if raw, err := here.st.File(theirs.SHA256); err != nil || exam.Digest(raw) != theirs.SHA256 {
			t.Fatalf("their photo cannot be seen: %v", err)
		}
		onto := *must(here.st.Entries())[0].Current
		changed := must(exam.DecodeSubmission(onto.Content))
		base := must(exam.DecodeSubmission(d.Base.Content))
		files, photo, _ := exam.MergeFiles(base.Files, d.Files, changed.Files)
		if photo == nil || photo.Mine != mine.SHA256 || photo.Theirs != theirs.SHA256 {
			t.Fatalf("to decide: %+v", photo)
		}
		want := mine
		if useTheirs {
			files, want = exam.TakePhoto(files, changed.Files), theirs
		}
		if _, err := here.st.Rebase(id, d.Document, files, onto); err != nil {
			t.Fatal(err)
		}
		if useTheirs {
			if err := here.st.Drop(must(here.st.Entries())[0].ID); err != nil {
				t.Fatal(err)
			}
		} else {
			here.again(id, d.Document.Address)
			here.sync(1)
		}
		record := must(s.Repository.Registration(t.Context(), id))
		if got := must(exam.DecodeSubmission(record.Content)); len(got.Files) != 1 || got.Files[0].SHA256 != want.SHA256 {
			t.Fatalf("the server has %+v", got.Files)
		}
		for _, sha := range []string{mine.SHA256, theirs.SHA256} {
			if _, err := here.st.File(sha); err != nil {
				t.Errorf("a photo is lost: %v", err)
			}
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
