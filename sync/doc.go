// Package sync carries the outbox to the registration server and brings back
// what the server decided, over any line.
//
// [Engine] is the one owner of every attempt: nothing below it retries. It
// sends each registration's steps in their order and different registrations
// side by side, in requests whose size and number follow the line; it believes
// nothing but the server's signature; and for everything that does not get
// through it knows either a time for the next attempt or a reason a person can
// read. DESIGN.md has the reasons.
//
// Inside the project the package is imported as wsync.
package sync
