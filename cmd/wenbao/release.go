//go:build release

package main

const development = false
