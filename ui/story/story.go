// Package story shows every page of the window in its states, with made-up data
// and no disk, network or display: for the contact sheet, and for the tests that
// measure pages.
package story

import (
	"image/color"
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/ui"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// Scene is one page in one state.
type Scene struct {
	Name string
	// Set changes the world before there is a window; nil: nothing.
	Set func(*presenttest.World)
	// Play brings a fresh world and window to the state.
	Play func(*Stage)
	// Slow leaves what is being read or done unanswered, but for what Play waits for.
	Slow bool
}

// Stage is a window over a world in memory.
type Stage struct {
	World  *presenttest.World
	Window *ui.Window
	Desk   *present.Desk
	Words  present.Words

	canvas fyne.Canvas
}

// Show makes a window in a look and plays a scene in it.
func Show(a fyne.App, w fyne.Window, look present.Preferences, s Scene) *Stage {
	world := presenttest.NewWorld()
	world.Paint = painter(world)
	if s.Set != nil {
		s.Set(world)
	}
	world.Look = look
	w.Resize(fyne.NewSize(max(look.Width, 400), max(look.Height, 300)))
	st := &Stage{World: world, Words: assets.In(look.Lang), canvas: w.Canvas()}
	st.Window = ui.New(ui.Config{App: a, Window: w, Ports: world.Ports(), Loop: world.Loop, Lang: look.Lang})
	st.Desk = st.Window.Desk()
	if s.Slow {
		s.Play(st)
		return st
	}
	world.Loop.Drain()
	s.Play(st)
	world.Loop.Drain()
	return st
}

// full leaves a draft open whose last change the disk does not take.
func (s *Stage) full() {
	f := s.open(exam.Document{})
	s.World.Fails = exam.KindFull
	f.Set("city", "郑州市")
	f.SaveNow()
	s.World.Loop.Drain()
}

// open opens a draft of doc, with a photo when it is complete.
func (s *Stage) open(doc exam.Document) *present.Form {
	d, err := s.World.Ports().Drafts.Create(doc, s.World.Pack.Ref())
	if err != nil {
		panic("story: " + err.Error())
	}
	if doc.Name != "" {
		if _, err := s.World.Ports().Files.Attach(d.ID, exam.File{Kind: exam.FilePhoto, Type: "image/jpeg", Name: "报名照片.jpg"}, presenttest.JPEG()); err != nil {
			panic("story: " + err.Error())
		}
	}
	s.Desk.Open(d.ID)
	s.World.Loop.Drain()
	return s.Desk.Form()
}

// step opens the made-up candidate's draft on a step.
func step(id exam.StepID) func(*Stage) {
	return func(s *Stage) { s.open(presenttest.Complete()).Show(id) }
}

// typed types into whatever has the focus.
func (s *Stage) typed(text string) {
	for _, r := range text {
		s.canvas.Focused().TypedRune(r)
	}
}

// reasons are what a reviewer says.
var reasons = map[exam.State]string{
	exam.StateNeedsMaterials: "毕业证书扫描件不清楚，请重新上传。",
	exam.StateRefused:        "工作年限证明与社会保险记录不符。",
}

// standing brings the made-up candidate's registration to a state.
func (s *Stage) standing(states ...exam.State) *present.Form {
	f := s.open(presenttest.Complete())
	f.Submit()
	s.World.Loop.Drain()
	for _, state := range states {
		s.World.Answer(f.ID(), state, reasons[state])
	}
	s.Desk.StoreChanged(f.ID())
	s.World.Loop.Drain()
	return f
}

// evidence opens a draft that needs evidence.
func (s *Stage) evidence() *present.Form {
	doc := presenttest.Complete()
	doc.Commitment = exam.CommitmentDeclined
	f := s.open(doc)
	f.Show(exam.StepEvidence)
	return f
}

// bring lets what is on its way happen and brings a control into sight.
func (s *Stage) bring(id string) {
	s.World.Loop.Drain()
	s.Window.Bring(id)
}

// blank opens a draft in which nothing is filled in on a step.
func blank(id exam.StepID) func(*Stage) {
	return func(s *Stage) { s.open(exam.Document{IDType: exam.ResidentID, Nationality: "CHN"}).Show(id) }
}

// locked opens a step of a submission that is on its way.
func locked(id exam.StepID) func(*Stage) {
	return func(s *Stage) {
		f := s.standing()
		s.Desk.Go(present.PageForm)
		f.Show(id)
	}
}

// offline takes the line down.
func (s *Stage) offline() {
	s.World.LineAway(90 * time.Second)
	s.Desk.StoreChanged("")
	s.Desk.LineChanged()
	s.World.Loop.Drain()
}

// home shows the list.
func (s *Stage) home() {
	s.World.Loop.Drain()
	s.Desk.Go(present.PageHome)
	s.World.Loop.Drain()
}

// anew opens a draft as after a start: what belongs to it is still to be read.
func (s *Stage) anew(id exam.DraftID) {
	other, err := s.World.Ports().Drafts.Create(exam.Document{}, s.World.Pack.Ref())
	if err != nil {
		panic("story: " + err.Error())
	}
	s.Desk.Open(other.ID)
	s.World.Loop.Drain()
	s.Desk.Open(id)
	for s.Desk.Form().ID() != id {
		s.World.Loop.StepAt(0)
	}
}

// settings shows the settings.
func (s *Stage) settings() {
	s.Desk.Go(present.PageSettings)
	s.World.Loop.Drain()
}

// payment shows the payment of a confirmed registration, after further states.
func (s *Stage) payment(states ...exam.State) *present.Form {
	f := s.standing(append([]exam.State{exam.StateSubmitted, exam.StateVerified, exam.StateConfirmed}, states...)...)
	s.Desk.Go(present.PagePayment)
	s.World.Loop.Drain()
	return f
}

// Scenes are all pages in all states.
func Scenes() []Scene {
	var plates []Scene
	for _, name := range ui.Plates {
		plates = append(plates, Scene{Name: "widgets-" + name, Play: func(s *Stage) { s.Window.Plate(name) }})
	}
	return append(plates, []Scene{
		{Name: "home-first", Play: func(*Stage) {}},
		{Name: "home", Play: func(s *Stage) {
			s.standing(exam.StateSubmitted, exam.StateVerified)
			s.open(exam.Document{Level: exam.Intermediate})
			s.Desk.Go(present.PageHome)
		}},
		{Name: "home-reports", Play: func(s *Stage) {
			s.World.Reports = []present.Report{{Tone: present.Good, Text: present.T("store.opening.repaired", "count", 1284, "replayed", 3)},
				{Tone: present.Warning, Text: present.T("store.warn.removable")}}
			s.World.Line.Skew = -26 * time.Hour
			s.Desk.LineChanged()
			s.Desk.StoreRepaired()
		}},
		{Name: "home-trouble", Set: (*presenttest.World).Unreadable, Play: func(*Stage) {}},
		{Name: "home-loading", Slow: true, Play: func(*Stage) {}},
		{Name: "home-offline", Play: func(s *Stage) { s.offline(); s.open(presenttest.Complete()).Submit(); s.home() }},
		{Name: "home-conflict", Play: func(s *Stage) { conflict(s); s.home() }},
		{Name: "form-registration-empty", Play: func(s *Stage) { s.open(exam.Document{IDType: exam.ResidentID, Nationality: "CHN"}) }},
		{Name: "form-registration", Play: step(exam.StepRegistration)},
		{Name: "form-registration-locked", Play: locked(exam.StepRegistration)},
		{Name: "form-registration-offline", Play: func(s *Stage) { s.offline(); s.open(presenttest.Complete()) }},
		{Name: "form-registration-conflict", Play: func(s *Stage) { conflict(s); s.Desk.Go(present.PageForm) }},
		{Name: "form-registration-picking", Play: func(s *Stage) {
			s.open(exam.Document{Level: exam.Junior})
			s.World.Loop.Drain()
			s.bring("area")
			s.typed("h")
		}},
		{Name: "form-person-empty", Play: blank(exam.StepPerson)},
		{Name: "form-person-locked", Play: func(s *Stage) {
			s.standing(exam.StateSubmitted, exam.StateVerified).Do("edit")
			s.Desk.Form().Show(exam.StepPerson)
		}},
		{Name: "form-person", Play: step(exam.StepPerson)},
		{Name: "form-person-problems", Play: func(s *Stage) {
			f := s.open(exam.Document{Name: "李[小]满", IDType: exam.ResidentID, IDNumber: "410105199003071230", Phone: "138"})
			f.Show(exam.StepPerson)
			f.Show(exam.StepSchooling)
			f.Show(exam.StepPerson)
		}},
		{Name: "form-person-rare", Play: func(s *Stage) {
			f := s.open(exam.Document{Name: "李[宏]", IDType: exam.ResidentID})
			f.Show(exam.StepPerson)
			f.OpenRare("name")
			f.SearchRare("hong 钅")
		}},
		{Name: "form-person-rare-name", Play: func(s *Stage) {
			doc := presenttest.Complete()
			doc.Name = "李\U0002CB4E\U00020BB7㛃"
			s.open(doc).Show(exam.StepPerson)
		}},
		{Name: "form-person-rare-none", Play: func(s *Stage) {
			f := s.open(exam.Document{Name: "李", IDType: exam.ResidentID})
			f.Show(exam.StepPerson)
			f.OpenRare("name")
			f.SearchRare("qqq")
		}},
		{Name: "form-schooling", Play: step(exam.StepSchooling)},
		{Name: "form-schooling-empty", Play: func(s *Stage) { s.open(exam.Document{}).Show(exam.StepSchooling) }},
		{Name: "form-schooling-problems", Play: func(s *Stage) {
			f := s.open(exam.Document{Name: "李小满", Education: []exam.Education{{ID: "e1", Level: exam.Associate, Started: "2011-09", Graduated: "2008-06", CertificateNumber: "12"}}})
			f.Show(exam.StepSchooling)
			f.Show(exam.StepWork)
			f.Show(exam.StepSchooling)
		}},
		{Name: "form-schooling-locked", Play: locked(exam.StepSchooling)},
		{Name: "form-work", Play: step(exam.StepWork)},
		{Name: "form-work-empty", Play: blank(exam.StepWork)},
		{Name: "form-work-problems", Play: func(s *Stage) {
			f := s.open(exam.Document{Name: "李小满", Work: []exam.Work{{ID: "w1", From: "2020-07", To: "2018-06", CreditCode: "12"}}})
			f.Show(exam.StepWork)
			f.Show(exam.StepPhoto)
			f.Show(exam.StepWork)
		}},
		{Name: "form-work-locked", Play: locked(exam.StepWork)},
		{Name: "form-photo", Play: step(exam.StepPhoto)},
		{Name: "form-photo-empty", Play: blank(exam.StepPhoto)},
		{Name: "form-photo-loading", Slow: true, Play: func(s *Stage) {
			f := s.open(presenttest.Complete())
			s.Desk.Go(present.PageHome)
			s.anew(f.ID())
			s.Desk.Form().Show(exam.StepPhoto)
		}},
		{Name: "form-photo-locked", Play: locked(exam.StepPhoto)},
		{Name: "form-photo-crop", Play: func(s *Stage) {
			f := s.open(exam.Document{})
			f.Show(exam.StepPhoto)
			s.World.Disk["/me.jpg"] = []byte("a picture")
			f.TakePicture("/me.jpg")
		}},
		{Name: "form-photo-refused", Play: func(s *Stage) {
			f := s.open(exam.Document{})
			f.Show(exam.StepPhoto)
			s.World.Disk["/me.heic"] = []byte("not a picture")
			f.TakePicture("/me.heic")
		}},
		{Name: "form-evidence", Play: func(s *Stage) {
			s.evidence()
		}},
		{Name: "form-evidence-files", Play: func(s *Stage) {
			f := s.evidence()
			s.World.Disk["/毕业证书.png"] = append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 400_000)...)
			s.World.Disk["/学信网报告.pdf"] = append([]byte("%PDF-"), make([]byte, 230_000)...)
			f.AddEvidence("diploma", "/毕业证书.png")
			f.AddEvidence("diploma", "/学信网报告.pdf")
		}},
		{Name: "form-evidence-loading", Slow: true, Play: func(s *Stage) {
			f := s.evidence()
			s.World.Disk["/学信网报告.pdf"] = append([]byte("%PDF-"), make([]byte, 230_000)...)
			f.AddEvidence("diploma", "/学信网报告.pdf")
			s.World.Loop.Step()
		}},
		{Name: "form-evidence-locked", Play: func(s *Stage) {
			f := s.evidence()
			s.World.Disk["/学信网报告.pdf"] = append([]byte("%PDF-"), make([]byte, 230_000)...)
			f.AddEvidence("diploma", "/学信网报告.pdf")
			s.World.Loop.Drain()
			f.Submit()
			s.World.Loop.Drain()
			s.Desk.Go(present.PageForm)
			f.Show(exam.StepEvidence)
		}},
		{Name: "form-evidence-offer", Play: func(s *Stage) {
			f := s.evidence()
			s.World.Disk["/毕业证书.jpg"] = append([]byte("\xff\xd8\xff"), make([]byte, 6_300_000)...)
			f.AddEvidence("diploma", "/毕业证书.jpg")
		}},
		{Name: "form-evidence-broken", Play: func(s *Stage) {
			f := s.evidence()
			s.World.Disk["/毕业证书.jpg"] = []byte("\xff\xd8\xffbroken")
			f.AddEvidence("diploma", "/毕业证书.jpg")
		}},
		{Name: "form-commitment", Play: step(exam.StepCommitment)},
		{Name: "form-commitment-empty", Play: blank(exam.StepCommitment)},
		{Name: "form-commitment-problems", Play: func(s *Stage) {
			f := s.open(exam.Document{Name: "李小满"})
			f.Show(exam.StepCommitment)
			f.Show(exam.StepPerson)
			f.Show(exam.StepCommitment)
		}},
		{Name: "form-commitment-locked", Play: locked(exam.StepCommitment)},
		{Name: "form-review", Play: step(present.StepReview)},
		{Name: "form-review-empty", Play: blank(present.StepReview)},
		{Name: "form-review-conflict", Play: func(s *Stage) { conflict(s); s.Desk.Go(present.PageForm); s.Desk.Form().Show(present.StepReview) }},
		{Name: "form-review-locked", Play: locked(present.StepReview)},
		{Name: "form-review-problems", Play: func(s *Stage) {
			s.open(exam.Document{Name: "李小满", Work: []exam.Work{{}}}).Show(present.StepReview)
		}},
		{Name: "form-save-failed", Play: func(s *Stage) {
			s.full()
		}},
		{Name: "form-kept-elsewhere", Play: func(s *Stage) {
			s.full()
			s.Desk.SaveElsewhere("/home/example/stick")
		}},
		{Name: "form-closing-full", Play: func(s *Stage) {
			s.full()
			s.Desk.Close(func() {})
		}},
		{Name: "form-undo", Play: func(s *Stage) { f := s.open(presenttest.Complete()); f.Show(exam.StepWork); f.Remove("work.1") }},
		{Name: "form-save-failed-elsewhere", Play: func(s *Stage) {
			f := s.open(presenttest.Complete())
			s.World.Fails = exam.KindFull
			f.Set("city", "洛阳市")
			f.SaveNow()
			s.World.Loop.Drain()
			s.Desk.Delete(f.ID())
		}},
		{Name: "registration-draft", Play: func(s *Stage) { s.open(presenttest.Complete()); s.Desk.Go(present.PageRegistration) }},
		{Name: "registration-conflict", Play: func(s *Stage) { conflict(s); s.Desk.Go(present.PageRegistration) }},
		{Name: "registration-failed", Play: func(s *Stage) {
			f := s.standing(exam.StateSubmitted, exam.StateVerified)
			s.World.Fails = exam.KindFull
			f.Do("confirm")
			s.Desk.Answer(true)
		}},
		{Name: "registration-waiting", Play: func(s *Stage) { s.World.Line.State = present.LineOffline; s.standing(); s.Desk.LineChanged() }},
		{Name: "registration-sending", Play: func(s *Stage) {
			s.standing()
			s.World.Line.Sending = map[exam.EntryID]present.Sending{s.World.Waiting[0].ID: {Pieces: 3, OfPieces: 5, Bytes: 180_000, OfBytes: 300_000}}
			s.Desk.LineChanged()
		}},
		{Name: "registration-aside", Play: func(s *Stage) {
			f := s.standing()
			s.World.SetAside(f.ID(), exam.KindDuplicate, nil, nil)
			s.Desk.StoreChanged(f.ID())
		}},
		{Name: "registration-moved", Play: func(s *Stage) {
			f := s.standing(exam.StateSubmitted)
			f.Set("address", "郑州市演练路 2 号")
			f.Submit()
			s.moved(f, exam.StateManualReview, exam.System)
		}},
		{Name: "registration-needs-materials", Play: func(s *Stage) {
			s.standing(exam.StateSubmitted, exam.StateManualReview, exam.StateNeedsMaterials)
		}},
		{Name: "registration-submitted", Play: func(s *Stage) { s.standing(exam.StateSubmitted) }},
		{Name: "registration-quiet", Play: func(s *Stage) {
			s.standing(exam.StateSubmitted, exam.StateManualReview)
			s.World.Loop.Advance(100 * time.Hour)
			s.Desk.LineChanged()
		}},
		{Name: "registration-withdrawn", Play: func(s *Stage) { s.standing(exam.StateSubmitted, exam.StateWithdrawn) }},
		{Name: "registration-expired", Play: func(s *Stage) {
			s.standing(exam.StateSubmitted, exam.StateVerified, exam.StateConfirmed, exam.StateExpired)
		}},
		{Name: "registration-refused", Play: func(s *Stage) { s.standing(exam.StateSubmitted, exam.StateManualReview, exam.StateRefused) }},
		{Name: "registration-verified", Play: func(s *Stage) { s.standing(exam.StateSubmitted, exam.StateVerified) }},
		{Name: "registration-confirm-ask", Play: func(s *Stage) { s.standing(exam.StateSubmitted, exam.StateVerified).Do("confirm") }},
		{Name: "registration-confirmed", Play: func(s *Stage) { s.standing(exam.StateSubmitted, exam.StateVerified, exam.StateConfirmed) }},
		{Name: "registration-paying", Play: func(s *Stage) {
			s.standing(exam.StateSubmitted, exam.StateVerified, exam.StateConfirmed, exam.StatePaying)
		}},
		{Name: "registration-completed", Play: func(s *Stage) {
			s.standing(exam.StateSubmitted, exam.StateVerified, exam.StateConfirmed, exam.StatePaying, exam.StateCompleted)
		}},
		{Name: "payment-not-yet", Play: func(s *Stage) { s.standing(exam.StateSubmitted); s.Desk.Go(present.PagePayment) }},
		{Name: "payment-due", Play: func(s *Stage) { s.payment() }},
		{Name: "payment-bounced", Play: func(s *Stage) {
			f := s.payment(exam.StatePaying)
			s.World.Answer(f.ID(), exam.StateConfirmed, "")
			h := s.World.Drafts[f.ID()].Registration.History
			h[len(h)-1].Action = exam.ActionUnpaid
			s.Desk.StoreChanged(f.ID())
		}},
		{Name: "payment-sending-offline", Play: func(s *Stage) { s.World.Line.State = present.LineOffline; s.Desk.LineChanged(); s.payment().Paid() }},
		{Name: "payment-waiting", Play: func(s *Stage) { s.payment(exam.StatePaying) }},
		{Name: "payment-late", Play: func(s *Stage) { s.payment(exam.StatePaying); s.World.Loop.Advance(time.Hour); s.Desk.LineChanged() }},
		{Name: "payment-call", Play: func(s *Stage) {
			s.payment(exam.StatePaying)
			s.World.Loop.Advance(25 * time.Hour)
			s.Desk.LineChanged()
		}},
		{Name: "payment-aside", Play: func(s *Stage) {
			f := s.payment()
			f.Paid()
			s.World.Loop.Drain()
			s.World.SetAside(f.ID(), exam.KindClosed, nil, nil)
			s.Desk.StoreChanged(f.ID())
		}},
		{Name: "payment-over", Play: func(s *Stage) { s.payment(exam.StateExpired) }},
		{Name: "payment-done", Play: func(s *Stage) { s.payment(exam.StatePaying, exam.StateCompleted) }},
		{Name: "payment-conflict", Play: func(s *Stage) {
			f := s.payment()
			s.pulled(f.ID(), s.elsewhere(f.ID(), func(sub *exam.Submission) { sub.Document.City = "开封市" }))
		}},
		{Name: "payment-moved", Play: func(s *Stage) {
			f := s.payment()
			f.Paid()
			s.moved(f, exam.StateCompleted, exam.System)
		}},
		{Name: "payment-clash", Play: func(s *Stage) {
			f := s.payment()
			f.Paid()
			s.World.Loop.Drain()
			s.World.SetAside(f.ID(), exam.KindConflict, nil, s.elsewhere(f.ID(), func(sub *exam.Submission) { sub.Document.City = "开封市" }))
			s.Desk.StoreChanged(f.ID())
		}},
		{Name: "practice-trouble", Play: func(s *Stage) {
			s.Desk.Go(present.PagePractice)
			s.World.Fails = exam.KindFull
			s.Desk.Bend(func(d *present.BadDay) { d.Line = "gone" })
		}},
		{Name: "practice-offline", Play: func(s *Stage) {
			s.offline()
			s.Desk.Go(present.PagePractice)
			s.Desk.Bend(func(d *present.BadDay) { d.Line = "gone" })
		}},
		{Name: "practice", Play: func(s *Stage) { s.Desk.Go(present.PagePractice) }},
		{Name: "practice-bent", Play: func(s *Stage) {
			s.standing(exam.StateSubmitted, exam.StateManualReview)
			s.Desk.Go(present.PagePractice)
			s.Desk.Bend(func(d *present.BadDay) { *d = present.BadDay{Line: "slow", Review: "hand", Payment: "lost"} })
		}},
		{Name: "practice-door", Set: func(w *presenttest.World) { w.Real = true }, Play: func(s *Stage) { s.Desk.Go(present.PagePractice); s.Desk.Rehearse() }},
		{Name: "reminders-set", Play: func(s *Stage) {
			s.open(presenttest.Complete())
			s.Desk.Go(present.PageNotices)
			s.Desk.Remind(s.Words)
		}},
		{Name: "reminders-failed", Play: func(s *Stage) {
			s.Desk.Go(present.PageNotices)
			s.World.Fails = exam.KindReadOnly
			s.Desk.Remind(s.Words)
		}},
		{Name: "conflict", Play: conflict},
		{Name: "conflict-photo", Play: func(s *Stage) { photos(s, true) }},
		{Name: "conflict-photo-coming", Play: func(s *Stage) { photos(s, false) }},
		{Name: "conflict-evidence", Play: scans},
		{Name: "conflict-offline", Play: func(s *Stage) { conflict(s); s.offline() }},
		{Name: "conflict-failed", Play: func(s *Stage) {
			conflict(s)
			s.World.Fails = exam.KindFull
			s.Desk.Form().Resolve(map[string]bool{})
		}},
		{Name: "print-unfinished", Set: func(w *presenttest.World) {
			w.Tray.Job, w.Tray.Open = present.PrintJob{Printer: "HP LaserJet 1020", All: 5000, Printed: 3412}, true
		}, Play: func(s *Stage) { s.open(presenttest.Complete()); s.Desk.Go(present.PagePrint) }},
		{Name: "print-done", Set: func(w *presenttest.World) { w.Tray.Ready, w.Missing = 1284, []rune{0x30123} }, Play: func(s *Stage) {
			s.open(presenttest.Complete())
			s.Desk.Go(present.PagePrint)
			s.World.Loop.Drain()
			s.Desk.PrintPaper()
		}},
		{Name: "print-refused", Set: func(w *presenttest.World) { w.Tray.Refuses = exam.KindUnreachable }, Play: func(s *Stage) {
			s.open(presenttest.Complete())
			s.Desk.Go(present.PagePrint)
			s.World.Loop.Drain()
			s.Desk.PrintPaper()
		}},
		{Name: "print-no-printer", Set: func(w *presenttest.World) { w.Tray.Away = true }, Play: func(s *Stage) { s.open(presenttest.Complete()); s.Desk.Go(present.PagePrint) }},
		{Name: "print-loading", Slow: true, Play: func(s *Stage) { s.open(presenttest.Complete()); s.Desk.Go(present.PagePrint) }},
		{Name: "print-trouble", Set: func(w *presenttest.World) { w.Unpaintable = true }, Play: func(s *Stage) { s.open(exam.Document{}); s.Desk.Go(present.PagePrint) }},
		{Name: "print-delivered", Play: func(s *Stage) {
			s.standing(exam.StateSubmitted, exam.StateVerified, exam.StateConfirmed, exam.StatePaying, exam.StateCompleted)
			s.Desk.Go(present.PagePrint)
		}},
		{Name: "verify-loading", Slow: true, Play: func(s *Stage) { s.Desk.Go(present.PageVerify); s.Desk.CheckCode("WB1:GENUINE") }},
		{Name: "verify-unreadable", Play: func(s *Stage) { s.Desk.Go(present.PageVerify); s.Desk.CheckFiles("/gone.pdf") }},
		{Name: "verify", Play: func(s *Stage) { s.Desk.Go(present.PageVerify) }},
		{Name: "verify-results", Set: func(w *presenttest.World) {
			paper := presenttest.GenuinePaper()
			w.Verdicts["WB1:GENUINE"] = paper
			w.Disk["/form.pdf"], w.Verdicts["form"] = []byte("form"), paper
			paper.Whole = false
			w.Verdicts["WB1:GENUINE"] = paper
			paper.Genuine, paper.Reason, paper.Differs = false, "altered", []string{"birth_date", "work.1", "photo", ""}
			w.Disk["/altered.pdf"], w.Verdicts["altered"] = []byte("altered"), paper
			paper.Reason, paper.Differs = "outdated", []string{"phone", "state"}
			w.Verdicts["WB1:OLD"] = paper
			w.Verdicts["WENBAO DRAFT"] = present.Verdict{Reason: "draft"}
		}, Play: func(s *Stage) {
			s.Desk.Go(present.PageVerify)
			for _, code := range []string{"https://example.com", "WENBAO DRAFT", "WB1:OLD"} {
				s.Desk.CheckCode(code)
			}
			s.World.Loop.Drain()
			s.Desk.CheckFiles("/altered.pdf")
			s.World.Loop.Drain()
			s.Desk.CheckCode("WB1:GENUINE")
			s.World.Loop.Drain()
			s.Desk.CheckFiles("/form.pdf")
		}},
		{Name: "verify-no-key", Set: func(w *presenttest.World) { w.Verdicts = nil }, Play: func(s *Stage) { s.Desk.Go(present.PageVerify) }},
		{Name: "print", Play: func(s *Stage) { s.open(presenttest.Complete()); s.Desk.Go(present.PagePrint) }},
		{Name: "history", Play: func(s *Stage) {
			f := s.open(presenttest.Complete())
			f.Set("phone", "13900139000")
			f.Leave("phone")
			s.World.Loop.Drain()
			s.Desk.Go(present.PageHistory)
		}},
		{Name: "history-compare", Play: func(s *Stage) {
			f := s.open(presenttest.Complete())
			f.Set("phone", "13900139000")
			f.Set("education.0.study_mode", "part_time")
			f.Remove("work.1")
			f.SaveNow()
			s.World.Loop.Drain()
			s.Desk.Go(present.PageHistory)
			s.World.Loop.Drain()
			f.Compare(f.Past()[0].Revision)
		}},
		{Name: "history-empty", Play: func(s *Stage) { s.open(exam.Document{}); s.Desk.Go(present.PageHistory) }},
		{Name: "history-loading", Slow: true, Play: func(s *Stage) { s.open(presenttest.Complete()); s.Desk.Go(present.PageHistory) }},
		{Name: "history-trouble", Play: func(s *Stage) {
			s.open(presenttest.Complete())
			s.World.Unreadable()
			s.Desk.Go(present.PageHistory)
		}},
		{Name: "conflict-none", Play: func(s *Stage) { s.open(presenttest.Complete()); s.Desk.Go(present.PageConflict) }},
		{Name: "official", Play: func(s *Stage) { s.open(presenttest.Complete()); s.Desk.Go(present.PageOfficial) }},
		{Name: "official-empty", Play: func(s *Stage) { s.open(exam.Document{}); s.Desk.Go(present.PageOfficial) }},
		{Name: "official-trouble", Play: func(s *Stage) {
			f := s.open(presenttest.Complete())
			s.World.Fails = exam.KindFull
			s.Desk.Go(present.PageOfficial)
			f.KeepPhoto()
		}},
		{Name: "queue-empty", Play: func(s *Stage) { s.Desk.Go(present.PageQueue) }},
		{Name: "queue-loading", Slow: true, Play: func(s *Stage) { s.Desk.Go(present.PageQueue) }},
		{Name: "queue-aside", Play: func(s *Stage) {
			f := s.standing()
			s.World.SetAside(f.ID(), exam.KindDuplicate, nil, nil)
			s.World.Line.Queue, s.World.Line.Aside = 0, 1
			s.Desk.StoreChanged(f.ID())
			s.Desk.LineChanged()
			s.Desk.Go(present.PageQueue)
		}},
		{Name: "queue-conflict", Play: func(s *Stage) { conflict(s); s.Desk.Go(present.PageQueue) }},
		{Name: "queue", Play: func(s *Stage) { s.standing(); s.Desk.Go(present.PageQueue) }},
		{Name: "queue-offline", Play: func(s *Stage) {
			s.World.Line = present.Line{State: present.LineOffline, Queue: 1, Round: present.Round{Done: 2, Of: 3, Sent: 55_100, Bytes: 82_500}}
			s.standing()
			s.World.Waiting[0].Next, s.World.Waiting[0].Attempts = s.World.Loop.Now().Add(90e9), 4
			s.Desk.StoreChanged("")
			s.Desk.LineChanged()
			s.World.Loop.Drain()
			s.Desk.Go(present.PageQueue)
		}},
		{Name: "notices", Play: func(s *Stage) { s.open(presenttest.Complete()); s.Desk.Go(present.PageNotices) }},
		{Name: "help", Play: func(s *Stage) { s.Desk.Go(present.PageHelp) }},
		{Name: "help-none", Play: func(s *Stage) { s.Desk.SearchHelp("qqq"); s.Desk.Go(present.PageHelp) }},
		{Name: "settings", Play: func(s *Stage) { s.settings() }},
		{Name: "settings-loading", Slow: true, Play: func(s *Stage) { s.Desk.Go(present.PageSettings) }},
		{Name: "settings-trouble", Play: func(s *Stage) { s.World.Unreadable(); s.settings() }},
		{Name: "settings-backup", Play: func(s *Stage) {
			s.settings()
			s.Desk.MakeBackup("一句我记得住的长句子", "一句我记得住的长句子")
			s.bring("action.backup")
		}},
		{Name: "settings-restored", Play: func(s *Stage) {
			s.settings()
			s.World.Disk["/media/usb/wenbao.wenbao"] = []byte("一句我记得住的长句子")
			s.Desk.RestoreBackup("/media/usb/wenbao.wenbao", "一句我记得住的长句子")
			s.bring("action.use_restored")
		}},
		{Name: "settings-wrong-secret", Play: func(s *Stage) {
			s.settings()
			s.World.Disk["/media/usb/wenbao.wenbao"] = []byte("一句我记得住的长句子")
			s.Desk.RestoreBackup("/media/usb/wenbao.wenbao", "猜的")
			s.bring("action.restore")
		}},
		{Name: "settings-locked", Play: func(s *Stage) {
			s.settings()
			s.Desk.SetPassphrase("一句我记得住的长句子", "一句我记得住的长句子")
			s.World.Loop.Drain()
			s.Desk.NewRecoveryCode()
			s.bring("action.print_code")
		}},
		{Name: "settings-network", Play: func(s *Stage) {
			s.settings()
			s.Desk.SetNetwork(present.Network{Proxy: "manual", ProxyURL: "http://10.0.0.1:8080"})
			s.bring("action.network")
		}},
		{Name: "settings-bin", Play: func(s *Stage) {
			f := s.open(presenttest.Complete())
			s.Desk.Delete(f.ID())
			s.World.Loop.Advance(time.Minute)
			s.settings()
			s.bring("action.compact")
		}},
		{Name: "settings-bin-ask", Play: func(s *Stage) {
			f := s.open(presenttest.Complete())
			s.Desk.Delete(f.ID())
			s.World.Loop.Advance(time.Minute)
			s.settings()
			s.Desk.Purge(f.ID())
		}},
	}...)
}

