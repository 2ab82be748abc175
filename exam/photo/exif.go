package photo

import (
	"bytes"
	"encoding/binary"
)

// orientation reads tag 0x0112 of the first directory of a TIFF structure, as
// Exif holds it; 1 when there is none or it makes no sense.
func orientation(tiff []byte) int {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(tiff, []byte("II*\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(tiff, []byte("MM\x00*")):
		order = binary.BigEndian
	default:
		return 1
	}
	if len(tiff) < 8 {
		return 1
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 1
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			return 1
		}
		const short = 3
		if order.Uint16(entries) == 0x0112 && order.Uint16(entries[2:]) == short {
			if v := int(order.Uint16(entries[8:])); v >= 1 && v <= 8 {
				return v
			}
			return 1
		}
		entries = entries[12:]
	}
	return 1
}

// exif finds the Exif block of the formats other than JPEG.
func exif(format string, data []byte) []byte {
	switch format {
	case "tiff":
		return data
	case "png":
		return pngChunk(data, "eXIf")
	case "webp":
		return bytes.TrimPrefix(riffChunk(data, "EXIF"), []byte("Exif\x00\x00"))
	}
	return nil
}

// pngChunk gives the body of the first chunk of a type.
func pngChunk(data []byte, kind string) []byte {
	for b := data[min(8, len(data)):]; len(b) >= 12; {
		n := uint64(binary.BigEndian.Uint32(b))
		if n+12 > uint64(len(b)) {
			return nil
		}
		if string(b[4:8]) == kind {
			return b[8 : 8+n]
		}
		b = b[n+12:]
	}
	return nil
}

// riffChunk gives the body of the first chunk of a type.
func riffChunk(data []byte, kind string) []byte {
	for b := data[min(12, len(data)):]; len(b) >= 8; {
		n := uint64(binary.LittleEndian.Uint32(b[4:]))
		if n+8 > uint64(len(b)) {
			return nil
		}
		if string(b[:4]) == kind {
			return b[8 : 8+n]
		}
		b = b[min(n+8+n&1, uint64(len(b))):]
	}
	return nil
}
