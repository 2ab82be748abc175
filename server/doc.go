// Package server is the registration server of 稳报: it takes steps from
// clients, judges them by the rules of package exam, answers the same thing for
// ever, and signs what it answers.
//
// [Server] is an http.Handler that owns no listener and no disk. What it keeps
// lies behind [Repository]; package boltdb is the one with nothing to install,
// package postgres the one that many copies share. The language on the wire is
// package wire's, described for everybody by openapi.yaml.
package server
