package present

import (
	"context"
	"encoding/json"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"wenbao/exam"
)

// Locks is what opens the store. Its methods may take a second: a passphrase is
// stretched on purpose.
type Locks interface {
	Ways() []Way
	SetPassphrase(passphrase string) error
	RemovePassphrase() error
	// NewRecoveryCode makes the code before invalid; nobody keeps this one.
	NewRecoveryCode() (string, error)
}

// Way is one way to open the store.
type Way struct {
	Kind string // "keyring", "key_file", "passphrase" or "recovery"
	Made time.Time
}

// Backups copies the whole store into one sealed file and back.
type Backups interface {
	// Make writes a backup into the candidate's folder; an empty passphrase leaves
	// it to the ways that open the store (KindInvalid when none would elsewhere).
	Make(ctx context.Context, passphrase string) (BackupFile, error)
	// Restore makes a backup's store anew in a fresh folder beside the one in use,
	// which stays as it is. secret is the backup's passphrase or the recovery code.
	Restore(ctx context.Context, path, secret string) (BackupFile, error)
	// Snapshots lists the copies that the store takes by itself, newest first.
	Snapshots() ([]Snapshot, error)
}

// BackupFile is a backup that was written, or the folder made from one.
type BackupFile struct {
	Path          string
	Drafts, Files int
	Bytes         int64
}

// Snapshot is a checked copy of the database that the store took by itself.
type Snapshot struct {
	Taken time.Time
	Bytes int64
}

// Attic is what can be cleaned up.
type Attic interface {
	Bin() ([]Summary, error)
	Purge(id exam.DraftID) error // for good
	Size() (int64, error)        // of the data folder, in bytes
	Compact(ctx context.Context) error
	KeepVersions(n int) // older versions of a draft to keep; more than n are shown no longer
}

// Folders keeps which data folder the program opens at its next start.
type Folders interface{ Use(dir string) error }

// Network is how the server is reached, from the next start on.
type Network struct {
	Proxy    string `json:"proxy"`     // "" as the system says, "none", or "manual"
	ProxyURL string `json:"proxy_url"` // of "manual"
	Server   string `json:"server"`    // "" the exam pack's
	Key      string `json:"key"`       // public key of Server, as `wenbaod keys public` prints it
}

// NetworkKey is where the network settings are kept.
const NetworkKey = "net.settings"

// VersionsKey is where the number of versions to keep is kept.
const VersionsKey = "store.versions"

// VersionChoices are the numbers of older versions one can keep; the first is
// what the store does by itself.
var VersionChoices = []int{200, 50, 20}

// Bounds of a passphrase. Eight characters are the least that is worth
// stretching; the most keeps a pasted document out.
const (
	leastPassphrase = 8
	mostPassphrase  = 256
)

// settings is what the settings page knows.
type settings struct {
	read      bool
	reads     turns
	ways      []Way
	code      string // a recovery code just made, shown once
	size      int64
	bin       []Summary
	snapshots []Snapshot
	network   Network
	started   Network // what this start was made with
	versions  int
	busy      string // what is being done
	cancel    context.CancelFunc
	message   *Message
	about     string // which part the message is about
	restored  string // folder made from a backup
}

// SettingsView is the page 设置.
type SettingsView struct {
	Loading   bool
	Ways      []Way
	Locked    bool // a passphrase is asked for at every start
	Code      string
	Size      int64
	Bin       []Summary
	Snapshots []Snapshot
	Network   Network
	Restart   bool // something chosen here is used from the next start on
	Versions  int
	Busy      string // "backup", "restore", "compact", "lock"; "" nothing
	Message   *Message
	About     string // the part that the message belongs to
	Restored  string
	CanMove   bool // the data folder can be changed
	Pack      Text
	Keys      []string // ids of the keys whose receipts are believed
}

// Settings gives the page 设置.
func (d *Desk) Settings() SettingsView {
	s := d.settings
	return SettingsView{Loading: !s.read, Ways: s.ways, Locked: has(s.ways, "passphrase"), Code: s.code, Size: s.size, Bin: s.bin,
		Snapshots: s.snapshots, Network: s.network, Restart: s.read && s.network != s.started, Versions: s.versions, Busy: s.busy,
		Message: s.message, About: s.about, Restored: s.restored, CanMove: d.ports.Folders != nil, Pack: Named(d.ports.Packs[0].Title), Keys: d.keyIDs()}
}

func (d *Desk) keyIDs() (ids []string) {
	for _, k := range d.ports.Packs[0].ServerKeys() {
		ids = append(ids, exam.KeyID(k))
	}
	return ids
}

func has(ways []Way, kind string) bool {
	return slices.ContainsFunc(ways, func(w Way) bool { return w.Kind == kind })
}

