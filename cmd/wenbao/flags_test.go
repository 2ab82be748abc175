package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"wenbao/assets"
	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/store"
	"wenbao/ui/present"
)

func TestFlagsThatCannotBeFollowedAreSaid(t *testing.T) {
	t.Setenv("LC_ALL", "en")
	dir := t.TempDir()
	note := filepath.Join(dir, "note.txt")
	if err := os.WriteFile(note, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		key  string
	}{
		{[]string{"--data", "/tmp/\xd6\xd0"}, "ui.flags.encoding"},
		{[]string{"--nonsense"}, "ctl.usage"},
		{[]string{"--server-key", note}, "ui.flags.key_alone"},
		{[]string{"--server", "https://bm.example.cn"}, "ctl.no_server_key"},
		{[]string{"--server", "http://bm.example.cn", "--server-key", note}, "ctl.server_wrong"},
		{[]string{"--server", "nonsense", "--server-key", note}, "ctl.server_wrong"},
		{[]string{"--server", "https://bm.example.cn", "--server-key", note}, "ctl.server_key_wrong"},
		{[]string{"--server", "https://bm.example.cn", "--server-key", filepath.Join(dir, "none")}, "ctl.server_key_unreadable"},
		{[]string{"--practice", "--server", "https://bm.example.cn", "--server-key", note}, "ui.flags.practice_server"},
	} {
		var said bytes.Buffer
		if _, ok := parse(c.args, &said); ok {
			t.Errorf("%q are followed", c.args)
		}
		words := assets.In("en")
		next := words.Say(c.key + ".next")
		if !words.Has(c.key + ".next") {
			next = words.Say(c.key + ".text")
		}
		if !strings.HasSuffix(said.String(), next+"\n") {
			t.Errorf("%q: says %q, and not %q", c.args, said.String(), next)
		}
	}
}

func TestAFolderNamedByNothingIsTheUsualOne(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{"HOME", "XDG_DATA_HOME", "LOCALAPPDATA"} {
		t.Setenv(name, home)
	}
	usual, err := local.Folder()
	if err != nil {
		t.Fatal(err)
	}
	data, _ := reflect.TypeFor[flags]().FieldByName("Data")
	variable := data.Tag.Get("env")
	t.Setenv(variable, "")
	for _, args := range [][]string{nil, {"--data", ""}, {"--data="}} {
		f, ok := parse(args, new(bytes.Buffer))
		if got, err := f.folder(); !ok || got != usual || err != nil {
			t.Errorf("%q open %s, %v; the usual folder is %s", args, got, err, usual)
		}
	}
	t.Setenv(variable, "mine")
	f, _ := parse(nil, new(bytes.Buffer))
	if got, err := f.folder(); !filepath.IsAbs(got) || filepath.Base(got) != "mine" || err != nil {
		t.Errorf("a named folder opens %s, %v", got, err)
	}
}

// An older version took addresses on the settings page with which nothing opens.
func TestAServerOfTheSettingsThatCannotBeUsedKeepsNobodyOut(t *testing.T) {
	const key = "wenbao-ed25519 O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik="
	for _, n := range []present.Network{
		{Server: "https://bm.example.cn/#/login", Key: key},
		{Server: "http://bm.example.cn", Key: key},
		{Server: "https://bm.example.cn", Key: "nonsense"},
		{Server: "https://bm.example.cn", Key: key, Proxy: "manual", ProxyURL: "\x7f"},
	} {
		dir := t.TempDir()
		st, err := local.Open(t.Context(), dir, store.Keys{})
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(n)
		if err != nil {
			t.Fatal(err)
		}
		if err := st.SetSetting(present.NetworkKey, raw); err != nil {
			t.Fatal(err)
		}
		if err := st.Close(); err != nil {
			t.Fatal(err)
		}
		p, err := open(context.Background(), flags{}, dir, store.Keys{})
		if err != nil {
			t.Errorf("%+v: %v (%s)", n, err, exam.KindOf(err))
			continue
		}
		if usable := n.ProxyURL != ""; (p.engine != nil) != usable {
			t.Errorf("%+v: an engine is %t", n, p.engine != nil)
		}
		p.close()
	}
}
