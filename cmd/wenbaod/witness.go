//go:build witness

package main

import (
	"os"

	"wenbao/server/servertest"
)

// A program built for tests writes into the file WENBAOD_WITNESS what passed it,
// and whether that was what the OpenAPI document says.
func init() {
	if path := os.Getenv(servertest.WitnessFile); path != "" {
		between = servertest.Record(path)
	}
}
