package store_test

import (
	"testing"

	"wenbao/store/storetest"
)

func TestTheStoreKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Port { return storetest.Open(t) })
}

func TestTheStoreInMemoryKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Port { return storetest.NewMemory() })
}
