package present

import (
	"strconv"
	"strings"

	"wenbao/exam"
)

// Answer is a question with its answer on the help page.
type Answer struct{ Question, Answer Text }

// questions are what candidates really ask (facts, section 7); the words are
// "help.q.N" and "help.a.N".
const questions = 16

// Help gives the answers that fit what is searched.
func (d *Desk) Help(w Words) []Answer {
	var out []Answer
	for i := 1; i <= questions; i++ {
		n := strconv.Itoa(i)
		a := Answer{T("ui.help.q." + n), T("ui.help.a." + n)}
		if d.help == "" || strings.Contains(strings.ToLower(a.Question.In(w)+a.Answer.In(w)), strings.ToLower(d.help)) {
			out = append(out, a)
		}
	}
	return out
}

// SearchHelp narrows the help page.
func (d *Desk) SearchHelp(text string) { d.help = strings.TrimSpace(text); d.changed() }

// HelpSearch is what is searched on the help page.
func (d *Desk) HelpSearch() string { return d.help }

// Shortcuts lists the keys, with "key.ID" for what they do.
var Shortcuts = []struct{ Keys, ID string }{
	{"Tab", "tab"}, {"Enter", "enter"}, {"Ctrl+S", "save"}, {"Ctrl+Enter", "next"}, {"Ctrl+PgUp", "previous"},
	{"Ctrl+P", "print"}, {"Ctrl+Z", "undo"}, {"F1", "help"}, {"Esc", "back"},
}

// Contacts are the hotlines of the exam and of the open draft's area.
func (d *Desk) Contacts() []exam.Contact {
	p := d.ports.Packs[0]
	list := p.Contacts
	if d.form != nil {
		list = d.form.pack.Contacts
		if a, ok := d.form.pack.Area(d.form.doc.Area); ok {
			list = append(append([]exam.Contact{}, a.Contacts...), list...)
		}
	}
	return list
}

// Notice is something to read.
type Notice struct {
	Text Text
	Tone Tone
}

// Notices gives what is new: the exam's notices, those of the open draft's
// area, and what the pack itself is.
func (d *Desk) Notices() []Notice {
	p, area := d.ports.Packs[0], ""
	if d.form != nil {
		p, area = d.form.pack, d.form.doc.Area
	}
	var out []Notice
	if d.ports.Told != nil {
		for _, n := range d.ports.Told() {
			if n.Exam == p.Exam && n.Year == p.Year && (n.Area == "" || n.Area == area) {
				out = append(out, Notice{Named(n.Text), Busy})
			}
		}
	}
	for _, n := range p.Notices {
		out = append(out, Notice{Named(n), Calm})
	}
	for _, l := range p.PassLines {
		out = append(out, Notice{T("ui.notices.pass_line", "name", Named(l.Name), "year", strconv.Itoa(l.Year), "marks", marksOf(p, l)), Calm})
	}
	if text := p.ResidenceOf(area); text != (exam.Text{}) {
		out = append(out, Notice{Named(text), Busy})
	}
	if a, ok := p.Area(area); ok {
		for _, n := range a.Notes {
			out = append(out, Notice{Named(n), Busy})
		}
	}
	if p.Sample {
		out = append(out, Notice{Named(p.About), Warning})
	}
	return out
}

// marksOf names the marks of a line by level, lowest first.
func marksOf(p *exam.Pack, l exam.PassLine) (text Text) {
	for _, level := range p.Levels {
		mark, ok := l.Marks[level.ID]
		if !ok {
			continue
		}
		one := T("ui.notices.mark", "grade", Named(level.Grade), "mark", mark)
		if text.Empty() {
			text = one
		} else {
			text = T("ui.compare.and", "first", text, "next", one)
		}
	}
	return text
}

// QueueRow is a step in the outbox.
type QueueRow struct {
	ID       exam.EntryID
	Draft    exam.DraftID
	What     Text
	Where    Text
	Tone     Tone
	Next     Text
	Progress Sending // what is known of it; zero while it is not on its way
}

// QueueRead tells whether the outbox was read: nothing in it is no news before.
func (d *Desk) QueueRead() bool { return d.queued }

// mostQueued is how many steps of the outbox are shown: what needs somebody
// first, then what is sent next.
const mostQueued = 200

// Queued is how many steps are in the outbox; [Desk.Queue] may be fewer.
func (d *Desk) Queued() int { return len(d.entries) }

// Queue gives what waits to be sent, and where its bytes are.
func (d *Desk) Queue() []QueueRow {
	var out []QueueRow
	for _, aside := range []bool{true, false} {
		for i := 0; i < len(d.entries) && len(out) < mostQueued; i++ {
			if e := &d.entries[i]; e.Aside == aside {
				out = append(out, d.queueRow(e))
			}
		}
	}
	return out
}

func (d *Desk) queueRow(e *exam.Entry) QueueRow {
	r := QueueRow{ID: e.ID, Draft: e.Draft, What: T("ui.stage.queued." + string(e.Action)), Tone: Busy, Where: T("ui.transport.waiting"), Next: T("ui.queue.soon")}
	if s, ok := d.line.Sending[e.ID]; ok {
		r.Progress, r.Where = s, s.words()
	}
	switch {
	case e.Aside && e.Last == exam.KindConflict:
		r.Tone, r.Where, r.Next = Trouble, T("ui.transport.conflict"), T("ui.next.conflict")
	case e.Aside:
		r.Tone, r.Where, r.Next = Trouble, T("ui.transport.set_aside"), T("ui.next.set_aside")
	case e.Next.After(d.loop.Now()):
		r.Next = T("ui.queue.next", "time", Clock(e.Next), "count", e.Attempts, "why", T("ui.why.kind."+string(lineReason(e.Last))))
	}
	return r
}

// words say how far a step has got, by what is known: pieces, bytes, or only that
// it is on its way.
func (s Sending) words() Text {
	switch {
	case s.OfPieces > 0:
		return T("ui.transport.sending.pieces", "done", s.Pieces, "all", s.OfPieces)
	case s.OfBytes > 0:
		return T("ui.transport.sending.bytes", "done", Size(s.Bytes), "all", Size(s.OfBytes))
	}
	return T("ui.transport.sending")
}

// lineReason picks the kinds of a failed attempt that have words of their own.
func lineReason(k exam.Kind) exam.Kind {
	switch k {
	case exam.KindRateLimited, exam.KindUntrusted, exam.KindUnauthorized:
		return k
	}
	return exam.KindUnreachable
}

// TryNow wakes the engine.
func (d *Desk) TryNow() { d.ports.Wire.Wake(); d.LineChanged() }

// Folder is the data folder, Server the address registrations go to ("" none).
func (d *Desk) Folder() string { return d.ports.Folder }
func (d *Desk) Server() string { return d.ports.Server }
