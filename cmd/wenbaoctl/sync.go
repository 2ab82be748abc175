package main

import (
	"context"
	"errors"
	"strconv"
	"time"

	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/store"
	wsync "wenbao/sync"
)

// syncTally is what `sync --json` prints.
type syncTally struct {
	Delivered int `json:"delivered"`
	SetAside  int `json:"set_aside"`
	Conflicts int `json:"conflicts"`
	Waiting   int `json:"waiting"`
}

const defaultSyncTimeout = 10 * time.Minute

func (c *syncCommand) Run(s *session) error {
	st, err := s.store()
	if err != nil {
		return err
	}
	engine, err := s.engine(st)
	if err != nil {
		return err
	}
	if c.Timeout == 0 {
		c.Timeout = defaultSyncTimeout
	}
	ctx, cancel := context.WithTimeout(s.ctx, c.Timeout)
	defer cancel()
	run := engine.Once
	if c.UntilIdle {
		run = engine.UntilIdle
	}
	told := make(chan struct{})
	watching, stop := context.WithCancel(ctx)
	go func() { defer close(told); s.watch(watching, engine) }()
	result, err := run(ctx)
	stop()
	<-told
	s.clock(st, engine)
	tally := syncTally{result.Delivered, result.SetAside, result.Conflicts, result.Waiting}
	s.out.record(tally)
	s.out.text("%s\n", s.words.Say("ctl.synced", map[string]string{
		"delivered": strconv.Itoa(tally.Delivered), "waiting": strconv.Itoa(tally.Waiting),
		"aside": strconv.Itoa(tally.SetAside), "conflicts": strconv.Itoa(tally.Conflicts),
	}))
	return s.tallied(tally, err)
}

// tellEvery is how often a long sync says how far it has come.
const tellEvery = 3 * time.Second

// watch tells people, until ctx ends, how far the sending has come and what it
// waits for.
func (s *session) watch(ctx context.Context, e *wsync.Engine) {
	tick := time.NewTicker(tellEvery)
	defer tick.Stop()
	said := ""
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		st := e.Status()
		r := st.Round
		if r.Of == 0 {
			continue
		}
		key := "ctl.syncing"
		args := map[string]string{"done": strconv.Itoa(r.Done), "of": strconv.Itoa(r.Of), "sent": kilobytes(r.Sent), "bytes": kilobytes(r.Bytes),
			"rate": kilobytes(int64(st.Rate)), "waiting": strconv.Itoa(r.Of - r.Done), "next": st.Next.Format("15:04:05")}
		if st.Link != wsync.Online && len(st.Active) == 0 {
			key = "ctl.sync_waits"
		}
		if text := s.words.Say(key, args); text != said {
			said = text
			s.out.warn(key, args)
		}
	}
}

func kilobytes(n int64) string { return strconv.FormatInt((n+1023)/1024, 10) }

// clockOff is from when on a wrong clock is worth a word, and clockSaid the
// setting that lets it be said once.
const (
	clockOff  = 10 * time.Minute
	clockSaid = "ctl.clock_said"
)

// clock says once that this machine's clock is wrong, and forgets that it did
// when it is right again. Nothing depends on it.
func (s *session) clock(st *store.Store, e *wsync.Engine) {
	skew, known := e.Skew()
	said, err := st.Setting(clockSaid)
	if !known || err != nil {
		return
	}
	switch off := skew.Abs() > clockOff; {
	case off && said == nil:
		err = st.SetSetting(clockSaid, []byte("1"))
		now, _ := e.Now()
		s.out.warn("ctl.clock_off", map[string]string{"server": now.Format("2006-01-02 15:04"), "here": now.Add(-skew).Format("2006-01-02 15:04")})
	case !off && said != nil:
		err = st.SetSetting(clockSaid, nil)
	}
	if err != nil {
		s.out.report(err)
	}
}

// tallied turns what a sync met into an exit code: a conflict, something set
// aside, or a server that could not be reached while something waits.
func (s *session) tallied(t syncTally, err error) error {
	if t.Conflicts > 0 {
		s.out.found(exitConflict)
	}
	if t.SetAside > 0 {
		s.out.found(exitProblems)
	}
	if errors.Is(err, context.DeadlineExceeded) && s.ctx.Err() == nil {
		err = &said{exam.KindUnreachable, "ctl.sync_timeout", map[string]string{"waiting": strconv.Itoa(t.Waiting)}}
	}
	if err != nil {
		kind, _, _ := s.out.report(err)
		s.out.found(exitOf(kind))
	}
	return nil
}

// engine wires the store to the server.
func (s *session) engine(st *store.Store) (*wsync.Engine, error) {
	pack := s.packs()[0]
	url := s.Server
	if url == "" {
		url = pack.Server.URL
	}
	if url == "" {
		return nil, usage("ctl.no_server", nil)
	}
	if wsync.CheckURL(url) != nil {
		return nil, usage("ctl.server_wrong", nil)
	}
	keys, err := s.keys(pack)
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		return nil, usage("ctl.no_server_key", nil)
	}
	return wsync.New(local.Engine(st, url, keys))
}
