//go:build race

package ui_test

// raced tells that the race detector makes everything ten times slower: of the
// scenes every third is played, for all are without it.
const raced = true
