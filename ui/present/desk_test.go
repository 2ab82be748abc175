package present_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

func desk(t *testing.T) (*presenttest.World, *present.Desk) {
	t.Helper()
	w := presenttest.NewWorld()
	d := w.Desk(t)
	d.Start()
	w.Loop.Drain()
	return w, d
}

func TestAFirstStartSaysHowToBegin(t *testing.T) {
	w := presenttest.NewWorld()
	d := w.Desk(t)
	if !d.Home().Loading || d.Home().First {
		t.Error("before the list was read it must say that it reads")
	}
	d.Start()
	w.Loop.Drain()
	if h := d.Home(); h.Loading || !h.First {
		t.Errorf("home is %+v", h)
	}
	d.New()
	w.Loop.Drain()
	if d.Page() != present.PageForm || d.Form() == nil || len(w.Drafts) != 1 {
		t.Error("beginning does not lead to the form")
	}
	d.Go(present.PageHome)
	w.Loop.Drain()
	if h := d.Home(); h.First || len(h.Rows) != 1 || h.Rows[0].Name.Key() != "ui.draft.unnamed" {
		t.Errorf("home is %+v", h)
	}
}

func TestPagesOfADraftNeedOne(t *testing.T) {
	_, d := desk(t)
	for _, p := range []present.Page{present.PageForm, present.PageRegistration, present.PagePrint, present.PageHistory, present.PageOfficial, present.PageConflict} {
		if d.Go(p); d.Page() != present.PageHome {
			t.Errorf("%s is shown without a draft", p)
		}
	}
	d.Go(present.PageHelp)
	d.Go(present.PageSettings)
	d.Back()
	d.Back()
	d.Back() // nothing before
	if d.Page() != present.PageHome {
		t.Errorf("back ends on %s", d.Page())
	}
}

func TestGoingAwaySavesWhatIsTyped(t *testing.T) {
	w, d, f := opened(t, exam.Document{})
	f.Set("name", "李小满")
	d.Go(present.PageHome)
	w.Loop.Drain()
	if w.Drafts[f.ID()].Document.Name != "李小满" {
		t.Error("the name was not stored")
	}
}

func TestClosingWaitsForTheSave(t *testing.T) {
	w, d, f := opened(t, exam.Document{})
	f.Set("name", "李小满")
	closed := false
	d.Close(func() { closed = true })
	if closed {
		t.Fatal("closed before the save")
	}
	w.Loop.Drain()
	if !closed || w.Drafts[f.ID()].Document.Name != "李小满" {
		t.Errorf("closed %v with %q stored", closed, w.Drafts[f.ID()].Document.Name)
	}
}

func TestDeletingADraftCanBeUndone(t *testing.T) {
	w, d, f := opened(t, presenttest.Complete())
	d.Delete(f.ID())
	w.Loop.Drain()
	if d.Form() != nil || d.Page() != present.PageHome || len(d.Home().Rows) != 0 {
		t.Fatalf("on %s with %d rows", d.Page(), len(d.Home().Rows))
	}
	d.UndoLast()
	w.Loop.Drain()
	if len(d.Home().Rows) != 1 {
		t.Error("not undone")
	}
}

func TestAStoreThatCannotBeReadIsSaid(t *testing.T) {
	w := presenttest.NewWorld()
	w.Unreadable()
	d := w.Desk(t)
	d.Start()
	w.Loop.Drain()
	if text, bad := d.Trouble(); !bad || text.Key() != "ui.trouble.damaged" {
		t.Errorf("says %s", text.Key())
	}
}

func TestTheSendingIsToldWithItsDenominators(t *testing.T) {
	w, d := desk(t)
	for _, c := range []struct {
		line present.Line
		text string
	}{
		{present.Line{State: present.LineOnline}, ""},
		{present.Line{State: present.LineOnline, Round: present.Round{Done: 3, Of: 3, Sent: 9, Bytes: 9}}, ""},
		{present.Line{State: present.LineOnline, Queue: 28, Rate: 31_400, Round: present.Round{Done: 12, Of: 40, Sent: 3_120_000, Bytes: 9_790_000}}, "已送 12/40 份，3.1 MB / 9.8 MB；约 32 KB/秒"},
		{present.Line{State: present.LineOffline, Queue: 1, Rate: 31_400, Round: present.Round{Of: 1, Bytes: 27_000}}, "已送 0/1 份，0 KB / 27 KB"},
	} {
		w.Line = c.line
		d.LineChanged()
		if got := d.Sent().In(chinese()); got != c.text {
			t.Errorf("%+v: %q, not %q", c.line, got, c.text)
		}
	}
}

