package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/alecthomas/kong"

	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/boltdb"
	"wenbao/server/keyfile"
)

// fullOnce is a file on a disk that had no room for the first thing written to it.
type fullOnce struct{ bytes.Buffer }

func (f *fullOnce) Write(p []byte) (int, error) {
	if f.Len() == 0 {
		f.Buffer.WriteString("…")
		return 0, syscall.ENOSPC
	}
	return f.Buffer.Write(p)
}

func TestAResultThatIsNotWholeIsNoSuccess(t *testing.T) {
	o := operator{t, t.TempDir()}
	o.register()
	number := strings.Fields(o.must("review", "list", "--state", "verified"))[1]
	o.must("notice", "publish", "--zh", "报名延长", "--en", "Longer")
	authority, unseen := filepath.Join(t.TempDir(), "authority.pem"), filepath.Join(t.TempDir(), "unseen.pem")
	if code := run(t.Context(), []string{"pack", "key", "--out", authority}, new(bytes.Buffer), new(bytes.Buffer)); code != 0 {
		t.Fatal("pack key ended with", code)
	}
	pack := edition(t, o.dir)
	unsigned := filepath.Join(t.TempDir(), "pack.jsonc")
	raw, err := os.ReadFile(pack)
	if err != nil || os.WriteFile(unsigned, raw, 0o600) != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"--help"},
		{"keys", "public"},
		{"export"},
		{"review", "list", "--state", "verified"},
		{"review", "show", number},
		{"notice", "list"},
		{"pack", "key", "--out", unseen},
		{"pack", "sign", unsigned, "--key", authority},
		{"pack", "publish", pack},
	} {
		if command := strings.Join(args[:min(2, len(args))], " "); command != "--help" && command != "pack key" && command != "pack sign" {
			args = append(args, "--data", o.dir)
		}
		var said bytes.Buffer
		code := run(t.Context(), append([]string{"--lang", "en"}, args...), new(fullOnce), &said)
		if code != 1 || args[0] != "--help" && !strings.Contains(said.String(), "not whole") {
			t.Errorf("%v ended with %d and said %q", args, code, said.String())
		}
	}
	if _, err := os.Stat(unseen); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a key whose public half nobody has seen stands in the way of the next:", err)
	}
	if info, err := os.Stat(unsigned + ".sig"); err != nil || info.Mode().Perm()&0o044 != 0o044 {
		t.Error("the signature is not for everybody:", info, err)
	}
}

func TestAFolderWhereNoServerWasIsSaidAndNotMade(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mistyped")
	o := operator{t, dir}
	pack := edition(t, t.TempDir())
	for _, args := range [][]string{
		{"export", "--json"},
		{"review", "list"},
		{"notice", "publish", "--zh", "报名延长", "--en", "Longer"},
		{"pack", "publish", pack},
		{"practice"},
		{"keys", "renew"},
		{"print", "4100002600000000018", "-o", filepath.Join(t.TempDir(), "form.pdf")},
	} {
		if code, out := o.do(args...); code != 1 || out != "" {
			t.Errorf("%v ended with %d and printed %q", args, code, out)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Fatalf("%v made the folder", args)
		}
	}
}

func TestFlagsThatCannotBeMeantAreRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "some.pem")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for _, args := range [][]string{
		{"serve", "--rate=0"}, {"serve", "--rate=-1"}, {"serve", "--rate=NaN"}, {"serve", "--rate=Inf"}, {"serve", "--rate=1e300"},
		{"serve", "--tls-cert", file}, {"serve", "--tls-key", file}, {"serve", "--tls-cert", file, "--tls-key", file, "--insecure-http"},
		{"review", "list", "--state", "manualreview"},
	} {
		if args[0] == "serve" {
			args = append(args, "--listen", "127.0.0.1:0")
		}
		var out, said bytes.Buffer
		if code := run(stopped, append(args, "--data", t.TempDir()), &out, &said); code != 2 {
			t.Errorf("%v ended with %d: %s", args, code, said.String())
		}
	}
}

func TestTheHelpOfEveryCommandGivesAnExample(t *testing.T) {
	parser, err := kong.New(new(cli), kong.Vars{"exam": "", "year": "2026"})
	if err != nil {
		t.Fatal(err)
	}
	leaves := parser.Model.Leaves(true)
	for _, leaf := range leaves {
		path := strings.Fields(leaf.FullPath())[1:]
		var out bytes.Buffer
		code := run(t.Context(), append(path, "--help"), &out, &out)
		if code != 0 || !strings.Contains(out.String(), "wenbaod "+strings.Join(path, " ")+" ") || !strings.Contains(out.String(), "Example:") {
			t.Errorf("%v: %d, %s", path, code, out.String())
		}
	}
	if len(leaves) < 15 {
		t.Errorf("%d commands", len(leaves))
	}
}

