package sync

import (
	"context"
	"encoding/json"
	"slices"

	"wenbao/exam"
	"wenbao/sync/wire"
)

// settingFiles names the files still to be fetched: JSON of []absent. It is
// written with the cursor, so that none is forgotten when the line breaks.
const settingFiles = "sync.files"

// absent is a file that a registration names and this machine does not have.
type absent struct {
	Draft exam.DraftID `json:"draft"`
	File  exam.File    `json:"file"`
}

func (e *Engine) absents() (list []absent, err error) {
	raw, err := e.c.Settings.Setting(settingFiles)
	if err == nil && raw != nil && json.Unmarshal(raw, &list) != nil {
		list = nil // the daily comparison does not need it
	}
	return list, err
}

// noteFiles adds to what is written with the cursor which files of the updates
// are not here.
func (e *Engine) noteFiles(updates []exam.Update, settings map[string][]byte) error {
	if e.c.Keeper == nil {
		return nil
	}
	list, err := e.absents()
	if err != nil {
		return err
	}
	had := len(list)
	for _, u := range updates {
		sub, err := exam.DecodeSubmission(u.Registration.Content)
		if err != nil {
			continue
		}
		for _, f := range distinct(sub.Files) {
			a := absent{u.Registration.ID, f}
			if !exam.IsDigest(f.SHA256) || f.Size <= 0 || f.Size > exam.MaxFileBytes {
				continue
			}
			if _, err := e.c.Files.File(f.SHA256); exam.KindOf(err) == exam.KindNotFound && !slices.Contains(list, a) {
				list = append(list, a)
			}
		}
	}
	if len(list) > had {
		settings[settingFiles] = wire.Encode(list)
	}
	return nil
}

// noteCurrent notes the files of a version that another machine made and a refusal
// showed: a person is to see them before deciding. While others are being fetched
// the news bring it.
func (e *Engine) noteCurrent(current *exam.Registration) error {
	if current == nil || !e.taking.TryLock() {
		return nil
	}
	defer e.taking.Unlock()
	settings := map[string][]byte{}
	if err := e.noteFiles([]exam.Update{{Registration: *current}}, settings); err != nil || settings[settingFiles] == nil {
		return err
	}
	poke(e.nudge)
	return e.c.Settings.SetSetting(settingFiles, settings[settingFiles])
}

// fetchFiles fetches what is noted, one after the other and behind everything
// else. What the line breaks, a fault of the server or a full disk waits for the next
// news; what the server does not have, or this machine can never keep, is given up.
func (e *Engine) fetchFiles(ctx context.Context) {
	e.taking.Lock()
	defer e.taking.Unlock()
	list, err := e.absents()
	for i := 0; err == nil && i < len(list); {
		a := list[i]
		raw, f := e.fetchWhole(ctx, "/v1/files/", a.File.SHA256, a.File.Size)
		if f != nil && (f.passing() || f.line) {
			return
		}
		if f != nil && !f.final() {
			i++ // a fault of the server: again with the next news
			continue
		}
		if f == nil {
			err = e.c.Keeper.Keep(a.Draft, a.File, raw)
		}
		switch exam.KindOf(err) {
		case exam.KindFull, exam.KindReadOnly, exam.KindLocked:
			return // nothing can be kept now: again with the next news
		}
		if f != nil || err != nil {
			e.c.Log.Warn("a file of a registration could not be had", "file", a.File.Kind, "kind", exam.KindOf(err))
		}
		list = slices.Delete(list, i, i+1)
		err = e.c.Settings.SetSetting(settingFiles, wire.Encode(list))
	}
}