func TestThePillSaysLineAndQueue(t *testing.T) {
	w, d := desk(t)
	for _, c := range []struct {
		line present.Line
		tone present.Tone
		text string
	}{
		{present.Line{State: present.LineOnline}, present.Calm, "在线"},
		{present.Line{State: present.LineOffline}, present.Warning, "离线"},
		{present.Line{State: present.LineOffline, Queue: 2}, present.Busy, "离线 · 2 项待送"},
		{present.Line{State: present.LineBusy, Queue: 1}, present.Busy, "服务器繁忙 · 1 项待送"},
		{present.Line{State: present.LinePaused, Cause: exam.KindUntrusted, Queue: 1}, present.Busy, "已暂停 · 1 项待送"},
		{present.Line{State: present.LineOnline, Queue: 3, Aside: 1}, present.Trouble, "1 项需要处理"},
		{present.Line{State: present.LineNone}, present.Calm, "未设服务器"},
	} {
		w.Line = c.line
		d.LineChanged()
		if tone, text := d.Pill(); tone != c.tone || text.In(chinese()) != c.text {
			t.Errorf("%+v: %v %q", c.line, tone, text.In(chinese()))
		}
	}
}

func TestEveryWaitingStepHasANextActionWithATime(t *testing.T) {
	w, d, f := complete(t)
	f.Submit()
	w.Loop.Drain()
	w.Waiting[0].Next, w.Waiting[0].Attempts, w.Waiting[0].Last = w.Loop.Now().Add(90*time.Second), 4, exam.KindUnreachable
	d.StoreChanged("")
	w.Loop.Drain()
	rows := d.Queue()
	if len(rows) != 1 || rows[0].Next.In(chinese()) != "第 4 次没有成功（连不上服务器），10:43:37 再试。" {
		t.Errorf("rows are %+v", rows)
	}
	before := w.Woken
	d.TryNow()
	if w.Woken != before+1 {
		t.Error("trying now does not wake the engine")
	}
}

func TestPreferencesOutliveTheProgram(t *testing.T) {
	w, d := desk(t)
	d.Prefer(func(p *present.Preferences) { p.Lang, p.TextScale, p.Brightness = "en", 7, "dark" })
	w.Loop.Drain()
	got := present.NewDesk(w.Ports(), w.Loop, func() {}).Look()
	if got.Lang != "en" || got.Brightness != "dark" || got.TextScale != 2 {
		t.Errorf("read back %+v", got)
	}
}

func TestHowTheWindowLookedIsReadFromAnyBytes(t *testing.T) {
	first := present.ParsePreferences(nil)
	if first.TextScale != 1 || first.Brightness != "light" || first.Width != 0 || first.Placed {
		t.Fatalf("a first start has %+v", first)
	}
	for _, raw := range []string{"{", "[]", `{"text_scale":"2"}`, `{"brightness":"../../x","lang":"fr"}`, `{"width":1e9,"height":1e9}`,
		`{"width":-5,"height":700}`, `{"placed":true,"x":99999999,"y":0}`, `{"placed":false,"x":10,"y":10}`, `{"text_scale":-3}`} {
		if got := present.ParsePreferences([]byte(raw)); got != first {
			t.Errorf("%s gives %+v", raw, got)
		}
	}
	got := present.ParsePreferences([]byte(`{"lang":"en","text_scale":1.5,"brightness":"dark","width":900,"height":700,"placed":true,"x":-20,"y":40}`))
	if got != (present.Preferences{Lang: "en", TextScale: 1.5, Brightness: "dark", Width: 900, Height: 700, Placed: true, X: -20, Y: 40}) {
		t.Errorf("what is sound is changed: %+v", got)
	}
}

func TestTheTitleNamesTheDraft(t *testing.T) {
	_, d, f := opened(t, exam.Document{})
	if got := d.Title().In(chinese()); got != "未填姓名 — 稳报" {
		t.Errorf("title is %q", got)
	}
	f.Set("name", "李小满")
	if got := d.Title().In(english()); got != "李小满 — Wenbao" {
		t.Errorf("title is %q", got)
	}
}

func TestCountdownsAreOfDaysStillToCome(t *testing.T) {
	w, d, f := opened(t, presenttest.Complete())
	_ = f
	for _, c := range d.Home().Days {
		if !c.At.After(w.Loop.Now()) || c.Left.Empty() {
			t.Errorf("%s at %s is counted down", c.Text.Key(), c.At)
		}
	}
	if len(d.Home().Days) == 0 {
		t.Error("no day is counted down in March before the exam in May")
	}
}

