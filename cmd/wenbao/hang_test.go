//go:build x11 && cgo

package main

import (
	"wenbao/ui/present"
)

func hanging(p present.Ports) present.Ports  { return p }
func crashing(p present.Ports) present.Ports { return p }
func empty()                                 {}
