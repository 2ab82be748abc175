package story_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/story"
)

// The states that every page is shown in, where they can be.
const (
	data     = "data"
	empty    = "empty"
	loading  = "loading"
	offline  = "offline"
	trouble  = "trouble"
	conflict = "conflict"
	locked   = "locked" // nothing on it can be changed
)

var states = []string{data, empty, loading, offline, trouble, conflict, locked}

// place is a page, and for the form a step of it.
type place struct {
	page present.Page
	step exam.StepID
}

// not is the reason why a page cannot be in a state, or does not look otherwise
// in it.
type not string

const (
	whole    not = "a draft opens whole, so nothing of this step is read later"
	anyStep  not = "what differs stands above the page and is shown for one step of the form"
	noLine   not = "it needs no line, and the mark above every page is shown elsewhere"
	atHand   not = "what it shows is in the program and not read"
	noDraft  not = "it is about no draft that could be in conflict"
	notTyped not = "nothing is typed on it"
)

// matrix names the scene of every page in every state, or the reason why there is
// none.
var matrix = map[place]map[string]any{
	{present.PageHome, ""}: {data: "home", empty: "home-first", loading: "home-loading", offline: "home-offline", trouble: "home-trouble", conflict: "home-conflict", locked: notTyped},
	{present.PageForm, exam.StepRegistration}: {data: "form-registration", empty: "form-registration-empty", loading: whole, offline: "form-registration-offline", trouble: "form-save-failed",
		conflict: "form-registration-conflict", locked: "form-registration-locked"},
	{present.PageForm, exam.StepPerson}:     {data: "form-person", empty: "form-person-empty", loading: whole, offline: anyStep, trouble: "form-person-problems", conflict: anyStep, locked: "form-person-locked"},
	{present.PageForm, exam.StepSchooling}:  {data: "form-schooling", empty: "form-schooling-empty", loading: whole, offline: anyStep, trouble: "form-schooling-problems", conflict: anyStep, locked: "form-schooling-locked"},
	{present.PageForm, exam.StepWork}:       {data: "form-work", empty: "form-work-empty", loading: whole, offline: anyStep, trouble: "form-work-problems", conflict: anyStep, locked: "form-work-locked"},
	{present.PageForm, exam.StepPhoto}:      {data: "form-photo", empty: "form-photo-empty", loading: "form-photo-loading", offline: anyStep, trouble: "form-photo-refused", conflict: anyStep, locked: "form-photo-locked"},
	{present.PageForm, exam.StepEvidence}:   {data: "form-evidence-files", empty: "form-evidence", loading: "form-evidence-loading", offline: anyStep, trouble: "form-evidence-broken", conflict: anyStep, locked: "form-evidence-locked"},
	{present.PageForm, exam.StepCommitment}: {data: "form-commitment", empty: "form-commitment-empty", loading: whole, offline: anyStep, trouble: "form-commitment-problems", conflict: anyStep, locked: "form-commitment-locked"},
	{present.PageForm, present.StepReview}:  {data: "form-review", empty: "form-review-empty", loading: whole, offline: anyStep, trouble: "form-review-problems", conflict: "form-review-conflict", locked: "form-review-locked"},
	{present.PageRegistration, ""}: {data: "registration-verified", empty: "registration-draft", loading: whole, offline: "registration-waiting", trouble: "registration-failed",
		conflict: "registration-conflict", locked: notTyped},
	{present.PagePayment, ""}: {data: "payment-due", empty: "payment-not-yet", loading: whole, offline: "payment-sending-offline", trouble: "payment-aside", conflict: "payment-conflict", locked: notTyped},
	{present.PagePrint, ""}: {data: "print", empty: not("there is always a form to print, and print-trouble is a paper that cannot be laid out"), loading: "print-loading", offline: noLine,
		trouble: "print-trouble", conflict: not("it prints as what it is, a draft"), locked: notTyped},
	{present.PageVerify, ""}:   {data: "verify-results", empty: "verify", loading: "verify-loading", offline: noLine, trouble: "verify-unreadable", conflict: noDraft, locked: "verify-no-key"},
	{present.PageHistory, ""}:  {data: "history", empty: "history-empty", loading: "history-loading", offline: noLine, trouble: "history-trouble", conflict: not("older versions stay what they were"), locked: notTyped},
	{present.PageConflict, ""}: {data: "conflict", empty: "conflict-none", loading: whole, offline: "conflict-offline", trouble: "conflict-failed", conflict: "conflict", locked: notTyped},
	{present.PageOfficial, ""}: {data: "official", empty: "official-empty", loading: whole, offline: noLine, trouble: "official-trouble", conflict: not("what is copied is what is typed here"), locked: notTyped},
	{present.PageQueue, ""}:    {data: "queue", empty: "queue-empty", loading: "queue-loading", offline: "queue-offline", trouble: "queue-aside", conflict: "queue-conflict", locked: notTyped},
	{present.PageNotices, ""}:  {data: "notices", empty: not("an exam pack without a notice is refused"), loading: atHand, offline: noLine, trouble: "reminders-failed", conflict: noDraft, locked: notTyped},
	{present.PageHelp, ""}:     {data: "help", empty: "help-none", loading: atHand, offline: noLine, trouble: atHand, conflict: noDraft, locked: notTyped},
	{present.PageSettings, ""}: {data: "settings", empty: not("there is always a folder and a way to open it"), loading: "settings-loading", offline: noLine, trouble: "settings-trouble", conflict: noDraft,
		locked: "settings-locked"},
	{present.PagePractice, ""}: {data: "practice-bent", empty: "practice", loading: atHand, offline: "practice-offline", trouble: "practice-trouble", conflict: noDraft, locked: "practice-door"},
}

