package store_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/store"
	"wenbao/store/internal/disk"
	"wenbao/store/storetest"
)

// full makes an open store with everything in it that can be personal.
func full(t *testing.T, dir string, o store.Options) (*store.Store, exam.Draft, []string) {
	t.Helper()
	s := storetest.OpenAt(t, dir, o)
	doc := storetest.Person(42)
	doc.Name, doc.NameRemark = "仇金丝雀", "金丝雀一号"
	d, err := s.Create(doc, exam.PackRef{ID: "038-2026", Version: 1})
	photo := bytes.Repeat([]byte("金丝雀的照片"), 50)
	do := func(e error) {
		t.Helper()
		if err == nil {
			err = e
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	do(nil)
	doc.Address = "金丝雀路一号"
	_, e := s.Save(d.ID, doc)
	do(e)
	_, e = s.Attach(d.ID, exam.File{Kind: exam.FilePhoto, Type: "image/jpeg", Name: "金丝雀.jpg"}, photo)
	do(e)
	entry := exam.Entry{ID: exam.NewEntryID(), Draft: d.ID, Action: exam.ActionSubmit, Content: doc.Encode()}
	_, e = s.Queue(entry, exam.StateQueued)
	do(e)
	reg, r := storetest.Answer(d.ID, entry.Content, 1, exam.StateSubmitted)
	do(s.Deliver(entry.ID, reg, r))
	do(s.SetSetting("note", []byte("金丝雀设置")))
	d, e = s.Draft(d.ID)
	do(e)
	return s, d, []string{"金丝雀", doc.IDNumber, doc.Phone, doc.Email, "社区居民服务", "qiujinsique", reg.Number, exam.Digest(photo)}
}

func TestNothingPersonalLiesOnTheDiskUnsealed(t *testing.T) {
	dir, away := t.TempDir(), t.TempDir()
	s, d, canaries := full(t, dir, storetest.Options())
	storetest.Canaries(t, dir, canaries...)
	if _, err := s.NewRecoveryCode(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Backup(context.Background(), filepath.Join(away, "b.wenbao"), ""); err != nil {
		t.Fatal(err)
	}
	if err := s.Compact(context.Background()); err != nil {
		t.Fatal(err)
	}
	storetest.Canaries(t, dir, canaries...)
	storetest.Canaries(t, away, canaries...)
	_, err := s.Save(d.ID, exam.Document{Name: strings.Repeat("金丝雀", 100_000)})
	if exam.KindOf(err) != exam.KindTooLarge || strings.Contains(err.Error(), "金丝雀") {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	storetest.Canaries(t, dir, canaries...)
}

// TestTheCanarySearchFindsWhatIsThere: a search that cannot fail proves nothing.
func TestTheCanarySearchFindsWhatIsThere(t *testing.T) {
	for i, form := range []string{"xx金丝雀yy", hex.EncodeToString([]byte("金丝雀")), base64.StdEncoding.EncodeToString([]byte("a金丝雀bc")), "\xd1\x91\x1d\x4e\xc0\x96"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "f"), []byte(form), 0o600); err != nil {
			t.Fatal(err)
		}
		if found, err := storetest.Search(dir, "金丝雀"); err != nil || len(found) != 1 {
			t.Errorf("form %d: %v, %v", i, found, err)
		}
	}
}

// traces is a file system that collects every sealed value that the journal is
// given for a draft.
type traces struct {
	disk.OS
	mu   sync.Mutex
	id   string
	list [][]byte
}

type tracedFile struct {
	disk.File
	t *traces
}

// follow makes id the draft that is looked for, "" for none.
func (t *traces) follow(id exam.DraftID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.id = string(id)
}

func (t *traces) OpenLog(name string) (disk.File, error) {
	f, err := t.OS.OpenLog(name)
	return tracedFile{f, t}, err
}

// WriteThrough looks for keys with the draft's id; a key's value has its length
// plus one before it.
func (f tracedFile) WriteThrough(b []byte, at int64) error {
	f.t.mu.Lock()
	defer f.t.mu.Unlock()
	for rest := b; f.t.id != ""; {
		_, after, ok := bytes.Cut(rest, []byte(f.t.id))
		if !ok {
			break
		}
		rest = after
		for len(after) > 0 && (after[0] == '/' || len(after) < len(rest)) && bytes.IndexByte([]byte("/0123456789abcdef-"), after[0]) >= 0 {
			after = after[1:] // the rest of the key
		}
		if n, size := binary.Uvarint(after); size > 0 && n > 1 && n <= uint64(len(after)-size) {
			f.t.list = append(f.t.list, bytes.Clone(after[size:size+int(n)-1]))
		}
	}
	return f.File.WriteThrough(b, at)
}

func TestAfterPurgeAndCompactionNoByteIsLeftInAnyFile(t *testing.T) {
	dir := t.TempDir()
	ctx := context.Background()
	o := storetest.Options()
	seen := &traces{}
	o.Segment, o.Disk = 64<<10, seen
	s := storetest.OpenAt(t, dir, o)
	d, err := s.Create(storetest.Person(42), exam.PackRef{})
	if err != nil {
		t.Fatal(err)
	}
	seen.follow(d.ID)
	for i := range 60 { // through checkpoints and snapshots
		doc := d.Document
		doc.Title = fmt.Sprint(i)
		_, err := s.Save(d.ID, doc)
		if err == nil {
			_, err = s.Create(storetest.Person(i), exam.PackRef{})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Attach(d.ID, exam.File{Kind: exam.FilePhoto, Type: "image/jpeg"}, bytes.Repeat([]byte("photo"), 500)); err != nil {
		t.Fatal(err)
	}
	entry := exam.Entry{ID: exam.NewEntryID(), Draft: d.ID, Action: exam.ActionSubmit, Content: d.Document.Encode()}
	if _, err := s.Queue(entry, exam.StateQueued); err != nil {
		t.Fatal(err)
	}
	reg, r := storetest.Answer(d.ID, entry.Content, 1, exam.StateSubmitted)
	if err := s.Deliver(entry.ID, reg, r); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Check(ctx); err != nil { // all is in the database
		t.Fatal(err)
	}
	// A file that is set aside holds it as well, and so do the index and the photo.
	db, err := os.ReadFile(filepath.Join(dir, "wenbao.db"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "wenbao.db.damaged-1"), db, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	seen.follow("")
	all := slices.Clone(seen.list)
	for _, pattern := range []string{"files/*/*", "copies/*/*", "index"} {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(names) != 1 {
			t.Fatal(pattern, names, err)
		}
		raw, err := os.ReadFile(names[0])
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, raw)
	}
	if n := leftIn(t, dir, all); n < len(all)/2 || len(all) < 60 {
		t.Fatalf("before: %d traces, %d of them found: the search finds too little", len(all), n)
	}
	if err := errors.Join(s.Delete(d.ID), s.Purge(d.ID), s.Compact(ctx)); err != nil {
		t.Fatal(err)
	}
	if n := leftIn(t, dir, all); n > 0 {
		t.Fatalf("%d of %d traces are left", n, len(all))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if n := leftIn(t, dir, all); n > 0 {
		t.Fatalf("after closing %d of %d traces are left", n, len(all))
	}
}

// leftIn counts the traces of which 16 bytes are in any file.
func leftIn(t *testing.T, dir string, traces [][]byte) (n int) {
	t.Helper()
	var files [][]byte
	for _, name := range allFiles(t, dir) {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, raw)
	}
	for _, trace := range traces {
		found := false
		for at := 0; at+16 <= len(trace) && !found; at += 16 {
			found = slices.ContainsFunc(files, func(f []byte) bool { return bytes.Contains(f, trace[at:at+16]) })
		}
		if found {
			n++
		}
	}
	return n
}

func TestTheKeysOfAStore(t *testing.T) {
	dir := t.TempDir()
	o := storetest.Options()
	s, d, _ := full(t, dir, o)
	code, err := s.NewRecoveryCode()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetPassphrase("第一个口令 one"); err != nil {
		t.Fatal(err)
	}
	if err := s.SetPassphrase("第二个口令 two"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "key")); !errors.Is(err, os.ErrNotExist) {
		t.Fatal("the key file is still there")
	}
	for name, try := range map[string]struct {
		keys store.Keys
		want error
	}{
		"nothing":        {store.Keys{}, store.ErrPassphraseNeeded},
		"old passphrase": {store.Keys{Passphrase: "第一个口令 one"}, store.ErrPassphraseWrong},
		"wrong code":     {store.Keys{Recovery: strings.Repeat("ABCD-", 8)}, store.ErrRecoveryWrong},
		"no code":        {store.Keys{Recovery: "abc"}, store.ErrRecoveryWrong},
		"passphrase":     {store.Keys{Passphrase: "第二个口令 ｔｗｏ"}, nil}, // full width is the same
		"code":           {store.Keys{Recovery: " " + strings.ToLower(code)}, nil},
	} {
		o.Keys = try.keys
		s, err := store.Open(context.Background(), dir, o)
		if !errors.Is(err, try.want) || try.want != nil && exam.KindOf(err) != exam.KindLocked {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			if _, err := s.Draft(d.ID); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			s.Close()
		}
	}
}

// TestAWrongKeyTamperingAndABadSectorAreThreeMessages: the cure is another one
// each time.
func TestAWrongKeyTamperingAndABadSectorAreThreeMessages(t *testing.T) {
	dir := t.TempDir()
	s, d, _ := full(t, dir, storetest.Options())
	paths := []string{}
	for _, pattern := range []string{"files/*/*", "copies/*/*"} {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(names) != 1 {
			t.Fatal(names, err)
		}
		paths = append(paths, names[0])
	}
	was, err := os.ReadFile(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(was)
	flipped[len(was)/2] ^= 1
	said := map[string]string{}
	for name, content := range map[string][]byte{"tampering": storetest.Forged("files/"+filepath.Base(paths[0]), was), "bad sector": flipped} {
		for _, path := range paths {
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, err := s.File(d.Files[0].SHA256)
		if exam.KindOf(err) != exam.KindDamaged {
			t.Fatalf("%s: %v", name, err)
		}
		said[name], _ = store.Say(err)
		if found, err := s.Check(context.Background()); err != nil || len(found.Lost) != 1 || len(found.Faults) != 2 {
			t.Fatalf("%s: found %+v, %v", name, found, err)
		}
	}
	for _, path := range paths {
		if err := os.WriteFile(path, was, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SetPassphrase("口令"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open := func(passphrase string) error {
		o := storetest.Options()
		o.Keys.Passphrase = passphrase
		s, err := store.Open(context.Background(), dir, o)
		if err == nil {
			storetest.Inspect(t, s, dir)
			return s.Close()
		}
		return err
	}
	said["wrong key"], _ = store.Say(open("wrong"))
	want := map[string]string{"wrong key": "store.error.passphrase_wrong", "tampering": "store.error.tampered", "bad sector": "store.error.damaged"}
	if !maps.Equal(said, want) {
		t.Fatalf("said %v", said)
	}
	// A sector of the slots themselves: one copy heals the other, and with both
	// gone nobody is told that his passphrase is wrong.
	names := []string{"keys.json", "keys.json.copy"}
	for _, name := range names {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := open("口令"); err != nil {
			t.Fatal(err)
		}
		raw[len(raw)/2] ^= 1
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if name == names[0] {
			if err := open("口令"); err != nil {
				t.Fatal("with one copy of the slots damaged:", err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	raw, err := os.ReadFile(filepath.Join(dir, names[0]))
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := open("口令"); exam.KindOf(err) != exam.KindDamaged {
		t.Fatal("with both copies of the slots damaged:", err)
	}
}

// digests tells the files in a folder, and changes of them, apart.
func digests(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range allFiles(t, dir) {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = exam.Digest(raw)
	}
	return all
}

func TestAPassphraseChangeRewritesNoData(t *testing.T) {
	dir := t.TempDir()
	s, _, _ := full(t, dir, storetest.Options())
	if _, err := s.Check(context.Background()); err != nil { // all is in the database
		t.Fatal(err)
	}
	before := digests(t, dir)
	for _, next := range []string{"第一个", "第二个"} {
		if err := s.SetPassphrase(next); err != nil {
			t.Fatal(err)
		}
	}
	for name, digest := range digests(t, dir) {
		if base := filepath.Base(name); digest != before[name] && base != "keys.json" && base != "keys.json.copy" {
			t.Errorf("%s was rewritten", base)
		}
	}
	if err := s.RemovePassphrase(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	storetest.OpenAt(t, dir, storetest.Options()) // without any passphrase again
}

// desktop is a keyring as an operating system has one.
type desktop map[string]string

func (k desktop) Get(name string) (string, error) {
	if secret, ok := k[name]; ok {
		return secret, nil
	}
	return "", store.ErrNoSecret
}
func (k desktop) Set(name, secret string) error { k[name] = secret; return nil }
func (k desktop) Delete(name string) error      { delete(k, name); return nil }

func TestTheKeyringOpensTheStoreAndForgetsItsSecretForAPassphrase(t *testing.T) {
	dir, ring := t.TempDir(), desktop{}
	o := storetest.Options()
	o.Keys.Keyring = ring
	s, _, _ := full(t, dir, o)
	if len(ring) != 1 || len(s.Slots()) != 1 || s.Slots()[0].Kind != "keyring" {
		t.Fatalf("%d secrets, slots %v", len(ring), s.Slots())
	}
	for _, secret := range ring {
		storetest.Canaries(t, dir, secret)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, other := range []store.Keyring{nil, desktop{}} { // another user, another machine
		o.Keys.Keyring = other
		if _, err := store.Open(context.Background(), dir, o); !errors.Is(err, store.ErrKeyMissing) {
			t.Fatal(err)
		}
	}
	o.Keys.Keyring = ring
	s = storetest.OpenAt(t, dir, o)
	if err := s.SetPassphrase("口令"); err != nil {
		t.Fatal(err)
	}
	if len(ring) != 0 || len(s.Slots()) != 1 || s.Slots()[0].Kind != "passphrase" {
		t.Fatalf("%d secrets, slots %v", len(ring), s.Slots())
	}
}

func TestAShareAndAStickAreWarnedOf(t *testing.T) {
	for place, want := range map[disk.Place]string{disk.Local: "", disk.Network: "store.warn.network", disk.Removable: "store.warn.removable"} {
		o := storetest.Options()
		o.Disk, o.Keys.Keyring = storetest.Elsewhere{On: place}, desktop{}
		s := storetest.OpenAt(t, t.TempDir(), o)
		if got := strings.Join(s.Opening().Warnings, " "); got != want {
			t.Errorf("%s: warned of %q", place, got)
		}
	}
	if disk.PlaceOf(t.TempDir()) == disk.Network {
		t.Log("the tests themselves run on a share")
	}
}

func TestALockedStoreTellsNothingAndLosesNothing(t *testing.T) {
	s, d, _ := full(t, t.TempDir(), storetest.Options())
	if err := s.SetPassphrase("口令"); err != nil {
		t.Fatal(err)
	}
	before := see(t, s)
	s.Lock()
	_, errDraft := s.Draft(d.ID)
	_, errList := s.List(store.Query{})
	_, errSave := s.Save(d.ID, exam.Document{})
	_, errEntries := s.Entries()
	for _, err := range []error{errDraft, errList, errSave, errEntries, s.SetSetting("x", nil), s.SetPassphrase("y")} {
		if exam.KindOf(err) != exam.KindLocked || !errors.Is(err, store.ErrStoreLocked) {
			t.Fatal(err)
		}
	}
	if err := s.Unlock(store.Keys{Passphrase: "falsch"}); !errors.Is(err, store.ErrPassphraseWrong) {
		t.Fatal(err)
	}
	if err := s.Unlock(store.Keys{Passphrase: "口令"}); err != nil {
		t.Fatal(err)
	}
	if after := see(t, s); after != before {
		t.Fatalf("after unlocking\n%s\nnot\n%s", after, before)
	}
}

func TestABackupOpensElsewhereWithPassphraseOrCode(t *testing.T) {
	ctx := context.Background()
	s, _, _ := full(t, t.TempDir(), storetest.Options())
	name := filepath.Join(t.TempDir(), "b.wenbao")
	if _, err := s.Backup(ctx, name, ""); !errors.Is(err, store.ErrNoPortableKey) {
		t.Fatal("a backup that nobody could open:", err)
	}
	code, err := s.NewRecoveryCode()
	if err != nil {
		t.Fatal(err)
	}
	rep, err := s.Backup(ctx, name, "只为备份")
	if err != nil || rep.Drafts != 1 || rep.Files != 1 {
		t.Fatal(rep, err)
	}
	want := see(t, s)
	for _, keys := range []store.Keys{{Passphrase: "只为备份"}, {Recovery: code}} {
		o := storetest.Options()
		keys.Cost = storetest.CheapCost
		o.Keys = keys
		dir := filepath.Join(t.TempDir(), "new")
		diary := filepath.Join(dir, "journal", "diary") // somebody else's folder of that name
		if err := errors.Join(os.MkdirAll(filepath.Dir(diary), 0o700), os.WriteFile(diary, []byte("mine"), 0o600)); err != nil {
			t.Fatal(err)
		}
		if got, err := store.RestoreBackup(ctx, name, dir, o); err != nil || got != rep {
			t.Fatal(got, err)
		}
		if _, err := store.RestoreBackup(ctx, name, dir, o); exam.KindOf(err) != exam.KindState {
			t.Fatal("over a store:", err)
		}
		if raw, err := os.ReadFile(diary); string(raw) != "mine" {
			t.Fatal("somebody else's file: ", err)
		}
		o.Keys.Recovery = ""
		restored := storetest.OpenAt(t, dir, o)
		if got := see(t, restored); got != want {
			t.Fatalf("restored\n%s\nnot\n%s", got, want)
		}
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(3, 4))
	for i := range 200 {
		broken := bytes.Clone(raw)
		if i%2 == 0 {
			broken[rnd.IntN(len(broken))] ^= 1 << rnd.IntN(8)
		} else {
			broken = broken[:rnd.IntN(len(broken))]
		}
		bad := filepath.Join(t.TempDir(), "bad")
		os.WriteFile(bad, broken, 0o600)
		o := storetest.Options()
		o.Keys.Recovery = code
		_, err := store.RestoreBackup(ctx, bad, filepath.Join(t.TempDir(), "x"), o)
		if kind := exam.KindOf(err); kind != exam.KindDamaged && kind != exam.KindInvalid && kind != exam.KindLocked && kind != exam.KindUpgrade {
			t.Fatalf("damage %d: %v", i, err)
		}
	}
}

func TestARestoreCutAtAnyStepIsWholeOrBegunAgain(t *testing.T) {
	ctx := context.Background()
	s, _, _ := full(t, t.TempDir(), storetest.Options())
	name := filepath.Join(t.TempDir(), "b.wenbao")
	if _, err := s.Backup(ctx, name, "备份"); err != nil {
		t.Fatal(err)
	}
	want := see(t, s)
	base := scratch(t)
	rec := storetest.NewRecorder(base)
	o := storetest.Options()
	o.Keys.Passphrase, o.Disk = "备份", rec
	if _, err := store.RestoreBackup(ctx, name, filepath.Join(base, "live"), o); err != nil {
		t.Fatal(err)
	}
	o.Disk = nil
	rnd := rand.New(rand.NewPCG(1, 1))
	wholes := 0
	rec.Replay(func(c storetest.Cut) {
		for mode := range storetest.Modes {
			at := filepath.Join(base, "cut")
			dir := filepath.Join(at, "live")
			if err := c.Build(at, mode, rnd); err != nil {
				t.Fatal(err)
			}
			s, err := store.Open(ctx, dir, o)
			if errors.Is(err, store.ErrRestoreCutOff) {
				if _, err = store.RestoreBackup(ctx, name, dir, o); err == nil {
					s, err = store.Open(ctx, dir, o)
				}
			}
			if err != nil {
				t.Fatalf("event %d, mode %d: %v", c.Event, mode, err)
			}
			if got := see(t, s); got == want {
				wholes++
			} else if !s.Opening().Created {
				t.Fatalf("event %d, mode %d: it shows\n%s\nnot\n%s", c.Event, mode, got, want)
			}
			s.Close()
			os.RemoveAll(at)
		}
	})
	if wholes < 30 {
		t.Fatalf("only %d whole restores", wholes)
	}
}

func TestTheClockDecidesNothing(t *testing.T) {
	for _, year := range []int{1970, 2100} {
		o := storetest.Options()
		o.Clock = func() time.Time { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC) }
		dir := t.TempDir()
		s, d, _ := full(t, dir, o)
		o.Clock = nil
		want := see(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = storetest.OpenAt(t, dir, o)
		if got := see(t, s); got != want {
			t.Fatal(got)
		}
		other, err := s.Create(storetest.Person(1), exam.PackRef{})
		if err != nil {
			t.Fatal(err)
		}
		if page, err := s.List(store.Query{}); err != nil || page.Rows[0].ID != other.ID || page.Rows[1].ID != d.ID {
			t.Fatalf("%d: the list is sorted by the clock: %+v, %v", year, page.Rows, err)
		}
	}
}

func TestSearchFindsByEveryKey(t *testing.T) {
	s := storetest.Open(t)
	for i, name := range []string{"单晓乐", "仇英", "曾国荃", "欧阳修文", "尉迟恭", "吕布", "张三丰", "Ablikim·Yusup", "𬭎铁生"} {
		doc := storetest.Person(i)
		doc.Name = name
		if _, err := s.Create(doc, exam.PackRef{}); err != nil {
			t.Fatal(err)
		}
	}
	for text, name := range map[string]string{
		"单": "单晓乐", "晓乐": "单晓乐", "shan": "单晓乐", "SXL": "单晓乐", "sxy": "单晓乐", "shanxiaole": "单晓乐",
		"qiu": "仇英", "zeng": "曾国荃", "zgq": "曾国荃", "ouyang": "欧阳修文", "oyxw": "欧阳修文", "yuchi": "尉迟恭", "ycg": "尉迟恭",
		"lv": "吕布", "lü": "吕布", "ｚｓｆ": "张三丰", "三 zhang": "张三丰", "yusup": "Ablikim·Yusup", "𬭎": "𬭎铁生",
		"19900000003": "欧阳修文", "00000004": "尉迟恭", storetest.IDNumber(2): "曾国荃", storetest.IDNumber(6)[12:]: "张三丰",
		strings.ToLower(storetest.IDNumber(5)[10:]): "吕布",
	} {
		page, err := s.List(store.Query{Search: text})
		if err != nil || page.Total != 1 || page.Rows[0].Name != name {
			t.Errorf("%q finds %d rows, not %s: %+v", text, page.Total, name, page.Rows)
		}
	}
	for _, text := range []string{"dan", "chou", "ceng", "不在", "19900000099", "qx"} {
		if page, err := s.List(store.Query{Search: text}); err != nil || page.Total != 0 {
			t.Errorf("%q finds %+v", text, page.Rows)
		}
	}
}

func TestEveryErrorHasWordsInBothLanguages(t *testing.T) {
	var keys []string
	for _, kind := range []exam.Kind{
		exam.KindBusy, exam.KindFull, exam.KindReadOnly, exam.KindDamaged, exam.KindUpgrade, exam.KindNotFound, exam.KindState, exam.KindLocked, exam.KindTooLarge, exam.KindInternal,
	} {
		key, _ := store.Say(exam.Errorf(kind, "test", "x"))
		keys = append(keys, key)
	}
	for _, err := range []error{store.ErrPassphraseNeeded, store.ErrPassphraseWrong, store.ErrRecoveryWrong, store.ErrKeyMissing, store.ErrStoreLocked, store.ErrNoPortableKey, store.ErrRestoreCutOff} {
		key, _ := store.Say(&exam.Error{Kind: exam.KindLocked, Op: "test", Err: err})
		keys = append(keys, key)
	}
	for _, o := range []store.Opening{{Lost: make([]store.Loss, 1)}, {Rebuilt: true}, {Replayed: 1}} {
		key, _ := o.Sentence()
		keys = append(keys, key)
	}
	for _, what := range []string{"draft", "history", "record", "file", "steps"} {
		key, _ := store.Loss{What: what}.Say()
		keys = append(keys, key)
	}
	for _, key := range append(keys, "store.error.tampered", "store.warn.key_file", "store.warn.network", "store.warn.removable") {
		for _, lang := range assets.Languages {
			if text := assets.In(lang).Say(key, map[string]string{"count": "2"}); strings.Contains(text, "⟦") || text == "" {
				t.Errorf("%s has no words in %s", key, lang)
			}
		}
	}
}

func TestTheListIsTheSameForwardsAndBackwards(t *testing.T) {
	s := storetest.Open(t)
	rnd := rand.New(rand.NewPCG(5, 6))
	var ids []exam.DraftID
	for i := range 400 {
		d, err := s.Create(storetest.Person(i), exam.PackRef{})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, d.ID)
		at := ids[rnd.IntN(len(ids))]
		switch rnd.IntN(4) {
		case 0:
			err = s.Delete(at)
		case 1:
			err = s.Undelete(at)
		case 2:
			if _, err = s.Save(at, storetest.Person(i+1000)); exam.KindOf(err) == exam.KindState {
				err = nil // in the bin
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, q := range []store.Query{{}, {Bin: true}, {Search: "1"}, {Search: "zh"}, {Search: "王"}, {Bin: true, Search: "9"}} {
		q.Limit = 1000
		forwards, err := s.List(q)
		if err != nil || forwards.Total != len(forwards.Rows) || forwards.Total == 0 {
			t.Fatalf("%+v: %d of %d, %v", q, len(forwards.Rows), forwards.Total, err)
		}
		q.Reverse = true
		backwards, err := s.List(q)
		if err != nil || backwards.Total != forwards.Total {
			t.Fatalf("%+v: %d, not %d, %v", q, backwards.Total, forwards.Total, err)
		}
		for i, row := range forwards.Rows {
			if other := backwards.Rows[len(backwards.Rows)-1-i]; other.ID != row.ID {
				t.Fatalf("%+v: row %d differs", q, i)
			}
		}
		q.Reverse, q.Offset, q.Limit = false, forwards.Total/3, 7
		page, err := s.List(q)
		if err != nil || page.Total != forwards.Total || page.Rows[0].ID != forwards.Rows[q.Offset].ID {
			t.Fatalf("%+v: a page in the middle is another: %v", q, err)
		}
	}
}
