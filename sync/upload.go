package sync

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"wenbao/exam"
	"wenbao/sync/wire"
)

// bring sees to it that the server has an entry's files. Those that are small
// for this line are given back to travel inside the step. missing is what the server
// said it lacks; without asked, nothing is known of it yet.
func (e *Engine) bring(ctx context.Context, entry exam.Entry, missing []wire.Lack, asked bool, p *progress) ([]wire.File, *failure) {
	if !asked && entry.Attempts > 0 {
		var f *failure
		if missing, f = e.askMissing(ctx, entry.Files); f != nil {
			return nil, f
		}
		asked = true
	}
	var inline []wire.File
	room := e.line.inline()
	for _, f := range distinct(entry.Files) {
		lack := lackOf(missing, f)
		if e.hasFile(f.SHA256) || asked && lack == nil {
			p.whole(f.Size)
			continue
		}
		raw, err := e.c.Files.File(f.SHA256)
		if exam.KindOf(err) == exam.KindNotFound && !asked { // it came from the server, perhaps, and is there still
			var fail *failure
			if missing, fail = e.askMissing(ctx, entry.Files); fail != nil {
				return nil, fail
			}
			asked = true
			if lack = lackOf(missing, f); lack == nil {
				p.whole(f.Size)
				continue
			}
		}
		if err == nil && (int64(len(raw)) != f.Size || exam.Digest(raw) != f.SHA256) {
			err = exam.Errorf(exam.KindDamaged, "read file", "its bytes are not what was attached")
		}
		if err != nil {
			return nil, lostFile(f, err)
		}
		if fresh := lack == nil || lack.Missing[0] == (wire.Range{To: f.Size}); fresh && len(raw) <= room && f.Kind == exam.FilePhoto {
			inline = append(inline, wire.File{SHA256: f.SHA256, Bytes: raw})
			room -= len(raw)
			continue
		}
		if f := e.upload(ctx, f, raw, lack, p); f != nil {
			return nil, f
		}
	}
	return inline, nil
}

// askMissing asks which bytes of an entry's files the server lacks.
func (e *Engine) askMissing(ctx context.Context, files []exam.File) ([]wire.Lack, *failure) {
	var q wire.FileQuery
	for _, f := range distinct(files) {
		q.Files = append(q.Files, wire.FileRef{SHA256: f.SHA256, Size: f.Size})
	}
	if len(q.Files) == 0 {
		return nil, nil
	}
	raw, f := e.ask(ctx, request{method: http.MethodPost, path: "/v1/files/missing", mediaType: wire.JSON, body: wire.Encode(q)})
	if f != nil {
		return nil, f
	}
	reply, err := wire.Decode[wire.FileReply](raw)
	if err != nil {
		return nil, &failure{kind: exam.KindUnreachable, err: errors.New("an answer that is none")}
	}
	return reply.Lacks, nil
}

// distinct gives the files to send: each content once, and none that stays on
// this machine.
func distinct(files []exam.File) []exam.File {
	var list []exam.File
	seen := map[string]bool{}
	for _, f := range files {
		if f.Kind == exam.FilePhotoOriginal || seen[f.SHA256] {
			continue
		}
		seen[f.SHA256] = true
		list = append(list, f)
	}
	return list
}

// lackOf finds what is missing of a file. Ranges that make no sense are the whole.
func lackOf(list []wire.Lack, f exam.File) *wire.Lack {
	for _, l := range list {
		if l.SHA256 != f.SHA256 || l.Size != f.Size || len(l.Missing) == 0 {
			continue
		}
		end := int64(0)
		for _, r := range l.Missing {
			if r.From < end || r.To <= r.From || r.To > f.Size {
				l.Missing = []wire.Range{{To: f.Size}}
				break
			}
			end = r.To
		}
		return &l
	}
	return nil
}

// lostFile is a file that this machine cannot read any more: nothing that trying
// again would mend.
func lostFile(f exam.File, err error) *failure {
	kind := exam.KindOf(err)
	if kind == exam.KindNotFound {
		kind = exam.KindInvalid
	}
	field := "attachments." + string(f.Kind)
	if f.Kind == exam.FilePhoto {
		field = "photo"
	}
	return &failure{kind: kind, err: err, problem: wire.Problem{Problems: []exam.Problem{{Field: field, Rule: "file.lost", Severity: exam.Block}}}}
}

// upload sends a file in pieces, several in flight, of the size that the line
// wants at that moment. Two entries with the same file wait for one upload.
func (e *Engine) upload(ctx context.Context, f exam.File, raw []byte, lack *wire.Lack, p *progress) *failure {
	for {
		other := e.claim(f.SHA256)
		if other == nil {
			break
		}
		select {
		case <-other:
			if e.hasFile(f.SHA256) {
				return nil
			}
		case <-ctx.Done():
			return &failure{kind: exam.KindCanceled, err: ctx.Err()}
		}
	}
	u := &upload{e: e, file: f, raw: raw, left: []wire.Range{{To: f.Size}}, p: p}
	if lack != nil {
		u.left = lack.Missing
	}
	err := u.run(ctx)
	if err == nil {
		e.holds(f.SHA256)
	}
	e.unclaim(f.SHA256)
	return err
}

