package exam

import (
	"reflect"
	"slices"
	"strings"
)

// State is where a registration stands (报名状态). Draft and Queued are known to
// this machine alone; all others are the server's and are shown only when its
// signature over them was verified.
type State string

const (
	StateDraft          State = "draft"           // 草稿
	StateQueued         State = "queued"          // in the outbox, not yet acknowledged
	StateSubmitted      State = "submitted"       // 已提交
	StateManualReview   State = "manual_review"   // 待人工核查
	StateNeedsMaterials State = "needs_materials" // 需补充材料
	StateVerified       State = "verified"        // 核验通过
	StateConfirmed      State = "confirmed"       // 报名确认
	StatePaying         State = "paying"          // 缴费中
	StateCompleted      State = "completed"       // 已完成
	StateWithdrawn      State = "withdrawn"       // 已撤回
	StateExpired        State = "expired"         // 逾期
	StateRefused        State = "refused"         // 核查不通过
)

// Action is a step that moves a registration.
type Action string

const (
	ActionSubmit   Action = "submit"   // 提交, also again after a change
	ActionConfirm  Action = "confirm"  // 报名确认
	ActionPay      Action = "pay"      // 缴费
	ActionWithdraw Action = "withdraw" // 撤回
	ActionVerify   Action = "verify"   // 核验通过
	ActionReview   Action = "review"   // 转人工核查
	ActionAsk      Action = "ask"      // 要求补充材料
	ActionRefuse   Action = "refuse"   // 核查不通过
	ActionSettle   Action = "settle"   // 缴费到账
	ActionExpire   Action = "expire"   // 逾期

	ActionSupplement Action = "supplement" // 补充材料: files only, the document stays
	ActionUnconfirm  Action = "unconfirm"  // 取消报名确认, where the area allows it
	ActionUnpaid     Action = "unpaid"     // 缴费未完成: given up or failed
	ActionRestore    Action = "restore"    // 由回执恢复: a server that lost it took it back on its own receipt
)

// Brings tells whether a step brings content: a submission, whole or of files.
func (a Action) Brings() bool { return a == ActionSubmit || a == ActionSupplement }

// Actor is who takes a step.
type Actor string

const (
	Candidate Actor = "candidate" // 考生
	Centre    Actor = "centre"    // 报名点
	Reviewer  Actor = "reviewer"  // 审核人员
	System    Actor = "system"    // the server itself, by its rules
)

// step is one row of the transition table.
type step struct {
	from   State
	action Action
	actor  Actor
	to     State
	when   condition
}

// condition is what a step needs of the area's policy.
type condition func(*Area) bool

func undoByCandidate(a *Area) bool { return a != nil && a.Confirm == ConfirmUndo }
func undoByCentre(a *Area) bool    { return a == nil || a.Confirm != ConfirmLocked }
func recheck(a *Area) bool         { return a != nil && a.Recheck }

// transitions is the one table of who may do what when, used by client and
// server alike (model of facts 2.1, 2.4 and 2.5).
var transitions = []step{
	{StateDraft, ActionSubmit, Candidate, StateSubmitted, nil},
	{StateSubmitted, ActionSubmit, Candidate, StateSubmitted, nil},
	{StateManualReview, ActionSubmit, Candidate, StateSubmitted, nil},
	{StateNeedsMaterials, ActionSubmit, Candidate, StateSubmitted, nil},
	{StateVerified, ActionSubmit, Candidate, StateSubmitted, nil},
	{StateWithdrawn, ActionSubmit, Candidate, StateSubmitted, nil},
	{StateConfirmed, ActionSubmit, Candidate, StateConfirmed, nil}, // contact data, see [Amends]
	{StatePaying, ActionSubmit, Candidate, StatePaying, nil},
	{StateCompleted, ActionSubmit, Candidate, StateCompleted, nil},

	{StateSubmitted, ActionVerify, System, StateVerified, nil},
	{StateSubmitted, ActionReview, System, StateManualReview, nil},
	{StateSubmitted, ActionVerify, Reviewer, StateVerified, nil},
	{StateSubmitted, ActionAsk, Reviewer, StateNeedsMaterials, nil},
	{StateSubmitted, ActionRefuse, Reviewer, StateRefused, nil},
	{StateManualReview, ActionVerify, Reviewer, StateVerified, nil},
	{StateManualReview, ActionAsk, Reviewer, StateNeedsMaterials, nil},
	{StateManualReview, ActionRefuse, Reviewer, StateRefused, nil},
	{StateManualReview, ActionSupplement, Candidate, StateManualReview, nil},
	{StateNeedsMaterials, ActionSupplement, Candidate, StateManualReview, nil},
	{StateVerified, ActionReview, Reviewer, StateManualReview, nil},
	{StateCompleted, ActionRefuse, Reviewer, StateRefused, recheck}, // 抽查复核, facts 2.3

	{StateVerified, ActionConfirm, Candidate, StateConfirmed, nil},
	{StateConfirmed, ActionUnconfirm, Candidate, StateVerified, undoByCandidate},
	{StateConfirmed, ActionUnconfirm, Centre, StateVerified, undoByCentre},
	{StateConfirmed, ActionPay, Candidate, StatePaying, nil},
	{StateConfirmed, ActionSettle, System, StateCompleted, nil}, // where nothing is to be paid
	{StatePaying, ActionSettle, System, StateCompleted, nil},
	{StatePaying, ActionUnpaid, System, StateConfirmed, nil}, // only now can it expire: the notice of a payment may be late (facts 5.4)

	{StateSubmitted, ActionWithdraw, Candidate, StateWithdrawn, nil},
	{StateManualReview, ActionWithdraw, Candidate, StateWithdrawn, nil},
	{StateNeedsMaterials, ActionWithdraw, Candidate, StateWithdrawn, nil},
	{StateVerified, ActionWithdraw, Candidate, StateWithdrawn, nil},
	{StateConfirmed, ActionWithdraw, Candidate, StateWithdrawn, nil},

	{StateSubmitted, ActionExpire, System, StateExpired, nil},
	{StateManualReview, ActionExpire, System, StateExpired, nil},
	{StateNeedsMaterials, ActionExpire, System, StateExpired, nil},
	{StateVerified, ActionExpire, System, StateExpired, nil},
	{StateConfirmed, ActionExpire, System, StateExpired, nil},
}