// elsewhere is the server's version of a registration after another machine has
// changed it.
func (s *Stage) elsewhere(id exam.DraftID, change func(*exam.Submission)) *exam.Registration {
	now := *s.World.Drafts[id].Registration
	sub, err := exam.DecodeSubmission(now.Content)
	if err != nil {
		panic("story: " + err.Error())
	}
	change(&sub)
	now.Version, now.Content = now.Version+1, sub.Encode()
	now.Digest = exam.Digest(now.Content)
	now.History = append(slices.Clone(now.History), exam.Event{Version: now.Version, State: now.State, Action: exam.ActionSubmit, Actor: exam.Candidate, At: s.World.Loop.Now()})
	return &now
}

// pulled lets the news of a version of the server's come.
func (s *Stage) pulled(id exam.DraftID, now *exam.Registration) {
	n := s.World.Drafts[id]
	n.Registration, n.Revision = now, n.Revision+1
	s.World.Drafts[id] = n
	s.Desk.StoreChanged(id)
	s.World.Loop.Drain()
}

// attach puts a file to a draft.
func (s *Stage) attach(id exam.DraftID, f exam.File, raw []byte) {
	if _, err := s.World.Ports().Files.Attach(id, f, raw); err != nil {
		panic("story: " + err.Error())
	}
}

