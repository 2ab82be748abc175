package sync

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"wenbao/exam"
	"wenbao/sync/wire"
)

// compareEvery is how often both sides compare all they have, and heedWithin the
// time over which clients spread when a server was started again.
const (
	compareEvery = 24 * time.Hour
	heedWithin   = 5 * time.Minute
)

// heedEpoch has both sides compared soon after the server was started again: it
// may have been restored from an older copy.
func (e *Engine) heedEpoch(epoch string) error {
	if e.c.Archive == nil {
		return nil
	}
	last, err := e.c.Settings.Setting(settingEpoch)
	if err != nil || epoch == string(last) {
		return err
	}
	if last == nil { // the first server that is heard of: nothing can be lost yet
		return e.c.Settings.SetSetting(settingEpoch, []byte(epoch))
	}
	in := e.line.jitter(heedWithin)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.epoch != epoch {
		e.epoch, e.due = epoch, time.Now().Add(in)
	}
	return nil
}

// compareSoon compares when it is time to: once a day, and for a new epoch. What
// goes wrong is tried again later and keeps nobody from the news.
func (e *Engine) compareSoon(ctx context.Context) {
	e.mu.Lock()
	epoch, heed := e.epoch, !e.due.IsZero() && !time.Now().Before(e.due)
	e.mu.Unlock()
	if !heed {
		if err := e.compareIfDue(ctx); err != nil {
			e.c.Log.Info("comparing ended early", "kind", exam.KindOf(err))
		}
		return
	}
	err := e.compare(ctx)
	if err == nil {
		err = e.c.Settings.SetSetting(settingEpoch, []byte(epoch))
	}
	in := e.line.jitter(heedWithin)
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case err != nil:
		e.due = time.Now().Add(in)
	case e.epoch == epoch:
		e.epoch, e.due = "", time.Time{}
	}
}

func (e *Engine) compareIfDue(ctx context.Context) error {
	if e.c.Archive == nil {
		return nil
	}
	raw, err := e.c.Settings.Setting(settingCompared)
	if err != nil {
		return err
	}
	last, err := time.Parse(time.RFC3339, string(raw))
	since := e.c.Now().Sub(last)
	if err == nil && since >= 0 && since < compareEvery {
		return nil
	}
	return e.compare(ctx)
}

// compare finds what either side lost, by the digests of key ranges, and heals
// it: the server from this machine's receipts, this machine from the server.
func (e *Engine) compare(ctx context.Context) error {
	mine, err := e.ranges()
	if err != nil {
		return err
	}
	theirs, err := get[wire.Comparison](ctx, e, "/v1/digests")
	if err != nil {
		return err
	}
	keys := map[string]bool{}
	for key := range theirs.Ranges {
		keys[key] = true
	}
	for key := range mine {
		keys[key] = true
	}
	behind := map[exam.DraftID]bool{} // the server is
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if theirs.Ranges[key] == wire.DigestRange(mine[key]) || theirs.Ranges[key] == "" && len(mine[key]) == 0 {
			continue
		}
		if err := e.compareRange(ctx, key, mine[key], behind); err != nil {
			return err
		}
	}
	if err := e.restoreAll(ctx, behind); err != nil {
		return err
	}
	return e.c.Settings.SetSetting(settingCompared, []byte(e.c.Now().UTC().Format(time.RFC3339)))
}