func TestAFileThatIsNoKeyIsNotReadToItsEnd(t *testing.T) {
	dir := t.TempDir()
	endless := filepath.Join(dir, "endless")
	if err := errors.Join(os.WriteFile(endless, nil, 0o600), os.Truncate(endless, 4<<20)); err != nil {
		t.Fatal(err)
	}
	if _, err := privateKey(endless); exam.KindOf(err) != exam.KindTooLarge {
		t.Error("a key:", err)
	}
	if _, err := os.Stat("/dev/zero"); err == nil {
		if _, err := rulesOf([]string{"/dev/zero"}); exam.KindOf(err) != exam.KindTooLarge {
			t.Error("a pack:", err)
		}
	}
}

func TestNoticesOfALostKeyAreStillListed(t *testing.T) {
	o := operator{t, t.TempDir()}
	o.must("keys", "public")
	o.register()
	id := strings.TrimSpace(o.must("notice", "publish", "--zh", "报名延长", "--en", "Longer"))
	if err := os.Remove(filepath.Join(o.dir, keyfile.PrivateName)); err != nil {
		t.Fatal(err)
	}
	o.must("keys", "renew")
	if list := o.must("notice", "list"); !strings.Contains(list, id) {
		t.Error(list)
	}
}

func TestAPaperIsPrintedByTheEditionThatWasPublished(t *testing.T) {
	o := operator{t, t.TempDir()}
	o.register()
	o.must("pack", "publish", edition(t, o.dir))
	e := &env{ctx: t.Context()}
	err := e.offline(folder{Data: o.dir}, func(repo server.Repository) error {
		list, err := e.editions(repo)
		if len(list) != len(local.Packs()) || !slices.ContainsFunc(list, func(p *exam.Pack) bool { return p.ID == "038-2026" && p.Version == 9 }) {
			t.Errorf("%+v", list)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestWhatIsCanceledIsSaid(t *testing.T) {
	o := operator{t, t.TempDir()}
	o.register()
	stopped, stop := context.WithCancel(t.Context())
	stop()
	var out, said bytes.Buffer
	code := run(stopped, []string{"export", "--lang", "en", "--data", o.dir}, &out, &said)
	if code != 1 || !strings.Contains(said.String(), "Canceled") {
		t.Errorf("ended with %d and said %q", code, said.String())
	}
}

func TestALowRateHasALowBurst(t *testing.T) {
	for rate, burst := range map[float64]int{0.1: 1, 1: 5, 200: 1000} {
		if l := limitsOf(rate); l.OwnerBurst != burst || l.AddressBurst != 10*burst {
			t.Errorf("%v a second: %+v", rate, l)
		}
	}
}

// TestAFileThatCannotBeOpenedIsNotDamaged stands for the wrong user before the
// server's folder, who need not restore a backup.
func TestAFileThatCannotBeOpenedIsNotDamaged(t *testing.T) {
	o := operator{t, t.TempDir()}
	if err := os.Mkdir(filepath.Join(o.dir, boltdb.FileName), 0o700); err != nil {
		t.Fatal(err)
	}
	var out, said bytes.Buffer
	code := run(t.Context(), []string{"export", "--lang", "en", "--data", o.dir}, &out, &said)
	if code != 1 || strings.Contains(said.String(), "backup") || !strings.Contains(said.String(), "permissions") {
		t.Errorf("ended with %d and said %q", code, said.String())
	}
}

func TestAFolderNamedByNothingIsNotThisOne(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, args := range [][]string{{"review", "list", "--data="}, {"serve", "--insecure-http", "--listen", "127.0.0.1:0", "--data", ""}} {
		var said bytes.Buffer
		if code := run(t.Context(), args, new(bytes.Buffer), &said); code != 2 || !strings.Contains(said.String(), "--data") {
			t.Errorf("%v ends with %d and says %s", args, code, said.String())
		}
	}
	t.Setenv("WENBAOD_DATA", "")
	if code := run(t.Context(), []string{"review", "list"}, new(bytes.Buffer), new(bytes.Buffer)); code != 2 {
		t.Error("an empty variable ends with", code)
	}
	if left, err := os.ReadDir("."); err != nil || len(left) != 0 {
		t.Errorf("it left %v, %v", left, err)
	}
}
