//go:build !release

package main

// development tells that this was not built for candidates: the window tells on
// standard error whenever it kept somebody waiting.
const development = true
