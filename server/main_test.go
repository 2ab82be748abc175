package server_test

import (
	"bytes"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

// said is everything that the servers of these tests wrote into their logs.
var said transcript

type transcript struct {
	mu    sync.Mutex
	bytes bytes.Buffer
}

func (t *transcript) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.bytes.Write(b)
}

// everything logs all there is to log.
func everything() *slog.Logger {
	return slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// canaries are pieces (long enough that no duration looks like one) of what the made-up people of these tests entered, and of
// the credentials of their devices.
var canaries = []string{"测试", "410102197", "410102198", "13800000", "example.org", "演练路", "河南大学", "1047512012", "社会工作", "请补充", "Bearer", "wenbao-ed25519"}

// TestMain looks, after all tests, for goroutines that were left and for
// personal data in the logs.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		log := said.bytes.String()
		for _, c := range canaries {
			if i := strings.Index(log, c); i >= 0 {
				fmt.Printf("the log of the servers holds %q: %.200s\n", c, log[max(0, i-100):])
				code = 1
			}
		}
		if code == 0 && len(log) < 1000 && flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.fuzz").Value.String() == "" {
			fmt.Println("the servers logged next to nothing, so nothing is known about their logs")
			code = 1
		}
		os.Exit(code)
	}))
}