// Next gives the state after actor takes action in state from, and whether the
// table allows it in an area whose policy is unknown; see [Pack.Next]. A centre
// may do all that a candidate may.
func Next(from State, action Action, actor Actor) (State, bool) {
	return next(nil, from, action, actor)
}

// Next is the table with the policy of an area: whether a confirmation can be
// taken back, and by whom (facts 2.4).
func (p *Pack) Next(area string, from State, action Action, actor Actor) (State, bool) {
	a, _ := p.Area(area)
	return next(a, from, action, actor)
}

func next(area *Area, from State, action Action, actor Actor) (State, bool) {
	for _, t := range transitions {
		mayAct := t.actor == actor || t.actor == Candidate && actor == Centre
		if t.from == from && t.action == action && mayAct && (t.when == nil || t.when(area)) {
			return t.to, true
		}
	}
	return from, false
}

// Editable tells whether the candidate may change a field in a state: all of a
// draft; while it can be submitted again all but what was verified; afterwards
// contact data only (facts 2.4). Which fields those are is the pack's to say; a
// nil pack names none.
func Editable(s State, path string, p *Pack) bool {
	var fields Fields
	if p != nil {
		fields = p.Fields
	}
	if s == StateDraft || s == StateQueued || names(fields.Contact, path) {
		return true
	}
	to, again := Next(s, ActionSubmit, Candidate)
	return again && to == StateSubmitted && (s != StateVerified || !names(fields.Core, path))
}

// Amends tells whether a submission in a state changes contact data alone and
// leaves the registration where it stands: after its confirmation.
func Amends(s State) bool {
	to, ok := Next(s, ActionSubmit, Candidate)
	return ok && to == s && s != StateSubmitted
}

// Locked lists what a new submission changes though the state of the
// registration does not allow it (rule field.locked). Blanks and widths are no
// change; files go with the fields that are not contact data. A commitment that was
// declined cannot be chosen again this year, whatever the state (facts 2.4).
func (p *Pack) Locked(s State, held, next Submission) []Problem {
	b, a := reflect.ValueOf(Normalize(held.Document)), reflect.ValueOf(Normalize(next.Document))
	var list []Problem
	for i := range b.NumField() {
		path := jsonKey(b.Type().Field(i))
		declined := path == "commitment" && b.Field(i).String() == string(CommitmentDeclined)
		if !same(b.Field(i), a.Field(i)) && (declined || !Editable(s, path, p)) {
			list = append(list, Problem{Field: path, Rule: "field.locked", Severity: Block})
		}
	}
	if Amends(s) && !slices.Equal(FilesToSend(held.Files), FilesToSend(next.Files)) {
		list = append(list, Problem{Field: "attachments", Rule: "field.locked", Severity: Block})
	}
	return list
}

// names tells whether one of the paths is the field or a list it belongs to.
func names(paths []string, field string) bool {
	field = withoutIndex(field)
	return slices.ContainsFunc(paths, func(p string) bool { return field == p || strings.HasPrefix(field, p+".") })
}
