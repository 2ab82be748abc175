//go:build x11 && cgo

package main

import (
	"context"
	"testing"

	"wenbao/cmd/internal/local"
	"wenbao/store"
	"wenbao/store/storetest"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

func TestTheStoreOnTheDiskBehavesAsTheWindowExpects(t *testing.T) {
	presenttest.Behaves(t, func(t *testing.T) present.Ports {
		dir := t.TempDir()
		s, err := local.Open(context.Background(), dir, store.Keys{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			storetest.Inspect(t, s, dir)
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		st := stored{s}
		return present.Ports{Drafts: st, Files: st, Outbox: st, Past: st, Settings: st, Attic: attic{s, dir}, Rescue: refuge{s}}
	})
}
