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
	result, err := run(ctx)
	tally := syncTally{result.Delivered, result.SetAside, result.Conflicts, result.Waiting}
	s.out.record(tally)
	s.out.text("%s\n", s.words.Say("ctl.synced", map[string]string{
		"delivered": strconv.Itoa(tally.Delivered), "waiting": strconv.Itoa(tally.Waiting),
		"aside": strconv.Itoa(tally.SetAside), "conflicts": strconv.Itoa(tally.Conflicts),
	}))
	return s.tallied(tally, err)
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
	keys, err := s.keys(pack)
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		return nil, usage("ctl.no_server_key", nil)
	}
	return wsync.New(local.Engine(st, url, keys))
}
