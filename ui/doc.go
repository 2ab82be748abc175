// Package ui is the window of 稳报: pages, widgets and one theme, in Fyne.
//
// Widgets show and call back, pages connect, presenters (package present)
// decide. No page holds a rule of the examination, a sentence, a colour or a
// size of its own: rules come from presenters, sentences from the translation
// files, looks from [Theme]. Work that can take time goes through [Loop], the
// only place with a go statement and with fyne.Do.
//
// The package imports neither fyne.io/fyne/v2/app nor OpenGL, so its tests run
// without cgo and without a display.
package ui
