//go:build unix

package photo

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
)

// used gives the processor time of this process, or of its ended children.
func used(b testing.TB, who int) time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(who, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func BenchmarkAgainstVips(b *testing.B) {
	b.Run("smooth", func(b *testing.B) { againstVips(b, smooth) })
	b.Run("grainy", func(b *testing.B) { againstVips(b, grainy) })
}

// againstVips makes the same photos with libvips, which decodes,
// crops in the middle, resizes and encodes but checks nothing, in turn with
// ours, and compares processor time. It needs Debian's libvips-tools.
func againstVips(b *testing.B, noise float64) {
	vips, err := exec.LookPath("vipsthumbnail")
	if err != nil {
		b.Skip("vipsthumbnail (libvips-tools) is not installed: no yardstick")
	}
	const photos, rounds = 40, 5
	dir := b.TempDir()
	args := []string{"--size", "295x413", "--smartcrop", "centre", "-o", filepath.Join(dir, "out-%s.jpg[Q=92,strip]")}
	var files [][]byte
	size := 0
	for i := range photos {
		data := typical(b, uint64(i%4), noise)
		name := filepath.Join(dir, fmt.Sprintf("%d.jpg", i))
		if err := os.WriteFile(name, data, 0o600); err != nil {
			b.Fatal(err)
		}
		size += len(data)
		files, args = append(files, data), append(args, name)
	}
	var ours, theirs []float64
	for b.Loop() {
		for range rounds {
			before := used(b, syscall.RUSAGE_SELF)
			for _, data := range files {
				s := open(b, data)
				if _, _, err := Fix(s, s.Propose(Default()), Default()); err != nil {
					b.Fatal(err)
				}
			}
			ours = append(ours, (used(b, syscall.RUSAGE_SELF)-before).Seconds()/photos)
			before = used(b, syscall.RUSAGE_CHILDREN)
			cmd := exec.Command(vips, args...)
			cmd.Env = append(os.Environ(), "VIPS_CONCURRENCY=1")
			if out, err := cmd.CombinedOutput(); err != nil {
				b.Fatalf("%v: %s", err, out)
			}
			theirs = append(theirs, (used(b, syscall.RUSAGE_CHILDREN)-before).Seconds()/photos)
		}
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	us, they := ours[len(ours)/2], theirs[len(theirs)/2]
	b.ReportMetric(1/us, "photos/s/core")
	b.ReportMetric(1/they, "vips/s/core")
	b.ReportMetric(they/us, "times-vips")
	b.ReportMetric(float64(size)/photos/1000, "KB/photo")
	b.ReportMetric(0, "ns/op")
}
