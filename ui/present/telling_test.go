package present_test

import (
	"context"
	"fmt"
	"image"
	"slices"
	"strings"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// What is on a page is true, whatever came late or went wrong.

func TestAStepThatFailsIsSaidOnEveryPage(t *testing.T) {
	for name, deed := range deeds {
		for _, page := range present.Pages {
			w, d, f := standsAt(t, deed.state)
			w.DiskFull()
			deed.begin(d, f)
			d.Go(page)
			w.Loop.Drain()
			alarm, bad := d.Trouble()
			m, told := f.Message()
			if shows := slices.Contains([]present.Page{present.PageForm, present.PageRegistration, present.PagePayment, present.PageHistory, present.PageConflict}, page); shows != told || shows == bad {
				t.Errorf("%s, on %s: says %q above and %q on the page", name, page, alarm.Key(), m.Title.Key())
			}
		}
	}
}

func TestNothingIsToBePaidWhileItIsWithdrawn(t *testing.T) {
	w, d, f := submitted(t, exam.StateConfirmed)
	f.Do("withdraw")
	d.Answer(true)
	w.Loop.Drain()
	if p := f.Payment(); p.Stage == present.PayDue || p.Code != "" {
		t.Errorf("withdrawn, it is %s with %q", p.Stage, p.Code)
	}
	f.Paid()
	w.Loop.Drain()
	if len(w.Waiting) != 1 {
		t.Errorf("%d steps wait", len(w.Waiting))
	}
}

func TestThePreviewFollowsWhatTheServerSays(t *testing.T) {
	w, d, f := complete(t)
	var drawn []exam.State
	w.Paint = func(_ present.PaperKind, n exam.Draft, _ float64) ([]image.Image, error) {
		drawn = append(drawn, n.State)
		return []image.Image{presenttest.Picture(21, 29)}, nil
	}
	f.Submit()
	w.Loop.Drain()
	d.Go(present.PagePrint)
	w.Loop.Drain()
	if !d.Print().Draft {
		t.Fatal("it bears no mark")
	}
	w.Answer(f.ID(), exam.StateSubmitted, "")
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	if v := d.Print(); v.Draft || drawn[len(drawn)-1] != exam.StateSubmitted {
		t.Errorf("marked %v, last drawn as %s", v.Draft, drawn[len(drawn)-1])
	}
}

type noRoom struct{ *presenttest.Tray }

func (noRoom) Print(context.Context, string, present.PaperKind, []exam.DraftID, func(present.PrintJob)) error {
	return exam.Errorf(exam.KindFull, "begin printing", "as the test wants")
}

func TestAJobThatNeverBeganIsNotUnfinished(t *testing.T) {
	w := presenttest.NewWorld()
	ports := w.Ports()
	ports.Printers = noRoom{w.Tray}
	d := present.NewDesk(ports, w.Loop, func() {})
	d.Start()
	d.New()
	w.Loop.Drain()
	d.Go(present.PagePrint)
	w.Loop.Drain()
	d.PrintPaper()
	w.Loop.Drain()
	if v := d.Print(); v.State == present.PressUnfinished || v.Refused.Empty() {
		t.Errorf("it is %s, says %s", v.State, v.Refused.Key())
	}
}

func TestAPhotoTakenOutIsGoneThoughASaveIsHeardFirst(t *testing.T) {
	w, _, f := complete(t)
	f.ClearPhoto()
	w.Loop.StepAt(0)
	f.Set("address", "新")
	f.SaveNow()
	backwards(w)
	if v := f.Photo(); v.Photo != nil {
		t.Error("the photo is shown")
	}
	if f.Submittable() {
		t.Error("it can be submitted")
	}
}

func TestAPhotoThatIsReadAfterAllIsNotCalledUnreadable(t *testing.T) {
	w, _, f := complete(t)
	w = w.Killed()
	d := w.Desk(t)
	d.Open(f.ID())
	w.Loop.StepAt(0)
	w.Loop.StepAt(0)
	w.Unreadable()
	w.Loop.Drain()
	w.Mended()
	d.StoreChanged(f.ID())
	w.Loop.Drain()
	if v := d.Form().Photo(); v.Photo == nil || !v.Trouble.Empty() {
		t.Errorf("%d bytes, says %s", len(v.Photo), v.Trouble.Key())
	}
}

func TestTheTimeOfASaveOfAnotherDayHasItsDate(t *testing.T) {
	w, _, f := opened(t, exam.Document{})
	w = w.Killed()
	w.Loop.Away(20 * time.Hour)
	d := w.Desk(t)
	d.Open(f.ID())
	w.Loop.Drain()
	if _, text := d.Form().Saved(); !strings.Contains(text.In(chinese()), "2026-03-10") {
		t.Errorf("says %q", text.In(chinese()))
	}
}

func TestADraftThatOpensLateDoesNotTakeThePageAwayAfterGoingBack(t *testing.T) {
	w, d, f := opened(t, presenttest.Complete())
	other, err := w.Ports().Drafts.Create(exam.Document{}, w.Pack.Ref())
	if err != nil {
		t.Fatal(err)
	}
	d.Go(present.PageHome)
	w.Loop.Drain()
	d.Open(other.ID)
	d.Back()
	w.Loop.Drain()
	if d.Form() != f {
		t.Errorf("on %s, another draft is open", d.Page())
	}
}

func TestATicketOfAnExamThatIsOverIsNotTold(t *testing.T) {
	w := presenttest.NewWorld()
	var area string
	for _, a := range w.Pack.Areas {
		for _, x := range w.Pack.Deadlines(exam.Document{Level: exam.Junior, Area: a.ID}) {
			if x.Kind == exam.TicketOpens && x.At.After(w.Loop.Now()) {
				area = a.ID
			}
		}
	}
	d, _ := filled(t, w, exam.Document{Level: exam.Junior, Area: area})
	d.Remind(chinese())
	w.Loop.Drain()
	w = w.Killed()
	w.Loop.Away(365 * 24 * time.Hour)
	again := w.Desk(t)
	again.Start()
	w.Loop.Drain()
	if got := rung(w); area == "" || len(got) != 0 {
		t.Errorf("in %s, a year later it tells %v", area, got)
	}
}

type forgetful struct{ present.Settings }

func (forgetful) SetSetting(string, []byte) error {
	return exam.Errorf(exam.KindFull, "set setting", "as the test wants")
}

func TestRemindersThatCannotBeKeptAreSaidThoughTheFileWas(t *testing.T) {
	w := presenttest.NewWorld()
	ports := w.Ports()
	ports.Settings = forgetful{ports.Settings}
	d := present.NewDesk(ports, w.Loop, func() {})
	d.Start()
	w.Loop.Drain()
	d.Remind(chinese())
	w.Loop.Drain()
	if text, bad := d.Trouble(); !bad {
		t.Errorf("set %v, file %s, says %q", d.Reminders().Set, d.Reminders().File, text.Key())
	}
}

func TestAJobDoneIsNotSaidOfAnotherDraft(t *testing.T) {
	w, d, _ := complete(t)
	d.Go(present.PagePrint)
	w.Loop.Drain()
	d.PrintPaper()
	w.Loop.Drain()
	if d.Print().State != present.PressDone {
		t.Fatal(d.Print().State)
	}
	d.Go(present.PageHome)
	d.New()
	w.Loop.Drain()
	d.Go(present.PagePrint)
	w.Loop.Drain()
	if d.Print().State == present.PressDone {
		t.Error("says that it is printed")
	}
}

// telling makes photos that tell of which picture they were made.
type tellingPhotos struct{ present.Photographer }

type tellingPortrait struct {
	present.Portrait
	of string
}

func (p tellingPhotos) Open(data []byte) (present.Portrait, []present.Finding, error) {
	portrait, found, err := p.Photographer.Open(data)
	return tellingPortrait{portrait, string(data)}, found, err
}

func (p tellingPortrait) Make(present.Crop) ([]byte, []present.Finding, error) {
	return []byte("of " + p.of), nil, nil
}

func TestAPictureIsNeverShownWithThePhotoOfAnother(t *testing.T) {
	w := presenttest.NewWorld()
	ports := w.Ports()
	ports.Photos = tellingPhotos{ports.Photos}
	d := present.NewDesk(ports, w.Loop, func() {})
	d.New()
	w.Loop.Drain()
	f := d.Form()
	w.Disk["/a.jpg"], w.Disk["/b.jpg"] = []byte("a"), []byte("b")
	f.TakePicture("/a.jpg")
	w.Loop.Drain()
	f.Frame(present.Crop{Width: 400, Height: 560}) // it takes its time
	f.TakePicture("/b.jpg")
	for range 4 {
		w.Loop.StepAt(1) // b is read and opened, and the photo of it begun
	}
	if v := f.Photo(); v.Made != nil || !v.Busy {
		t.Errorf("before its photo is made b stands beside one %s, busy %v", v.Made, v.Busy)
	}
	w.Loop.StepAt(0)
	w.Loop.StepAt(0) // the photo of a is done
	if v := f.Photo(); v.Made != nil || !v.Busy {
		t.Errorf("b stands beside the photo %s, busy %v", v.Made, v.Busy)
	}
	w.Loop.Drain()
	if v := f.Photo(); string(v.Made) != "of b" || v.Busy {
		t.Errorf("at last b stands beside the photo %s, busy %v", v.Made, v.Busy)
	}
}

func TestAPaymentBehindAnotherStepIsTold(t *testing.T) {
	w, _, f := submitted(t, exam.StateConfirmed)
	f.Set("phone", "13900139000")
	f.Submit()
	w.Loop.Drain()
	f.Paid()
	w.Loop.Drain()
	if p := f.Payment(); len(w.Waiting) != 2 || p.Stage != present.PaySending || p.Code != "" || p.Since.IsZero() {
		t.Errorf("%d steps wait, it is %s with %q", len(w.Waiting), p.Stage, p.Code)
	}
}

func TestASubmissionRefusedLateDoesNotTakeThePageAway(t *testing.T) {
	w, d, f := submitted(t, exam.StateExpired)
	other, err := w.Ports().Drafts.Create(exam.Document{}, w.Pack.Ref())
	if err != nil {
		t.Fatal(err)
	}
	f.Set("address", "别处")
	f.Submit()
	d.Open(other.ID)
	backwards(w)
	if d.Page() != present.PageForm {
		t.Errorf("of the other draft %s is shown", d.Page())
	}
}

func TestAConflictIsNotCalledSubmittedBeforeItIs(t *testing.T) {
	w, d, f := submitted(t, exam.StateSubmitted)
	base := *w.Drafts[f.ID()].Registration
	f.Set("address", "这里")
	f.Leave("address")
	w.Loop.Drain()
	sub, err := exam.DecodeSubmission(base.Content)
	if err != nil {
		t.Fatal(err)
	}
	sub.Document.Address, sub.Document.Phone = "那里", "1"
	changedElsewhere(w, d, f, base, sub)
	d.Go(present.PageConflict)
	f.Resolve(nil)
	w.Loop.Drain()
	if text, _ := d.Undoable(); len(w.Waiting) != 0 || text.Key() == "ui.undo.resolved" {
		t.Errorf("%d steps wait, it says %s", len(w.Waiting), text.Key())
	}
	if m, ok := f.Message(); !ok || d.Page() != present.PageForm || f.At() != present.StepReview {
		t.Errorf("on %s, step %s, says %s", d.Page(), f.At(), m.Title.Key())
	}
	d.UndoLast()
	w.Loop.Drain()
	if list := f.Conflict(); len(list) != 1 {
		t.Errorf("taken back, %d fields are asked of", len(list))
	}
}

// A step that waits for a decision over a conflict is given up by it, and that is said.
func TestAStepThatADecisionGivesUpIsTold(t *testing.T) {
	w, d, f := submitted(t, exam.StateSubmitted)
	base := *w.Drafts[f.ID()].Registration
	sub, err := exam.DecodeSubmission(base.Content)
	if err != nil {
		t.Fatal(err)
	}
	f.Do("withdraw")
	d.Answer(true)
	w.Loop.Drain()
	if len(w.Waiting) != 1 || w.Waiting[0].Action != exam.ActionWithdraw {
		t.Fatalf("%+v", w.Waiting)
	}
	w.Waiting[0].Aside, w.Waiting[0].Last = true, exam.KindConflict
	sub.Document.Phone = "13700137000"
	changedElsewhere(w, d, f, base, sub)
	d.Go(present.PageConflict)
	f.Resolve(nil)
	w.Loop.Drain()
	if m, ok := f.Message(); len(w.Waiting) != 0 || !ok || m.Title.Key() != "ui.resolve.dropped.title" || m.Tone != present.Warning {
		t.Errorf("%d steps wait, says %+v", len(w.Waiting), m)
	}
}

type forgotten struct{ present.Past }

func (p forgotten) History(id exam.DraftID) ([]present.Version, error) {
	list, err := p.Past.History(id)
	return list[:min(len(list), 2)], err
}

func TestTheOldestVersionThatIsKeptIsComparedWithNothing(t *testing.T) {
	w := presenttest.NewWorld()
	ports := w.Ports()
	ports.Past = forgotten{ports.Past}
	d := present.NewDesk(ports, w.Loop, func() {})
	draft, err := ports.Drafts.Create(exam.Document{Name: "李小满"}, w.Pack.Ref())
	if err != nil {
		t.Fatal(err)
	}
	d.Open(draft.ID)
	w.Loop.Drain()
	f := d.Form()
	for _, city := range []string{"一", "二"} {
		f.Set("city", city)
		f.Leave("city")
		w.Loop.Drain()
	}
	d.Go(present.PageHistory)
	w.Loop.Drain()
	f.Compare(2)
	w.Loop.Drain()
	if _, list := f.Compared(); len(list) != 0 {
		t.Errorf("it is told to have brought %+v", list)
	}
}

func TestAListThatBothMadeTooLongIsAskedOfInWords(t *testing.T) {
	for _, useTheirs := range []bool{false, true} {
		w, d, f := submitted(t, exam.StateSubmitted)
		base := *w.Drafts[f.ID()].Registration
		sub, err := exam.DecodeSubmission(base.Content)
		if err != nil {
			t.Fatal(err)
		}
		f.Show(exam.StepSchooling)
		for i := range 3 {
			first := f.Add("education")
			f.Set(strings.TrimSuffix(first, "level")+"school", fmt.Sprint("这里", i))
			sub.Document.Education = append(sub.Document.Education, exam.Education{ID: fmt.Sprint("t", i), School: fmt.Sprint("那里", i)})
		}
		sub.Document.Subjects = sub.Document.Subjects[:1]
		f.Set("subjects", sub.Document.Subjects[0]+",unknown")
		f.SaveNow()
		w.Loop.Drain()
		changedElsewhere(w, d, f, base, sub)
		decide := f.Meeting().Decide
		if len(decide) != 2 {
			t.Fatalf("asked of %+v", decide)
		}
		for _, x := range decide {
			for i, text := range x.Shown {
				if s := text.In(chinese()); s == "" || strings.ContainsAny(s, `"[{`) {
					t.Errorf("%s, side %d: shown is %s", x.Path, i, s)
				}
			}
		}
		if got := decide[len(decide)-1].Shown[2].In(chinese()); !strings.HasSuffix(got, "那里0；那里1；那里2") && !strings.Contains(got, "那里2") {
			t.Errorf("theirs is shown as %s", got)
		}
		f.Resolve(map[string]bool{"education": useTheirs})
		w.Loop.Drain()
		if got := w.Drafts[f.ID()].Document.Education; len(got) != 4 || strings.HasPrefix(got[3].School, "那里") != useTheirs {
			t.Errorf("chose theirs: %v, and it is %+v", useTheirs, got)
		}
	}
}

func TestASaveThatIsHeardLateTakesBackNoAnswerOfTheServer(t *testing.T) {
	w, d, f := submitted(t, exam.StateSubmitted)
	f.Set("phone", "13900139000")
	f.SaveNow()
	asked(w) // saved, and the window has not heard
	w.Answer(f.ID(), exam.StateNeedsMaterials, "请补充")
	d.StoreChanged(f.ID())
	backwards(w)
	if got := f.Standing().State.Key(); got != "ui.state.needs_materials" {
		t.Errorf("it stands at %s", got)
	}
}

func TestASubmissionThatWasSetAsideCanBeMended(t *testing.T) {
	w, d, f := complete(t)
	f.Submit()
	w.Loop.Drain()
	f.Show(exam.StepPerson)
	for _, c := range []struct {
		aside  bool
		locked bool
	}{{false, true}, {true, false}} {
		if c.aside {
			w.SetAside(f.ID(), exam.KindInvalid, nil, nil)
			d.StoreChanged(f.ID())
			w.Loop.Drain()
		}
		if v := fieldOf(t, f, "phone"); v.Locked != c.locked {
			t.Errorf("set aside %v: locked %v", c.aside, v.Locked)
		}
	}
}

func TestAQuestionIsNotReplacedByAnother(t *testing.T) {
	w, d, f := submitted(t, exam.StateVerified)
	w.DiskFull()
	f.Set("address", "还没存下")
	f.SaveNow()
	w.Loop.Drain()
	f.Do("withdraw")
	asked, _ := d.Asked()
	closed := false
	d.Close(func() { closed = true })
	w.Loop.Advance(time.Minute)
	if now, _ := d.Asked(); now.Title.Key() != asked.Title.Key() {
		t.Errorf("asked of %s, it became %s", asked.Title.Key(), now.Title.Key())
	}
	d.Answer(false)
	w.Loop.Advance(10 * time.Second)
	if now, _ := d.Asked(); closed || now.Text.Key() != "ui.ask.unsaved.text" {
		t.Errorf("closed %v, then asked of %q", closed, now.Text.Key())
	}
}

type counted struct {
	*presenttest.Tray
	times *int
}

func (c counted) Print(ctx context.Context, printer string, kind present.PaperKind, drafts []exam.DraftID, tell func(present.PrintJob)) error {
	*c.times++
	return c.Tray.Print(ctx, printer, kind, drafts, tell)
}

func TestPressedTwiceAPaperIsPrintedOnce(t *testing.T) {
	w, times := presenttest.NewWorld(), 0
	w.Tray.Ready = 3
	ports := w.Ports()
	ports.Printers = counted{w.Tray, &times}
	d := present.NewDesk(ports, w.Loop, func() {})
	d.New()
	w.Loop.Drain()
	d.Go(present.PagePrint)
	w.Loop.Drain()
	for i, press := range []func(){d.PrintPaper, d.PrintAll} {
		press()
		press()
		w.Loop.Drain()
		if times != i+1 {
			t.Errorf("printed %d times after %d jobs", times, i+1)
		}
	}
}

func TestALineThatIsPausedSaysWhyAndNotThatTheServerIsBusy(t *testing.T) {
	for cause, key := range map[exam.Kind]string{exam.KindUntrusted: "ui.aside.untrusted", exam.KindUnauthorized: "ui.aside.unauthorized", exam.KindUpgrade: "ui.aside.upgrade"} {
		l := present.Line{State: present.LinePaused, Cause: cause}
		if got := l.About(); got.Key() != key {
			t.Errorf("%s: says %s", cause, got.Key())
		}
	}
	for _, state := range []present.LineState{present.LineOnline, present.LineOffline, present.LineBusy, present.LineNone} {
		if got := (present.Line{State: state}).About().Key(); got != "ui.line."+string(state)+".text" {
			t.Errorf("%s: says %s", state, got)
		}
	}
}
