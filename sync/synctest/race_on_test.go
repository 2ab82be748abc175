//go:build race

package synctest

// raced tells that the race detector makes everything ten times slower: the
// largest loads run without it, in a step of their own.
const raced = true
