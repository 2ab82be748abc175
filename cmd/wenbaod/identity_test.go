package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/boltdb"
	"wenbao/server/keyfile"
	"wenbao/sync/synctest"
)

// register puts one registration into the operator's folder.
func (o operator) register() {
	o.t.Helper()
	key, err := keyfile.Make(o.dir)
	if err != nil {
		o.t.Fatal(err)
	}
	rules, err := rulesOf(nil)
	if err != nil {
		o.t.Fatal(err)
	}
	db, err := boltdb.Open(o.dir, boltdb.Options{})
	if err != nil {
		o.t.Fatal(err)
	}
	defer db.Close()
	s, err := server.New(server.Config{Repository: db, Rules: rules, Signer: key, Practice: true})
	if err != nil {
		o.t.Fatal(err)
	}
	defer s.Drain()
	synctest.NewLoad(1, 1, 0).Run(o.t, s)
}

// refused runs a command that must be refused with words that hold all of some.
func (o operator) refused(words []string, args ...string) {
	o.t.Helper()
	var out, said bytes.Buffer
	code := run(o.t.Context(), append(args, "--lang", "en", "--data", o.dir), &out, &said)
	for _, w := range words {
		if !strings.Contains(said.String(), w) {
			o.t.Errorf("%v does not say %q:\n%s", args, w, said.String())
		}
	}
	if code != 1 || out.Len() > 0 {
		o.t.Errorf("%v ended with %d and printed %s", args, code, out.String())
	}
}

func TestALostSigningKeyIsNeverReplacedSilently(t *testing.T) {
	o := operator{t, t.TempDir()}
	first := o.must("keys", "public")
	public, err := exam.ParsePublicKey([]byte(first))
	if err != nil {
		t.Fatal(err)
	}
	o.register()
	path := filepath.Join(o.dir, keyfile.PrivateName)
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if code, _ := o.do("keys", "renew"); code != 3 {
		t.Error("a key that is there is given up")
	}

	missing := []string{"is missing", keyfile.PrivateName, exam.KeyID(public), "backup", "wenbaod keys renew"}
	other := []string{"another key", keyfile.PrivateName, exam.KeyID(public), "backup", "wenbaod keys renew"}
	commands := [][]string{{"serve", "--listen", "127.0.0.1:0", "--insecure-http"}, {"keys", "public"}, {"review", "list"}}
	for _, without := range []string{keyfile.PublicName, ""} { // the public half is there at first, then is not
		os.Remove(path)
		for _, c := range commands {
			o.refused(missing, c...)
		}
		if _, err := os.Stat(path); err == nil {
			t.Fatal("another key was made")
		}
		if without != "" {
			os.Remove(filepath.Join(o.dir, without))
		}
	}

	if err := os.WriteFile(path, kept, 0o600); err != nil {
		t.Fatal(err)
	}
	if o.must("keys", "public") != first || !strings.Contains(o.must("review", "list", "--state", "verified"), "演练") {
		t.Error("the key from the backup is not the server's again")
	}

	alien := operator{t, t.TempDir()}
	alien.must("keys", "public")
	theirs, err := os.ReadFile(filepath.Join(alien.dir, keyfile.PrivateName))
	if err != nil || os.WriteFile(path, theirs, 0o600) != nil {
		t.Fatal(err)
	}
	o.refused(other, commands[0]...)
	o.refused(other, commands[2]...)

	os.Remove(path)
	second := o.must("keys", "renew")
	if second == first || o.must("keys", "public") != second {
		t.Errorf("the new key %q", second)
	}
	former, err := keyfile.FormerKeys(o.dir)
	if err != nil || len(former.Keys) == 0 || !former.Keys[0].Equal(public) {
		t.Errorf("what is known of the lost key: %+v %v", former, err)
	}
	o.register() // and the server goes on
	o.must("review", "list")
	if code, _ := o.do("keys", "renew"); code != 3 {
		t.Error("the new key is given up")
	}
}
