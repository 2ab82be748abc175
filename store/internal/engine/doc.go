// Package engine keeps sealed values by bucket and key in two copies that
// check each other: a bbolt file, and a journal of every change beside it.
//
// A change is one journal record and one fdatasync; it is then visible and
// durable. bbolt takes the changes in groups in the background. Opening
// compares the two, replays what bbolt lacks, and rebuilds bbolt's file from
// the last verified snapshot and the journal when it is damaged. The engine
// never sees a key or a plain value: it knows a value's checksum and sequence
// number, which lie outside the sealing.
package engine
