package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/store"
	"wenbao/ui/present"
)

// locks are the store's key slots in the words of the presenters.
type locks struct{ *store.Store }

func (l locks) Ways() (list []present.Way) {
	for _, s := range l.Slots() {
		list = append(list, present.Way{Kind: s.Kind, Made: s.Created})
	}
	return list
}

// backups writes backups where the candidate keeps documents, and restores them
// beside the data folder.
type backups struct {
	store *store.Store
	dir   string
}

// backupSuffix is the ending of a backup's name.
const backupSuffix = ".wenbao"

func (b backups) Make(ctx context.Context, passphrase string) (present.BackupFile, error) {
	docs, err := documents()
	if err != nil {
		return present.BackupFile{}, err
	}
	path := free(filepath.Join(docs, "wenbao-"+time.Now().Format("2006-01-02")), backupSuffix)
	rep, err := b.store.Backup(ctx, path, passphrase)
	return report(path, rep), err
}

func report(path string, r store.BackupReport) present.BackupFile {
	return present.BackupFile{Path: path, Drafts: r.Drafts, Files: r.Files, Bytes: r.Bytes}
}

// free gives a path that does not exist yet.
func free(stem, suffix string) string {
	path := stem + suffix
	for i := 2; exists(path); i++ {
		path = stem + "-" + strconv.Itoa(i) + suffix
	}
	return path
}

func (b backups) Restore(ctx context.Context, path, secret string) (present.BackupFile, error) {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return present.BackupFile{}, exam.Errorf(exam.KindNotFound, "restore backup", "not a file")
	}
	dir := free(b.dir+"-restored-"+time.Now().Format("2006-01-02"), "")
	keys := store.Keys{Passphrase: secret, Recovery: secret, Keyring: store.SystemKeyring()}
	rep, err := store.RestoreBackup(ctx, path, dir, store.Options{Keys: keys})
	return report(dir, rep), err
}

// refuge keeps drafts outside the data folder.
type refuge struct{ *store.Store }

func (r refuge) Evacuate(folder string, id exam.DraftID, doc exam.Document) (string, error) {
	path := free(filepath.Join(folder, "wenbao-draft-"+time.Now().Format("2006-01-02")), backupSuffix)
	return path, r.Store.Evacuate(path, id, doc)
}

func (r refuge) Reclaim(path string) (exam.DraftID, exam.Document, error) {
	return r.Store.Reclaim(context.Background(), path)
}

// reports says what opening the store found, and what is unwise about where it
// lies: of the key, once is enough.
func (p *program) reports() (list []present.Report) {
	o := p.store.Opening()
	if key, args := o.Sentence(); key != "" {
		tone := present.Good
		if len(o.Lost) > 0 {
			tone = present.Trouble
		}
		list = append(list, present.Report{Tone: tone, Text: counted(key, args)})
	}
	for _, key := range o.Warnings {
		if key != "store.warn.key_file" || o.Created {
			list = append(list, present.Report{Tone: present.Warning, Text: present.T(key)})
		}
	}
	return list
}

// counted makes a sentence of the store one of the window's.
func counted(key string, args map[string]string) present.Text {
	var pairs []any
	for name, value := range args {
		n, _ := strconv.Atoi(value) // the store counts
		pairs = append(pairs, name, n)
	}
	return present.T(key, pairs...)
}

// cause gives what the store knows of an error beyond its Kind: "tampered",
// "key_missing", "restore_unfinished".
func cause(err error) string {
	key := store.Cause(err)
	if key == "store.error.passphrase_needed" || key == "store.error.passphrase_wrong" || key == "store.error.recovery_wrong" {
		return string(exam.KindLocked)
	}
	stem, _ := strings.CutPrefix(key, "store.error.")
	return stem
}

// Snapshots lists what the store wrote into its folder for them.
func (b backups) Snapshots() ([]present.Snapshot, error) {
	entries, err := os.ReadDir(filepath.Join(b.dir, "snapshots"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &exam.Error{Kind: exam.KindDamaged, Op: "list snapshots", Err: err}
	}
	var list []present.Snapshot
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && filepath.Ext(e.Name()) == ".db" {
			list = append(list, present.Snapshot{Taken: info.ModTime(), Bytes: info.Size()})
		}
	}
	slices.SortFunc(list, func(a, b present.Snapshot) int { return b.Taken.Compare(a.Taken) })
	return list, nil
}

// attic is the store's bin.
type attic struct {
	*store.Store
	dir string
}

func (a attic) Bin() ([]present.Summary, error) {
	page, err := a.List(store.Query{Bin: true})
	list := make([]present.Summary, len(page.Rows))
	for i, r := range page.Rows {
		list[i] = summary(r)
	}
	return list, err
}

func (a attic) Size() (n int64, err error) {
	err = filepath.WalkDir(a.dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return nil // gone meanwhile, or not a file
		}
		if info, err := e.Info(); err == nil {
			n += info.Size()
		}
		return nil
	})
	return n, err
}

// folders keeps which data folder is opened next.
type folders struct{}

func (folders) Use(dir string) error { return local.UseFolder(dir) }

// network is what was chosen on the settings page.
func (p *program) network() (n present.Network) {
	if raw, err := p.store.Setting(present.NetworkKey); err == nil {
		_ = json.Unmarshal(raw, &n) // what cannot be read leaves the pack's server
	}
	return n
}

// noProxy stands for a direct line, whatever the environment says.
var noProxy = &url.URL{}

// proxy gives the way to the server: nil is as the environment says.
func proxy(n present.Network) *url.URL {
	switch n.Proxy {
	case "none":
		return noProxy
	case "manual":
		if u, err := url.Parse(n.ProxyURL); err == nil && u.Host != "" {
			return u
		}
	}
	return nil
}

// versions is how many older versions of a draft are kept.
func (p *program) versions() {
	n := present.VersionChoices[0]
	if raw, err := p.store.Setting(present.VersionsKey); err == nil {
		_ = json.Unmarshal(raw, &n) // what cannot be read leaves the usual number
	}
	p.store.KeepVersions(n)
}
