// Package boltdb keeps a registration server's state in one bbolt file: nothing
// to install, one process, any number of clients. See DESIGN.md for the layout
// and why commits are grouped.
package boltdb
