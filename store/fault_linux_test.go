package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"wenbao/exam"
	"wenbao/store"
	"wenbao/store/storetest"
)

// insideOf names the variable that makes a test the child of itself: it holds
// the folder to work in.
const insideOf = "WENBAO_STORE_INSIDE"

// inside runs the test once more in a process of its own, as attr says, on a
// folder that anybody can enter, and gives that folder to the child: "" means
// that the child has done the work.
func inside(t *testing.T, attr *syscall.SysProcAttr) (dir string) {
	t.Helper()
	if dir := os.Getenv(insideOf); dir != "" {
		return dir
	}
	if os.Getuid() != 0 {
		if attr.Cloneflags != 0 {
			t.Skip("only root may mount")
		}
		return t.TempDir()
	}
	base, err := os.MkdirTemp("", "wenbao-inside-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(base) })
	program, work := filepath.Join(base, "test"), filepath.Join(base, "work")
	raw, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Chmod(base, 0o755), os.WriteFile(program, raw, 0o755), os.Mkdir(work, 0o777), os.Chmod(work, 0o777)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd.Env, cmd.Dir, cmd.SysProcAttr = append(os.Environ(), insideOf+"="+work, "TMPDIR="+work, "HOME="+work), work, attr
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
	return ""
}

// someStore makes a store with a few drafts in it.
func someStore(t *testing.T, dir string) (s *store.Store, ids []exam.DraftID) {
	t.Helper()
	o := storetest.Options()
	o.Segment = 16 << 10
	s, err := store.Open(context.Background(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		d, err := s.Create(storetest.Person(i), exam.PackRef{})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, d.ID)
	}
	return s, ids
}

// until saves one edit after another until the store refuses one, and holds that
// this one changed nothing and that all before are there.
func until(t *testing.T, s *store.Store, id exam.DraftID, kind exam.Kind, says string) {
	t.Helper()
	for i := range 5000 {
		before := see(t, s)
		doc := storetest.Person(0)
		doc.Address = fmt.Sprint(i)
		_, err := s.Save(id, doc)
		if err == nil {
			continue
		}
		if exam.KindOf(err) != kind {
			t.Fatalf("save %d: %v", i, err)
		}
		if key, _ := store.Say(err); key != says {
			t.Errorf("it says %q", key)
		}
		if after := see(t, s); after != before {
			t.Errorf("the refused save changed\n%s\nto\n%s", before, after)
		}
		if err := s.Evacuate(filepath.Join(t.TempDir(), "a.wenbao"), id, doc); kind != exam.KindFull && err != nil {
			t.Errorf("it cannot be saved elsewhere: %v", err)
		}
		return
	}
	t.Fatal("nothing is refused")
}

// reopened holds that a store on the disk shows what it showed.
func reopened(t *testing.T, dir, want string) {
	t.Helper()
	s := storetest.OpenAt(t, dir, storetest.Options())
	if got := see(t, s); got != want {
		t.Errorf("it shows\n%s\nnot\n%s", got, want)
	}
}

// refused holds that a store cannot be opened, why, and that this changed
// nothing.
func refused(t *testing.T, dir string, kind exam.Kind) {
	t.Helper()
	names := len(allFiles(t, dir))
	s, err := store.Open(context.Background(), dir, storetest.Options())
	if err == nil {
		s.Close()
	}
	if exam.KindOf(err) != kind {
		t.Errorf("opening gives %v", err)
	}
	if now := len(allFiles(t, dir)); now != names {
		t.Errorf("%d files became %d", names, now)
	}
}

// savesAgain saves after what was wrong with the disk has gone, closes the store, and
// gives what it held.
func savesAgain(t *testing.T, s *store.Store, id exam.DraftID, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Save(id, storetest.Person(7)); err != nil {
		t.Fatalf("when all is well again: %v", err)
	}
	held := see(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return held
}

// TestAFolderWithoutPermissionIsSaidAndLosesNothing works as a user who is not
// root, for whom permissions count: at the start, and while the store is open.
func TestAFolderWithoutPermissionIsSaidAndLosesNothing(t *testing.T) {
	const nobody = 65534
	work := inside(t, &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}})
	if work == "" {
		return
	}
	dir := filepath.Join(work, "data")
	s, ids := someStore(t, dir)
	// The journal's open file can still be written; the next one cannot be made.
	journal := filepath.Join(dir, "journal")
	if err := os.Chmod(journal, 0o500); err != nil {
		t.Fatal(err)
	}
	until(t, s, ids[0], exam.KindReadOnly, "store.error.read_only")
	want := savesAgain(t, s, ids[1], os.Chmod(journal, 0o700))
	lock := filepath.Join(dir, "lock")
	for name, modes := range map[string][2]os.FileMode{"lock that cannot be written": {0o700, 0o400}, "folder that cannot be written": {0o500, 0}, "folder that cannot be entered": {0o000, 0}} {
		if modes[1] == 0 {
			if err := os.Remove(lock); err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
		} else if err := os.Chmod(lock, modes[1]); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(dir, modes[0]); err != nil {
			t.Fatal(err)
		}
		_, err := store.Open(context.Background(), dir, storetest.Options())
		if exam.KindOf(err) != exam.KindReadOnly {
			t.Errorf("a %s: %v", name, err)
		}
		if err := os.Chmod(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(lock, nil, 0o600); err != nil && !errors.Is(err, os.ErrPermission) {
			t.Fatal(err)
		}
		if err := os.Chmod(lock, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	reopened(t, dir, want)
}

// mounted makes a mount of the child's own.
func mounted(t *testing.T, source, target, kind string, flags uintptr, data string) {
	t.Helper()
	if err := syscall.Mount(source, target, kind, flags, data); err != nil {
		t.Skipf("nothing can be mounted here: %v", err)
	}
}

func TestADiskMountedForReadingIsSaidAndLosesNothing(t *testing.T) {
	work := inside(t, &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS})
	if work == "" {
		return
	}
	mounted(t, "", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, "")
	dir := filepath.Join(work, "data")
	s, _ := someStore(t, dir)
	want := see(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	mounted(t, dir, dir, "", syscall.MS_BIND, "")
	mounted(t, "", dir, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, "")
	refused(t, dir, exam.KindReadOnly)
	if err := syscall.Unmount(dir, 0); err != nil {
		t.Fatal(err)
	}
	reopened(t, dir, want)
}

// TestADiskThatIsReallyFullLosesNothing fills a small disk to its last byte.
func TestADiskThatIsReallyFullLosesNothing(t *testing.T) {
	work := inside(t, &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS})
	if work == "" {
		return
	}
	mounted(t, "", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, "")
	disk := filepath.Join(work, "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	mounted(t, "none", disk, "tmpfs", 0, "size=1m")
	dir, filler := filepath.Join(disk, "data"), filepath.Join(disk, "filler")
	s, ids := someStore(t, dir)
	f, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	for page := make([]byte, 4096); ; {
		if _, err := f.Write(page); err != nil {
			break
		}
	}
	f.Close()
	until(t, s, ids[0], exam.KindFull, "store.error.full")
	want := savesAgain(t, s, ids[1], os.Remove(filler))
	reopened(t, dir, want)
}
