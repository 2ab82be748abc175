package store_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wenbao/exam"
	"wenbao/store"
	"wenbao/store/storetest"
)

// TestAnySessionShowsWhatTheStoreInMemoryShows holds the store to the one in
// memory over sessions of any calls in any order, with reopening, locking and
// compacting between them: what is remembered of the draft being typed, of keys and
// of what the server never said must never show.
func TestAnySessionShowsWhatTheStoreInMemoryShows(t *testing.T) {
	base := scratch(t)
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(base, "")
		if err != nil {
			rt.Fatal(err)
		}
		y := &twins{T: rt, dir: dir, memory: storetest.NewMemory(), answered: map[int]int{}}
		y.open()
		defer func() { // also when a session cannot be drawn to its end
			if err := y.real.Close(); err != nil {
				rt.Error(err)
			}
		}()
		rt.Repeat(y.deeds())
		storetest.Inspect(t, y.real, dir)
	})
}

// twins are two stores that are told the same.
type twins struct {
	*rapid.T
	dir      string
	real     *store.Store
	memory   *storetest.Memory
	drafts   [][2]exam.DraftID // of the real store and of the one in memory
	entries  []exam.EntryID
	answered map[int]int // version of the server's last word, by draft
	serial   int
}

func (y *twins) open() {
	o := storetest.Options()
	o.Segment = 12 << 10
	s, err := store.Open(context.Background(), y.dir, o)
	if err != nil {
		y.Fatal(err)
	}
	y.real = s
}

func (y *twins) next() int { y.serial++; return y.serial }

// any draws one of the drafts.
func (y *twins) any() int {
	if len(y.drafts) == 0 {
		y.Skip("no draft yet")
	}
	return rapid.IntRange(0, len(y.drafts)-1).Draw(y.T, "draft")
}

// both does the same to a draft in both stores; both must say the same.
func (y *twins) both(draft int, do func(p storetest.Port, id exam.DraftID) error) error {
	real := do(y.real, y.drafts[draft][0])
	memory := do(y.memory, y.drafts[draft][1])
	if exam.KindOf(real) != exam.KindOf(memory) {
		y.Fatalf("the store says %v, the one in memory %v", real, memory)
	}
	return real
}

func done[T any](_ T, err error) error { return err }

// answer is what the server says next of a draft; document is what it then has.
func (y *twins) answer(draft int, id exam.DraftID, document exam.Document, state exam.State) (exam.Registration, exam.Receipt) {
	content := exam.Submission{Schema: 1, ID: id, Pack: modelPack, Document: document}.Encode()
	return storetest.Answer(id, content, y.answered[draft]+1, state)
}

var modelPack = exam.PackRef{ID: "038-2026", Version: 1}

func (y *twins) deeds() map[string]func(*rapid.T) {
	deeds := map[string]func(){
		"create": func() {
			doc := storetest.Person(y.next())
			a, errA := y.real.Create(doc, modelPack)
			b, errB := y.memory.Create(doc, modelPack)
			if errA != nil || errB != nil {
				y.Fatal(errA, errB)
			}
			y.drafts = append(y.drafts, [2]exam.DraftID{a.ID, b.ID})
		},
		"type": func() {
			draft, words := y.any(), rapid.SampledFrom([]string{"", "a", "讲师", strings.Repeat("很长", 300)}).Draw(y.T, "words")
			for range rapid.IntRange(1, 4).Draw(y.T, "times") {
				n := y.next()
				_ = y.both(draft, func(p storetest.Port, id exam.DraftID) error {
					d, err := p.Draft(id)
					if err != nil {
						return err
					}
					d.Document.Title, d.Document.Email = words, fmt.Sprintf("n%d@example.invalid", n)
					return done(p.Save(id, d.Document))
				})
			}
		},
		"save the same": func() {
			_ = y.both(y.any(), func(p storetest.Port, id exam.DraftID) error {
				d, err := p.Draft(id)
				if err != nil {
					return err
				}
				return done(p.Save(id, d.Document))
			})
		},
		"attach": func() {
			n, kind := y.next(), rapid.SampledFrom([]exam.FileKind{exam.FilePhoto, exam.FilePhotoOriginal, "degree"}).Draw(y.T, "kind")
			_ = y.both(y.any(), func(p storetest.Port, id exam.DraftID) error {
				return done(p.Attach(id, exam.File{Kind: kind, Type: "image/jpeg", Name: "a.jpg"}, fmt.Appendf(nil, "file %d", n)))
			})
		},
		"restore": func() {
			revision := uint64(rapid.IntRange(1, 12).Draw(y.T, "revision"))
			_ = y.both(y.any(), func(p storetest.Port, id exam.DraftID) error { return done(p.Restore(id, revision)) })
		},
		"take another pack": func() {
			ref := exam.PackRef{ID: "038-2026", Version: rapid.IntRange(1, 3).Draw(y.T, "version")}
			_ = y.both(y.any(), func(p storetest.Port, id exam.DraftID) error { return done(p.SetPack(id, ref)) })
		},
		"delete":   func() { _ = y.both(y.any(), storetest.Port.Delete) },
		"undelete": func() { _ = y.both(y.any(), storetest.Port.Undelete) },
		"purge":    func() { _ = y.both(y.any(), storetest.Port.Purge) },
		"queue": func() {
			e := exam.Entry{ID: exam.NewEntryID(), Action: exam.ActionSubmit}
			err := y.both(y.any(), func(p storetest.Port, id exam.DraftID) error {
				e := e
				e.Draft, e.Content = id, []byte("content")
				return done(p.Queue(e, exam.StateQueued))
			})
			if err == nil {
				y.entries = append(y.entries, e.ID)
			}
		},
		"a step": func() {
			if len(y.entries) == 0 {
				y.Skip("none waits")
			}
			id := rapid.SampledFrom(y.entries).Draw(y.T, "entry")
			step := rapid.SampledFrom([]func(storetest.Port) error{
				func(p storetest.Port) error { return p.Postpone(id, exam.KindUnreachable, time.Now().Add(time.Hour)) },
				func(p storetest.Port) error { return p.SetAside(id, exam.KindConflict, nil, nil) },
				func(p storetest.Port) error { return p.PutBack(id) },
				func(p storetest.Port) error { return p.Drop(id) },
			}).Draw(y.T, "step")
			real, memory := step(y.real), step(y.memory)
			if exam.KindOf(real) != exam.KindOf(memory) {
				y.Fatalf("the store says %v, the one in memory %v", real, memory)
			}
		},
		"deliver": func() {
			if len(y.entries) == 0 {
				y.Skip("none waits")
			}
			id := rapid.SampledFrom(y.entries).Draw(y.T, "entry")
			e, err := y.real.Entry(id)
			if err != nil {
				y.Skip("it is through")
			}
			draft := slices.IndexFunc(y.drafts, func(pair [2]exam.DraftID) bool { return pair[0] == e.Draft })
			err = y.both(draft, func(p storetest.Port, of exam.DraftID) error {
				d, err := p.Draft(of)
				if err != nil {
					return err
				}
				reg, r := y.answer(draft, of, d.Document, exam.StateSubmitted)
				return p.Deliver(id, reg, r)
			})
			if err == nil {
				y.answered[draft]++
			}
		},
		"hear of a change": func() {
			draft, n := y.any(), y.next()
			err := y.both(draft, func(p storetest.Port, id exam.DraftID) error {
				doc := storetest.Person(n)
				reg, r := y.answer(draft, id, doc, exam.StateVerified)
				return p.Apply(fmt.Sprint("c", n), []exam.Update{{Registration: reg, Receipt: r}}, nil)
			})
			if err == nil {
				y.answered[draft]++
			}
		},
		"take a change in": func() {
			n := y.next()
			_ = y.both(y.any(), func(p storetest.Port, id exam.DraftID) error {
				d, err := p.Draft(id)
				if err != nil {
					return err
				}
				if d.Elsewhere() == nil {
					return nil
				}
				d.Document.Title = fmt.Sprint("merged ", n)
				return done(p.Rebase(id, d.Document, d.Files, *d.Elsewhere()))
			})
		},
		"open again": func() {
			if err := y.real.Close(); err != nil {
				y.Fatal(err)
			}
			y.open()
		},
		"lock and unlock": func() {
			y.real.Lock()
			if err := y.real.Unlock(storetest.Options().Keys); err != nil {
				y.Fatal(err)
			}
		},
		"compact": func() {
			if err := y.real.Compact(context.Background()); err != nil {
				y.Fatal(err)
			}
		},
	}
	all := map[string]func(*rapid.T){"": func(*rapid.T) { y.compare() }}
	for name, do := range deeds {
		all[name] = func(*rapid.T) { do() }
	}
	return all
}

