package main

import (
	"context"
	"net"
	"os"
	"os/exec"
	"sync"
	"time"

	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/host"
	"wenbao/ui/present"
)

// trainer bends the practice server inside this program and the line to it.
type trainer struct {
	server *host.Host
	reason string // what the practice's reviewer asks for
	line   *trainingLine

	mu   sync.Mutex // guards day
	day  present.BadDay
	stop chan struct{} // ends the bank's clerk
	done sync.WaitGroup
}

// The bank of the practice settles late payments after so long, and looks so
// often.
const (
	settleAfter = 30 * time.Second
	settleLook  = time.Second
)

// slowAnswer is what a slow line adds to every answer, slowBytes how many bytes
// it carries in a second.
const (
	slowAnswer = 3 * time.Second
	slowBytes  = 8 << 10
)

func newTrainer(s *host.Host, reason string) *trainer {
	t := &trainer{server: s, reason: reason, line: &trainingLine{}, stop: make(chan struct{})}
	t.done.Add(1)
	go t.clerk()
	return t
}

// Day implements [present.Trainer].
func (t *trainer) Day() present.BadDay {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.day
}

// Bend implements [present.Trainer].
func (t *trainer) Bend(to present.BadDay) error {
	s := server.Steering{Away: to.Away, LosePayments: to.Payment != "", Reason: t.reason,
		Verification: map[string]server.Verification{"hand": server.VerifyByHand, "ask": server.VerifyAsks}[to.Review]}
	if to.Line == "slow" {
		s.Slow = slowAnswer
	}
	if err := t.server.Steer(s); err != nil {
		return err
	}
	t.line.set(to.Line)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.day = to
	return nil
}

// Act implements [present.Trainer].
func (t *trainer) Act(id exam.DraftID, step exam.Action) error {
	_, err := t.server.Review(context.Background(), id, step, t.reason)
	return err
}

// clerk settles payments whose notice is late.
func (t *trainer) clerk() {
	defer t.done.Done()
	look := time.NewTicker(settleLook)
	defer look.Stop()
	seen := map[exam.DraftID]time.Time{}
	for {
		select {
		case <-t.stop:
			return
		case now := <-look.C:
			if t.Day().Payment == "late" {
				t.settle(now, seen)
			} else {
				clear(seen)
			}
		}
	}
}

func (t *trainer) settle(now time.Time, seen map[exam.DraftID]time.Time) {
	out, err := server.NewDesk(t.server.Server).Do(context.Background(), server.Command{Do: "list", State: exam.StatePaying})
	if err != nil {
		return // looked at again in a second
	}
	for _, row := range out.Rows {
		first, ok := seen[row.ID]
		switch {
		case !ok:
			seen[row.ID] = now
		case now.Sub(first) >= settleAfter:
			delete(seen, row.ID)
			_ = t.Act(row.ID, exam.ActionSettle) // settled by hand meanwhile: nothing is left to do
		}
	}
}

func (t *trainer) close() {
	close(t.stop)
	t.done.Wait()
}

// trainingLine is the line between the engine and the practice server. It goes
// nowhere but to this machine, and can be slow or cut.
type trainingLine struct {
	mu    sync.Mutex // guards what follows
	state string     // of [present.BadDay]'s Line
	open  map[*trainingConn]struct{}
}

func (l *trainingLine) set(state string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = state
	if state == "gone" {
		for c := range l.open {
			_ = c.Conn.Close() // a cut line tells nobody
		}
	}
}

func (l *trainingLine) now() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state
}

// dial makes connections to loopback addresses alone.
func (l *trainingLine) dial(ctx context.Context, network, address string) (net.Conn, error) {
	const op = "practice line"
	host, _, err := net.SplitHostPort(address)
	if err != nil || !net.ParseIP(host).IsLoopback() {
		return nil, exam.Errorf(exam.KindUntrusted, op, "practice never leaves this machine")
	}
	if l.now() == "gone" {
		return nil, exam.Errorf(exam.KindUnreachable, op, "cut for practice")
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c := &trainingConn{Conn: conn, line: l}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == nil {
		l.open = map[*trainingConn]struct{}{}
	}
	l.open[c] = struct{}{}
	return c, nil
}

// trainingConn is one connection of the line.
type trainingConn struct {
	net.Conn
	line *trainingLine
}

// Write sends in small pieces with pauses while the line is slow.
func (c *trainingConn) Write(b []byte) (n int, err error) {
	const pieces = 8 // a second
	for len(b) > 0 {
		part := b
		if c.line.now() == "slow" {
			part = b[:min(len(b), slowBytes/pieces)]
			time.Sleep(time.Second / pieces)
		}
		m, err := c.Conn.Write(part)
		n += m
		if err != nil {
			return n, err
		}
		b = b[m:]
	}
	return n, nil
}

// Close implements [net.Conn].
func (c *trainingConn) Close() error {
	c.line.mu.Lock()
	delete(c.line.open, c)
	c.line.mu.Unlock()
	return c.Conn.Close()
}

// rehearse opens the practice program beside this one, with the passphrase that
// this one was given in the environment.
func rehearse(data, passphrase string) func() error {
	return func() error {
		self, err := os.Executable()
		if err != nil {
			return &exam.Error{Kind: exam.KindNotFound, Op: "open practice", Err: err}
		}
		args := []string{"--practice"}
		if data != "" {
			args = append(args, "--data", data)
		}
		c := exec.Command(self, args...)
		if passphrase != "" {
			c.Env = append(os.Environ(), local.PassphraseVariable+"="+passphrase)
		}
		if err := c.Start(); err != nil {
			return &exam.Error{Kind: exam.KindNotFound, Op: "open practice", Err: err}
		}
		return c.Process.Release()
	}
}
