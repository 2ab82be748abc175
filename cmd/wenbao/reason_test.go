//go:build x11 && cgo

package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/store"
	"wenbao/store/storetest"
	"wenbao/ui/present"
)

// TestWhatKeepsTheStoreShutHasWordsOfItsOwn makes what can be wrong with a data
// folder, each with a cure of its own, and holds what the window says of it.
func TestWhatKeepsTheStoreShutHasWordsOfItsOwn(t *testing.T) {
	open := func(dir string, change func(*store.Options)) (*store.Store, error) {
		o := storetest.Options()
		change(&o)
		return store.Open(context.Background(), dir, o)
	}
	as := func(*store.Options) {}
	disk := func(cause error) func(*store.Options) {
		return func(o *store.Options) {
			f := &storetest.Faulty{}
			f.Fail(cause, 0, 0)
			o.Disk = f
		}
	}
	remove := func(names ...string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			for _, name := range names {
				if err := os.Remove(filepath.Join(dir, name)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	nothing := func(*testing.T, string) {}
	said := map[string]string{}
	for name, c := range map[string]struct {
		passphrase string // the store is made with
		spoil      func(*testing.T, string)
		again      func(*store.Options)
		want       string
		asks       bool // the window asks for the passphrase instead of refusing
	}{
		"a passphrase is needed": {"口令", nothing, as, "locked", true},
		"a wrong passphrase":     {"口令", nothing, func(o *store.Options) { o.Keys.Passphrase = "wrong" }, "locked", true},
		"a wrong recovery code":  {"口令", nothing, func(o *store.Options) { o.Keys.Recovery = "wrong" }, "locked", true},
		"the key is gone":        {"", remove("key", "key.copy"), as, "key_missing", false},
		"both copies damaged":    {"", remove("keys.json", "keys.json.copy"), as, "damaged", false},
		"a newer program's":      {"", func(t *testing.T, dir string) { storetest.Newer(t, dir) }, as, "upgrade", false},
		"a restore cut off": {"", func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, "restoring"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, as, "restore_unfinished", false},
		"a full disk":      {"", nothing, disk(syscall.ENOSPC), "full", false},
		"a read-only disk": {"", nothing, disk(syscall.EROFS), "read_only", false},
		"no permission":    {"", nothing, disk(syscall.EACCES), "read_only", false},
		"a second process": {"", func(t *testing.T, dir string) {
			s, err := open(dir, as)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { storetest.Inspect(t, s, dir); s.Close() })
		}, as, "busy", false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s, err := open(dir, func(o *store.Options) { o.Keys.Passphrase = c.passphrase })
			if err == nil {
				_, err = s.Create(storetest.Person(1), exam.PackRef{})
				storetest.Inspect(t, s, dir)
				s.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
			c.spoil(t, dir)
			s, err = open(dir, c.again)
			if err == nil {
				s.Close()
				t.Fatal("it opens")
			}
			if got := reason(err); got != c.want || asks(err) != c.asks {
				t.Errorf("reason %q, asks %v: %v", got, asks(err), err)
			}
			said[reason(err)] = name
		})
	}
	said["tampered"] = "held below"
	for _, lang := range []string{"zh-CN", "en"} {
		w, seen := assets.In(lang), map[string]string{}
		for why := range said {
			for _, key := range []string{"ui.refuse." + why, "ui.refuse." + why + ".text"} {
				text := w.Say(key)
				if !w.Has(key) || seen[text] != "" {
					t.Errorf("%s: %s says %q, as %q does", lang, key, text, seen[text])
				}
				seen[text] = key
			}
		}
	}
}

// TestTamperingAndABadSectorAreTwoSentencesInTheWindow spoils a photo in both
// copies.
func TestTamperingAndABadSectorAreTwoSentencesInTheWindow(t *testing.T) {
	for want, spoil := range map[string]func(place string, sealed []byte) []byte{
		"tampered": storetest.Forged,
		"damaged": func(_ string, sealed []byte) []byte {
			sealed = slices.Clone(sealed)
			sealed[len(sealed)/2] ^= 1
			return sealed
		},
	} {
		dir := t.TempDir()
		s, err := store.Open(context.Background(), dir, storetest.Options())
		if err != nil {
			t.Fatal(err)
		}
		d, err := s.Create(storetest.Person(1), exam.PackRef{})
		if err == nil {
			d, err = s.Attach(d.ID, exam.File{Kind: exam.FilePhoto, Type: "image/jpeg"}, bytes.Repeat([]byte("a made-up photo "), 250))
		}
		if err != nil {
			t.Fatal(err)
		}
		storetest.Inspect(t, s, dir)
		for _, pattern := range []string{"files/*/*", "copies/*/*"} {
			names, _ := filepath.Glob(filepath.Join(dir, pattern))
			for _, name := range names {
				raw, err := os.ReadFile(name)
				if err == nil {
					err = os.WriteFile(name, spoil("files/"+filepath.Base(name), raw), 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, err = s.File(d.Files[0].SHA256); reason(err) != want {
			t.Errorf("reason %q, want %q: %v", reason(err), want, err)
		}
		s.Close()
	}
}

// TestTheWindowTellsWhatOpeningFoundAndWhereTheFolderLies.
func TestTheWindowTellsWhatOpeningFoundAndWhereTheFolderLies(t *testing.T) {
	for _, c := range []struct {
		on    string
		spoil func(dir string) error
		want  []string
	}{
		{"local", nil, nil},
		{"network", nil, []string{"store.warn.network"}},
		{"removable", nil, []string{"store.warn.removable"}},
		{"local", func(dir string) error { return os.Truncate(filepath.Join(dir, "wenbao.db"), 5000) }, []string{"store.opening.rebuilt"}},
	} {
		dir := t.TempDir()
		s, err := store.Open(context.Background(), dir, storetest.Options())
		if err == nil {
			_, err = s.Create(storetest.Person(1), exam.PackRef{})
			s.Close()
		}
		if err == nil && c.spoil != nil {
			err = c.spoil(dir)
		}
		if err != nil {
			t.Fatal(err)
		}
		o := storetest.Options()
		o.Disk = storetest.Elsewhere{On: "network"}
		switch c.on {
		case "local":
			o.Disk = nil
		case "removable":
			o.Disk = storetest.Elsewhere{On: "removable"}
		}
		p := &program{store: storetest.OpenAt(t, dir, o)}
		var got []string
		for _, r := range p.reports() {
			got = append(got, r.Text.Key())
			if r.Text.In(assets.In("zh-CN")) == "" || r.Tone == present.Trouble {
				t.Errorf("%s: %+v", c.on, r)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: it tells %v, want %v", c.on, got, c.want)
		}
	}
}