// readSettings reads what the page shows.
func (d *Desk) readSettings() {
	fresh := d.settings.reads.ask()
	d.loop.Go(context.Background(), func(context.Context) func() {
		p := d.ports
		now := settings{read: true, ways: p.Locks.Ways(), versions: VersionChoices[0]}
		size, err := p.Attic.Size()
		bin, err2 := p.Attic.Bin()
		snapshots, _ := p.Backups.Snapshots() // a list that cannot be read is shown as empty
		now.size, now.bin, now.snapshots = size, bin, snapshots
		if raw, e := p.Settings.Setting(NetworkKey); e == nil {
			_ = json.Unmarshal(raw, &now.network) // what cannot be read leaves the pack's server
		}
		if raw, e := p.Settings.Setting(VersionsKey); e == nil {
			_ = json.Unmarshal(raw, &now.versions)
		}
		return func() {
			if !fresh() {
				return
			}
			old := d.settings
			d.settings = now
			d.settings.reads = old.reads
			d.settings.code, d.settings.busy, d.settings.cancel = old.code, old.busy, old.cancel
			d.settings.message, d.settings.about, d.settings.restored = old.message, old.about, old.restored
			d.settings.started = old.started
			if !old.read {
				d.settings.started = now.network
			}
			for _, e := range []error{err, err2} {
				if e != nil {
					d.failed(e)
				}
			}
			d.changed()
		}
	})
}

// leaveSettings forgets what must not stay on the screen.
func (d *Desk) leaveSettings() { d.settings.code, d.settings.message, d.settings.about = "", nil, "" }

// say puts the outcome of an action under its part of the page.
func (d *Desk) say(about string, tone Tone, key string, pairs ...any) {
	d.settings.message, d.settings.about = &Message{Tone: tone, Title: T("ui.settings."+key+".title", pairs...), Text: T("ui.settings."+key+".text", pairs...)}, about
	d.changed()
}

