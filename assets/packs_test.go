package assets_test

import (
	"slices"
	"testing"

	"wenbao/assets"
)

func TestEveryPackListedIsThereWithItsSignatureAndNothingElseIs(t *testing.T) {
	ids := assets.PackIDs()
	if !slices.IsSorted(ids) || !slices.Contains(ids, "038-2026") {
		t.Errorf("%v", ids)
	}
	for _, id := range ids {
		raw, ok := assets.Pack(id)
		signature, signed := assets.PackSignature(id)
		if !ok || !signed || len(raw) == 0 || len(signature) == 0 {
			t.Errorf("%s: pack %v, signature %v", id, ok, signed)
		}
	}
	for _, id := range []string{"", "x", "../packs/038-2026", `..\packs\038-2026`, "038-2026.jsonc", "/038-2026"} {
		if _, ok := assets.Pack(id); ok {
			t.Errorf("there is a pack %q", id)
		}
	}
}
