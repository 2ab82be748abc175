package ui_test

import (
	"image"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"wenbao/exam"
	"wenbao/ui"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
	"wenbao/ui/story"
)

// tap presses a control of the page and lets what follows happen.
func tap(t *testing.T, st *story.Stage, id string) {
	t.Helper()
	o, ok := st.Window.Find(id).(fyne.Tappable)
	if !ok {
		t.Fatalf("there is no %s on the page:\n%s", id, ui.Outline(st.Window.Body()))
	}
	test.Tap(o)
	st.World.Loop.Drain()
}

// fill types into a field of the page.
func fill(t *testing.T, st *story.Stage, w fyne.Window, id, text string) {
	t.Helper()
	e, ok := st.Window.Find(id).(*ui.Entry)
	if !ok {
		t.Fatalf("there is no field %s", id)
	}
	w.Canvas().Focus(e)
	e.SetText("")
	test.Type(e, text)
	st.World.Loop.Drain()
}

func says(st *story.Stage, words ...string) (missing string) {
	out := ui.Outline(st.Window.Body())
	for _, w := range words {
		if !strings.Contains(out, w) {
			return w
		}
	}
	return ""
}

func TestWhatIsCopiedSaysSo(t *testing.T) {
	st, _ := show(t, plain, scene(t, "official"))
	copied := func(id string) bool {
		return strings.Contains(ui.Outline(st.Window.Find(id)), st.Words.Say("ui.copied"))
	}
	tap(t, st, "copy.phone")
	if got := fyne.CurrentApp().Clipboard().Content(); got != presenttest.Complete().Phone || !copied("copy.phone") {
		t.Errorf("copied was %q, and it says so: %v", got, copied("copy.phone"))
	}
	tap(t, st, "copy.name")
	if copied("copy.phone") || !copied("copy.name") {
		t.Error("what is in the clipboard no more still says so")
	}
}

func TestABadDayIsSetWithAPressAndShownOnEveryPage(t *testing.T) {
	st, w := show(t, plain, scene(t, "practice"))
	for id, want := range map[string]func(present.BadDay) bool{
		"practice.line=gone":    func(d present.BadDay) bool { return d.Line == "gone" },
		"practice.server=away":  func(d present.BadDay) bool { return d.Away },
		"practice.review=ask":   func(d present.BadDay) bool { return d.Review == "ask" },
		"practice.payment=lost": func(d present.BadDay) bool { return d.Payment == "lost" },
	} {
		tap(t, st, id)
		if !want(st.World.Day) {
			t.Errorf("%s made it %+v", id, st.World.Day)
		}
	}
	st.Desk.Go(present.PageHome)
	if !strings.Contains(ui.Outline(w.Content()), "正在演练意外情况") {
		t.Error("another page does not say that something is made to go wrong")
	}
	st.Desk.Go(present.PagePractice)
	tap(t, st, "action.good_day")
	if !st.World.Day.Good() {
		t.Errorf("still %+v", st.World.Day)
	}
	if strings.Contains(ui.Outline(w.Content()), "正在演练意外情况") {
		t.Errorf("it says still that something goes wrong: %s", lineWith(ui.Outline(w.Content()), "正在演练意外情况"))
	}
}

func TestTheTrainerPlaysTheOtherSide(t *testing.T) {
	st, _ := show(t, plain, scene(t, "practice-bent"))
	tap(t, st, "act.ask")
	if got := st.World.Acts; !slices.Equal(got, []exam.Action{exam.ActionAsk}) {
		t.Fatalf("did %v", got)
	}
	st.Desk.StoreChanged("")
	st.World.Loop.Drain()
	if st.Window.Find("act.ask") != nil {
		t.Error("what was done can be done again")
	}
}

func TestOutsidePracticeNothingCanBeBent(t *testing.T) {
	st, w := show(t, plain, scene(t, "practice-door"))
	for _, c := range ui.Controls(st.Window.Body()) {
		if strings.HasPrefix(c.ID, "practice.") || strings.HasPrefix(c.ID, "act.") {
			t.Errorf("%s is there", c.ID)
		}
	}
	tap(t, st, "action.rehearse")
	if st.World.Windows != 2 { // once by the scene
		t.Errorf("%d practice windows were opened", st.World.Windows)
	}
	if strings.Contains(ui.Outline(w.Content()), "演练：数据只送到") {
		t.Error("the real program says that it is practice")
	}
}

