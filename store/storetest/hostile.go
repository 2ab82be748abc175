package storetest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"wenbao/store/internal/disk"
	"wenbao/store/internal/keyslot"
	"wenbao/store/internal/seal"
)

// Elsewhere is a disk of another kind: "network", "removable".
type Elsewhere struct {
	disk.OS
	On disk.Place
}

func (e Elsewhere) Place(string) disk.Place { return e.On }

// Forged gives a sealed value changed at one place ("files/NAME"), its checksum
// made to fit, as somebody does who knows the format and not the key.
func Forged(place string, sealed []byte) []byte {
	out := bytes.Clone(sealed)
	out[len(out)/2] ^= 1
	const crcAt, nonceAt = 9, 13
	binary.BigEndian.PutUint32(out[crcAt:], seal.Checksum([]byte(place), out[:crcAt], out[nonceAt:]))
	return out
}

// Newer makes a closed store look as if a newer program had written it.
func Newer(t testing.TB, dir string) {
	t.Helper()
	for _, name := range []string{"keys.json", "keys.json.copy"} {
		name = filepath.Join(dir, name)
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, content, _ := bytes.Cut(bytes.TrimSuffix(raw, []byte("\n")), []byte("\n"))
		was, is := fmt.Sprintf(`"format":%d`, keyslot.Format), fmt.Sprintf(`"format":%d`, keyslot.Format+1)
		newer := bytes.Replace(bytes.ReplaceAll(content, []byte(`"format": `), []byte(`"format":`)), []byte(was), []byte(is), 1)
		if !bytes.Contains(newer, []byte(is)) {
			t.Fatalf("%s has no format", filepath.Base(name))
		}
		if err := os.WriteFile(name, fmt.Appendf(nil, "%08x\n%s\n", seal.Checksum(newer), newer), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
