package server

import (
	"encoding/binary"
	"testing"
	"time"
)

// TestInventedDevicesCostNoMemoryForEver comes with ever new devices, none of
// them quiet, and looks at what the limiter keeps.
func TestInventedDevicesCostNoMemoryForEver(t *testing.T) {
	now := time.Date(2026, 3, 9, 1, 0, 0, 0, time.UTC)
	l := newLimiter(Limits{}.filled(), func() time.Time { return now })
	began := time.Now()
	for n := range 5 * maxBuckets {
		var o Owner
		binary.BigEndian.PutUint64(o[:], uint64(n))
		if err := l.owner(o); err != nil {
			t.Fatal(err)
		}
		if n%1000 == 0 {
			now = now.Add(10 * time.Millisecond)
		}
		if len(l.owners) > 2*maxBuckets {
			t.Fatalf("%d devices are remembered", len(l.owners))
		}
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("newcomers cost %v", took)
	}
}
