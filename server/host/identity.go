package host

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"slices"

	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/keyfile"
)

// Identity gives the key that a server signs with and those that were lost
// before it; a server that has signed nothing gets its first. Whoever lost the
// key and began with another silently would be a stranger to every candidate,
// so that a lost key, and one that is another server's, is [exam.KindUntrusted]
// with a [*exam.Fault]: it is restored, or given up by [Renew].
func Identity(ctx context.Context, dir string, repo server.Repository) (ed25519.PrivateKey, []ed25519.PublicKey, error) {
	const op = "prove server's identity"
	signed, err := signedBy(ctx, repo)
	if err != nil {
		return nil, nil, err
	}
	former, err := keyfile.FormerKeys(dir)
	if err != nil {
		return nil, nil, err
	}
	key, err := keyfile.Open(dir)
	last := cmp.Or(signed, keyfile.LastID(dir))
	lost := func(code, have string) error {
		return &exam.Error{Kind: exam.KindUntrusted, Op: op, Err: &exam.Fault{Code: code, Args: map[string]string{"file": keyfile.PrivateName, "key": last, "have": have}}}
	}
	switch kind := exam.KindOf(err); {
	case kind == exam.KindNotFound && last != "":
		return nil, nil, lost("signing_key_missing", "")
	case err != nil && kind != exam.KindNotFound:
		return nil, nil, err
	case err == nil && signed != "":
		if id := exam.KeyID(keyfile.Public(key)); id != signed && !slices.Contains(former.IDs, signed) {
			return nil, nil, lost("signing_key_other", id)
		}
	}
	if key, err = keyfile.Make(dir); err != nil {
		return nil, nil, err
	}
	return key, former.Keys, nil
}

// Renew gives up the key that is missing and begins with another, or with the
// one that is there. It gives the new public key, and [exam.KindInvalid] when no
// key is missing.
func Renew(ctx context.Context, dir string, repo server.Repository) (ed25519.PublicKey, error) {
	_, _, err := Identity(ctx, dir, repo)
	switch {
	case err == nil:
		return nil, &exam.Error{Kind: exam.KindInvalid, Op: "renew signing key", Err: &exam.Fault{Code: "signing_key_there"}}
	case exam.KindOf(err) != exam.KindUntrusted:
		return nil, err
	}
	signed, err := signedBy(ctx, repo)
	if err != nil {
		return nil, err
	}
	key, err := keyfile.Renew(dir, signed)
	if err != nil {
		return nil, err
	}
	return keyfile.Public(key), nil
}

// signedBy gives the id of the key that signed a receipt here, or "".
func signedBy(ctx context.Context, repo server.Repository) (string, error) {
	list, err := repo.List(ctx, "", 1)
	if err != nil || len(list) == 0 {
		return "", err
	}
	return list[0].Receipt.KeyID, nil
}
