package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	"wenbao/cmd/internal/local"
	"wenbao/ui"
	"wenbao/ui/native"
)

// frontFile says where the program that has the data folder listens for being
// called to the front. The folder's lock alone decides who has it; a file that
// a dead program left leads nowhere.
const frontFile = "front.json"

// door is what the file holds: a port on this machine, and a word that only
// those know who may read the data folder.
type door struct {
	Port int    `json:"port"`
	Word string `json:"word"`
}

// The whole conversation: the word and a line break, then the answer.
const (
	frontAnswer   = "ok\n"
	mostFrontFile = 1 << 10
	frontWithin   = time.Second
)

// toFront asks the program that has the data folder to bring its window to the
// front; false when none answers.
func toFront(dir string) bool {
	f, err := os.Open(filepath.Join(dir, frontFile))
	if err != nil {
		return false
	}
	defer f.Close()
	var d door
	if json.NewDecoder(io.LimitReader(f, mostFrontFile)).Decode(&d) != nil || d.Port < 1 || d.Port > 65535 || d.Word == "" {
		return false
	}
	c, err := net.DialTCP("tcp", nil, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: d.Port})
	if err != nil {
		return false
	}
	defer c.Close()
	native.AllowFront()
	_ = c.SetDeadline(time.Now().Add(frontWithin)) // a connection without one ends all the same, by the answer
	if _, err := io.WriteString(c, d.Word+"\n"); err != nil {
		return false
	}
	answer := make([]byte, len(frontAnswer))
	_, err = io.ReadFull(c, answer)
	return err == nil && string(answer) == frontAnswer
}

// listen opens the door and calls front, on the window's goroutine, for
// everyone who knows the word. Without a port there is no door: a second start
// then says that the folder is in use.
func (p *program) listen(dir string, loop *ui.Loop, front func()) {
	called := make(chan struct{})
	loop.Go(context.Background(), func(ctx context.Context) func() {
		l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			return nil
		}
		defer context.AfterFunc(ctx, func() { l.Close() })()
		d := door{Port: l.Addr().(*net.TCPAddr).Port, Word: rand.Text()}
		raw, _ := json.Marshal(d) // plain values cannot fail
		file := filepath.Join(dir, frontFile)
		if local.WriteFile(file, raw) != nil {
			return nil
		}
		defer os.Remove(file)
		for {
			c, err := l.Accept()
			if err != nil {
				return nil
			}
			if answer(c, d.Word) {
				select {
				case called <- struct{}{}:
				case <-ctx.Done():
				}
			}
		}
	})
	ui.Watch(loop, called, func(struct{}) { front() })
}

// answer hears one caller out: as many bytes as the word has, no longer than
// [frontWithin].
func answer(c net.Conn, word string) bool {
	defer c.Close()
	if c.SetDeadline(time.Now().Add(frontWithin)) != nil {
		return false
	}
	said, err := bufio.NewReader(io.LimitReader(c, int64(len(word)+1))).ReadString('\n')
	if err != nil || subtle.ConstantTimeCompare([]byte(said), []byte(word+"\n")) != 1 {
		return false
	}
	_, err = io.WriteString(c, frontAnswer)
	return err == nil
}
