package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"wenbao/cmd/internal/local"
	"wenbao/exam"
)

// packCmd is for whoever edits an exam pack.
type packCmd struct {
	Key  packKey  `cmd:"" help:"Make a key that signs exam packs, and print its public half for the pack's \"signers\"."`
	Sign packSign `cmd:"" help:"Sign an exam pack: writes FILE.sig beside it."`

	Publish packPublish `cmd:"" help:"Publish a signed edition: this server judges by it from now on, and every client gets it."`
}

type packKey struct {
	Out string `help:"File for the private key, PKCS #8 in PEM, readable by its owner alone; an existing file is left alone." required:"" placeholder:"authority.pem" type:"path"`
}

// Help gives the example.
func (packKey) Help() string { return "Example:\n\n  wenbaod pack key --out authority.pem" }

func (c *packKey) Run(e *env) error {
	const op = "make pack key"
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return &exam.Error{Kind: exam.KindInternal, Op: op, Err: err}
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return &exam.Error{Kind: exam.KindInternal, Op: op, Err: err}
	}
	f, err := os.OpenFile(c.Out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return exam.Errorf(exam.KindState, op, "the file exists already")
	} else if err != nil {
		return &exam.Error{Kind: exam.KindReadOnly, Op: op, Err: err}
	}
	err = errors.Join(pem.Encode(f, &pem.Block{Type: "PRIVATE KEY", Bytes: der}), f.Sync(), f.Close())
	if err != nil {
		err = &exam.Error{Kind: exam.KindFull, Op: op, Err: err}
	} else {
		_, err = fmt.Fprintln(e.stdout, exam.EncodePublicKey(public))
	}
	if err != nil {
		os.Remove(c.Out) // half a key, or one whose public half nobody has, would be in the way
	}
	return err
}

type packSign struct {
	File string `arg:"" help:"The exam pack." type:"existingfile"`
	Key  string `help:"Private key, PKCS #8 in PEM, as 'wenbaod pack key' or openssl makes it." required:"" type:"existingfile" placeholder:"authority.pem"`
}

// Help gives the example.
func (packSign) Help() string {
	return "Example:\n\n  wenbaod pack sign pack.jsonc --key authority.pem"
}

func (c *packSign) Run(e *env) error {
	const op = "sign exam pack"
	raw, err := local.ReadFile(c.File, exam.MaxPackBytes)
	if err != nil {
		return err
	}
	pack, err := exam.ParsePack(raw)
	if err != nil {
		return err // a pack that no program can read is not signed
	}
	key, err := privateKey(c.Key)
	if err != nil {
		return err
	}
	if err := local.WriteFile(c.File+".sig", exam.SignPack(key, raw)); err != nil {
		return err
	}
	if err := os.Chmod(c.File+".sig", 0o644); err != nil { // who publishes it may be somebody else
		return &exam.Error{Kind: exam.KindReadOnly, Op: op, Err: err}
	}
	fmt.Fprintf(e.stdout, "%s %d %s\n", pack.ID, pack.Version, exam.KeyID(key.Public().(ed25519.PublicKey)))
	return nil
}

// maxKeyFile bounds a file that holds one key.
const maxKeyFile = 64 << 10

// privateKey reads an Ed25519 key from PKCS #8 in PEM.
func privateKey(file string) (ed25519.PrivateKey, error) {
	const op = "read private key"
	text, err := local.ReadFile(file, maxKeyFile)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, exam.Errorf(exam.KindInvalid, op, "not PEM")
	}
	any, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, &exam.Error{Kind: exam.KindInvalid, Op: op, Err: err}
	}
	key, ok := any.(ed25519.PrivateKey)
	if !ok {
		return nil, exam.Errorf(exam.KindInvalid, op, "not an Ed25519 key")
	}
	return key, nil
}