// pictures are the pictures of a tree that are no icons.
func pictures(o fyne.CanvasObject) (list []image.Image) {
	ui.Visit(o, func(o fyne.CanvasObject) {
		if i, ok := o.(*canvas.Image); ok && i.Resource == nil && i.Image != nil {
			list = append(list, i.Image)
		}
	})
	return list
}

func TestThePaymentCodeIsDarkOnWhiteInEveryTheme(t *testing.T) {
	for _, brightness := range []string{"light", "dark"} {
		look := plain
		look.Brightness = brightness
		st, _ := show(t, look, scene(t, "payment-due"))
		list := pictures(st.Window.Body())
		if len(list) != 1 {
			t.Fatalf("%d pictures on the page", len(list))
		}
		b := list[0].Bounds()
		dark := 0
		for y := range b.Dy() {
			for x := range b.Dx() {
				r, g, bl, _ := list[0].At(x, y).RGBA()
				quiet := x < 4 || y < 4 || x >= b.Dx()-4 || y >= b.Dy()-4
				switch {
				case r == 0 && g == 0 && bl == 0 && !quiet:
					dark++
				case r == 0xffff && g == 0xffff && bl == 0xffff:
				default:
					t.Fatalf("%s: pixel %d,%d is %v", brightness, x, y, list[0].At(x, y))
				}
			}
		}
		if share := float64(dark) / float64(b.Dx()*b.Dy()); share < 0.2 || share > 0.6 {
			t.Errorf("%s: %.0f %% of it are dark", brightness, share*100)
		}
	}
}

func TestPayingWaitsAndShowsTheReceiptAlsoAfterARestart(t *testing.T) {
	st, _ := show(t, plain, scene(t, "payment-due"))
	tap(t, st, "action.paid")
	if m := says(st, "正在告诉服务器您已付款", "不要重复付款"); m != "" {
		t.Fatalf("it does not say %q:\n%s", m, ui.Outline(st.Window.Body()))
	}
	id := st.Desk.Form().ID()
	st.World.Answer(id, exam.StatePaying, "")
	again := present.NewDesk(st.World.Ports(), st.World.Loop, func() {}) // as a program started anew
	again.Start()
	again.Open(id)
	st.World.Loop.Drain()
	if p := again.Form().Payment(); p.Stage != present.PayWaiting || p.Since.IsZero() {
		t.Errorf("after a restart it stands at %s since %v", p.Stage, p.Since)
	}
	st.Desk.StoreChanged(id)
	st.World.Loop.Drain()
	if m := says(st, "已付款，等待到账通知"); m != "" || st.Window.Find("action.paid") != nil {
		t.Errorf("it does not wait, or can be paid twice:\n%s", ui.Outline(st.Window.Body()))
	}
	st.World.Answer(id, exam.StateCompleted, "")
	st.Desk.StoreChanged(id)
	st.World.Loop.Drain()
	tap(t, st, "action.receipt")
	if st.Desk.Page() != present.PagePrint || st.Desk.Print().Kind != present.PaperReceipt {
		t.Errorf("the receipt leads to %s, %s", st.Desk.Page(), st.Desk.Print().Kind)
	}
}

