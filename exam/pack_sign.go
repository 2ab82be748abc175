package exam

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// packContext keeps a signature over a pack from being taken for one over
// anything else.
const packContext = "wenbao exam pack v1\x00"

// packSignaturePrefix begins the one line of a signature file.
const packSignaturePrefix = "wenbao-pack-ed25519 "

// SignPack signs the exact bytes of a pack file. The result is the text of the
// file that lies beside it (038-2026.jsonc.sig): the prefix, the key's
// [KeyID], the signature in base64.
func SignPack(key ed25519.PrivateKey, raw []byte) []byte {
	sig := ed25519.Sign(key, append([]byte(packContext), raw...))
	id := KeyID(key.Public().(ed25519.PublicKey))
	return fmt.Appendf(nil, "%s%s %s\n", packSignaturePrefix, id, base64.StdEncoding.EncodeToString(sig))
}

// VerifyPack parses a pack whose bytes one of the keys has signed. A signature
// that is missing, malformed, of another key or over other bytes is
// [KindUntrusted].
func VerifyPack(raw, signature []byte, keys []ed25519.PublicKey) (*Pack, error) {
	const op = "verify exam pack"
	if len(raw) > MaxPackBytes {
		return nil, Errorf(KindTooLarge, op, "%d bytes, at most %d", len(raw), MaxPackBytes)
	}
	id, sig, ok := parsePackSignature(signature)
	if !ok {
		return nil, untrusted(op, "no_signature", "")
	}
	for _, pub := range keys {
		if len(pub) == ed25519.PublicKeySize && KeyID(pub) == id {
			if !ed25519.Verify(pub, append([]byte(packContext), raw...), sig) {
				return nil, untrusted(op, "signature_of_other_bytes", id)
			}
			return ParsePack(raw)
		}
	}
	return nil, untrusted(op, "key_not_trusted", shortened(id, 32))
}

func untrusted(op, code, key string) error {
	return &Error{Kind: KindUntrusted, Op: op, Err: &Fault{Code: code, Args: map[string]string{"key": key}}}
}

func parsePackSignature(text []byte) (id string, sig []byte, ok bool) {
	rest, ok := bytes.CutPrefix(bytes.TrimSpace(text), []byte(packSignaturePrefix))
	name, encoded, found := bytes.Cut(rest, []byte(" "))
	if !ok || !found || len(text) > 300 {
		return "", nil, false
	}
	sig, err := base64.StdEncoding.DecodeString(string(encoded))
	if err != nil || len(sig) != ed25519.SignatureSize || base64.StdEncoding.EncodeToString(sig) != string(encoded) {
		return "", nil, false
	}
	return string(name), sig, true
}

// Succeed takes a newer edition of the same pack: signed by one of this
// edition's signers, with the same id and a higher version. A lower or equal
// version is [KindConflict], another pack [KindInvalid].
func (p *Pack) Succeed(raw, signature []byte) (*Pack, error) {
	const op = "update exam pack"
	next, err := VerifyPack(raw, signature, publicKeys(p.Signers))
	switch {
	case err != nil:
		return nil, err
	case next.ID != p.ID:
		return nil, Errorf(KindInvalid, op, "it is %q, not %q", shortened(next.ID, 40), p.ID)
	case next.Version <= p.Version:
		return nil, Errorf(KindConflict, op, "version %d is here, version %d came", p.Version, next.Version)
	}
	return next, nil
}

// ServerKeys gives the keys whose receipts prove a registration; none when the
// pack names no server.
func (p *Pack) ServerKeys() []ed25519.PublicKey { return publicKeys(p.Server.Keys) }

// publicKeys reads keys that [ParsePack] has held to be right.
func publicKeys(lines []string) []ed25519.PublicKey {
	keys := make([]ed25519.PublicKey, 0, len(lines))
	for _, line := range lines {
		if key, err := ParsePublicKey([]byte(line)); err == nil {
			keys = append(keys, key)
		}
	}
	return keys
}

// SamplePackKey is the key that signs the sample packs of this program. Its
// private half follows from the words below, so everybody has it: a signature
// with it proves nothing and only shows how signing works. An authority signs
// with a key of its own (docs/packs.md).
func SamplePackKey() ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("wenbao sample pack key: public, proves nothing"))
	return ed25519.NewKeyFromSeed(seed[:])
}
