package present_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// life is a candidate with a registration, a server that answers as it pleases
// and a machine with bad days.
type life struct {
	w *presenttest.World
	d *present.Desk
	f *present.Form
}

func newLife(t failing) *life {
	w := presenttest.NewWorld()
	l := &life{w: w, d: present.NewDesk(w.Ports(), w.Loop, func() {})}
	l.d.Start()
	n, err := w.Ports().Drafts.Create(presenttest.Complete(), w.Pack.Ref())
	if err != nil {
		t.Fatalf("%v", err)
	}
	if _, err := w.Ports().Files.Attach(n.ID, exam.File{Kind: exam.FilePhoto, Type: "image/jpeg", Name: "报名照片.jpg"}, presenttest.JPEG()); err != nil {
		t.Fatalf("%v", err)
	}
	l.d.Open(n.ID)
	w.Loop.Drain()
	l.f = l.d.Form()
	return l
}

// heard lets the window hear what changed behind it.
func (l *life) heard() {
	l.d.StoreChanged("")
	l.d.LineChanged()
	l.w.Loop.Drain()
}

// deeds are what the candidate, the server, the line and the disk can do.
func (l *life) deeds() map[string]func(*rapid.T) {
	id := l.f.ID()
	answers := []exam.State{exam.StateSubmitted, exam.StateManualReview, exam.StateNeedsMaterials, exam.StateVerified, exam.StateConfirmed, exam.StatePaying, exam.StateCompleted, exam.StateWithdrawn}
	return map[string]func(*rapid.T){
		"type": func(t *rapid.T) {
			path := rapid.SampledFrom([]string{"address", "phone", "email", "title", "work.0.position"}).Draw(t, "path")
			l.f.Set(path, rapid.SampledFrom([]string{"甲", "乙", "13900139000", "x@example.com", ""}).Draw(t, "text"))
		},
		"leave": func(*rapid.T) { l.f.Leave("phone"); l.w.Loop.Drain() },
		"do": func(t *rapid.T) {
			steps := l.f.Standing().Steps
			l.f.Do(rapid.SampledFrom(steps).Draw(t, "step").ID)
			if rapid.Bool().Draw(t, "sure") {
				l.d.Answer(true)
			}
			l.w.Loop.Drain()
		},
		"submit": func(*rapid.T) { l.f.Submit(); l.w.Loop.Drain() },
		"pay":    func(*rapid.T) { l.f.Paid(); l.w.Loop.Drain() },
		"answer": func(t *rapid.T) {
			waiting := len(l.w.Waiting) > 0
			if waiting && l.w.Waiting[0].Aside || !waiting && l.w.Drafts[id].Registration == nil {
				return
			}
			to := rapid.SampledFrom(answers).Draw(t, "to")
			if waiting {
				e := l.w.Waiting[0]
				if next, ok := exam.Next(l.w.Drafts[id].State, e.Action, exam.Candidate); ok {
					to = next
				} else {
					to = exam.StateSubmitted
				}
			}
			l.w.Answer(id, to, "原因")
			l.heard()
		},
		"refuse": func(t *rapid.T) {
			kind := rapid.SampledFrom([]exam.Kind{exam.KindInvalid, exam.KindDuplicate, exam.KindClosed, exam.KindState, exam.KindUnauthorized}).Draw(t, "kind")
			l.w.SetAside(id, kind, nil, nil)
			l.heard()
		},
		"conflict": func(*rapid.T) {
			if n := l.w.Drafts[id]; n.Registration == nil || len(n.Registration.Content) == 0 || len(l.w.Waiting) == 0 || l.w.Waiting[0].Action != exam.ActionSubmit {
				return
			}
			l.w.Elsewhere(id, func(d *exam.Document) { d.Address = "别处改的" })
			l.heard()
		},
		"resolve": func(t *rapid.T) {
			l.f.Resolve(map[string]bool{"address": rapid.Bool().Draw(t, "theirs")})
			l.w.Loop.Drain()
		},
		"undo":   func(*rapid.T) { l.d.UndoLast(); l.w.Loop.Drain() },
		"remove": func(*rapid.T) { l.f.Remove("work.0"); l.w.Loop.Drain() },
		"away":   func(*rapid.T) { l.w.LineAway(90 * time.Second); l.heard() },
		"busy":   func(*rapid.T) { l.w.ServerBusy(time.Minute); l.heard() },
		"time":   func(t *rapid.T) { l.w.Loop.Advance(time.Duration(rapid.IntRange(1, 100).Draw(t, "hours")) * time.Hour) },
		"full":   func(*rapid.T) { l.w.DiskFull() },
		"mended": func(*rapid.T) { l.w.Mended() },
		"restart": func(*rapid.T) {
			l.w.Mended()
			l.w.Loop.Advance(time.Minute)
			l.w = l.w.Killed()
			l.d = present.NewDesk(l.w.Ports(), l.w.Loop, func() {})
			l.d.Start()
			l.d.Open(id)
			l.w.Loop.Drain()
			l.f = l.d.Form()
		},
	}
}

