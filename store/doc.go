// Package store keeps everything a machine knows: drafts with every version of
// them, photos and evidence, the outbox, receipts, settings.
//
// What a method has acknowledged can be read after any crash. Nothing personal
// lies on the disk unsealed. A damaged file never ends in a panic or a hang:
// [Open] repairs from the second copy and [Store.Opening] says what it found.
// DESIGN.md has the file formats, the order of writes and the reasons.
//
// All methods may be called from several goroutines. They return *[exam.Error]:
// KindLocked while the store is locked, KindNotFound for an unknown id,
// KindFull, KindReadOnly and KindDamaged from the disk; a failed method has
// changed nothing and may be called again.
package store
