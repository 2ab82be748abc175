package main

import (
	"wenbao/assets"
	"wenbao/exam"
)

// builtIn gives the exam packs that ship inside the program.
func builtIn() ([]*exam.Pack, error) {
	var packs []*exam.Pack
	for _, id := range assets.PackIDs() {
		raw, _ := assets.Pack(id)
		p, err := exam.ParsePack(raw)
		if err != nil {
			return nil, err
		}
		packs = append(packs, p)
	}
	return packs, nil
}