// untrue is what the screen says and is not so, or "".
func (l *life) untrue() string {
	s := l.f.Standing()
	n := l.w.Drafts[l.f.ID()]
	var waiting *exam.Entry
	for i := range l.w.Waiting {
		if l.w.Waiting[i].Draft == n.ID {
			waiting = &l.w.Waiting[i]
			break
		}
	}
	switch {
	case s.WhereTone == present.Good && (n.Delivered == nil || waiting != nil || s.Receipt == nil):
		return "green without a receipt over what is here"
	case s.WhereTone == present.Good && s.Edited:
		return "green over edits"
	case len(s.Steps) == 0 || s.Next.Empty() || s.State.Empty():
		return "a dead end"
	case waiting != nil && waiting.Aside && len(s.Aside) == 0 && s.Where.Key() != "ui.transport.conflict":
		return "set aside without a reason"
	case n.Registration != nil && s.Number != n.Registration.Number:
		return "another registration number"
	}
	seen := map[exam.Action]bool{}
	for _, e := range l.w.Waiting {
		if !e.Aside && seen[e.Action] {
			return "waits twice: " + string(e.Action)
		}
		seen[e.Action] = seen[e.Action] || !e.Aside
	}
	for _, r := range l.d.Queue() {
		if r.Next.Empty() || r.Where.Empty() || r.What.Empty() {
			return fmt.Sprintf("an entry without a next action: %+v", r)
		}
	}
	if p := l.f.Payment(); p.Stage == present.PayDue && n.State != exam.StateConfirmed && s.State.Key() == "ui.state."+string(n.State) {
		return "asks for money in state " + string(n.State)
	}
	return l.unsaid(s)
}

// unsaid is a text of the page that has no words, or "".
func (l *life) unsaid(s present.Standing) string {
	texts := []present.Text{s.State, s.Where, s.Next, s.Wait, l.d.Title()}
	for _, x := range s.Stages {
		texts = append(texts, x.Text, x.Note)
	}
	for _, x := range s.Aside {
		texts = append(texts, x.Text)
	}
	for _, p := range l.f.Problems() {
		texts = append(texts, p.Text, p.Field)
	}
	if m, ok := l.f.Message(); ok {
		texts = append(texts, m.Title, m.Text)
	}
	if t, ok := l.d.Undoable(); ok {
		texts = append(texts, t)
	}
	_, pill := l.d.Pill()
	_, saved := l.f.Saved()
	texts = append(texts, pill, saved)
	for _, t := range texts {
		for _, words := range []present.Words{chinese(), english()} {
			if said := t.In(words); strings.Contains(said, "⟦") || strings.Contains(said, "<no value>") {
				return fmt.Sprintf("%q in %s", said, words.Lang())
			}
		}
	}
	return ""
}

func TestWhateverHappensTheScreenStaysTrue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newLife(t)
		deeds := l.deeds()
		deeds[""] = func(t *rapid.T) {
			if wrong := l.untrue(); wrong != "" {
				t.Fatalf("%s", wrong)
			}
		}
		t.Repeat(deeds)
	})
}

func TestMergingAsksExactlyWhereBothChangedDifferently(t *testing.T) {
	fields := []string{"phone", "email", "address", "postcode", "title", "city"}
	value := rapid.SampledFrom([]string{"", "13900139000", "a@example.com", "这里", "那里", "450001"})
	rapid.Check(t, func(t *rapid.T) {
		l := newLife(t)
		l.f.Submit()
		l.w.Loop.Drain()
		l.w.Answer(l.f.ID(), exam.StateSubmitted, "")
		l.heard()
		base := exam.Normalize(l.w.Drafts[l.f.ID()].Document)
		mine, theirs := map[string]string{}, map[string]string{}
		for _, path := range fields {
			if rapid.Bool().Draw(t, "here "+path) {
				mine[path] = value.Draw(t, "mine")
				l.f.Set(path, mine[path])
				l.f.Leave(path)
			}
			if rapid.Bool().Draw(t, "there "+path) {
				theirs[path] = value.Draw(t, "theirs")
			}
		}
		l.w.Loop.Drain()
		here := exam.Normalize(l.w.Drafts[l.f.ID()].Document)
		l.f.Submit()
		l.w.Loop.Drain()
		if len(l.w.Waiting) == 0 {
			t.Skip("what was typed cannot be submitted")
		}
		l.w.Elsewhere(l.f.ID(), func(d *exam.Document) {
			for path, text := range theirs {
				if err := d.Set(path, text); err != nil {
					t.Fatal(err)
				}
			}
			*d = exam.Normalize(*d)
		})
		l.heard()
		there, err := exam.DecodeSubmission(l.w.Waiting[0].Current.Content)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]bool{}
		for _, path := range fields {
			b, _ := base.Get(path)
			m, _ := here.Get(path)
			o, _ := there.Document.Get(path)
			want[path] = m != b && o != b && m != o
		}
		asked := map[string]bool{}
		for _, x := range l.f.Conflict() {
			asked[x.Path] = true
		}
		for _, path := range fields {
			if asked[path] != want[path] {
				t.Fatalf("%s: asked %v, want %v (mine %q, theirs %q)", path, asked[path], want[path], mine[path], theirs[path])
			}
		}
		choice := map[string]bool{}
		for path := range asked {
			choice[path] = rapid.Bool().Draw(t, "choose theirs")
		}
		l.f.Resolve(choice)
		l.w.Loop.Drain()
		got := l.w.Drafts[l.f.ID()].Document
		for _, path := range fields {
			b, _ := base.Get(path)
			m, _ := here.Get(path)
			o, _ := there.Document.Get(path)
			expect := m
			if o != b && (m == b || choice[path]) {
				expect = o
			}
			if now, _ := got.Get(path); now != expect {
				t.Fatalf("%s became %q, want %q (base %q, mine %q, theirs %q, chosen theirs %v)", path, now, expect, b, m, o, choice[path])
			}
		}
	})
}