// compare holds everything that the two stores show against each other.
func (y *twins) compare() {
	real, memory := y.shows(y.real, 0), y.shows(y.memory, 1)
	if real == memory {
		return
	}
	a, b := strings.Split(real, "\n"), strings.Split(memory, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			y.Fatalf("the store shows\n%s\nthe one in memory\n%s", a[i], b[i])
		}
	}
	y.Fatalf("the store shows %d lines, the one in memory %d", len(a), len(b))
}

func (y *twins) shows(p storetest.Port, side int) string {
	var b strings.Builder
	name := map[exam.DraftID]int{}
	for i, pair := range y.drafts {
		id := pair[side]
		name[id] = i
		d, err := p.Draft(id)
		if err != nil {
			fmt.Fprintln(&b, i, exam.KindOf(err))
			continue
		}
		receipts, errR := p.Receipts(id)
		history, errH := p.History(id)
		fmt.Fprintln(&b, i, d.Revision, digest(d.Document), d.State, d.Pack, d.Files, d.Deleted.IsZero(), d.Delivered != nil, len(receipts), errR, errH)
		if d.Registration != nil {
			fmt.Fprintln(&b, i, "registration", d.Registration.Version, d.Registration.State, len(d.Registration.Content), "made from", d.Base.Version, d.Elsewhere() != nil)
		}
		for _, v := range history {
			doc, err := p.At(id, v.Revision)
			fmt.Fprintln(&b, i, "was", v.Revision, v.State, v.Files, v.Photo.SHA256, digest(doc), err)
		}
		for _, f := range d.Files {
			data, err := p.File(f.SHA256)
			fmt.Fprintln(&b, i, "file", string(data), err)
		}
	}
	for _, bin := range []bool{false, true} {
		page, err := p.List(store.Query{Bin: bin, Limit: 100})
		fmt.Fprintln(&b, "list", bin, page.Total, err)
		slices.SortFunc(page.Rows, func(a, b store.Summary) int { return cmp.Compare(name[a.ID], name[b.ID]) })
		for _, r := range page.Rows { // their order when steps come and go is not promised
			fmt.Fprintln(&b, "row", name[r.ID], r.Revision, r.Name, r.IDTail, r.State, r.Transport, r.Edited, r.Number != "")
		}
	}
	entries, err := p.Entries()
	fmt.Fprintln(&b, "outbox", len(entries), err)
	for _, e := range entries {
		fmt.Fprintln(&b, "entry", name[e.Draft], e.Action, e.Attempts, e.Last, e.Aside)
	}
	cursor, err := p.Cursor()
	fmt.Fprintln(&b, "cursor", cursor, err)
	return b.String()
}

func digest(doc exam.Document) string { return exam.Digest(doc.Encode())[:12] }
