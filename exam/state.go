package exam

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
	ActionRestore  Action = "restore"  // 由回执恢复: a server that lost it took it back on its own receipt
)

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
}

// transitions is the one table of who may do what when, used by client and
// server alike (model of facts 2.1, 2.4 and 2.5).
var transitions = []step{
	{StateDraft, ActionSubmit, Candidate, StateSubmitted},
	{StateSubmitted, ActionSubmit, Candidate, StateSubmitted},
	{StateManualReview, ActionSubmit, Candidate, StateSubmitted},
	{StateNeedsMaterials, ActionSubmit, Candidate, StateSubmitted},
	{StateVerified, ActionSubmit, Candidate, StateSubmitted},
	{StateWithdrawn, ActionSubmit, Candidate, StateSubmitted},

	{StateSubmitted, ActionVerify, System, StateVerified},
	{StateSubmitted, ActionReview, System, StateManualReview},
	{StateManualReview, ActionVerify, Reviewer, StateVerified},
	{StateManualReview, ActionAsk, Reviewer, StateNeedsMaterials},
	{StateManualReview, ActionRefuse, Reviewer, StateRefused},
	{StateSubmitted, ActionVerify, Reviewer, StateVerified},
	{StateSubmitted, ActionAsk, Reviewer, StateNeedsMaterials},
	{StateSubmitted, ActionRefuse, Reviewer, StateRefused},

	{StateVerified, ActionConfirm, Candidate, StateConfirmed},
	{StateConfirmed, ActionPay, Candidate, StatePaying},
	{StatePaying, ActionSettle, System, StateCompleted},

	{StateSubmitted, ActionWithdraw, Candidate, StateWithdrawn},
	{StateManualReview, ActionWithdraw, Candidate, StateWithdrawn},
	{StateNeedsMaterials, ActionWithdraw, Candidate, StateWithdrawn},
	{StateVerified, ActionWithdraw, Candidate, StateWithdrawn},
	{StateConfirmed, ActionWithdraw, Candidate, StateWithdrawn},

	{StateSubmitted, ActionExpire, System, StateExpired},
	{StateManualReview, ActionExpire, System, StateExpired},
	{StateNeedsMaterials, ActionExpire, System, StateExpired},
	{StateVerified, ActionExpire, System, StateExpired},
	{StateConfirmed, ActionExpire, System, StateExpired},
}

// Next gives the state after actor takes action in state from, and whether the
// table allows it. A centre may do all that a candidate may.
func Next(from State, action Action, actor Actor) (State, bool) {
	if actor == Centre {
		actor = Candidate
	}
	for _, t := range transitions {
		if t.from == from && t.action == action && t.actor == actor {
			return t.to, true
		}
	}
	return from, false
}
