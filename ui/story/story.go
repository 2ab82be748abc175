// Package story shows every page of the window in its states, with made-up data
// and no disk, network or display: for the contact sheet, and for the tests that
// measure pages.
package story

import (
	"encoding/json"

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
	// Play brings a fresh world and window to the state.
	Play func(*Stage)
}

// Stage is a window over a world in memory.
type Stage struct {
	World  *presenttest.World
	Window *ui.Window
	Desk   *present.Desk
}

// Show makes a window in a look and plays a scene in it.
func Show(a fyne.App, w fyne.Window, look present.Preferences, s Scene) *Stage {
	world := presenttest.NewWorld()
	world.Values["ui.preferences"], _ = json.Marshal(look) // plain values cannot fail
	st := &Stage{World: world}
	st.Window = ui.New(ui.Config{App: a, Window: w, Ports: world.Ports(), Loop: world.Loop,
		Fonts: ui.Fonts{Regular: assets.Regular, Bold: assets.Bold}, Lang: look.Lang})
	st.Desk = st.Window.Desk()
	world.Loop.Drain()
	s.Play(st)
	world.Loop.Drain()
	return st
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

// standing brings the made-up candidate's registration to a state.
func (s *Stage) standing(states ...exam.State) *present.Form {
	f := s.open(presenttest.Complete())
	f.Submit()
	s.World.Loop.Drain()
	for _, state := range states {
		reason := ""
		if state == exam.StateNeedsMaterials {
			reason = "毕业证书扫描件不清楚，请重新上传。"
		}
		s.World.Answer(f.ID(), state, reason)
	}
	s.Desk.StoreChanged(f.ID())
	s.World.Loop.Drain()
	return f
}

// Scenes are all pages in all states.
func Scenes() []Scene {
	return []Scene{
		{"home-first", func(*Stage) {}},
		{"home", func(s *Stage) {
			s.standing(exam.StateSubmitted, exam.StateVerified)
			s.open(exam.Document{Level: exam.Intermediate})
			s.Desk.Go(present.PageHome)
		}},
		{"home-trouble", func(s *Stage) { s.World.Fails = exam.KindDamaged; s.Desk.StoreChanged("") }},
		{"form-registration-empty", func(s *Stage) { s.open(exam.Document{IDType: exam.ResidentID, Nationality: "CHN"}) }},
		{"form-registration", step(exam.StepRegistration)},
		{"form-person", step(exam.StepPerson)},
		{"form-person-problems", func(s *Stage) {
			f := s.open(exam.Document{Name: "李[小]满", IDType: exam.ResidentID, IDNumber: "410105199003071230", Phone: "138"})
			f.Show(exam.StepPerson)
			f.Show(exam.StepSchooling)
			f.Show(exam.StepPerson)
		}},
		{"form-schooling", step(exam.StepSchooling)},
		{"form-schooling-empty", func(s *Stage) { s.open(exam.Document{}).Show(exam.StepSchooling) }},
		{"form-work", step(exam.StepWork)},
		{"form-photo", step(exam.StepPhoto)},
		{"form-photo-crop", func(s *Stage) {
			f := s.open(exam.Document{})
			f.Show(exam.StepPhoto)
			s.World.Disk["/me.jpg"] = []byte("a picture")
			f.TakePicture("/me.jpg")
		}},
		{"form-photo-refused", func(s *Stage) {
			f := s.open(exam.Document{})
			f.Show(exam.StepPhoto)
			s.World.Disk["/me.heic"] = []byte("not a picture")
			f.TakePicture("/me.heic")
		}},
		{"form-evidence", func(s *Stage) {
			doc := presenttest.Complete()
			doc.Commitment = exam.CommitmentDeclined
			s.open(doc).Show(exam.StepEvidence)
		}},
		{"form-commitment", step(exam.StepCommitment)},
		{"form-review", step(present.StepReview)},
		{"form-review-problems", func(s *Stage) {
			s.open(exam.Document{Name: "李小满", Work: []exam.Work{{}}}).Show(present.StepReview)
		}},
		{"form-save-failed", func(s *Stage) {
			f := s.open(exam.Document{})
			s.World.Fails = exam.KindFull
			f.Set("city", "郑州市")
			f.SaveNow()
		}},
		{"form-undo", func(s *Stage) { f := s.open(presenttest.Complete()); f.Show(exam.StepWork); f.Remove("work.1") }},
		{"registration-waiting", func(s *Stage) { s.World.Line.State = present.LineOffline; s.standing(); s.Desk.LineChanged() }},
		{"registration-sending", func(s *Stage) {
			s.standing()
			s.World.Line.Sending = map[exam.EntryID]present.Sending{s.World.Waiting[0].ID: {Pieces: 3, OfPieces: 5, Bytes: 180_000, OfBytes: 300_000}}
			s.Desk.LineChanged()
		}},
		{"registration-aside", func(s *Stage) {
			f := s.standing()
			s.World.SetAside(f.ID(), exam.KindDuplicate, nil, nil)
			s.Desk.StoreChanged(f.ID())
		}},
		{"registration-needs-materials", func(s *Stage) {
			s.standing(exam.StateSubmitted, exam.StateManualReview, exam.StateNeedsMaterials)
		}},
		{"registration-verified", func(s *Stage) { s.standing(exam.StateSubmitted, exam.StateVerified) }},
		{"registration-confirm-ask", func(s *Stage) { s.standing(exam.StateSubmitted, exam.StateVerified).Do("confirm") }},
		{"registration-confirmed", func(s *Stage) { s.standing(exam.StateSubmitted, exam.StateVerified, exam.StateConfirmed) }},
		{"registration-paying", func(s *Stage) {
			s.standing(exam.StateSubmitted, exam.StateVerified, exam.StateConfirmed, exam.StatePaying)
		}},
		{"registration-completed", func(s *Stage) {
			s.standing(exam.StateSubmitted, exam.StateVerified, exam.StateConfirmed, exam.StatePaying, exam.StateCompleted)
		}},
		{"conflict", conflict},
		{"print", func(s *Stage) { s.open(presenttest.Complete()); s.Desk.Go(present.PagePrint) }},
		{"history", func(s *Stage) {
			f := s.open(presenttest.Complete())
			f.Set("phone", "13900139000")
			f.Leave("phone")
			s.World.Loop.Drain()
			s.Desk.Go(present.PageHistory)
		}},
		{"official", func(s *Stage) { s.open(presenttest.Complete()); s.Desk.Go(present.PageOfficial) }},
		{"queue", func(s *Stage) { s.standing(); s.Desk.Go(present.PageQueue) }},
		{"queue-offline", func(s *Stage) {
			s.World.Line = present.Line{State: present.LineOffline, Queue: 1}
			s.standing()
			s.World.Waiting[0].Next, s.World.Waiting[0].Attempts = s.World.Loop.Now().Add(90e9), 4
			s.Desk.StoreChanged("")
			s.Desk.LineChanged()
			s.World.Loop.Drain()
			s.Desk.Go(present.PageQueue)
		}},
		{"notices", func(s *Stage) { s.open(presenttest.Complete()); s.Desk.Go(present.PageNotices) }},
		{"help", func(s *Stage) { s.Desk.Go(present.PageHelp) }},
		{"settings", func(s *Stage) { s.Desk.Go(present.PageSettings) }},
	}
}

// conflict is a phone number that was changed here and elsewhere.
func conflict(s *Stage) {
	f := s.standing(exam.StateSubmitted)
	base := *s.World.Drafts[f.ID()].Registration
	f.Set("phone", "13900139000")
	f.Leave("phone")
	s.World.Loop.Drain()
	f.Submit()
	s.World.Loop.Drain()
	theirs, err := exam.DecodeSubmission(base.Content)
	if err != nil {
		panic("story: " + err.Error())
	}
	theirs.Document.Phone = "13700137000"
	current := base
	current.Version, current.Content = base.Version+1, theirs.Encode()
	s.World.SetAside(f.ID(), exam.KindConflict, nil, &current)
	s.Desk.StoreChanged(f.ID())
	s.World.Loop.Drain()
	s.Desk.Go(present.PageConflict)
}
