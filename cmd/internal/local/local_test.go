package local

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/store"
)

func TestEachSystemHasItsDataFolder(t *testing.T) {
	for _, c := range []struct {
		system, want string
		env          map[string]string
	}{
		{"linux", "/home/a/.local/share/wenbao", map[string]string{"HOME": "/home/a"}},
		{"linux", "/data/wenbao", map[string]string{"HOME": "/home/a", "XDG_DATA_HOME": "/data"}},
		{"darwin", "/Users/a/Library/Application Support/wenbao", map[string]string{"HOME": "/Users/a"}},
		{"windows", filepath.Join(`C:\Users\a\AppData\Local`, "wenbao"), map[string]string{"LOCALAPPDATA": `C:\Users\a\AppData\Local`}},
		{"linux", "", nil},
		{"windows", "", map[string]string{"HOME": "/home/a"}},
	} {
		got, err := folder(c.system, func(name string) string { return c.env[name] })
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s with %v: %q, %v; want %q", c.system, c.env, got, err, c.want)
		}
	}
}

func TestAPassphraseComesFromTheFileBeforeTheEnvironment(t *testing.T) {
	file := filepath.Join(t.TempDir(), "passphrase")
	if err := os.WriteFile(file, []byte("from the file\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		flag, env, want string
		kind            exam.Kind
	}{
		{"", "", "", ""},
		{"", "from the environment", "from the environment", ""},
		{"", file, "from the file", ""},
		{file, "from the environment", "from the file", ""},
		{empty, "", "", exam.KindLocked},
		{file + ".gone", "", "", exam.KindLocked},
	} {
		keys, err := Keys(c.flag, c.env)
		if keys.Passphrase != c.want || exam.KindOf(err) != c.kind {
			t.Errorf("flag %q, environment %q: %q, %v", c.flag, c.env, keys.Passphrase, err)
		}
	}
}

func TestAWrittenFileIsWholeAndLeavesNothingBeside(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "form.pdf")
	for _, content := range []string{"the first", "the second"} {
		if err := WriteFile(name, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(name); err != nil || string(got) != content {
			t.Fatalf("%q, %v", got, err)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%d files in the folder", len(entries))
	}
	if err := WriteFile(filepath.Join(dir, "no", "such", "folder"), nil); exam.KindOf(err) != exam.KindReadOnly {
		t.Errorf("a folder that does not exist: %v", err)
	}
}

func TestAFolderIsNoFullDiskAndALinkStays(t *testing.T) {
	dir := t.TempDir()
	if err := WriteFile(dir, nil); exam.KindOf(err) != exam.KindInvalid {
		t.Errorf("a folder of that name: %v", err)
	}
	if runtime.GOOS == "windows" {
		t.Skip("links want rights there")
	}
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := errors.Join(os.WriteFile(target, []byte("old"), 0o600), os.Symlink(target, link), WriteFile(link, []byte("new"))); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(target)
	if info, lerr := os.Lstat(link); err != nil || lerr != nil || string(raw) != "new" || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("behind the link stands %q", raw)
	}
}

func TestAPassphraseIsWhatAPersonWouldType(t *testing.T) {
	for raw, want := range map[string]string{"secret": "secret", "secret\r\n": "secret", "\xef\xbb\xbfsecret\n": "secret", " a b ": " a b ", "口令\n": "口令"} {
		if got, ok := Secret([]byte(raw)); !ok || got != want {
			t.Errorf("%q gives %q, %v", raw, got, ok)
		}
	}
	for _, raw := range []string{"\xff\xfes\x00e\x00", "s\x00e\x00", "\xbf\xda\xc1\xee"} {
		if got, ok := Secret([]byte(raw)); ok {
			t.Errorf("%q gives %q", raw, got)
		}
	}
}

func TestADocumentFindsThePackOfItsExamAndYear(t *testing.T) {
	if len(Packs()) != len(assets.PackIDs()) {
		t.Fatalf("%d packs", len(Packs()))
	}
	for _, p := range Packs() {
		if got, err := PackFor(Packs(), exam.Document{Exam: p.Exam, Year: p.Year}); err != nil || got.ID != p.ID {
			t.Errorf("%s: %v, %v", p.ID, got, err)
		}
	}
	if p, err := PackFor(Packs(), exam.Document{}); err != nil || p != Packs()[0] {
		t.Errorf("an empty document: %v, %v", p, err)
	}
	if _, err := PackFor(Packs(), exam.Document{Exam: "none", Year: 1999}); exam.KindOf(err) != exam.KindNotFound {
		t.Errorf("an unknown exam: %v", err)
	}
}

func TestAServerKeyIsReadOrRefused(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good")
	if err := os.WriteFile(good, []byte(exam.EncodePublicKey(make([]byte, 32))+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(dir, "bad")
	if err := os.WriteFile(bad, []byte("ssh-ed25519 AAAA"), 0o600); err != nil {
		t.Fatal(err)
	}
	if keys, err := ServerKey(good); err != nil || len(keys) != 1 {
		t.Errorf("%v, %v", keys, err)
	}
	for file, want := range map[string]exam.Kind{bad: exam.KindInvalid, filepath.Join(dir, "gone"): exam.KindNotFound} {
		if _, err := ServerKey(file); exam.KindOf(err) != want {
			t.Errorf("%s: %v", filepath.Base(file), err)
		}
	}
}

func TestTheChosenFolderIsUsedOnlyWhereItCanBe(t *testing.T) {
	usual, other := filepath.Join(t.TempDir(), "usual"), filepath.Join(t.TempDir(), "other", "deep")
	if got := Chosen(usual); got != usual {
		t.Errorf("with nothing chosen: %s", got)
	}
	if err := useFolder(usual, other); err != nil {
		t.Fatal(err)
	}
	if got := Chosen(usual); got != other {
		t.Errorf("chosen %s, want %s", got, other)
	}
	if entries, err := os.ReadDir(other); err != nil || len(entries) != 0 {
		t.Errorf("the trying left %v, %v", entries, err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]exam.Kind{"relative/path": exam.KindInvalid, filepath.Join(file, "below"): exam.KindReadOnly} {
		if err := useFolder(usual, dir); exam.KindOf(err) != want {
			t.Errorf("%s: %v", dir, err)
		}
	}
	if got := Chosen(usual); got != other {
		t.Errorf("a refused choice changed it to %s", got)
	}
	if err := os.WriteFile(filepath.Join(usual, elsewhere), []byte("not/whole\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := Chosen(usual); got != usual {
		t.Errorf("a damaged choice leads to %s", got)
	}
	if err := useFolder(usual, usual); err != nil || Chosen(usual) != usual {
		t.Errorf("going back: %v", err)
	}
}

func TestAPlaceWhereNoFolderCanBeIsSaidToBeOne(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "below")} {
		if _, err := Open(t.Context(), dir, store.Keys{}); exam.KindOf(err) != exam.KindReadOnly {
			t.Errorf("%s: %v", dir, err)
		}
	}
	for _, name := range []string{"HOME", "XDG_DATA_HOME", "LOCALAPPDATA"} {
		t.Setenv(name, "")
	}
	if _, err := Folder(); exam.KindOf(err) != exam.KindReadOnly {
		t.Errorf("an environment that names no folder: %v", err)
	}
}

func TestThePassphraseIsTakenOutOfTheEnvironment(t *testing.T) {
	t.Setenv(PassphraseVariable, "geheim-2026")
	if got := TakePassphrase(); got != "geheim-2026" {
		t.Errorf("taken is %q", got)
	}
	if left, there := os.LookupEnv(PassphraseVariable); there {
		t.Errorf("left is %q", left)
	}
}
