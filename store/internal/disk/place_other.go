//go:build !linux && !darwin && !windows

package disk

func placeOf(string) Place { return Local }
