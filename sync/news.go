package sync

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"wenbao/exam"
	"wenbao/sync/wire"
)

// What the authority told everybody is kept in the settings: it is the same on
// every machine, and counts with its signature alone.
const settingNotices = "sync.notices" // JSON of []exam.SignedNotice, oldest first

func settingPack(id string) string { return "sync.pack." + id } // JSON of []edition

// noticesAtMost bounds what is kept of notices; the oldest go first.
const noticesAtMost = 200

// edition is one edition of an exam pack as it came.
type edition struct {
	Raw       []byte `json:"raw"`
	Signature []byte `json:"signature"`
}

// Edition gives the newest edition of a shipped exam pack: the last of those that
// the server published, each signed by a signer of the one before.
func Edition(s Settings, shipped *exam.Pack) (*exam.Pack, error) {
	chain, err := editions(s, shipped.ID)
	return newest(shipped, chain), err
}

func editions(s Settings, id string) (chain []edition, err error) {
	raw, err := s.Setting(settingPack(id))
	if err != nil || raw == nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &chain); err != nil {
		return nil, &exam.Error{Kind: exam.KindDamaged, Op: "read exam pack", Err: err}
	}
	return chain, nil
}

func newest(p *exam.Pack, chain []edition) *exam.Pack {
	for _, e := range chain {
		if next, err := p.Succeed(e.Raw, e.Signature); err == nil {
			p = next
		}
	}
	return p
}

// grown adds an edition to the shortest chain that proves it. An edition that is
// not newer is [exam.KindConflict], one without a signer's signature
// [exam.KindUntrusted].
func grown(shipped *exam.Pack, chain []edition, e edition) ([]edition, error) {
	if _, err := newest(shipped, chain).Succeed(e.Raw, e.Signature); err != nil {
		return nil, err
	}
	for i := range chain {
		if _, err := newest(shipped, chain[:i]).Succeed(e.Raw, e.Signature); err == nil {
			chain = chain[:i]
			break
		}
	}
	return append(slices.Clone(chain), e), nil
}

// Notices gives the notices that the server with one of the keys published and
// has not taken back, oldest first.
func Notices(s Settings, keys []ed25519.PublicKey) ([]exam.Notice, error) {
	raw, err := s.Setting(settingNotices)
	if err != nil || raw == nil {
		return nil, err
	}
	var signed []exam.SignedNotice
	if err := json.Unmarshal(raw, &signed); err != nil {
		return nil, &exam.Error{Kind: exam.KindDamaged, Op: "read notices", Err: err}
	}
	var list []exam.Notice
	for _, one := range signed {
		n, err := one.Verify(keys)
		if err != nil {
			continue // of a server that this machine no longer believes
		}
		list = slices.DeleteFunc(list, func(o exam.Notice) bool { return o.ID == n.ID || o.ID == n.Replaces })
		if n.Text != (exam.Text{}) {
			list = append(list, n)
		}
	}
	return list, nil
}

// toldNotices adds to the notices those that are signed. One that is not is left
// out, and keeps nothing else from being taken in.
func (e *Engine) toldNotices(fresh []exam.SignedNotice) (map[string][]byte, error) {
	settings := map[string][]byte{}
	if len(fresh) == 0 {
		return settings, nil
	}
	raw, err := e.c.Settings.Setting(settingNotices)
	if err != nil {
		return nil, err
	}
	var all []exam.SignedNotice
	if raw != nil && json.Unmarshal(raw, &all) != nil {
		all = nil // nothing that the server would not tell again
	}
	for _, n := range fresh {
		if _, err := n.Verify(e.c.Keys); err != nil {
			e.c.Log.Warn("a notice was not believed", "kind", exam.KindOf(err))
			continue
		}
		same := func(o exam.SignedNotice) bool { return string(o.Notice) == string(n.Notice) }
		if !slices.ContainsFunc(all, same) {
			all = append(all, n)
		}
	}
	all = all[max(0, len(all)-noticesAtMost):]
	settings[settingNotices] = wire.Encode(all)
	return settings, nil
}

// toldPacks fetches and verifies the editions of packs that this program knows.
// One that is not proved is left out; only a line that breaks ends it.
func (e *Engine) toldPacks(ctx context.Context, told []wire.PackEdition) (map[string][]byte, error) {
	keep := map[string][]byte{}
	for _, t := range told {
		i := slices.IndexFunc(e.c.Packs, func(p *exam.Pack) bool { return p.ID == t.ID })
		if i < 0 {
			continue
		}
		var chain []edition
		var err error
		if raw := keep[settingPack(t.ID)]; raw != nil {
			err = json.Unmarshal(raw, &chain)
		} else {
			chain, err = editions(e.c.Settings, t.ID)
		}
		if exam.KindOf(err) == exam.KindDamaged {
			chain, err = nil, nil // the shipped pack is a beginning
		}
		if err != nil {
			return nil, err
		}
		if newest(e.c.Packs[i], chain).Version >= t.Version {
			continue
		}
		raw, f := e.fetchPack(ctx, t)
		if f != nil && !f.final() {
			if _, enough := e.fault(t.SHA256, f); !enough {
				return nil, f.domain("fetch exam pack") // told again: the cursor stays
			}
		}
		if f == nil {
			chain, err = grown(e.c.Packs[i], chain, edition{raw, []byte(t.Signature)})
		}
		if f != nil || err != nil {
			e.c.Log.Warn("an edition of an exam pack was not believed", "pack", t.ID, "version", t.Version)
			continue
		}
		keep[settingPack(t.ID)] = wire.Encode(chain)
	}
	return keep, nil
}

// leastRange is the least that is worth a request of its own when fetching.
const leastRange = 16 << 10

// fetchPack fetches an edition's bytes.
func (e *Engine) fetchPack(ctx context.Context, t wire.PackEdition) ([]byte, *failure) {
	if t.Size <= 0 || t.Size > exam.MaxPackBytes || !exam.IsDigest(t.SHA256) {
		return nil, &failure{kind: exam.KindInvalid, err: fmt.Errorf("an edition of %d bytes", t.Size)}
	}
	return e.fetchWhole(ctx, "/v1/packs/", t.SHA256, t.Size)
}

// fetchWhole fetches bytes that their hash names in ranges; what came before the
// line broke is kept for the next time.
func (e *Engine) fetchWhole(ctx context.Context, place, sha256 string, size int64) ([]byte, *failure) {
	if e.half.sha256 != sha256 {
		e.half = half{sha256: sha256}
	}
	for int64(len(e.half.bytes)) < size {
		from := int64(len(e.half.bytes))
		last := min(size, from+int64(max(leastRange, e.line.piece()))) - 1
		raw, f := e.ask(ctx, request{method: http.MethodGet, path: place + sha256, header: map[string]string{"Range": fmt.Sprintf("bytes=%d-%d", from, last)}})
		if f != nil {
			return nil, f
		}
		if int64(len(raw)) != last+1-from {
			return nil, &failure{kind: exam.KindInvalid, err: fmt.Errorf("%d bytes instead of %d", len(raw), last+1-from)}
		}
		e.half.bytes = append(e.half.bytes, raw...)
	}
	whole := e.half.bytes
	e.half = half{}
	if exam.Digest(whole) != sha256 {
		return nil, &failure{kind: exam.KindUntrusted, err: fmt.Errorf("not the bytes that were announced")}
	}
	return whole, nil
}

// half is what has come of a pack or a file.
type half struct {
	sha256 string
	bytes  []byte
}
