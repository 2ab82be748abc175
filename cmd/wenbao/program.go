package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"wenbao/assets"
	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/boltdb"
	"wenbao/server/host"
	"wenbao/store"
	wsync "wenbao/sync"
	"wenbao/ui"
	"wenbao/ui/present"
)

// program is everything behind the window.
type program struct {
	ports    present.Ports
	store    *store.Store
	practice *host.Host    // nil outside practice mode
	trainer  *trainer      // nil without a practice server in here
	engine   *wsync.Engine // nil when no server is set up
	stop     context.CancelFunc
	ended    chan struct{} // closed when the engine has ended; nil while none runs
}

// open opens the store, in practice mode starts the server, and makes the
// engine for it.
func open(ctx context.Context, f flags, dir string, keys store.Keys) (_ *program, err error) {
	p := &program{stop: func() {}}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	if p.store, err = local.Open(ctx, dir, keys); err != nil {
		return nil, err
	}
	packs := local.Editions(p.store)
	address, serverKeys, err := p.server(f, dir, packs)
	if err != nil {
		return nil, err
	}
	if err = p.connect(f, address, serverKeys); err != nil {
		return nil, err
	}
	st := stored{p.store}
	p.ports = present.Ports{Drafts: st, Files: p.store, Outbox: p.store, Past: st, Settings: p.store, Looks: looks{dir},
		Crashes: crashes{dir}, Wire: wire{p.engine}, Paper: papers{p.store, f.Practice}, Printers: newPrinters(p.store, f.Practice), Photos: photographer{packs[0]},
		Desktop: desktop{}, Scans: scans{}, Locks: locks{p.store}, Backups: backups{p.store, dir}, Attic: attic{p.store, dir}, Rescue: refuge{p.store}, Reports: p.reports, Cause: cause, Packs: packs, Told: p.told(serverKeys), Practice: f.Practice, Folder: dir, Server: address}
	if len(serverKeys) > 0 {
		p.ports.Reviewer = reviewer{local.Reviewer{Keys: serverKeys, Packs: append(slices.Clone(packs), local.Packs()...), Store: p.store}}
	}
	if p.trainer != nil {
		p.ports.Trainer = p.trainer
	}
	if !f.Practice {
		p.ports.Rehearse = rehearse(f.Data, f.Passphrase)
	}
	if !f.Practice && f.Data == "" {
		p.ports.Folders = folders{}
	}
	p.versions()
	return p, nil
}

// told gives the notices that the server published and this machine has.
func (p *program) told(keys []ed25519.PublicKey) func() []exam.Notice {
	return func() []exam.Notice {
		list, err := wsync.Notices(p.store, keys)
		if err != nil {
			slog.Warn("notices cannot be read", "kind", exam.KindOf(err))
		}
		return list
	}
}

// server tells where registrations go and whose receipts are believed: what the
// flags say, in practice mode a server inside the program, else what the pack
// says, or what was chosen in its place. Practice never reaches beyond this
// machine.
func (p *program) server(f flags, dir string, packs []*exam.Pack) (address string, keys []ed25519.PublicKey, err error) {
	switch {
	case f.Server != "":
		if f.Practice && !onThisMachine(f.Server) {
			return "", nil, exam.Errorf(exam.KindUntrusted, "find server", "a practice server is on this machine")
		}
		keys, err = local.ServerKey(f.ServerKey)
		return f.Server, keys, err
	case f.Practice:
		if p.practice, err = startPractice(dir, packs); err != nil {
			return "", nil, err
		}
		p.trainer = newTrainer(p.practice, assets.In(language()).Say("ui.practice.reason"))
		return p.practice.URL(), []ed25519.PublicKey{p.practice.Public()}, nil
	}
	if n := p.network(); n.Server != "" {
		if key, err := exam.ParsePublicKey([]byte(n.Key)); err == nil {
			keys = append(keys, key)
		}
		return n.Server, keys, nil // without a key there is no server
	}
	return packs[0].Server.URL, packs[0].ServerKeys(), nil
}

// onThisMachine tells whether an address is a loopback address in digits; names
// are not asked for.
func onThisMachine(address string) bool {
	u, err := url.Parse(address)
	return err == nil && net.ParseIP(u.Hostname()).IsLoopback()
}

// startPractice starts the practice server on a free port of this machine, with
// a data folder of its own.
func startPractice(dir string, packs []*exam.Pack) (*host.Host, error) {
	dir = filepath.Join(dir, "server")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, &exam.Error{Kind: exam.KindReadOnly, Op: "make practice folder", Err: err}
	}
	return host.Start(host.Config{Dir: dir, Listen: "127.0.0.1:0", PlainHTTP: true, Practice: true, Rules: server.NewPackRules(packs...),
		Open: func(dir string) (server.Repository, error) { return boltdb.Open(dir, boltdb.Options{}) }})
}

// connect makes the engine; without a server's address, or with one on the
// settings page that cannot be used, there is none.
func (p *program) connect(f flags, url string, keys []ed25519.PublicKey) (err error) {
	if url == "" || len(keys) == 0 {
		return nil
	}
	c := local.Engine(p.store, url, keys)
	c.Proxy = proxy(p.network())
	switch {
	case p.trainer != nil:
		c.Dial = p.trainer.line.dial
	case f.Practice:
		c.Dial = (&trainingLine{}).dial
	}
	c.Addresses = wsync.Addresses
	if p.engine, err = wsync.New(c); err != nil && wsync.CheckURL(url) != nil && f.Server == "" {
		slog.Warn("no address of a server", "kind", exam.KindOf(err))
		return nil
	}
	return err
}

// run ties the window to the store and the engine, and lets the engine run.
func (p *program) run(w *ui.Window, loop *ui.Loop) {
	changes, _ := p.store.Subscribe()
	ui.Watch(loop, changes, func(c store.Change) {
		if c.What == store.StoreRepaired {
			w.Desk().StoreRepaired()
		}
		w.Desk().StoreChanged(c.Draft)
	})
	if p.engine == nil {
		return
	}
	line, _ := p.engine.Subscribe()
	ui.Watch(loop, line, func(struct{}) { w.Desk().LineChanged() })
	p.look(w, loop)
	ctx, stop := context.WithCancel(context.Background())
	p.stop, p.ended = stop, make(chan struct{})
	loop.Go(ctx, func(ctx context.Context) func() {
		defer close(p.ended)
		if err := p.engine.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
			slog.Error("sync engine ended", "kind", exam.KindOf(err))
		}
		return nil
	})
}

// lookEvery is how often the line is looked at beside the engine's own news:
// how it stands also depends on the time that passes.
const lookEvery = 3 * time.Second

func (p *program) look(w *ui.Window, loop *ui.Loop) {
	loop.After(lookEvery, func() { w.Desk().LineChanged(); p.look(w, loop) })
}

const drainFor = 3 * time.Second

// close ends everything in the order in which it needs one another.
func (p *program) close() {
	p.stop()
	if p.ended != nil {
		select {
		case <-p.ended:
		case <-time.After(drainFor):
		}
	}
	if p.trainer != nil {
		p.trainer.close()
	}
	if p.practice != nil {
		ctx, cancel := context.WithTimeout(context.Background(), drainFor)
		defer cancel()
		if err := p.practice.Close(ctx); err != nil {
			slog.Warn("practice server ended", "kind", exam.KindOf(err))
		}
	}
	if p.store != nil {
		if err := p.store.Close(); err != nil {
			slog.Error("store closed", "kind", exam.KindOf(err))
		}
	}
}