func TestTheHelpFindsAnswers(t *testing.T) {
	_, d := desk(t)
	all := len(d.Help(chinese()))
	d.SearchHelp(" 照片 ")
	some := d.Help(chinese())
	if all < 10 || len(some) == 0 || len(some) >= all {
		t.Errorf("%d of %d answers", len(some), all)
	}
	d.SearchHelp("qqq")
	if len(d.Help(english())) != 0 {
		t.Error("nonsense is answered")
	}
}

func TestThePhotoIsMadeUsedKeptAndCleared(t *testing.T) {
	w, d, f := opened(t, exam.Document{})
	w.Disk["/me.jpg"] = []byte("a picture")
	f.TakePicture(`"/me.jpg"`) // as a shell pastes it
	w.Loop.Drain()
	v := f.Photo()
	if v.Source == nil || v.Width != 900 || v.Made == nil {
		t.Fatalf("photo page is %+v", v)
	}
	small := v.Crop
	small.Width, small.Height = 100, 140
	f.Frame(small)
	w.Loop.Drain()
	if f.Photo().Made != nil || len(f.Photo().Found) != 1 {
		t.Error("a crop that is too small gives a photo")
	}
	f.UsePhoto() // must do nothing
	w.Loop.Drain()
	if len(w.Drafts[f.ID()].Files) != 0 {
		t.Fatal("a refused photo was attached")
	}
	f.Frame(v.Crop)
	w.Loop.Drain()
	f.UsePhoto()
	w.Loop.Drain()
	kinds := []exam.FileKind{}
	for _, file := range w.Drafts[f.ID()].Files {
		kinds = append(kinds, file.Kind)
	}
	if !slices.Equal(kinds, []exam.FileKind{exam.FilePhotoOriginal, exam.FilePhoto}) {
		t.Errorf("attached %v", kinds)
	}
	f.KeepPhoto()
	w.Loop.Drain()
	if len(w.Kept["报名照片.jpg"]) == 0 || d.Kept() != "/home/example/报名照片.jpg" {
		t.Errorf("kept %v at %q", w.Kept, d.Kept())
	}
	f.ClearPhoto()
	w.Loop.Drain()
	if _, ok := w.Drafts[f.ID()].Photo(); ok || f.Photo().Photo != nil {
		t.Error("not cleared")
	}
	d.UndoLast()
	w.Loop.Drain()
	if _, ok := w.Drafts[f.ID()].Photo(); !ok {
		t.Error("clearing was not undone")
	}
}

func TestAPictureThatCannotBeOpenedSaysWhy(t *testing.T) {
	w, _, f := opened(t, exam.Document{})
	w.Disk["/bad.jpg"] = []byte("not a picture at all")
	f.TakePicture("/bad.jpg")
	w.Loop.Drain()
	if v := f.Photo(); v.Trouble.Key() != "ui.photo.cannot_open" || len(v.Found) != 1 || v.Busy {
		t.Errorf("photo page is %+v", v)
	}
	f.TakePicture("/nowhere.jpg")
	w.Loop.Drain()
	if m, ok := f.Message(); !ok || m.Title.Key() != "ui.file.unreadable.title" {
		t.Error("a missing file is not said")
	}
}

func TestEvidenceTakesWhatItIsAndNothingElse(t *testing.T) {
	doc := presenttest.Complete()
	doc.Commitment = exam.CommitmentDeclined
	w, d, f := opened(t, doc)
	list, locked := f.Evidence()
	if locked || len(list) == 0 || !list[0].Needed || len(list[0].Why) == 0 {
		t.Fatalf("evidence is %+v", list)
	}
	kind := list[0].Kind
	w.Disk["/a.pdf"], w.Disk["/b.pdf"], w.Disk["/c.exe"] = []byte("%PDF-1.4 …"), []byte("MZ"), []byte("MZ")
	w.Disk["/d.png"] = slices.Repeat([]byte{1}, 11<<20)
	for path, want := range map[string]int{"/b.pdf": 0, "/c.exe": 0, "/d.png": 0} {
		f.AddEvidence(kind, path)
		w.Loop.Drain()
		if n := len(w.Drafts[f.ID()].Files); n != want {
			t.Errorf("%s was attached", path)
		}
		if m, ok := f.Message(); !ok || m.Tone != present.Trouble {
			t.Errorf("%s: nothing said", path)
		}
	}
	f.AddEvidence(kind, "file:///a.pdf")
	w.Loop.Drain()
	list, _ = f.Evidence()
	var files []exam.File
	for _, e := range list {
		files = append(files, e.Files...)
	}
	if len(files) != 1 || files[0].Name != "a.pdf" || files[0].Type != "application/pdf" {
		t.Fatalf("attached %+v", files)
	}
	f.RemoveEvidence(files[0])
	w.Loop.Drain()
	if len(w.Drafts[f.ID()].Files) != 0 {
		t.Error("not removed")
	}
	d.UndoLast()
	w.Loop.Drain()
	if len(w.Drafts[f.ID()].Files) != 1 {
		t.Error("removing was not undone")
	}
}

