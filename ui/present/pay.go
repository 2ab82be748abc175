package present

import (
	"slices"
	"strconv"
	"time"

	"wenbao/exam"
)

// PayStage says where a payment stands.
type PayStage string

// The stages of a payment, in their order.
const (
	PayNotYet  PayStage = "not_yet" // something comes before it
	PayDue     PayStage = "due"
	PaySending PayStage = "sending" // told here, not yet heard by the server
	PayAside   PayStage = "aside"   // the server did not take the step
	PayWaiting PayStage = "waiting" // the server waits for the notice of the payment
	PayDone    PayStage = "done"
	PayOver    PayStage = "over" // the registration has ended unpaid
)

// payLate is how long a notice of payment usually takes at most; later, the
// page says what to do (facts, section 7: paid but state not updated).
const payLate = 10 * time.Minute

// payCall is when a notice is so late that only the area can help.
const payCall = 24 * time.Hour

// Payment is the page 缴费.
type Payment struct {
	Stage    PayStage
	Number   string
	Bill     Bill
	Code     string    // what the square code holds; "" while nothing is due
	Since    time.Time // when the payment was told; zero before
	Late     bool      // the notice takes longer than usual
	Call     bool      // it takes so long that the area has to be called
	Bounced  bool      // the bank reported that an earlier payment did not go through
	Offline  bool      // there is no line: nothing new can be heard
	Aside    Text      // why the step was not taken
	Mends    []Step    // what can be done about it
	Contacts []exam.Contact
	// Words are what to tell on the telephone: number, amount, time.
	Words Text
}

// Payment gives the page of the payment. Everything in it follows from what is
// stored, so it is the same after a restart.
func (f *Form) Payment() Payment {
	p := Payment{Stage: f.payStage(), Number: f.draft.Number(), Contacts: f.desk.Contacts(), Bill: f.invoice(),
		Offline: f.desk.line.State == LineOffline}
	p.Since = f.paidAt()
	if !p.Since.IsZero() && (p.Stage == PayWaiting || p.Stage == PaySending) {
		waited := f.desk.loop.Now().Sub(p.Since)
		p.Late, p.Call = waited > payLate, waited > payCall
	}
	if p.Stage == PayDue {
		p.Code = f.payCode()
		last, _ := f.lastMove()
		p.Bounced = last.Action == exam.ActionUnpaid
	}
	if e, ok := f.told(); ok && p.Stage == PayAside {
		p.Aside, p.Mends = f.why(e), f.mends(e)
	}
	if !p.Since.IsZero() {
		p.Words = T("ui.pay.words", "number", p.Number, "yuan", p.Bill.Total, "time", Beijing(p.Since, ToTheMinute))
	}
	return p
}

func (f *Form) payStage() PayStage {
	e, told := f.told()
	switch {
	case told && e.Aside:
		return PayAside
	case told:
		return PaySending
	case f.leaving():
		return PayNotYet
	}
	switch f.draft.State {
	case exam.StateConfirmed:
		return PayDue
	case exam.StatePaying:
		return PayWaiting
	case exam.StateCompleted:
		return PayDone
	case exam.StateExpired, exam.StateRefused:
		return PayOver
	}
	return PayNotYet
}

// told is the step that tells the server of the payment, be it behind another one.
func (f *Form) told() (exam.Entry, bool) {
	i := slices.IndexFunc(f.entries, func(e exam.Entry) bool { return e.Action == exam.ActionPay })
	if i < 0 {
		return exam.Entry{}, false
	}
	return f.entries[i], true
}

// leaving tells whether a withdrawal is on its way.
func (f *Form) leaving() bool {
	return slices.ContainsFunc(f.entries, func(e exam.Entry) bool { return e.Action == exam.ActionWithdraw && !e.Aside })
}

// invoice is the bill, also while the registration is not yet that far.
func (f *Form) invoice() Bill {
	if b := f.bill(); b != nil {
		return *b
	}
	return *f.reckoned()
}

// paidAt is when the payment was told: by the step on its way, else by the
// server's history.
func (f *Form) paidAt() time.Time {
	if e, ok := f.told(); ok {
		return e.Queued
	}
	if r := f.draft.Registration; r != nil && (f.draft.State == exam.StatePaying || f.draft.State == exam.StateCompleted) {
		for i := len(r.History) - 1; i >= 0; i-- {
			if r.History[i].State == exam.StatePaying && !amends(r.History[i]) {
				return r.History[i].At
			}
		}
	}
	return time.Time{}
}

// payCode is what the square code of the practice payment holds: number and
// amount, and that it is no order of payment. Nobody is ever charged by it.
func (f *Form) payCode() string {
	due := f.report.Fee.Total
	if f.draft.Registration != nil && f.draft.Registration.Due > 0 {
		due = f.draft.Registration.Due
	}
	return "WENBAO-SANDBOX-PAY;NO=" + f.draft.Number() + ";FEN=" + strconv.Itoa(due)
}

// Paid tells the server that the payment was made. A second press does nothing:
// the step is already on its way.
func (f *Form) Paid() {
	if f.payStage() == PayDue {
		f.queueThen(exam.ActionPay, []byte("sandbox"), nil, PagePayment, func() {})
	}
}
