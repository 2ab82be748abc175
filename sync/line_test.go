package sync

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestWhenToComeBackIsHeededDuringAPauseOfItsOwn(t *testing.T) {
	l := newLine(rand.New(rand.NewPCG(1, 1)))
	l.pause(0)
	l.told(5 * time.Minute)
	if d := l.closedFor(); d < 5*time.Minute {
		t.Errorf("asked again after %v", d)
	}
	l.resume()
	if d := l.closedFor(); d < 4*time.Minute {
		t.Errorf("after 'try now' asked again after %v", d)
	}
}
