// Package postgres keeps a registration server's state in PostgreSQL, or an
// engine that speaks its protocol: any number of servers side by side on one
// database. It keeps the same contract as package boltdb.
//
// Two steps on the same registration wait for each other on its row; two that
// race for the same new registration, entry or person meet a unique index, and
// the loser decides again on what the winner wrote.
package postgres