// restoreAll gives the server back what it lost, several at a time. One
// registration that cannot be healed does not stop the others.
func (e *Engine) restoreAll(ctx context.Context, behind map[exam.DraftID]bool) error {
	if len(behind) == 0 {
		return ctx.Err()
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	var broke *failure // the line did: the comparison is not done with
	places := make(chan struct{}, sideBySide)
	err := e.c.Archive.Held(func(u exam.Update) error {
		if !behind[u.Registration.ID] {
			return nil
		}
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		all.Go(func() {
			if f := e.restore(ctx, u); f != nil && f.passing() {
				mu.Lock()
				broke = f
				mu.Unlock()
			}
			<-places
		})
		return nil
	})
	all.Wait()
	if err == nil && broke != nil {
		err = broke.domain("restore")
	}
	return err
}

// ranges summarises what this machine holds.
func (e *Engine) ranges() (map[string][]wire.Summary, error) {
	ranges := map[string][]wire.Summary{}
	err := e.c.Archive.Held(func(u exam.Update) error {
		key := wire.RangeOf(u.Registration.ID)
		ranges[key] = append(ranges[key], wire.Summary{ID: u.Registration.ID, Version: u.Registration.Version})
		return nil
	})
	return ranges, err
}

// compareRange fetches what this machine lacks in a key range, and notes what
// the server lacks.
func (e *Engine) compareRange(ctx context.Context, key string, mine []wire.Summary, behind map[exam.DraftID]bool) error {
	reply, err := get[wire.Summaries](ctx, e, "/v1/digests/"+key)
	if err != nil {
		return err
	}
	theirs := map[exam.DraftID]int{}
	for _, s := range reply.Summaries {
		theirs[s.ID] = s.Version
	}
	ours := map[exam.DraftID]int{}
	for _, s := range mine {
		ours[s.ID] = s.Version
		if s.Version > theirs[s.ID] {
			behind[s.ID] = true
		}
	}
	for id, version := range theirs {
		if version > ours[id] {
			if err := e.fetch(ctx, id); err != nil && exam.KindOf(err) != exam.KindNotFound {
				return err
			}
		}
	}
	return ctx.Err()
}

// fetch takes one registration from the server.
func (e *Engine) fetch(ctx context.Context, id exam.DraftID) error {
	a, err := get[wire.Answer](ctx, e, "/v1/registrations/"+string(id))
	if err != nil {
		return err
	}
	reg, err := e.verified(a, id)
	if err != nil {
		return err
	}
	e.taking.Lock()
	defer e.taking.Unlock()
	updates, settings := []exam.Update{{Registration: reg, Receipt: a.Receipt}}, map[string][]byte{}
	cursor, err := e.c.Feed.Cursor()
	if err == nil {
		err = e.noteFiles(updates, settings)
	}
	if err != nil {
		return err
	}
	return e.c.Feed.Apply(cursor, updates, settings)
}

func get[T any](ctx context.Context, e *Engine, path string) (T, error) {
	raw, f := e.ask(ctx, request{method: http.MethodGet, path: path})
	if f != nil {
		var none T
		return none, f.domain("compare")
	}
	return wire.Decode[T](raw)
}

// errFound ends a visit of the archive.
var errFound = errors.New("found")

// healOne gives the server back one registration that it lost. nil means that
// the server has it now; KindNotFound that this machine cannot prove it.
func (e *Engine) healOne(ctx context.Context, id exam.DraftID) *failure {
	if e.c.Archive == nil {
		return unproved()
	}
	var have exam.Update
	err := e.c.Archive.Held(func(u exam.Update) error {
		if u.Registration.ID != id {
			return nil
		}
		have = u
		return errFound
	})
	if !errors.Is(err, errFound) {
		return unproved()
	}
	return e.restore(ctx, have)
}

func unproved() *failure {
	return &failure{kind: exam.KindNotFound, err: errors.New("no receipt to prove it")}
}

// passing tells whether a failure says nothing about the matter itself: it is
// tried again, and nobody is asked.
func (f *failure) passing() bool {
	return f.kind == exam.KindUnreachable || f.kind == exam.KindRateLimited || f.kind == exam.KindCanceled
}

// final tells whether a failure says that the matter itself is not to be had, so that
// asking again cannot help.
func (f *failure) final() bool {
	switch f.kind {
	case exam.KindNotFound, exam.KindInvalid, exam.KindTooLarge, exam.KindUntrusted:
		return !f.line
	}
	return false
}

// restore shows the server its own receipt, and sends the files it asks for.
func (e *Engine) restore(ctx context.Context, have exam.Update) *failure {
	sub, err := exam.DecodeSubmission(have.Registration.Content)
	if err != nil {
		return unproved()
	}
	r := request{method: http.MethodPut, path: "/v1/registrations/" + string(have.Registration.ID) + "/receipt", mediaType: wire.JSON,
		body: wire.Encode(wire.Restore{Content: string(have.Registration.Content), Receipt: have.Receipt})}
	for range 3 {
		_, f := e.ask(ctx, r)
		if f == nil || f.kind != wire.KindLacks {
			return f
		}
		e.forget(f.problem.Lacks)
		if f := e.sendLacking(ctx, sub.Files, f.problem.Lacks); f != nil {
			return f
		}
	}
	return unproved()
}

// sendLacking sends files that the server said it lacks.
func (e *Engine) sendLacking(ctx context.Context, files []exam.File, lacks []wire.Lack) *failure {
	for _, file := range distinct(files) {
		lack := lackOf(lacks, file)
		if lack == nil {
			continue
		}
		raw, err := e.c.Files.File(file.SHA256)
		if err != nil || int64(len(raw)) != file.Size {
			return unproved()
		}
		if f := e.upload(ctx, file, raw, lack, &progress{e: e}); f != nil {
			return f
		}
	}
	return nil
}
