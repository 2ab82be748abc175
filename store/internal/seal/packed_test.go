package seal

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"testing"
)

const (
	bucket, key = "drafts", "0195e7a0-0000-7000-8000-000000000001"
	sequence    = 42
)

var text = []byte(`{"exam":"038","year":2026,"level":"junior","area":"110000","name":"样例","work":[{"employer":"样例市社会工作服务中心"}]}`)

func box(t *testing.T) Box {
	t.Helper()
	b, err := NewBox(bytes.Repeat([]byte{7}, KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAPackedValueIsShorterAndOpensToTheSame(t *testing.T) {
	b := box(t)
	sealed := b.Seal(bucket, key, sequence, text)
	packed := b.Pack(bucket, key, sealed)
	if !Packed(packed) || Packed(sealed) || len(packed) >= len(sealed) {
		t.Fatalf("%d bytes became %d", len(sealed), len(packed))
	}
	if seq, ok := Sound(Place(bucket, key), packed); !ok || seq != sequence {
		t.Error("sound, number:", ok, seq)
	}
	for _, form := range [][]byte{sealed, packed} {
		if plain, err := b.Open(bucket, key, form); err != nil || !bytes.Equal(plain, text) {
			t.Errorf("opens to %q, %v", plain, err)
		}
		if _, err := b.Open(bucket, key+"0", form); !errors.Is(err, ErrSector) {
			t.Error("opens in another place:", err)
		}
	}
	if again := b.Pack(bucket, key, packed); !bytes.Equal(again, packed) {
		t.Error("packed twice")
	}
}

func TestWhatCannotBePackedStaysAsItIs(t *testing.T) {
	b := box(t)
	other, err := NewBox(NewKey())
	if err != nil {
		t.Fatal(err)
	}
	for name, sealed := range map[string][]byte{
		"random":    b.Seal(bucket, key, sequence, NewKey()),
		"large":     b.Seal(bucket, key, sequence, make([]byte, maxPacked)),
		"empty":     b.Seal(bucket, key, sequence),
		"another's": other.Seal(bucket, key, sequence, text),
		"no value":  text,
		"shorter":   {formPacked},
		"nothing":   nil,
	} {
		if got := b.Pack(bucket, key, sealed); !bytes.Equal(got, sealed) {
			t.Errorf("%s: %d bytes became %d", name, len(sealed), len(got))
		}
	}
}

// What was packed once must be read for ever: S2 and the dictionary stand still.
func TestABlockOfTheFirstDayUnpacks(t *testing.T) {
	const block = "85018afe0555c2b1f800318d8b346e616d65223a22e6a0b7e4be8b225dc031b2151d08e5b8824d380e03231500050c227d5d7d"
	short, err := hex.DecodeString(block)
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := unpack(short); err != nil || !bytes.Equal(plain, text) {
		t.Errorf("%q, %v", plain, err)
	}
}

func TestWhatUnpacksToNothingGoodIsRefused(t *testing.T) {
	b := box(t)
	short := packer().Encode(nil, text)
	for name, bad := range map[string][]byte{
		"a bomb":     append(binary.AppendUvarint(nil, 1<<40), short[2:]...),
		"too large":  append(binary.AppendUvarint(nil, maxPacked+1), short[2:]...),
		"cut off":    short[:len(short)-3],
		"no block":   []byte("????????"),
		"nothing":    {},
		"too little": append(binary.AppendUvarint(nil, uint64(len(text)+9)), short[2:]...),
	} {
		if plain, err := b.Open(bucket, key, b.seal(formPacked, nil, bucket, key, sequence, bad)); !errors.Is(err, ErrTampered) {
			t.Errorf("%s opens to %d bytes, %v", name, len(plain), err)
		}
	}
}

func TestAValueCannotChangeItsForm(t *testing.T) {
	b := box(t)
	sealed := b.Seal(bucket, key, sequence, packer().Encode(nil, text))
	sealed[0] = formPacked
	binary.BigEndian.PutUint32(sealed[crcAt:], sum([]byte(Place(bucket, key)), sealed))
	if plain, err := b.Open(bucket, key, sealed); !errors.Is(err, ErrTampered) {
		t.Errorf("opens to %q, %v", plain, err)
	}
	sealed[0] = formPacked + 1
	binary.BigEndian.PutUint32(sealed[crcAt:], sum([]byte(Place(bucket, key)), sealed))
	if _, err := b.Open(bucket, key, sealed); !errors.Is(err, ErrVersion) {
		t.Error("of a newer form:", err)
	}
}
