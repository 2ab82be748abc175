//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// asProgram makes the test binary the program itself.
const asProgram = "WENBAOD_AS_PROGRAM"

func init() {
	if os.Getenv(asProgram) != "" {
		main()
	}
}

// TestASecondSignalEndsWhatDoesNotHeedTheFirst holds a command at a pipe into
// which nobody writes.
func TestASecondSignalEndsWhatDoesNotHeedTheFirst(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(os.Args[0], "pack", "sign", pipe, "--key", pipe)
	c.Env = append(os.Environ(), asProgram+"=1")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	w, err := os.OpenFile(pipe, os.O_WRONLY, 0) // when this is done, the program reads
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for range 100 {
		c.Process.Signal(os.Interrupt)
		select {
		case <-ended:
			return
		case <-again.C:
		}
	}
	c.Process.Kill()
	<-ended
	t.Error("it goes on and on")
}
