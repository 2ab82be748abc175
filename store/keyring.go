package store

import (
	"errors"

	oskeyring "github.com/zalando/go-keyring"
)

// keyringService is the name under which the operating system lists our secrets.
const keyringService = "wenbao"

type systemKeyring struct{}

// SystemKeyring is the keyring of the operating system: the Credential Manager
// of Windows, the Keychain of macOS, the Secret Service of a Linux desktop.
// Without one (a server, a container) every method fails.
func SystemKeyring() Keyring { return systemKeyring{} }

func (systemKeyring) Get(name string) (string, error) {
	secret, err := oskeyring.Get(keyringService, name)
	if errors.Is(err, oskeyring.ErrNotFound) {
		return "", ErrNoSecret
	}
	return secret, err
}

func (systemKeyring) Set(name, secret string) error {
	return oskeyring.Set(keyringService, name, secret)
}
func (systemKeyring) Delete(name string) error { return oskeyring.Delete(keyringService, name) }
