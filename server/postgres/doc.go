// Package postgres keeps a registration server's state in PostgreSQL, or an
// engine that speaks its protocol: any number of servers side by side on one
// database. It keeps the same contract as package boltdb.
//
// Two steps on the same registration wait for each other on its row; two that
// race for the same new registration, entry or person meet a unique index, and
// the loser decides again on what the winner wrote.
//
// First submissions, which are most of what comes in the worst hour, are decided
// as if nothing were held and written in groups, one round trip and one commit
// for many; the unique indexes refuse a group in which that was wrong, and
// whoever it was goes the longer way.
package postgres