// upload is one file on its way.
type upload struct {
	e    *Engine
	file exam.File
	raw  []byte
	p    *progress

	mu    sync.Mutex
	left  []wire.Range // not yet handed to a request
	heard int          // answers that said what is left
	err   *failure
}

// alone is from how many pieces on the first goes alone.
const alone = 4

// run sends the first piece of a large file alone: its answer tells what the
// server has from an earlier time. The rest go side by side.
func (u *upload) run(ctx context.Context) *failure {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pieces := len(u.raw)/u.e.line.piece() + 1
	if pieces >= alone {
		if f := u.one(ctx); f != nil {
			return f
		}
	}
	var workers sync.WaitGroup
	for range min(maxWidth, pieces) {
		workers.Go(func() {
			for u.more() {
				if f := u.one(ctx); f != nil {
					u.fail(f)
					cancel()
					return
				}
			}
		})
	}
	workers.Wait()
	return u.err
}

func (u *upload) more() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.left) > 0 && u.err == nil
}

// fail keeps the first failure; those it causes do not count.
func (u *upload) fail(f *failure) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.err == nil {
		u.err = f
	}
}

// piece is a run of the file's bytes that was taken off what is left.
type piece struct {
	wire.Range
	heard int // answers there were by then
}

// next takes a piece off what is left: equal pieces, and no small one at the end.
func (u *upload) next() (p piece, ok bool) {
	size := int64(u.e.line.piece())
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.left) == 0 {
		return piece{}, false
	}
	p = piece{u.left[0], u.heard}
	if n := (4*(p.To-p.From) + 5*size - 1) / (5 * size); n > 1 {
		p.To = p.From + (p.To-p.From)/n
	}
	u.left = wire.Without(u.left, p.From, p.To)
	return p, true
}

// giveBack returns a piece under which the line broke, behind all others: until
// its turn comes, an answer will have told how much of it arrived. When there is
// nothing else to send, the server is asked.
func (u *upload) giveBack(ctx context.Context, p piece) *failure {
	u.mu.Lock()
	u.left = append(u.left, p.Range)
	unknown := len(u.left) == 1 && p.To-p.From > overhead
	u.mu.Unlock()
	if !unknown {
		return nil
	}
	lacks, f := u.e.askMissing(ctx, []exam.File{u.file})
	if f == nil {
		u.learn(lacks)
	}
	return f
}

// errAllThere ends an attempt for which nothing is left.
var errAllThere = &failure{err: errors.New("nothing is left to send")}

// one sends one piece and learns from the answer what is left.
func (u *upload) one(ctx context.Context) *failure {
	var p piece
	raw, f := u.e.askAnew(ctx, func(attempt int) (request, *failure) {
		if attempt > 1 {
			if f := u.giveBack(ctx, p); f != nil {
				return request{}, f
			}
		}
		var ok bool
		if p, ok = u.next(); !ok {
			return request{}, errAllThere
		}
		body := u.raw[p.From:p.To]
		return request{
			method: http.MethodPut, path: "/v1/files/" + u.file.SHA256, mediaType: wire.Bytes, body: body,
			header: map[string]string{"Content-Range": wire.ContentRange(p.From, p.To, u.file.Size), "Content-Digest": wire.ContentDigest(body)},
		}, nil
	})
	if f == errAllThere {
		return nil
	}
	if f != nil {
		return f
	}
	reply, err := wire.Decode[wire.FileReply](raw)
	if err != nil {
		return &failure{kind: exam.KindUnreachable, err: errors.New("an answer that is none")}
	}
	u.learn(reply.Lacks)
	u.p.sent(p.To - p.From)
	return nil
}

// learn leaves out what the server has already.
func (u *upload) learn(lacks []wire.Lack) {
	lack := lackOf(lacks, u.file)
	u.mu.Lock()
	defer u.mu.Unlock()
	u.heard++
	if lack == nil {
		u.left = nil
		return
	}
	if len(lack.Missing) >= wire.MaxRanges {
		return // a list cut short says nothing about what lies beyond it
	}
	var left []wire.Range
	for _, r := range u.left {
		left = append(left, wire.Overlap(lack.Missing, r.From, r.To)...)
	}
	u.left = left
}

// claim begins an upload, or gives the channel that closes when another has
// ended.
func (e *Engine) claim(hash string) <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	if c, ok := e.sends[hash]; ok {
		return c
	}
	e.sends[hash] = make(chan struct{})
	return nil
}

func (e *Engine) unclaim(hash string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	close(e.sends[hash])
	delete(e.sends, hash)
}

func (e *Engine) hasFile(hash string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.held[hash]
}

// heldAtMost bounds what the engine remembers of the server's files.
const heldAtMost = 100_000

func (e *Engine) holds(hash string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.held) >= heldAtMost {
		clear(e.held)
	}
	e.held[hash] = true
}

// forget believes the server that it lacks files.
func (e *Engine) forget(lacks []wire.Lack) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, l := range lacks {
		delete(e.held, l.SHA256)
	}
}
