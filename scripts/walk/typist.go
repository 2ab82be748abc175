package main

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// typist types random text into field after field as fast as a scanner or a
// trained hand does, kills the application a second after the last key and
// compares what is on the disk with what was typed, round after round.
func (w *walk) typist(characters int) error {
	const fields, length = 4, 60
	if err := steps(w.open, w.begin, func() error { return w.turn("work") }, func() error { return w.win.click("action.add.work") }); err != nil {
		return err
	}
	keys := []string{"work.0.employer", "work.0.position", "work.0.place", "work.0.duties"}
	alphabet := []rune("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789" + person.city + person.employer + person.duties)
	typed, dice := 0, rand.New(rand.NewPCG(1, 2))
	for round := 1; typed < characters; round++ {
		want := make([]string, fields)
		for i, key := range keys {
			text := make([]rune, length)
			for j := range text {
				text[j] = alphabet[dice.IntN(len(alphabet))]
			}
			want[i] = string(text)
			if err := w.win.fill(key, want[i]); err != nil {
				return err
			}
			typed += length
		}
		last := keys[fields-1]
		if _, err := w.win.until(patience, "the last character", func(v view) bool { return v.Focus == last && v.Typed == length }); err != nil {
			return err
		}
		time.Sleep(time.Second) // the promise: durable within one second
		w.win.kill()
		doc, err := w.document()
		if err != nil {
			return err
		}
		post := doc["work"].([]any)[0].(map[string]any)
		for i, key := range []string{"employer", "position", "place", "duties"} {
			if got := post[key]; got != want[i] {
				return fmt.Errorf("round %d: %s holds %q, typed was %q", round, key, got, want[i])
			}
		}
		fmt.Printf("round %d: %d characters typed at %v each, all of them on the disk after kill -9\n", round, typed, w.pace)
		if err := steps(w.reopen, func() error { return w.turn("work") }); err != nil {
			return err
		}
	}
	return nil
}
