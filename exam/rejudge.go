package exam

import (
	"iter"
	"slices"
)

// Turn is a draft that a newer pack judges differently.
type Turn struct {
	ID     DraftID
	Before Report    // by the pack the draft was made with; without Needs
	After  Report    // by the new one; without Needs
	Gone   []Problem // problems that no longer stand
	Came   []Problem // problems that are new
}

// Rejudge judges drafts by two editions of a pack and gives those whose verdict
// or whose readiness to be submitted turned, or that got a new blocking
// problem: the drafts a person should see, and why. Drafts of other exams and
// years are passed over.
func Rejudge(drafts iter.Seq[Draft], old, new *Pack, at Moment) iter.Seq[Turn] {
	return func(yield func(Turn) bool) {
		var was, is []Need // the room of one draft's is the next one's
		for d := range drafts {
			if d.Pack.ID != new.ID && (d.Document.Exam != new.Exam || d.Document.Year != new.Year) {
				continue
			}
			doc, files := Normalize(d.Document), FilesToSend(d.Files)
			t := Turn{ID: d.ID, Before: check(&doc, files, old, at, was), After: check(&doc, files, new, at, is)}
			was, is, t.Before.Needs, t.After.Needs = t.Before.Needs, t.After.Needs, nil, nil
			t.Gone, t.Came = differing(t.Before.Problems, t.After.Problems), differing(t.After.Problems, t.Before.Problems)
			if t.turned() && !yield(t) {
				return
			}
		}
	}
}

func (t Turn) turned() bool {
	return t.Before.Submittable != t.After.Submittable || t.Before.Eligibility.Verdict != t.After.Eligibility.Verdict || blocks(t.Came)
}

// Why says in sentences what turned: the verdict, the readiness, and the new
// reckoning.
func (t Turn) Why() []Phrase {
	var list []Phrase
	if a, b := t.Before.Eligibility.Verdict, t.After.Eligibility.Verdict; a != b {
		list = append(list, Phrase{"turn.verdict." + string(b), nil})
		list = append(list, t.After.Eligibility.Phrases()...)
	}
	switch {
	case t.Before.Submittable && !t.After.Submittable:
		list = append(list, Phrase{"turn.blocked", nil})
	case !t.Before.Submittable && t.After.Submittable:
		list = append(list, Phrase{"turn.cleared", nil})
	}
	for _, p := range t.Came {
		if p.Severity == Block {
			list = append(list, Phrase{"rule." + p.Rule, p.Args})
		}
	}
	return list
}

func blocks(list []Problem) bool {
	for _, p := range list {
		if p.Severity == Block {
			return true
		}
	}
	return false
}

// differing gives the problems of a that have none of the same field, rule and
// severity in b.
func differing(a, b []Problem) []Problem {
	var list []Problem
	for _, p := range a {
		if !slices.ContainsFunc(b, func(q Problem) bool { return p.Field == q.Field && p.Rule == q.Rule && p.Severity == q.Severity }) {
			list = append(list, p)
		}
	}
	return list
}