func TestDroppedFilesGoWhereTheStepHasUseForThem(t *testing.T) {
	w, _, f := opened(t, presenttest.Complete())
	w.Disk["/me.jpg"] = []byte("a picture")
	f.Drop([]string{"/me.jpg"}) // 报考信息 has no use for it
	w.Loop.Drain()
	if f.Photo().Source != nil {
		t.Error("taken on a step without files")
	}
	f.Show(exam.StepPhoto)
	f.Drop([]string{"/me.jpg"})
	w.Loop.Drain()
	if f.Photo().Source == nil {
		t.Error("not taken on the photo step")
	}
}

func TestThePreviewFollowsTheLatestChoice(t *testing.T) {
	w, d, _ := opened(t, presenttest.Complete())
	d.Go(present.PagePrint)
	d.Preview(present.PaperWorkYears) // before the first was drawn
	w.Loop.Drain()
	v := d.Print()
	if v.Kind != present.PaperWorkYears || v.Busy || len(v.Pages) != 1 || !v.Draft {
		t.Errorf("print page is %+v", v)
	}
	d.SavePDF(true)
	w.Loop.Drain()
	if len(w.Kept) != 1 || len(w.Shown) != 1 || !strings.HasSuffix(w.Shown[0], ".pdf") {
		t.Errorf("kept %v, shown %v", w.Kept, w.Shown)
	}
}

func TestAnOlderVersionComesBackAndCanBeTakenBack(t *testing.T) {
	w, d, f := opened(t, exam.Document{Name: "李"})
	for _, name := range []string{"李小", "李小满"} {
		f.Set("name", name)
		f.Leave("name")
		w.Loop.Drain()
	}
	d.Go(present.PageHistory)
	w.Loop.Drain()
	past := f.Past()
	if len(past) != 3 || past[0].Revision != 3 {
		t.Fatalf("history is %+v", past)
	}
	f.Restore(past[2].Revision)
	w.Loop.Drain()
	if f.Name() != "李" {
		t.Fatalf("restored to %q", f.Name())
	}
	d.UndoLast()
	w.Loop.Drain()
	if f.Name() != "李小满" || w.Drafts[f.ID()].Document.Name != "李小满" {
		t.Errorf("taken back to %q", f.Name())
	}
}

func TestTheOfficialSitesOrderHasEveryFilledField(t *testing.T) {
	_, _, f := opened(t, presenttest.Complete())
	var ids []string
	values := map[string]string{}
	for _, s := range f.Official() {
		ids = append(ids, s.ID)
		for _, r := range s.Rows {
			values[r.Path] = r.Value.In(chinese())
		}
	}
	if !slices.Equal(ids, []string{"identity", "education", "work", "contact", "target"}) {
		t.Errorf("sections are %v", ids)
	}
	for path, want := range map[string]string{"name": "李小满", "gender": "男", "ethnicity": "汉族", "area": "河南省", "education.0.level": "大专", "work.1.employer": "示例街道办事处", "work.0.social_work": "是"} {
		if values[path] != want {
			t.Errorf("%s is copied as %q, want %q", path, values[path], want)
		}
	}
	if !strings.HasPrefix(f.OfficialSite(), "https://www.cpta.com.cn") {
		t.Error("the helper opens another site")
	}
}

func TestTheReviewReadsThroughEveryStep(t *testing.T) {
	_, _, f := opened(t, presenttest.Complete())
	for _, s := range f.Review() {
		if len(s.Rows) == 0 {
			t.Errorf("step %s has nothing to read", s.Step)
		}
	}
}

func TestTextsSpeakBothLanguages(t *testing.T) {
	for _, c := range []struct {
		text   present.Text
		zh, en string
	}{
		{present.Plain("李小满"), "李小满", "李小满"},
		{present.Named(exam.Text{ZH: "河南省", EN: "Henan"}), "河南省", "Henan"},
		{present.Duration(7), "7 个月", "7 months"},
		{present.Duration(24), "2 年", "2 years"},
		{present.T("ui.saved.at", "time", "10:42:07"), "已保存 10:42:07", "Saved 10:42:07"},
		{present.T("ui.transport.sending.pieces", "done", 3, "all", 5), "正在上传 (3/5)", "Sending (3/5)"},
	} {
		if zh, en := c.text.In(chinese()), c.text.In(english()); strings.ReplaceAll(zh, " ", "") != strings.ReplaceAll(c.zh, " ", "") || en != c.en {
			t.Errorf("says %q and %q, want %q and %q", zh, en, c.zh, c.en)
		}
	}
}