func TestEveryPageStandsInEveryStateOrSaysWhyNot(t *testing.T) {
	for _, p := range places() {
		for _, state := range states {
			switch v := matrix[p][state].(type) {
			case string:
				if v == "" {
					t.Errorf("%v %s names no scene", p, state)
				}
			case not:
				if len(v) < 20 {
					t.Errorf("%v %s gives the reason %q", p, state, v)
				}
			default:
				t.Errorf("%v is not shown in the state %s, and no reason is given", p, state)
			}
		}
		if n := len(matrix[p]); n != len(states) {
			t.Errorf("%v has %d states, there are %d", p, n, len(states))
		}
	}
	if len(matrix) != len(places()) {
		t.Errorf("the matrix has %d pages, the window %d", len(matrix), len(places()))
	}
}

// places are all pages of the window, the form step by step.
func places() (list []place) {
	for _, p := range present.Pages {
		if p != present.PageForm {
			list = append(list, place{p, ""})
			continue
		}
		for _, s := range present.Steps {
			list = append(list, place{p, s})
		}
	}
	return list
}

// shows tells whether a stage is in a state by what the presenters say of it.
func shows(s *story.Stage, state string) bool {
	d, f := s.Desk, s.Desk.Form()
	switch state {
	case loading:
		read := true
		if f != nil {
			read, _ = f.PastRead()
		}
		return d.Home().Loading || d.Settings().Loading || d.Checking().Busy || !d.QueueRead() || d.Print().Busy && d.Print().Asking ||
			f != nil && (f.Photo().Reading || f.Weighing() || !read && d.Page() == present.PageHistory)
	case offline:
		return d.Line().State == present.LineOffline
	case trouble:
		_, alarm := d.Alarm()
		if alarm || d.Rehearsal().Trouble || d.Print().Trouble || !d.Checking().Trouble.Empty() {
			return true
		}
		for _, r := range d.Queue() {
			if r.Tone == present.Trouble {
				return true
			}
		}
		if f == nil {
			return false
		}
		m, ok := f.Message()
		return ok && m.Tone == present.Trouble || !f.Photo().Trouble.Empty() || !f.Submittable()
	case conflict:
		_, where := f.Where()
		return where.Key() == "ui.transport.conflict"
	case locked:
		return closed(s)
	}
	return true
}

