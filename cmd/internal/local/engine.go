package local

import (
	"crypto/ed25519"
	"slices"

	"wenbao/exam"
	"wenbao/store"
	wsync "wenbao/sync"
)

// Engine is what wires a store to the server at url; receipts of keys are
// believed. More may be set before it goes to [wsync.New].
func Engine(st *store.Store, url string, keys []ed25519.PublicKey) wsync.Config {
	return wsync.Config{
		URL: url, Keys: keys,
		Outbox: st, Files: st, Feed: st, Settings: st, Archive: archive{st}, Keeper: st,
		Packs: Packs(),
	}
}

// Editions gives the shipped exam packs, each in the newest edition that its
// authority has published to this store.
func Editions(st *store.Store) []*exam.Pack {
	list := slices.Clone(Packs())
	for i, p := range list {
		if newer, err := wsync.Edition(st, p); err == nil {
			list[i] = newer
		}
	}
	return list
}

// archive is what a store can prove to a server that lost data.
type archive struct{ st *store.Store }

// Held visits every registration that this machine has a receipt for.
func (a archive) Held(visit func(exam.Update) error) error {
	const rows = 500
	for offset := 0; ; offset += rows {
		page, err := a.st.List(store.Query{Sort: store.SortCreated, Limit: rows, Offset: offset})
		if err != nil {
			return err
		}
		for _, row := range page.Rows {
			if err := a.one(row.ID, visit); err != nil {
				return err
			}
		}
		if len(page.Rows) < rows {
			return nil
		}
	}
}

func (a archive) one(id exam.DraftID, visit func(exam.Update) error) error {
	d, err := a.st.Draft(id)
	if err != nil || d.Registration == nil {
		return err
	}
	receipts, err := a.st.Receipts(id)
	if err != nil || len(receipts) == 0 {
		return err
	}
	return visit(exam.Update{Registration: *d.Registration, Receipt: receipts[len(receipts)-1]})
}