func TestWhatToSayOnTheTelephoneIsCopiedWhole(t *testing.T) {
	st, _ := show(t, plain, scene(t, "payment-call"))
	tap(t, st, "copy.pay")
	got := fyne.CurrentApp().Clipboard().Content()
	for _, want := range []string{st.Desk.Form().Payment().Number, "130.00", "缴费中", "2026-03-10 10:42"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
}

func TestRemindersAreSetWithOnePressAndTakenBackWithAnother(t *testing.T) {
	st, _ := show(t, plain, story.Scene{Name: "notices", Play: func(s *story.Stage) { s.Desk.Go(present.PageNotices) }})
	tap(t, st, "action.remind")
	if len(st.World.Kept) != 1 || says(st, "已设", "日历文件") != "" {
		t.Fatalf("kept %d files:\n%s", len(st.World.Kept), ui.Outline(st.Window.Body()))
	}
	for name, raw := range st.World.Kept {
		if !strings.HasSuffix(name, ".ics") || !strings.HasPrefix(string(raw), "BEGIN:VCALENDAR\r\n") {
			t.Errorf("%s begins %.20q", name, raw)
		}
	}
	tap(t, st, "action.unremind")
	if st.Window.Find("action.remind") == nil {
		t.Error("they cannot be set again")
	}
}

func TestANotificationHasFixedWordsThatNoShellReads(t *testing.T) {
	st, _ := show(t, plain, story.Scene{Name: "bell", Play: func(*story.Stage) {}})
	for _, kind := range []exam.DeadlineKind{exam.RegistrationCloses, exam.PaymentCloses, exam.TicketOpens, exam.ExamBegins} {
		text := present.T("ui.remind." + string(kind))
		for _, words := range []string{text.In(st.Words), present.T("app.name").In(st.Words)} {
			if words == "" || strings.ContainsAny(words, "\"$`';&|<>\n") {
				t.Errorf("%s: %q", kind, words)
			}
		}
		test.AssertNotificationSent(t, fyne.NewNotification(present.T("app.name").In(st.Words), text.In(st.Words)), func() {
			st.Window.Ring(text)
		})
	}
}

func TestABackupAsksForAPassphraseTwiceAndHidesIt(t *testing.T) {
	st, w := show(t, plain, scene(t, "settings"))
	for _, id := range []string{"settings.backup.pass", "settings.backup.again", "settings.lock.pass", "settings.restore.secret"} {
		if e, ok := st.Window.Find(id).(*ui.Entry); !ok || !e.Password {
			t.Errorf("%s shows what is typed", id)
		}
	}
	fill(t, st, w, "settings.backup.pass", "a sentence to remember")
	fill(t, st, w, "settings.backup.again", "a sentence to remenber")
	tap(t, st, "action.backup")
	if m := says(st, "两遍输入不一样"); m != "" {
		t.Errorf("it does not say %q", m)
	}
	fill(t, st, w, "settings.backup.again", "a sentence to remember")
	tap(t, st, "action.backup")
	if string(st.World.Disk["/home/example/wenbao.backup"]) != "a sentence to remember" || says(st, "备份已写好并核对", "/home/example/wenbao.backup") != "" {
		t.Errorf("no backup:\n%s", ui.Outline(st.Window.Body()))
	}
}

func TestARecoveryCodeIsShownOncePrintedAndGone(t *testing.T) {
	st, _ := show(t, plain, scene(t, "settings"))
	tap(t, st, "action.recovery")
	if m := says(st, "3K7M-9PQX"); m != "" {
		t.Fatalf("no code:\n%s", ui.Outline(st.Window.Body()))
	}
	tap(t, st, "action.print_code")
	found := false
	for name, raw := range st.World.Kept {
		found = found || strings.HasSuffix(name, ".png") && strings.HasPrefix(string(raw), "\x89PNG")
	}
	if !found || len(st.World.Shown) != 1 {
		t.Errorf("kept %d files, opened %v", len(st.World.Kept), st.World.Shown)
	}
	st.Desk.Go(present.PageHelp)
	st.Desk.Go(present.PageSettings)
	st.World.Loop.Drain()
	if says(st, "3K7M-9PQX") == "" {
		t.Error("the code is still on the screen after the page was left")
	}
}

func TestTheNetworkIsKeptOnlyWhenItCanWork(t *testing.T) {
	st, w := show(t, plain, scene(t, "settings"))
	tap(t, st, "settings.proxy=manual")
	fill(t, st, w, "settings.proxy.url", "not an address")
	tap(t, st, "action.network")
	if m := says(st, "代理地址不完整"); m != "" || len(st.World.Values[present.NetworkKey]) != 0 {
		t.Errorf("kept %s", st.World.Values[present.NetworkKey])
	}
	fill(t, st, w, "settings.proxy.url", "http://10.0.0.1:8080")
	tap(t, st, "action.network")
	if m := says(st, "下次启动"); m != "" || !strings.Contains(string(st.World.Values[present.NetworkKey]), "10.0.0.1") {
		t.Errorf("kept %s", st.World.Values[present.NetworkKey])
	}
}

func TestTheNetworkThatIsResetIsGoneFromItsFields(t *testing.T) {
	st, w := show(t, plain, scene(t, "settings"))
	st.Desk.SetNetwork(present.Network{Proxy: "manual", ProxyURL: "http://10.0.0.1:3128"})
	st.World.Loop.Drain()
	st.Desk.Go(present.PageHome)
	st.Desk.Go(present.PageSettings) // where they are read from the store
	st.World.Loop.Drain()
	fill(t, st, w, "settings.backup.pass", "a passphrase")
	tap(t, st, "action.network.reset")
	if o, ok := st.Window.Find("settings.proxy.url").(*ui.Entry); ok {
		t.Errorf("the proxy %q is shown still", o.Text)
	}
	tap(t, st, "action.network")
	if got := st.Desk.Settings().Network; got != (present.Network{}) {
		t.Errorf("keeping what is shown brings back %+v", got)
	}
	if got := st.Window.Find("settings.backup.pass").(*ui.Entry).Text; got != "a passphrase" {
		t.Errorf("the field of another part has %q", got)
	}
}

func TestAnotherLookKeepsWhatIsTypedAndTheFocus(t *testing.T) {
	st, w := show(t, plain, scene(t, "settings"))
	fill(t, st, w, "settings.server.url", "https://baoming.example.cn")
	fill(t, st, w, "settings.backup.pass", "a passphrase")
	tap(t, st, "settings.proxy=manual")
	fill(t, st, w, "settings.proxy.url", "10.0.0.1")
	tap(t, st, "settings.text=150 %")
	if got := ui.ID(w.Canvas().Focused()); got != "settings.text=150 %" {
		t.Errorf("the focus is on %q", got)
	}
	for id, want := range map[string]string{"settings.server.url": "https://baoming.example.cn", "settings.backup.pass": "a passphrase", "settings.proxy.url": "10.0.0.1"} {
		if e, ok := st.Window.Find(id).(*ui.Entry); !ok || e.Text != want {
			t.Errorf("%s lost %q", id, want)
		}
	}
	st.Desk.Go(present.PageHome)
	st.Desk.Go(present.PageSettings)
	st.World.Loop.Drain()
	if got := st.Window.Find("settings.backup.pass").(*ui.Entry).Text; got != "" {
		t.Errorf("%q is there still when the page is entered again", got)
	}
}

func TestOnlyAnAnswerDestroysADraft(t *testing.T) {
	st, _ := show(t, plain, scene(t, "settings-bin"))
	var purge string
	for _, c := range ui.Controls(st.Window.Body()) {
		if strings.HasPrefix(c.ID, "action.purge.") {
			purge = c.ID
		}
	}
	tap(t, st, purge)
	if len(st.World.Purged) != 0 {
		t.Fatal("it was destroyed without an answer")
	}
	st.Desk.Answer(false)
	st.World.Loop.Drain()
	tap(t, st, purge)
	st.Desk.Answer(true)
	st.World.Loop.Drain()
	if len(st.World.Purged) != 1 || says(st, "已彻底删除") != "" {
		t.Errorf("destroyed %v", st.World.Purged)
	}
}

func TestARareCharacterIsFoundUnderTheNameAndPutIn(t *testing.T) {
	st, w := draft(t, exam.Document{Name: "李[宏]", IDType: exam.ResidentID}, exam.StepPerson)
	tap(t, st, "rare.open.name")
	if got := ui.ID(w.Canvas().Focused()); got != "name.rare" {
		t.Fatalf("the search has no focus: it is on %q", got)
	}
	fill(t, st, w, "name.rare", "hong 钅")
	tap(t, st, "rare.U+2CB4E")
	st.World.Loop.Advance(2 * time.Second)
	if got := st.World.Drafts[st.Desk.Form().ID()].Document.Name; got != "李\U0002CB4E" {
		t.Errorf("the name is %q", got)
	}
	if e := st.Window.Find("name").(*ui.Entry); e.Text != "李\U0002CB4E" {
		t.Errorf("the field shows %q", e.Text)
	}
}

func TestEveryGlyphOfTheSearchIsDrawnFromTheProgramsOwnFonts(t *testing.T) {
	for _, r := range []rune{'李', '㛃', '喆', 0x20BB7, 0x2CB4E, 0x2A6D6, 0x2B740, 0x2EBE0} {
		img := ui.Glyph(r)
		ink, b := 0, img.Bounds()
		for y := range b.Dy() {
			for x := range b.Dx() {
				if _, _, _, a := img.At(x, y).RGBA(); a > 0x8000 {
					ink++
				}
			}
		}
		if share := float64(ink) / float64(b.Dx()*b.Dy()); share < 0.03 || share > 0.6 {
			t.Errorf("U+%04X has ink on %.1f %% of its square", r, share*100)
		}
	}
}

func TestALargeScanIsReducedOnlyByAPress(t *testing.T) {
	st, _ := show(t, plain, scene(t, "form-evidence-offer"))
	f := st.Desk.Form()
	if n := len(st.World.Drafts[f.ID()].Files); n != 1 { // the photo
		t.Fatalf("%d files are attached before anybody chose", n)
	}
	if m := says(st, "6.3 MB", "630 KB"); m != "" {
		t.Errorf("it does not say %q", m)
	}
	tap(t, st, "action.smaller.diploma.0")
	files := st.World.Drafts[f.ID()].Files
	if len(files) != 2 || files[1].Size > 700_000 {
		t.Errorf("attached %+v", files)
	}
}

func TestAFileGoesToTheCardUnderThePointer(t *testing.T) {
	st, _ := show(t, plain, scene(t, "form-evidence"))
	st.World.Disk["/毕业证书.jpg"] = []byte("\xff\xd8\xff a small scan")
	place, ok := st.Window.CardOf("diploma")
	if !ok {
		t.Fatal("no card for the diploma")
	}
	st.Window.Refresh() // that there is no news leaves the cards where they are
	st.Window.DropAt(place, "/毕业证书.jpg")
	st.World.Loop.Drain()
	files := st.World.Drafts[st.Desk.Form().ID()].Files
	if len(files) != 2 || files[1].Kind != "diploma" {
		t.Errorf("attached %+v", files)
	}
}

func TestTheConflictDeskShowsTheOutcomeOfEachChoice(t *testing.T) {
	st, _ := show(t, plain, scene(t, "conflict"))
	if m := says(st, "13800138000", "13900139000", "13700137000", "提交后服务器上会变成这里的内容", "郑州市 → 开封市", "您在别的电脑上，2026-03-10"); m != "" {
		t.Fatalf("it does not say %q:\n%s", m, ui.Outline(st.Window.Body()))
	}
	tap(t, st, "conflict.phone=theirs")
	if m := says(st, "这里会换成服务器上的内容"); m != "" {
		t.Errorf("it does not say %q", m)
	}
	tap(t, st, "action.resolve")
	doc := st.World.Drafts[st.Desk.Form().ID()].Document
	if doc.Phone != "13700137000" || doc.City != "开封市" {
		t.Errorf("resolved to %s, %s", doc.Phone, doc.City)
	}
	if _, can := st.Desk.Undoable(); !can {
		t.Error("it cannot be undone")
	}
}

func TestThePhotoThatIsTakenSaysWhereTheOtherStays(t *testing.T) {
	st, _ := show(t, plain, scene(t, "conflict-photo"))
	if m := says(st, "提交后服务器上会换成这里的照片"); m != "" {
		t.Errorf("it does not say %q", m)
	}
	tap(t, st, "conflict.photo=theirs")
	if m := says(st, "这里会换成服务器上的照片；原来的留在历史里"); m != "" {
		t.Errorf("it does not say %q", m)
	}
}

// A machine in another zone shows what the server did and what is due in Beijing time
// and says so; its own doings it shows by its own clock.
func TestAbroadTheTimesOfTheServerSayTheirZone(t *testing.T) {
	here := time.Local
	defer func() { time.Local = here }()
	moment := regexp.MustCompile(`.{0,6}2026-\d\d-\d\d`)
	for name, own := range map[string]string{"home": "修改于 2026-", "notices": "none", "form-registration": "截至 2026-", "registration-completed": "none", "payment-waiting": "none",
		"payment-late": "none", "conflict": "none", "verify-results": "none", "history": "2026-"} {
		t.Run(name, func(t *testing.T) {
			time.Local = time.FixedZone("EDT", -4*3600)
			st, _ := show(t, plain, scene(t, name))
			found := moment.FindAllString(ui.Outline(st.Window.Body()), -1)
			for _, said := range found {
				if !strings.Contains(said, "北京时间 2026-") && !strings.Contains(said, own) {
					t.Errorf("it says only %q", said)
				}
			}
			if len(found) == 0 {
				t.Error("it shows no time")
			}
		})
	}
}

func TestTheHistoryOpensAndClosesWhatAVersionChanged(t *testing.T) {
	st, _ := show(t, plain, scene(t, "history-compare"))
	if m := says(st, "13800138000 → 13900139000", "全日制 → 非全日制", "（删除）"); m != "" {
		t.Fatalf("it does not say %q:\n%s", m, ui.Outline(st.Window.Body()))
	}
	tap(t, st, "action.compare.2")
	if says(st, "13800138000 → 13900139000") == "" {
		t.Error("it stays open")
	}
}