func closed(s *story.Stage) bool {
	d, f := s.Desk, s.Desk.Form()
	switch d.Page() {
	case present.PageVerify:
		return !d.Checking().Ready
	case present.PageSettings:
		return d.Settings().Locked
	case present.PagePractice:
		return !d.Rehearsal().Here
	}
	_, evidence := f.Evidence()
	_, step := f.Closed()
	name := slices.ContainsFunc(f.Sections(), func(x present.Section) bool {
		return slices.ContainsFunc(x.Fields, func(y present.Field) bool { return y.Path == "name" && y.Locked })
	})
	return step || name || f.At() == exam.StepPhoto && f.Photo().Locked || f.At() == exam.StepEvidence && evidence ||
		f.At() == present.StepReview && f.Readiness() == present.ReadyWaiting
}

func TestEveryScenesShowsThePageAndTheStateThatItStandsFor(t *testing.T) {
	scenes := map[string]story.Scene{}
	for _, s := range story.Scenes() {
		if _, twice := scenes[s.Name]; twice {
			t.Errorf("two scenes are called %s", s.Name)
		}
		scenes[s.Name] = s
	}
	a := test.NewApp()
	defer a.Quit()
	for _, p := range places() {
		for _, state := range slices.Sorted(maps.Keys(matrix[p])) {
			name, ok := matrix[p][state].(string)
			if !ok {
				continue
			}
			scene, ok := scenes[name]
			if !ok {
				t.Errorf("%v %s: there is no scene %s", p, state, name)
				continue
			}
			stage := play(a, scene)
			if got := stage.Desk.Page(); got != p.page {
				t.Errorf("%s shows the page %s, not %s", name, got, p.page)
			}
			if f := stage.Desk.Form(); p.step != "" && f.At() != p.step {
				t.Errorf("%s shows the step %s, not %s", name, f.At(), p.step)
			}
			if !shows(stage, state) {
				t.Errorf("%s does not show the state %s", name, state)
			}
		}
	}
}

// play plays a scene small: what is measured here is what the presenters say.
func play(a fyne.App, s story.Scene) *story.Stage {
	w := a.NewWindow("")
	defer w.Close()
	return story.Show(a, w, present.Preferences{Lang: "zh-CN", TextScale: 1, Brightness: "light", Width: 1366, Height: 768}, s)
}

func TestEveryStateOfARegistrationAndOfAPaymentHasItsScene(t *testing.T) {
	a := test.NewApp()
	defer a.Quit()
	stages, seen := map[present.PayStage]bool{}, map[string]bool{}
	for _, s := range story.Scenes() {
		if !strings.HasPrefix(s.Name, "payment") && !strings.HasPrefix(s.Name, "registration") {
			continue
		}
		f := play(a, s).Desk.Form()
		if strings.HasPrefix(s.Name, "payment") {
			stages[f.Payment().Stage] = true
		} else {
			seen[f.Standing().State.Key()] = true
		}
	}
	for _, stage := range []present.PayStage{present.PayNotYet, present.PayDue, present.PaySending, present.PayAside, present.PayWaiting, present.PayDone, present.PayOver} {
		if !stages[stage] {
			t.Errorf("no scene shows a payment that is %s", stage)
		}
	}
	for _, state := range []exam.State{exam.StateDraft, exam.StateQueued, exam.StateSubmitted, exam.StateManualReview, exam.StateNeedsMaterials, exam.StateVerified, exam.StateConfirmed, exam.StatePaying,
		exam.StateCompleted, exam.StateWithdrawn, exam.StateExpired, exam.StateRefused} {
		if !seen["ui.state."+string(state)] {
			t.Errorf("no scene shows a registration that is %s", state)
		}
	}
}
