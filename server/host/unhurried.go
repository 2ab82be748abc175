package host

import "runtime"

// garbage is how much may pile up before any is collected.
const garbage = 64 << 20

// Unhurried is for a program that is a server and nothing else. What a server
// holds is a few megabytes, and Go collects garbage whenever as much has piled
// up: every hundred registrations, a quarter of the time that they take. With
// room on the heap that is never touched, and so takes no memory, it is every
// seven hundred. The function it gives ends that.
func Unhurried() (end func()) {
	room := make([]byte, garbage)
	return func() { runtime.KeepAlive(room) }
}
