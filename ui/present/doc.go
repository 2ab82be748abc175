// Package present decides what the window shows and what happens when somebody
// does something: it is the window without the drawing. It imports no Fyne, so
// that every decision can be tested in a microsecond.
//
// [Desk] is the whole application: the page shown, the list of drafts, the
// line to the server. [Form] is the one draft that is open: its fields, what is
// wrong with them, whether they are saved, and the steps after 提交. Both hand
// out views made of plain values and [Text], and the window turns them into
// widgets and words.
//
// Everything here runs on one goroutine, the window's. What can take time is
// handed to a [Loop], which brings the result back to that goroutine.
package present
