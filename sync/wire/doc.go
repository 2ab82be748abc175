// Package wire is the language that 稳报 and its registration server speak:
// messages, media types, header names, limits and codecs, and nothing else. The
// OpenAPI document of package server describes the same language for others.
//
// Three things are kept apart on purpose: these messages, the domain types of
// package exam, and the records on a disk. Each has a version of its own.
//
// A registration is a resource under its draft's id. A step is a PUT of the
// submission (with If-Match naming the version it builds on) or a POST of the
// later steps; every step carries an Idempotency-Key, the outbox entry's id, and
// is answered with the same bytes however often it arrives. Files are named by
// SHA-256 and travel in pieces, in any order. Failures are problem details of
// RFC 9457 whose "kind" is an [exam.Kind].
package wire

import "time"

// Version is the one protocol version that this program speaks. Both sides name
// theirs in [HeaderProtocol] on every message, so that whoever answers without
// it (a captive portal, a proxy) is known not to be the server.
const Version = "1"

// Header names beyond those of HTTP itself.
const (
	HeaderProtocol    = "Wenbao-Protocol"
	HeaderIdempotency = "Idempotency-Key" // draft-ietf-httpapi-idempotency-key-header; bare, not quoted
)

// Media types.
const (
	JSON       = "application/json"
	ProblemDoc = "application/problem+json"               // RFC 9457
	Packed     = "application/vnd.wenbao.submission+zstd" // a submission's bytes, zstd with dictionary 1
	Bytes      = "application/octet-stream"               // a piece of a file
)

// Limits of messages that both sides hold; those of what they carry are package
// exam's. Sizes are bytes.
const (
	MaxPiece       = 256 << 10 // one piece of a file
	MaxInline      = 128 << 10 // all files that travel inside a step
	MaxStepBody    = 512 << 10 // a step with all it carries
	MaxMessage     = 8 << 20   // an answer, unpacked
	MaxRanges      = 256       // ranges in one list
	MaxQuery       = 200       // files asked about in one request
	MaxChanges     = 200       // registrations in one batch of changes
	MaxNews        = 100       // notices and editions of packs in one batch of changes
	MaxWait        = 55 * time.Second
	CredentialSize = 32 // random bytes of a device's credential
)
