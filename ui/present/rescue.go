package present

import (
	"context"
	"slices"
	"time"

	"wenbao/exam"
)

// Rescue keeps what the data folder does not take, sealed, where the candidate
// says, and reads it back.
type Rescue interface {
	// Evacuate writes a document into a new file in a folder.
	Evacuate(folder string, id exam.DraftID, doc exam.Document) (path string, err error)
	Reclaim(path string) (exam.DraftID, exam.Document, error)
}

// Report is something that a person should know about the data on this machine.
type Report struct {
	Tone Tone
	Text Text
}

// rescue is what the disk did not take, and what it has to tell.
type rescue struct {
	closing func()   // what to do once nothing is unsaved; nil: the window stays
	path    string   // where the unsaved was put last
	reports []Report // of the store
	heard   bool     // the reports were read, and the clock's has not been dropped
}

// unsaved lists the drafts of which the disk did not take the last change.
func (d *Desk) unsaved() []*Form {
	return slices.DeleteFunc(d.drafts(), func(f *Form) bool { return f.saver.state() != SaveFailed })
}

// Elsewhere tells whether there is what the disk does not take, which [Desk.Alarm]
// says, and where all of it was put instead; the text is empty while some of it was
// put nowhere.
func (d *Desk) Elsewhere() (text Text, unsaved bool) {
	list := d.unsaved()
	if len(list) == 0 {
		return Text{}, false
	}
	is := func(r refuge) func(*Form) bool { return func(f *Form) bool { return f.saver.refuge == r } }
	switch {
	case slices.ContainsFunc(list, is(notThere)):
		text = T("ui.elsewhere.failed")
	case !slices.ContainsFunc(list, is(nowhere)) && !slices.ContainsFunc(list, is(underWay)):
		text = T("ui.elsewhere.kept", "path", Plain(d.rescue.path))
	}
	return text, true
}

// SaveElsewhere writes what the disk did not take into files of the folder.
func (d *Desk) SaveElsewhere(folder string) {
	type page struct {
		id  exam.DraftID
		doc exam.Document
	}
	list := d.unsaved()
	pages := make([]page, len(list))
	for i, f := range list {
		pages[i] = page{f.ID(), f.saver.current()}
		f.saver.refuge = underWay
	}
	if len(pages) == 0 {
		return
	}
	d.loop.Go(context.Background(), func(context.Context) func() {
		var path string
		var err error
		for _, p := range pages {
			if path, err = d.ports.Rescue.Evacuate(folder, p.id, p.doc); err != nil {
				break
			}
		}
		return func() {
			d.rescue.path = path
			came := keptThere
			if err != nil {
				came = notThere
			}
			for _, f := range list {
				if f.saver.refuge == underWay {
					f.saver.refuge = came
				}
			}
			d.changed()
		}
	})
}

// BringBack makes what SaveElsewhere wrote the newest version of its draft.
func (d *Desk) BringBack(path string) {
	path = pasted(path)
	d.during("reclaim", "restore", func(context.Context) (func(), error) {
		id, doc, err := d.ports.Rescue.Reclaim(path)
		if err == nil {
			_, err = d.ports.Drafts.Save(id, doc)
		}
		if exam.KindOf(err) == exam.KindNotFound && id != "" { // the draft itself never reached the disk
			_, err = d.ports.Drafts.Create(doc, d.ports.Packs[0].Ref())
		}
		return func() { d.say("restore", Good, "reclaim.done"); d.StoreChanged(id) }, err
	})
}

// Close saves everything and then calls done. What the disk does not take is
// asked about: it is never given up without a word.
func (d *Desk) Close(done func()) {
	d.abandon()
	d.rescue.closing = done
	d.flush(waiting{then: d.settled})
	d.askUnsaved()
}

// settled ends once everything is saved, also what was typed into one draft while
// another was being saved.
func (d *Desk) settled() {
	if d.rescue.closing != nil && slices.ContainsFunc(d.drafts(), func(f *Form) bool { return !f.AllSaved() }) {
		d.flush(waiting{then: d.settled})
		return
	}
	d.ended()
}

func (d *Desk) ended() {
	if done := d.rescue.closing; done != nil {
		d.rescue.closing = nil
		done()
	}
}

// askUnsaved asks what becomes of a window that is to close and whose last changes
// the disk does not take.
func (d *Desk) askUnsaved() {
	list := d.unsaved()
	if d.rescue.closing == nil || len(list) == 0 || d.ask != nil {
		return
	}
	if !slices.ContainsFunc(list, func(f *Form) bool { return f.saver.refuge != keptThere }) {
		d.ended() // and the candidate knows where
		return
	}
	d.ask = &Ask{Title: T("ui.ask.unsaved.title"), Text: T("ui.ask.unsaved.text", "count", len(list), "why", T("ui.saved.failed."+saveReason(list[0].saver.failed))),
		Yes: T("ui.ask.unsaved.yes"), yes: d.ended, no: func() { d.rescue.closing = nil }}
	d.changed()
}

// readReports asks what the store has to tell: what it repaired, and what is
// unwise about where it lies.
func (d *Desk) readReports() {
	d.loop.Go(context.Background(), func(context.Context) func() {
		list := d.ports.Reports()
		return func() {
			d.rescue.reports, d.rescue.heard = list, true
			d.changed()
		}
	})
}

// StoreRepaired reads anew what the store has to tell.
func (d *Desk) StoreRepaired() { d.readReports() }

// A clock may differ by so much before it is worth a word, and a year so far
// from that of the exam is none of a working clock.
const (
	clockOff  = 10 * time.Minute
	clockYear = 10
)

// Reports gives what a person should know about the data and the clock of this
// machine, until it is dropped.
func (d *Desk) Reports() []Report {
	if !d.rescue.heard {
		return nil
	}
	list, now, pack := slices.Clone(d.rescue.reports), d.loop.Now(), d.ports.Packs[0]
	const minute = "2006-01-02 15:04"
	switch skew := d.line.Skew; {
	case skew.Abs() > clockOff:
		list = append(list, Report{Warning, T("ui.clock.off", "here", Plain(now.Format(minute)), "server", Plain(now.Add(skew).Format(minute)))})
	case skew == 0 && (now.Year() < pack.Year-1 || now.Year() > pack.Year+clockYear):
		list = append(list, Report{Warning, T("ui.clock.absurd", "here", Plain(now.Format(minute)))})
	}
	return list
}

// DropReports takes them away until there are others.
func (d *Desk) DropReports() {
	d.rescue.reports, d.rescue.heard = nil, false
	d.changed()
}