// photos is a photo that was changed here and elsewhere; the bytes of the other
// one are here, or on their way.
func photos(s *Stage, here bool) {
	f := s.standing(exam.StateSubmitted)
	s.attach(f.ID(), exam.File{Kind: exam.FilePhoto, Type: "image/jpeg"}, presenttest.JPEGIn(color.RGBA{R: 120, G: 40, B: 60, A: 255}))
	raw := presenttest.JPEGIn(color.RGBA{R: 30, G: 90, B: 70, A: 255})
	if here {
		s.World.Bytes[exam.Digest(raw)] = raw
	}
	s.pulled(f.ID(), s.elsewhere(f.ID(), func(sub *exam.Submission) {
		sub.Files = exam.TakePhoto(sub.Files, []exam.File{{Kind: exam.FilePhoto, SHA256: exam.Digest(raw), Size: int64(len(raw)), Type: "image/jpeg"}})
	}))
	s.Desk.Go(present.PageConflict)
}

// scans are files of evidence that were added here and elsewhere.
func scans(s *Stage) {
	f := s.standing(exam.StateSubmitted)
	pdf := func(text string) []byte { return append([]byte("%PDF-"), text...) }
	s.attach(f.ID(), exam.File{Kind: "diploma", Type: "application/pdf", Name: "学信网报告.pdf"}, pdf("mine"))
	s.pulled(f.ID(), s.elsewhere(f.ID(), func(sub *exam.Submission) {
		for _, kind := range []exam.FileKind{"diploma", "work_years"} {
			raw := pdf("theirs " + string(kind))
			sub.Files = append(sub.Files, exam.File{Kind: kind, SHA256: exam.Digest(raw), Size: int64(len(raw)), Type: "application/pdf"})
		}
	}))
	s.Desk.Go(present.PageConflict)
}

// conflict is a phone number that was changed here and elsewhere.
func conflict(s *Stage) {
	f := s.standing(exam.StateSubmitted)
	f.Set("phone", "13900139000")
	f.Leave("phone")
	s.World.Loop.Drain()
	f.Submit()
	s.World.Loop.Drain()
	s.World.SetAside(f.ID(), exam.KindConflict, nil, s.elsewhere(f.ID(), func(sub *exam.Submission) {
		sub.Document.Phone, sub.Document.City = "13700137000", "开封市"
	}))
	s.Desk.StoreChanged(f.ID())
	s.World.Loop.Drain()
	s.Desk.Go(present.PageConflict)
}

// moved is a step that was refused because the registration has moved meanwhile.
func (s *Stage) moved(f *present.Form, to exam.State, actor exam.Actor) {
	s.World.Loop.Drain()
	now := *s.World.Drafts[f.ID()].Registration
	now.State, now.Version = to, now.Version+1
	now.History = append(slices.Clone(now.History), exam.Event{Version: now.Version, State: to, Actor: actor, At: s.World.Loop.Now()})
	s.World.SetAside(f.ID(), exam.KindConflict, nil, &now)
	s.Desk.StoreChanged(f.ID())
}
