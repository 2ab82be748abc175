package main

import (
	"os"
	"path/filepath"
	"strconv"
	"time"

	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/store"
)

// summaries lists the drafts that are not in the bin, last changed first.
func summaries(st *store.Store, state exam.State, search string) ([]store.Summary, error) {
	const rows = 1000
	var all []store.Summary
	for {
		page, err := st.List(store.Query{State: state, Search: search, Limit: rows, Offset: len(all)})
		if err != nil {
			return nil, err
		}
		all = append(all, page.Rows...)
		if len(page.Rows) < rows {
			return all, nil
		}
	}
}

func (c *storeCheck) Run(s *session) error {
	st, err := s.store()
	if err != nil {
		return err
	}
	f, err := st.Check(s.ctx)
	if err != nil {
		return err
	}
	lost := []string{}
	for _, l := range f.Lost {
		lost = append(lost, l.String())
	}
	faults := append([]string{}, f.Faults...)
	s.out.record(map[string]any{"ok": f.OK(), "drafts": f.Drafts, "files": f.Files, "repaired": st.Opening().Rebuilt, "lost": lost, "faults": faults})
	key := "ctl.store_sound"
	switch {
	case len(lost) > 0:
		key = "ctl.store_lost"
	case len(faults) > 0:
		key = "ctl.store_faults"
	}
	if !f.OK() {
		s.out.found(exitProblems)
	}
	s.out.text("%s\n", s.words.Say(key, map[string]string{
		"drafts": strconv.Itoa(f.Drafts), "files": strconv.Itoa(f.Files), "lost": strconv.Itoa(len(lost)), "faults": strconv.Itoa(len(faults)),
	}))
	for _, l := range lost {
		s.out.text("  %s\n", l)
	}
	return nil
}

func (c *storeBackup) Run(s *session) error {
	st, err := s.store()
	if err != nil {
		return err
	}
	if info, err := os.Stat(c.File); err == nil && info.IsDir() {
		return usage("ctl.file_is_folder", map[string]string{"file": c.File})
	}
	rep, err := st.Backup(s.ctx, c.File, "")
	if exam.KindOf(err) == exam.KindInvalid {
		return &said{exam.KindLocked, "ctl.backup_no_way_in", nil}
	}
	if err != nil {
		return err
	}
	s.backedUp("ctl.backed_up", c.File, rep)
	return nil
}

// backedUp reports what a backup or a restore held.
func (s *session) backedUp(key, file string, rep store.BackupReport) {
	s.out.record(map[string]any{"file": file, "drafts": rep.Drafts, "files": rep.Files, "bytes": rep.Bytes})
	s.out.text("%s\n", s.words.Say(key, map[string]string{
		"file": file, "drafts": strconv.Itoa(rep.Drafts), "files": strconv.Itoa(rep.Files), "size": megabytes(rep.Bytes),
	}))
}

func (c *storeRestore) Run(s *session) error {
	dir, err := s.folder()
	if err != nil {
		return err
	}
	keys, err := s.storeKeys()
	if err != nil {
		return err
	}
	if c.RecoveryFile != "" {
		if keys.Recovery, err = secret(c.RecoveryFile); err != nil {
			return err
		}
	}
	rep, err := store.RestoreBackup(s.ctx, c.File, dir, store.Options{Keys: keys})
	switch exam.KindOf(err) {
	case "":
	case exam.KindState:
		return &said{exam.KindState, "ctl.restore_not_empty", map[string]string{"folder": dir}}
	case exam.KindDamaged:
		return &said{exam.KindDamaged, "ctl.backup_damaged", map[string]string{"file": filepath.Base(c.File)}}
	default:
		return err
	}
	s.backedUp("ctl.restored_store", c.File, rep)
	return nil
}

// secret reads a passphrase or code from a file, without the end of the line.
func secret(file string) (string, error) {
	raw, err := readBounded(file, 4096)
	if err != nil {
		return "", err
	}
	text, ok := local.Secret(raw)
	switch {
	case !ok:
		return "", &said{exam.KindInvalid, "ctl.secret_encoding", map[string]string{"file": filepath.Base(file)}}
	case text == "":
		return "", &said{exam.KindInvalid, "ctl.secret_empty", map[string]string{"file": filepath.Base(file)}}
	}
	return text, nil
}

func (c *storeCompact) Run(s *session) error {
	st, err := s.store()
	if err != nil {
		return err
	}
	dir, err := s.folder()
	if err != nil {
		return err
	}
	before := folderSize(dir)
	if err := st.Compact(s.ctx); err != nil {
		return err
	}
	after := folderSize(dir)
	s.out.record(map[string]any{"bytes_before": before, "bytes_after": after})
	s.out.text("%s\n", s.words.Say("ctl.compacted", map[string]string{"before": megabytes(before), "after": megabytes(after)}))
	return nil
}

// folderSize adds up the files of a folder; what cannot be read counts nothing.
func folderSize(dir string) (n int64) {
	_ = filepath.WalkDir(dir, func(_ string, e os.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			if info, err := e.Info(); err == nil {
				n += info.Size()
			}
		}
		return nil
	})
	return n
}

func (c *keysList) Run(s *session) error {
	st, err := s.store()
	if err != nil {
		return err
	}
	for _, k := range st.Slots() {
		s.out.record(map[string]any{"kind": k.Kind, "created_at": k.Created.UTC().Format(time.RFC3339)})
		s.out.text("%-24s %s\n", s.words.Say("ctl.key."+k.Kind), k.Created.Local().Format(time.DateTime))
	}
	return nil
}

func (c *keysPassphrase) Run(s *session) error {
	st, err := s.store()
	if err != nil {
		return err
	}
	if c.Remove {
		err = st.RemovePassphrase()
	} else {
		var next string
		if next, err = secret(c.NewFile); err == nil {
			err = st.SetPassphrase(next)
		}
	}
	if err != nil {
		return err
	}
	key := "ctl.passphrase_set"
	if c.Remove {
		key = "ctl.passphrase_removed"
	}
	s.out.record(map[string]any{"done": true})
	s.out.text("%s\n", s.words.Say(key))
	return nil
}

func (c *keysRecovery) Run(s *session) error {
	st, err := s.store()
	if err != nil {
		return err
	}
	code, err := st.NewRecoveryCode()
	if err != nil {
		return err
	}
	s.out.record(map[string]any{"recovery_code": code})
	s.out.text("%s\n\n    %s\n", s.words.Say("ctl.recovery_code"), code)
	return nil
}
