package store

import (
	"wenbao/exam"
	"wenbao/store/internal/disk"
	"wenbao/store/internal/keyslot"
)

// Slots lists the ways to open the store.
func (s *Store) Slots() []Slot {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []Slot
	for _, slot := range s.keys.header.Slots {
		list = append(list, Slot{Kind: string(slot.Kind), Created: slot.Created})
	}
	return list
}

// SetPassphrase makes the passphrase, or another one, open the store, and what
// opened it without asking (keyring, key file) does so no more. The data is not
// rewritten. A printed recovery code stays valid.
func (s *Store) SetPassphrase(passphrase string) error {
	const op = "set passphrase"
	if passphrase == "" {
		return exam.Errorf(exam.KindInvalid, op, "it is empty")
	}
	cost := s.o.Keys.cost()
	err := s.rekey(op, func(h keyslot.Header, data []byte) (keyslot.Header, error) {
		h, err := h.Add(keyslot.Passphrase, []byte(passphrase), data, cost, s.o.Clock())
		return h.Drop(keyslot.Keyring).Drop(keyslot.KeyFile), err
	})
	if err == nil {
		s.forgetMachine()
	}
	return err
}

// RemovePassphrase lets this computer open the store without asking again, by
// keyring or key file.
func (s *Store) RemovePassphrase() error {
	return s.rekey("remove passphrase", func(h keyslot.Header, data []byte) (keyslot.Header, error) {
		r := keyring{fs: s.o.Disk, dir: s.dir, header: h}
		h, err := r.addMachine(s.o.Keys, data, s.o.Clock())
		return h.Drop(keyslot.Passphrase), err
	})
}

// NewRecoveryCode makes a code to print, which opens the store and its backups
// on any machine, and makes the one before invalid. It is not kept anywhere.
func (s *Store) NewRecoveryCode() (string, error) {
	code := keyslot.NewRecoveryCode()
	secret, err := keyslot.ParseRecoveryCode(code)
	if err != nil {
		return "", err
	}
	err = s.rekey("make recovery code", func(h keyslot.Header, data []byte) (keyslot.Header, error) {
		return h.Add(keyslot.Recovery, secret, data, keyslot.Cost{}, s.o.Clock())
	})
	return code, err
}

// rekey changes the slots of an unlocked store, durably.
func (s *Store) rekey(op string, fn func(keyslot.Header, []byte) (keyslot.Header, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.vault == nil {
		return locked(op, ErrStoreLocked)
	}
	h, err := fn(s.keys.header, s.vault.raw)
	if err != nil {
		return named(op, err)
	}
	next := s.keys
	next.header = h
	if err := next.save(); err != nil {
		return named(op, err)
	}
	s.keys = next
	return nil
}

// forgetMachine destroys the secrets of slots that are no more.
func (s *Store) forgetMachine() {
	if k := s.o.Keys.Keyring; k != nil {
		_ = k.Delete(s.keys.header.Store)
	}
	name := s.o.Keys.file(s.dir)
	for _, file := range []string{name, twinOf(name)} {
		overwrite(s.o.Disk, file)
		_ = s.o.Disk.Remove(file)
	}
}

// overwrite puts zeros where a secret was, as far as the disk lets us.
func overwrite(fs disk.FS, name string) {
	f, err := fs.Open(name)
	if err != nil {
		return
	}
	if size, err := f.Size(); err == nil && size <= maxKeyFile {
		_, _ = f.WriteAt(make([]byte, size), 0)
		_ = f.Sync()
	}
	_ = f.Close()
}
