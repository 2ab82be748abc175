package disk

import "path/filepath"

// Place says on what kind of disk a folder lies.
type Place string

const (
	Local     Place = "local"
	Network   Place = "network"   // a share of another machine: locks and syncs may lie
	Removable Place = "removable" // a stick or card: it may be pulled at any moment
)

// PlaceOf tells where dir lies; Local when the system does not say.
func PlaceOf(dir string) Place {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	return placeOf(dir)
}
