package present_test

import (
	"crypto/ed25519"
	"slices"
	"strings"
	"testing"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// setting gives the settings page.
func setting(t *testing.T) (*presenttest.World, *present.Desk) {
	t.Helper()
	w, d := desk(t)
	d.Go(present.PageSettings)
	if !d.Settings().Loading {
		t.Error("the page does not say that it reads")
	}
	w.Loop.Drain()
	return w, d
}

// said is the outcome shown, and under which part.
func said(d *present.Desk) (key string, about string) {
	s := d.Settings()
	if s.Message == nil {
		return "", ""
	}
	return s.Message.Title.Key(), s.About
}

// readable fails when the outcome shown has no words.
func readable(t *testing.T, d *present.Desk) {
	t.Helper()
	if m := d.Settings().Message; m != nil {
		for _, words := range []present.Words{chinese(), english()} {
			for _, text := range []present.Text{m.Title, m.Text} {
				if s := text.In(words); strings.Contains(s, "⟦") || strings.Contains(s, "<no value>") {
					t.Errorf("%s in %s: %q", text.Key(), words.Lang(), s)
				}
			}
		}
	}
}

func TestTheSettingsShowWhatOpensTheStoreAndHowLargeItIs(t *testing.T) {
	_, d := setting(t)
	s := d.Settings()
	if s.Loading || s.Locked || len(s.Ways) != 1 || s.Size == 0 || len(s.Snapshots) == 0 || s.Versions != present.VersionChoices[0] || s.Restart {
		t.Errorf("the page is %+v", s)
	}
	if s.Pack.In(chinese()) == "" || s.Pack.In(english()) == "" {
		t.Error("the exam pack has no name")
	}
}

func TestAPassphraseIsSetOnlyWhenItIsGoodAndTypedTwice(t *testing.T) {
	for _, c := range []struct{ once, again, key string }{
		{"", "", "ui.settings.passphrase.weak.title"},
		{"short", "short", "ui.settings.passphrase.weak.title"},
		{" 四个汉字不够 ", " 四个汉字不够 ", "ui.settings.passphrase.weak.title"},
		{strings.Repeat("长", 257), strings.Repeat("长", 257), "ui.settings.passphrase.weak.title"},
		{"correct horse", "correct house", "ui.settings.passphrase.differs.title"},
		{"correct horse", "correct horse", "ui.settings.lock.set.title"},
		{"八个汉字就够用了", "八个汉字就够用了", "ui.settings.lock.set.title"},
	} {
		w, d := setting(t)
		d.SetPassphrase(c.once, c.again)
		w.Loop.Drain()
		key, about := said(d)
		if key != c.key || about != "lock" {
			t.Errorf("%q, %q: says %s about %s", c.once, c.again, key, about)
		}
		readable(t, d)
		if set := strings.HasSuffix(c.key, "lock.set.title"); d.Settings().Locked != set || (w.Passed == c.once) != (set || c.once == "") {
			t.Errorf("%q: locked %v, kept %q", c.once, d.Settings().Locked, w.Passed)
		}
	}
}

func TestAPassphraseThatCannotBeKeptIsSaid(t *testing.T) {
	for kind, fault := range map[string]func(*presenttest.World){"full": (*presenttest.World).DiskFull, "read_only": (*presenttest.World).ReadOnly, "damaged": (*presenttest.World).Damaged} {
		w, d := setting(t)
		fault(w)
		d.SetPassphrase("correct horse", "correct horse")
		w.Loop.Drain()
		if key, _ := said(d); key != "ui.settings.lock.failed."+kind+".title" {
			t.Errorf("%s: says %s", kind, key)
		}
		readable(t, d)
		if d.Settings().Locked || d.Settings().Busy != "" {
			t.Errorf("%s: locked %v, busy %q", kind, d.Settings().Locked, d.Settings().Busy)
		}
	}
}

func TestRemovingThePassphraseAsksFirst(t *testing.T) {
	w, d := setting(t)
	d.SetPassphrase("correct horse", "correct horse")
	w.Loop.Drain()
	d.RemovePassphrase()
	w.Loop.Drain()
	if _, asked := d.Asked(); !asked || w.Passed == "" {
		t.Fatalf("asked %v, kept %q", asked, w.Passed)
	}
	d.Answer(false)
	w.Loop.Drain()
	if w.Passed == "" {
		t.Error("removed although the answer was no")
	}
	d.RemovePassphrase()
	d.Answer(true)
	w.Loop.Drain()
	if w.Passed != "" || d.Settings().Locked {
		t.Errorf("kept %q, locked %v", w.Passed, d.Settings().Locked)
	}
}

func TestARecoveryCodeIsShownOnceAndLeavesWithThePage(t *testing.T) {
	w, d := setting(t)
	d.NewRecoveryCode()
	w.Loop.Drain()
	if d.Settings().Code != presenttest.Code {
		t.Fatalf("shown is %q", d.Settings().Code)
	}
	d.Go(present.PageHome)
	w.Loop.Drain()
	d.Go(present.PageSettings)
	w.Loop.Drain()
	if d.Settings().Code != "" {
		t.Error("the code is still on the page")
	}
	d.NewRecoveryCode() // makes the one before invalid
	w.Loop.Drain()
	if _, asked := d.Asked(); !asked || d.Settings().Code != "" {
		t.Error("the second code comes without a question")
	}
	d.Answer(true)
	w.Loop.Drain()
	if d.Settings().Code == "" {
		t.Error("no code after the answer")
	}
	d.ForgetCode()
	if d.Settings().Code != "" {
		t.Error("the code stays")
	}
}

func TestABackupNeedsAWayIn(t *testing.T) {
	w, d := setting(t)
	d.MakeBackup("", "")
	w.Loop.Drain()
	if key, about := said(d); key != "ui.settings.backup.no_way_in.title" || about != "backup" || len(w.Disk) != 0 {
		t.Errorf("says %s about %s, %d files", key, about, len(w.Disk))
	}
	readable(t, d)
	d.MakeBackup("correct horse", "correct house")
	w.Loop.Drain()
	if key, _ := said(d); key != "ui.settings.passphrase.differs.title" || len(w.Disk) != 0 {
		t.Errorf("says %s, %d files", key, len(w.Disk))
	}
	d.MakeBackup("correct horse", "correct horse")
	w.Loop.Drain()
	if key, _ := said(d); key != "ui.settings.backup.made.title" || len(w.Disk) != 1 {
		t.Errorf("says %s, %d files", key, len(w.Disk))
	}
	readable(t, d)
}

func TestABackupHoldsWhatWasJustTyped(t *testing.T) {
	w, d, f := opened(t, exam.Document{})
	f.Set("city", "郑州市") // not saved
	d.MakeBackup("correct horse", "correct horse")
	for w.Loop.Waiting() > 0 {
		if len(w.Disk) > 0 && w.Drafts[f.ID()].Document.City == "" {
			t.Fatal("the backup was made before the save")
		}
		w.Loop.StepAt(0)
	}
	if len(w.Disk) != 1 || w.Drafts[f.ID()].Document.City != "郑州市" {
		t.Errorf("%d files, stored is %q", len(w.Disk), w.Drafts[f.ID()].Document.City)
	}
}

func TestABackupHoldsAlsoADraftThatWasLeft(t *testing.T) {
	w, d, f := opened(t, exam.Document{})
	other, err := w.Ports().Drafts.Create(exam.Document{}, w.Pack.Ref())
	if err != nil {
		t.Fatal(err)
	}
	w.DiskFull()
	f.Set("city", "郑州市")
	d.Open(other.ID)
	w.Loop.Drain()
	d.MakeBackup("correct horse", "correct horse")
	w.Loop.Drain()
	if len(w.Disk) != 0 {
		t.Error("a backup was made while something typed is nowhere but in the window")
	}
}

func TestABackupIsRestoredBesideWhatIsInUse(t *testing.T) {
	w, d := setting(t)
	w.Disk["/old.backup"] = []byte("the secret")
	for _, c := range []struct{ path, secret, key string }{
		{"", "x", "ui.settings.restore.incomplete.title"}, {"/old.backup", "", "ui.settings.restore.incomplete.title"},
		{"/gone.backup", "x", "ui.settings.restore.failed.not_found.title"}, {"/old.backup", "wrong", "ui.settings.restore.failed.locked.title"},
		{`"/old.backup"`, "the secret", "ui.settings.restore.made.title"},
	} {
		d.RestoreBackup(c.path, c.secret)
		w.Loop.Drain()
		if key, about := said(d); key != c.key || about != "restore" {
			t.Errorf("%q with %q: says %s about %s", c.path, c.secret, key, about)
		}
		readable(t, d)
	}
	if d.Settings().Restored == "" || w.Folder != "" {
		t.Errorf("restored to %q, the next start uses %q", d.Settings().Restored, w.Folder)
	}
	d.MoveTo(d.Settings().Restored)
	w.Loop.Drain()
	if w.Folder != "/home/example/wenbao-restored" || d.Settings().Restored != "" {
		t.Errorf("the next start uses %q", w.Folder)
	}
	readable(t, d)
}

func TestTheFolderMovesOnlyWhereItCan(t *testing.T) {
	w := presenttest.NewWorld()
	ports := w.Ports()
	ports.Folders = nil
	d := present.NewDesk(ports, w.Loop, func() {})
	d.MoveTo("/elsewhere")
	w.Loop.Drain()
	if d.Settings().CanMove || w.Folder != "" {
		t.Errorf("moved to %q", w.Folder)
	}
	_, d = setting(t)
	d.MoveTo("  ")
	if d.Settings().Busy != "" {
		t.Error("an empty path is used")
	}
}

func TestOnlyAServerThatCanBeTrustedIsTaken(t *testing.T) {
	key := exam.EncodePublicKey(ed25519.NewKeyFromSeed(make([]byte, 32)).Public().(ed25519.PublicKey))
	for _, c := range []struct {
		n    present.Network
		want string
	}{
		{present.Network{}, "kept"},
		{present.Network{Proxy: "none"}, "kept"},
		{present.Network{Proxy: "manual", ProxyURL: "socks5://127.0.0.1:1080"}, "kept"},
		{present.Network{Proxy: "manual", ProxyURL: "http://proxy.example:3128"}, "kept"},
		{present.Network{Proxy: "manual"}, "bad_proxy"},
		{present.Network{Proxy: "manual", ProxyURL: "proxy.example:3128"}, "bad_proxy"},
		{present.Network{Proxy: "manual", ProxyURL: "ftp://proxy.example"}, "bad_proxy"},
		{present.Network{Server: "https://bm.example.cn", Key: key}, "kept"},
		{present.Network{Server: " https://bm.example.cn ", Key: key + "\n"}, "kept"},
		{present.Network{Server: "http://127.0.0.1:8443", Key: key}, "kept"},
		{present.Network{Server: "http://bm.example.cn", Key: key}, "bad_server"},
		{present.Network{Server: "http://localhost.example.cn", Key: key}, "bad_server"},
		{present.Network{Server: "bm.example.cn", Key: key}, "bad_server"},
		{present.Network{Server: "https://bm.example.cn/#/login", Key: key}, "bad_server"}, // as browsers show it; no engine takes it
		{present.Network{Server: "https://bm.example.cn/?from=home", Key: key}, "bad_server"},
		{present.Network{Server: "https://li:geheim@bm.example.cn", Key: key}, "bad_server"},
		{present.Network{Server: "https://bm.example.cn"}, "bad_key"},
		{present.Network{Server: "https://bm.example.cn", Key: "abc"}, "bad_key"},
	} {
		w, d := setting(t)
		d.SetNetwork(c.n)
		w.Loop.Drain()
		got, about := said(d)
		if got != "ui.settings.network."+c.want+".title" || about != "network" {
			t.Errorf("%+v: says %s", c.n, got)
		}
		readable(t, d)
		if _, kept := w.Values[present.NetworkKey]; kept != (c.want == "kept") {
			t.Errorf("%+v: kept %v", c.n, kept)
		}
	}
}

func TestANewServerIsForTheNextStart(t *testing.T) {
	w, d := setting(t)
	d.SetNetwork(present.Network{Proxy: "none"})
	w.Loop.Drain()
	if s := d.Settings(); !s.Restart || s.Network.Proxy != "none" {
		t.Errorf("restart %v, proxy %q", s.Restart, s.Network.Proxy)
	}
	d.SetNetwork(present.Network{})
	w.Loop.Drain()
	if d.Settings().Restart {
		t.Error("as it was, and a restart is asked for")
	}
}

func TestTheNumberOfVersionsIsOneOfThoseOffered(t *testing.T) {
	w, d := setting(t)
	for _, n := range []int{-1, 0, 7, 1 << 30} {
		d.KeepVersions(n)
		w.Loop.Drain()
		if w.Keep != 0 || d.Settings().Versions != present.VersionChoices[0] {
			t.Errorf("%d versions are kept", w.Keep)
		}
	}
	for _, n := range present.VersionChoices {
		d.KeepVersions(n)
		w.Loop.Drain()
		if w.Keep != n || d.Settings().Versions != n {
			t.Errorf("%d was chosen, kept are %d, shown %d", n, w.Keep, d.Settings().Versions)
		}
	}
	again := present.NewDesk(w.Ports(), w.Loop, func() {})
	again.Go(present.PageSettings)
	w.Loop.Drain()
	if got := again.Settings().Versions; got != present.VersionChoices[len(present.VersionChoices)-1] {
		t.Errorf("after a restart %d are shown", got)
	}
}

func TestTheBinGivesBackAndDestroysOnlyWhenAsked(t *testing.T) {
	w, d, f := opened(t, exam.Document{Name: "李小满"})
	id := f.ID()
	d.Delete(id)
	w.Loop.Drain()
	d.Go(present.PageSettings)
	w.Loop.Drain()
	if bin := d.Settings().Bin; len(bin) != 1 || bin[0].ID != id {
		t.Fatalf("the bin holds %v", bin)
	}
	d.Undelete(id)
	w.Loop.Drain()
	if len(d.Settings().Bin) != 0 || w.Bin[id] {
		t.Error("not given back")
	}
	w.Bin[id] = true
	d.Purge(id)
	w.Loop.Drain()
	if _, asked := d.Asked(); !asked || len(w.Purged) != 0 {
		t.Fatalf("asked %v, destroyed %v", asked, w.Purged)
	}
	d.Answer(true)
	w.Loop.Drain()
	if !slices.Equal(w.Purged, []exam.DraftID{id}) {
		t.Errorf("destroyed %v", w.Purged)
	}
	readable(t, d)
	before := d.Settings().Size
	d.Compact()
	w.Loop.Drain()
	if key, _ := said(d); key != "ui.settings.bin.compacted.title" || d.Settings().Size > before {
		t.Errorf("says %s, %d bytes, before %d", key, d.Settings().Size, before)
	}
	readable(t, d)
}

func TestOneSlowThingAtATimeAndItCanBeStopped(t *testing.T) {
	w, d := setting(t)
	d.MakeBackup("correct horse", "correct horse")
	if d.Settings().Busy != "backup" {
		t.Fatalf("busy with %q", d.Settings().Busy)
	}
	d.Compact() // waits for nobody: it is refused
	d.StopBusy()
	w.Loop.Drain()
	if key, _ := said(d); key != "ui.settings.canceled.title" || d.Settings().Busy != "" || len(w.Disk) != 0 {
		t.Errorf("says %s, busy with %q, %d files", key, d.Settings().Busy, len(w.Disk))
	}
	readable(t, d)
	d.StopBusy() // nothing to stop
	d.MakeBackup("correct horse", "correct horse")
	w.Loop.Drain()
	if len(w.Disk) != 1 {
		t.Error("the next backup was not made")
	}
}

func TestEveryFailureOfTheSettingsHasItsWords(t *testing.T) {
	for _, kind := range []exam.Kind{exam.KindFull, exam.KindReadOnly, exam.KindLocked, exam.KindInvalid, exam.KindNotFound, exam.KindDamaged, exam.KindBusy} {
		for _, do := range []func(*present.Desk){
			func(d *present.Desk) { d.SetPassphrase("correct horse", "correct horse") },
			func(d *present.Desk) { d.MakeBackup("correct horse", "correct horse") },
			func(d *present.Desk) { d.MoveTo("/elsewhere") },
			func(d *present.Desk) { d.SetNetwork(present.Network{Proxy: "none"}) },
			func(d *present.Desk) { d.Compact() },
		} {
			w, d := setting(t)
			w.Fails = kind
			do(d)
			w.Loop.Drain()
			if key, _ := said(d); !strings.Contains(key, ".failed.") {
				t.Errorf("%s: says %q", kind, key)
			}
			readable(t, d)
		}
	}
}