// during runs one slow action of the page at a time; then tells of its end.
func (d *Desk) during(busy, about string, do func(context.Context) (then func(), err error)) {
	if d.settings.busy != "" {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	d.settings.busy, d.settings.cancel, d.settings.message = busy, cancel, nil
	d.loop.Go(context.Background(), func(context.Context) func() {
		then, err := do(ctx)
		return func() {
			cancel()
			d.settings.busy, d.settings.cancel = "", nil
			switch {
			case exam.KindOf(err) == exam.KindCanceled:
				d.say(about, Calm, "canceled")
			case err != nil:
				d.say(about, Trouble, about+".failed."+string(settingsReason(exam.KindOf(err))))
			default:
				then()
			}
			d.readSettings()
		}
	})
	d.changed()
}

// settingsReason picks the kinds that have words of their own on this page.
func settingsReason(k exam.Kind) exam.Kind {
	switch k {
	case exam.KindFull, exam.KindReadOnly, exam.KindLocked, exam.KindInvalid, exam.KindNotFound, exam.KindDamaged:
		return k
	}
	return exam.KindInternal
}

// StopBusy cancels the slow action of the page.
func (d *Desk) StopBusy() {
	if d.settings.cancel != nil {
		d.settings.cancel()
	}
}

// SetPassphrase makes the store ask for a passphrase at every start. It is typed
// twice; a recovery code should be printed first.
func (d *Desk) SetPassphrase(once, again string) {
	if !d.passphraseFits("lock", once, again) {
		return
	}
	d.during("lock", "lock", func(context.Context) (func(), error) {
		err := d.ports.Locks.SetPassphrase(once)
		return func() { d.say("lock", Good, "lock.set") }, err
	})
}

func (d *Desk) passphraseFits(about, once, again string) bool {
	switch n := utf8.RuneCountInString(once); {
	case n < leastPassphrase || n > mostPassphrase || strings.TrimSpace(once) != once:
		d.say(about, Trouble, "passphrase.weak", "least", leastPassphrase)
	case once != again:
		d.say(about, Trouble, "passphrase.differs")
	default:
		return true
	}
	return false
}

// RemovePassphrase makes the store open on this machine without asking; it asks
// first.
func (d *Desk) RemovePassphrase() {
	d.askFirst("unlock", func() {
		d.during("lock", "lock", func(context.Context) (func(), error) {
			err := d.ports.Locks.RemovePassphrase()
			return func() { d.say("lock", Good, "lock.removed") }, err
		})
	})
}

// NewRecoveryCode makes a code to print; it asks first when there was one, which
// will open nothing any more.
func (d *Desk) NewRecoveryCode() {
	make := func() {
		d.during("lock", "lock", func(context.Context) (func(), error) {
			code, err := d.ports.Locks.NewRecoveryCode()
			return func() { d.settings.code = code; d.changed() }, err
		})
	}
	if has(d.settings.ways, "recovery") {
		d.askFirst("recovery", make)
		return
	}
	make()
}

// ForgetCode takes the recovery code off the screen.
func (d *Desk) ForgetCode() { d.settings.code = ""; d.changed() }

// MakeBackup writes everything into one sealed file. With an empty passphrase
// it opens as the store does.
func (d *Desk) MakeBackup(once, again string) {
	if once+again != "" && !d.passphraseFits("backup", once, again) {
		return
	}
	if once == "" && !has(d.settings.ways, "passphrase") && !has(d.settings.ways, "recovery") {
		d.say("backup", Trouble, "backup.no_way_in")
		return
	}
	d.flush(waiting{func() {
		d.during("backup", "backup", func(ctx context.Context) (func(), error) {
			f, err := d.ports.Backups.Make(ctx, once)
			return func() {
				d.say("backup", Good, "backup.made", "path", f.Path, "drafts", f.Drafts, "files", f.Files, "size", Size(f.Bytes))
			}, err
		})
	}, func(why reason) { d.say("backup", Trouble, "backup.failed."+string(settingsReason(exam.Kind(why)))) }})
}

// RestoreBackup makes a backup's store in a folder of its own; nothing in use is
// touched.
func (d *Desk) RestoreBackup(path, secret string) {
	path = pasted(path)
	if path == "" || secret == "" {
		d.say("restore", Trouble, "restore.incomplete")
		return
	}
	d.during("restore", "restore", func(ctx context.Context) (func(), error) {
		f, err := d.ports.Backups.Restore(ctx, path, secret)
		return func() {
			d.settings.restored = f.Path
			d.say("restore", Good, "restore.made", "path", f.Path, "drafts", f.Drafts, "files", f.Files)
		}, err
	})
}

// MoveTo uses another data folder from the next start on; the one in use stays
// as it is.
func (d *Desk) MoveTo(dir string) {
	dir = pasted(dir)
	if d.ports.Folders == nil || dir == "" {
		return
	}
	d.during("move", "folder", func(context.Context) (func(), error) {
		err := d.ports.Folders.Use(dir)
		return func() { d.settings.restored = ""; d.say("folder", Good, "folder.moved", "path", dir) }, err
	})
}

// SetNetwork changes how the server is reached; what cannot work is refused.
func (d *Desk) SetNetwork(n Network) {
	n.ProxyURL, n.Server, n.Key = strings.TrimSpace(n.ProxyURL), strings.TrimSpace(n.Server), strings.TrimSpace(n.Key)
	if problem := n.problem(); problem != "" {
		d.say("network", Trouble, "network."+problem)
		return
	}
	raw, _ := json.Marshal(n) // plain values cannot fail
	d.during("network", "network", func(context.Context) (func(), error) {
		err := d.ports.Settings.SetSetting(NetworkKey, raw)
		return func() { d.settings.network = n; d.say("network", Good, "network.kept") }, err
	})
}

// problem names what is wrong with the settings, "" when nothing is.
func (n Network) problem() string {
	if n.Proxy == "manual" {
		if u, err := url.Parse(n.ProxyURL); err != nil || u.Host == "" || !slices.Contains([]string{"http", "https", "socks5"}, u.Scheme) {
			return "bad_proxy"
		}
	}
	if n.Server == "" {
		return ""
	}
	u, err := url.Parse(n.Server)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && !(u.Scheme == "http" && net.ParseIP(u.Hostname()).IsLoopback()) {
		return "bad_server"
	}
	if _, err := exam.ParsePublicKey([]byte(n.Key)); err != nil {
		return "bad_key"
	}
	return ""
}

// KeepVersions sets how many older versions of each draft are kept.
func (d *Desk) KeepVersions(n int) {
	if !slices.Contains(VersionChoices, n) {
		return
	}
	raw, _ := json.Marshal(n)
	d.settings.versions = n
	d.settings.reads.outdate()
	d.loop.Go(context.Background(), func(context.Context) func() {
		err := d.ports.Settings.SetSetting(VersionsKey, raw)
		return func() {
			if err == nil {
				d.ports.Attic.KeepVersions(n)
			} else {
				d.failed(err)
			}
			d.readSettings()
		}
	})
	d.changed()
}

// Undelete takes a draft out of the bin.
func (d *Desk) Undelete(id exam.DraftID) {
	d.during("bin", "bin", func(context.Context) (func(), error) {
		return d.changed, d.ports.Drafts.Undelete(id)
	})
}

// Purge destroys a draft in the bin; it asks first, for nobody can bring it back.
func (d *Desk) Purge(id exam.DraftID) {
	d.askFirst("purge", func() {
		d.during("bin", "bin", func(context.Context) (func(), error) {
			return func() { d.say("bin", Calm, "bin.purged") }, d.ports.Attic.Purge(id)
		})
	})
}

// Compact gives back the room of what was purged.
func (d *Desk) Compact() {
	before := d.settings.size
	d.during("compact", "bin", func(ctx context.Context) (func(), error) {
		err := d.ports.Attic.Compact(ctx)
		after, err2 := d.ports.Attic.Size()
		if err == nil {
			err = err2
		}
		return func() {
			d.say("bin", Good, "bin.compacted", "before", Size(before), "after", Size(after))
		}, err
	})
}
