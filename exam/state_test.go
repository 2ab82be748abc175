package exam

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

var (
	states  = []State{StateDraft, StateQueued, StateSubmitted, StateManualReview, StateNeedsMaterials, StateVerified, StateConfirmed, StatePaying, StateCompleted, StateWithdrawn, StateExpired, StateRefused}
	actions = []Action{ActionSubmit, ActionConfirm, ActionPay, ActionWithdraw, ActionVerify, ActionReview, ActionAsk, ActionRefuse, ActionSettle, ActionExpire, ActionSupplement, ActionUnconfirm, ActionUnpaid}
	actors  = []Actor{Candidate, Centre, Reviewer, System}
	areas   = []*Area{nil, {}, {Confirm: ConfirmUndo}, {Confirm: ConfirmCentre}, {Confirm: ConfirmLocked}, {Recheck: true}}
)

func TestEveryStateCanBeReachedAndEveryActionIsOfUse(t *testing.T) {
	reached, used := map[State]bool{StateDraft: true, StateQueued: true}, map[Action]bool{}
	for range states {
		for _, row := range transitions {
			if reached[row.from] {
				reached[row.to], used[row.action] = true, true
			}
		}
	}
	for _, s := range states {
		if !reached[s] {
			t.Errorf("%s cannot be reached", s)
		}
	}
	for _, a := range actions {
		if !used[a] {
			t.Errorf("%s is never possible", a)
		}
	}
}

func TestOneStepHasOneOutcome(t *testing.T) {
	type key struct {
		from   State
		action Action
		actor  Actor
	}
	seen := map[key]State{}
	for _, row := range transitions {
		k := key{row.from, row.action, row.actor}
		if to, twice := seen[k]; twice {
			t.Errorf("%v leads to %s and %s", k, to, row.to)
		}
		seen[k] = row.to
	}
}

func TestACentreMayDoAllThatACandidateMay(t *testing.T) {
	for _, area := range areas {
		for _, s := range states {
			for _, a := range actions {
				if to, ok := next(area, s, a, Candidate); ok {
					if also, may := next(area, s, a, Centre); !may || also != to {
						t.Errorf("%s %s", s, a)
					}
				}
			}
		}
	}
}

func TestOnlyTheCandidateAndTheCentreHandInConfirmPayAndWithdraw(t *testing.T) {
	for _, area := range areas {
		for _, s := range states {
			for _, a := range []Action{ActionSubmit, ActionSupplement, ActionConfirm, ActionUnconfirm, ActionPay, ActionWithdraw} {
				for _, who := range []Actor{Reviewer, System, ""} {
					if _, ok := next(area, s, a, who); ok {
						t.Errorf("%q may %s in %s", who, a, s)
					}
				}
			}
		}
	}
}

// TestOnlyAfterTheConfirmationIsASubmissionAChangeOfContactData: before it, windows
// close a submission as they close the first.
func TestOnlyAfterTheConfirmationIsASubmissionAChangeOfContactData(t *testing.T) {
	for _, s := range states {
		if got, want := Amends(s), s == StateConfirmed || s == StatePaying || s == StateCompleted; got != want {
			t.Errorf("%s: %v", s, got)
		}
	}
}

func TestOnlyTheAuthorityVerifiesRefusesAndSettles(t *testing.T) {
	for _, s := range states {
		for _, a := range []Action{ActionVerify, ActionReview, ActionAsk, ActionRefuse, ActionSettle, ActionExpire, ActionUnpaid} {
			for _, who := range []Actor{Candidate, Centre} {
				if _, ok := Next(s, a, who); ok {
					t.Errorf("%s may %s in %s", who, a, s)
				}
			}
		}
	}
}

// No order of steps pays twice, or brings a registration back from refusal, or
// completes one that was never confirmed.
func TestNoOrderOfStepsBreaksTheRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		state, area := StateDraft, rapid.SampledFrom(areas).Draw(t, "area")
		confirmed, settled := false, 0
		for range 40 {
			a := rapid.SampledFrom(actions).Draw(t, "action")
			to, ok := next(area, state, a, rapid.SampledFrom(actors).Draw(t, "actor"))
			if !ok {
				if to != state {
					t.Fatal("a step that is not allowed moves")
				}
				continue
			}
			confirmed = confirmed || a == ActionConfirm
			if a == ActionSettle {
				settled++
			}
			if state == StateRefused || settled > 1 || to == StateCompleted && !confirmed {
				t.Fatalf("%s %s → %s", state, a, to)
			}
			state = to
		}
	})
}

// Facts 2.4: what may be taken back after the confirmation is the area's to say.
func TestAConfirmationIsTakenBackAsTheAreaAllows(t *testing.T) {
	for _, x := range []struct {
		area              *Area
		candidate, centre bool
	}{
		{nil, false, true}, {&Area{Confirm: ConfirmUnknown}, false, true}, {&Area{Confirm: ConfirmUndo}, true, true},
		{&Area{Confirm: ConfirmCentre}, false, true}, {&Area{Confirm: ConfirmLocked}, false, false},
	} {
		_, candidate := next(x.area, StateConfirmed, ActionUnconfirm, Candidate)
		_, centre := next(x.area, StateConfirmed, ActionUnconfirm, Centre)
		if candidate != x.candidate || centre != x.centre {
			t.Errorf("%+v: candidate %v, centre %v", x.area, candidate, centre)
		}
	}
	for _, area := range []*Area{nil, {}, {Confirm: ConfirmUndo}} {
		if _, ok := next(area, StateCompleted, ActionRefuse, Reviewer); ok {
			t.Errorf("%+v: a completed registration is refused where no area rechecks", area)
		}
	}
	if to, ok := next(&Area{Recheck: true}, StateCompleted, ActionRefuse, Reviewer); !ok || to != StateRefused {
		t.Error("抽查复核 refuses nothing")
	}
}

func TestWhatMayBeChangedWhen(t *testing.T) {
	p := &Pack{Fields: Fields{Core: []string{"name", "education"}, Contact: []string{"phone"}}}
	for _, x := range []struct {
		state State
		want  []string
	}{
		{StateDraft, []string{"name", "education.0.school", "phone", "city"}},
		{StateQueued, []string{"name", "education.0.school", "phone", "city"}},
		{StateSubmitted, []string{"name", "education.0.school", "phone", "city"}},
		{StateNeedsMaterials, []string{"name", "education.0.school", "phone", "city"}},
		{StateWithdrawn, []string{"name", "education.0.school", "phone", "city"}},
		{StateVerified, []string{"phone", "city"}},
		{StateConfirmed, []string{"phone"}},
		{StatePaying, []string{"phone"}},
		{StateCompleted, []string{"phone"}},
		{StateExpired, []string{"phone"}},
		{StateRefused, []string{"phone"}},
	} {
		var got []string
		for _, path := range []string{"name", "education.0.school", "phone", "city"} {
			if Editable(x.state, path, p) {
				got = append(got, path)
			}
		}
		if !slices.Equal(got, x.want) {
			t.Errorf("%s: %v, want %v", x.state, got, x.want)
		}
	}
	if !Editable(StateDraft, "name", nil) || Editable(StateCompleted, "phone", nil) {
		t.Error("without a pack")
	}
}
