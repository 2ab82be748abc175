package photo

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/gif"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"wenbao/exam"
	"wenbao/exam/photo/phototest"
)

func small() *image.RGBA { return phototest.Portrait{Width: 120, Height: 168, Noise: -1}.Draw() }

// formats gives one picture in every format there is an encoder for; the
// others lie in testdata.
func formats(t testing.TB) map[string][]byte {
	t.Helper()
	m := small()
	var p, b, g, tf bytes.Buffer
	for _, err := range []error{png.Encode(&p, m), bmp.Encode(&b, m), gif.Encode(&g, m, nil),
		tiff.Encode(&tf, m, &tiff.Options{Compression: tiff.Deflate})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	all := map[string][]byte{"jpeg": file(t, m, 90), "png": p.Bytes(), "bmp": b.Bytes(), "gif": g.Bytes(), "tiff": tf.Bytes()}
	names, err := filepath.Glob("testdata/formats/*")
	if err != nil || len(names) == 0 {
		t.Fatal("no testdata/formats", err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(name)] = data
	}
	return all
}

// Every format shows the same picture.
func TestEveryFormatShowsThePicture(t *testing.T) {
	want := fromImage(small())
	for name, data := range formats(t) {
		s, err := Decode(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if s.Width != 120 || s.Height != 168 {
			t.Errorf("%s: %d×%d", name, s.Width, s.Height)
			continue
		}
		if off := difference(s.pic, want); off > 6 && !strings.Contains(name, "grey") {
			t.Errorf("%s: differs by %.1f on average", name, off)
		}
	}
}

// difference is the mean distance of two pictures in luma and chroma.
func difference(a, b picture) float64 {
	const w, h = 60, 84
	fa, fb := a.resample(Crop{Width: 1, Height: 1}, w, h), b.resample(Crop{Width: 1, Height: 1}, w, h)
	sum := 0
	for i := range fa.Y {
		sum += abs(int(fa.Y[i]) - int(fb.Y[i]))
	}
	for i := range fa.Cb {
		sum += 2 * (abs(int(fa.Cb[i])-int(fb.Cb[i])) + abs(int(fa.Cr[i])-int(fb.Cr[i])))
	}
	return float64(sum) / float64(len(fa.Y))
}

// withExif puts an Exif segment with an orientation behind a JPEG's start.
func withExif(data []byte, orientation int, order binary.ByteOrder) []byte {
	tiff := []byte("II*\x00")
	if order == binary.BigEndian {
		tiff = []byte("MM\x00*")
	}
	app := order.(binary.AppendByteOrder)
	tiff = app.AppendUint32(tiff, 8)
	tiff = app.AppendUint16(tiff, 2)
	for _, e := range [][3]uint32{{0x010f, 2, 0}, {0x0112, 3, uint32(orientation)}} {
		tiff = app.AppendUint16(app.AppendUint16(tiff, uint16(e[0])), uint16(e[1]))
		tiff = app.AppendUint16(app.AppendUint32(tiff, 1), uint16(e[2]))
		tiff = append(tiff, 0, 0)
	}
	body := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, byte((len(body)+2)>>8), byte(len(body)+2))
	return append(append(out, body...), data[2:]...)
}

// A picture stored in any of the eight orientations comes out upright.
func TestOrientationIsApplied(t *testing.T) {
	upright := fromImage(small())
	// How the upright picture is stored so that the orientation turns it back.
	inverse := map[int]int{1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}
	for o, back := range inverse {
		stored := upright.upright(back)
		m := stored.resample(Crop{Width: 1, Height: 1}, stored.y.w, stored.y.h)
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			s := open(t, withExif(file(t, m.YCbCr, 95), o, order))
			if s.Width != 120 || s.Height != 168 || difference(s.pic, upright) > 3 {
				t.Errorf("orientation %d: %d×%d, differs by %.1f", o, s.Width, s.Height, difference(s.pic, upright))
			}
		}
	}
}

// exifOf is the Exif block that [withExif] writes, with its head.
func exifOf(t *testing.T, orientation int) []byte {
	t.Helper()
	data := withExif([]byte{0xff, 0xd8}, orientation, binary.BigEndian)
	return data[6:]
}

// The other formats carry an orientation too: PNG and WebP in a chunk among others.
func TestOrientationOfOtherFormatsIsApplied(t *testing.T) {
	upright := fromImage(small())
	stored := upright.upright(8)
	m := stored.resample(Crop{Width: 1, Height: 1}, stored.y.w, stored.y.h)
	var b bytes.Buffer
	if err := png.Encode(&b, m.YCbCr); err != nil {
		t.Fatal(err)
	}
	const ihdr = 8 + 12 + 13
	block := exifOf(t, 6)[len("Exif\x00\x00"):]
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(block)))
	chunk = append(append(chunk, "eXIf"...), block...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	data := slices.Concat(b.Bytes()[:ihdr], chunk, b.Bytes()[ihdr:])
	s := open(t, data)
	if s.Width != 120 || s.Height != 168 || difference(s.pic, upright) > 3 {
		t.Errorf("png: %d×%d, differs by %.1f", s.Width, s.Height, difference(s.pic, upright))
	}
	for name, webp := range map[string][]byte{
		"with a head":    riff("VP8X", []byte("odd"), "EXIF", exifOf(t, 6)),
		"without a head": riff("VP8X", []byte("even"), "EXIF", block),
		"cut off":        riff("EXIF", block)[:12+8+8],
		"none":           riff("VP8X", []byte("even")),
	} {
		want := map[bool]int{true: 6, false: 1}[strings.HasPrefix(name, "with")]
		if got := orientation(exif("webp", webp)); got != want {
			t.Errorf("webp %s: %d, want %d", name, got, want)
		}
	}
}

// riff is a WebP file's frame around chunks: names and bodies in turn.
func riff(chunks ...any) []byte {
	out := []byte("RIFF\x00\x00\x00\x00WEBP")
	for i := 0; i < len(chunks); i += 2 {
		body := chunks[i+1].([]byte)
		out = append(out, chunks[i].(string)...)
		out = append(binary.LittleEndian.AppendUint32(out, uint32(len(body))), body...)
		if len(body)%2 == 1 {
			out = append(out, 0)
		}
	}
	return out
}

func TestFinishedPhotoHasNoMetadata(t *testing.T) {
	s := open(t, withExif(file(t, person(1).Draw(), 92), 1, binary.LittleEndian))
	out, _, err := Fix(s, s.Propose(Default()), Default())
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(out, []byte("Exif")) || bytes.Contains(out, []byte("http")) {
		t.Error("metadata left")
	}
}

// pngClaiming is a valid PNG that packs a size of nothing but zeros.
func pngClaiming(t testing.TB, w, h int, honest bool) []byte {
	t.Helper()
	var packed bytes.Buffer
	z, err := zlib.NewWriterLevel(&packed, zlib.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if honest {
		row := make([]byte, 1+(w+7)/8)
		for range h {
			if _, err := z.Write(row); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	out := []byte("\x89PNG\r\n\x1a\n")
	chunk := func(kind string, body []byte) {
		out = binary.BigEndian.AppendUint32(out, uint32(len(body)))
		start := len(out)
		out = append(append(out, kind...), body...)
		out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[start:]))
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(w))
	head = binary.BigEndian.AppendUint32(head, uint32(h))
	chunk("IHDR", append(head, 1, 0, 0, 0, 0))
	chunk("IDAT", packed.Bytes())
	chunk("IEND", nil)
	return out
}

// claiming changes the size in a JPEG's header.
func claiming(data []byte, w, h int) []byte {
	out := bytes.Clone(data)
	i := bytes.Index(out, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(out[i+5:], uint16(h))
	binary.BigEndian.PutUint16(out[i+7:], uint16(w))
	return out
}

func TestHostileFilesAreRefusedFastAndSmall(t *testing.T) {
	good := file(t, small(), 90)
	f := formats(t)
	bmpLie, bmpRuns, tiffOfJPEG := bytes.Clone(f["bmp"]), bytes.Clone(f["bmp"]), bytes.Clone(f["tiff"])
	binary.LittleEndian.PutUint32(bmpLie[18:], 30000)
	binary.LittleEndian.PutUint32(bmpRuns[30:], 1)                 // run lengths
	tag := bytes.Index(tiffOfJPEG, []byte{3, 1, 3, 0, 1, 0, 0, 0}) // compression: one short
	binary.LittleEndian.PutUint16(tiffOfJPEG[tag+8:], 7)
	for _, c := range []struct {
		name, rule string
		data       []byte
	}{
		{"empty", "unknown", nil},
		{"text", "unknown", []byte("这不是照片")},
		{"pdf", "unknown", []byte("%PDF-1.7\n")},
		{"heic", "heic", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")},
		{"heif by another brand", "heic", []byte("\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00xxxxheic")},
		{"avif", "avif", []byte("\x00\x00\x00\x1cftypavif\x00\x00\x00\x00mif1miaf")},
		{"video", "unknown", []byte("\x00\x00\x00\x18ftypisom\x00\x00\x00\x00mp42isom")},
		{"jpeg of 3 bytes", "truncated", []byte("\xff\xd8\xff")},
		{"half a jpeg", "truncated", good[:len(good)/2]},
		{"half a png", "damaged", f["png"][:len(f["png"])/2]},
		{"half a bmp", "truncated", f["bmp"][:len(f["bmp"])/2]},
		{"half a gif", "damaged", f["gif"][:len(f["gif"])/2]},
		{"jpeg claiming 65535×65535", "pixels_many", claiming(good, 65535, 65535)},
		{"jpeg claiming 12000×12000", "truncated", claiming(good, 12000, 12000)},
		{"png bomb", "pixels_many", pngClaiming(t, 60000, 60000, false)},
		{"png claiming more than it packs", "damaged", pngClaiming(t, 7000, 7000, false)},
		{"bmp claiming more than it holds", "damaged", bmpLie},
		{"bmp of run lengths", "unsupported", bmpRuns},
		{"tiff of jpeg, as scanners make it", "unsupported", tiffOfJPEG},
		{"noise", "damaged", append([]byte("\xff\xd8\xff\xc0\x00\x05"), good...)},
		{"too many bytes", "file_large", make([]byte, MaxBytes+1)},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		s, err := Decode(c.data)
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		if s != nil || err == nil {
			t.Errorf("%s was opened", c.name)
			continue
		}
		if kind := exam.KindOf(err); kind != exam.KindInvalid && kind != exam.KindTooLarge {
			t.Errorf("%s: kind %s", c.name, kind)
		}
		reasons := Reasons(err)
		if len(reasons) != 1 || reasons[0].Rule != c.rule || reasons.Acceptable() {
			t.Errorf("%s: %v, want %s", c.name, err, c.rule)
		}
		if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 4<<20 {
			t.Errorf("%s: %d bytes allocated", c.name, allocated)
		}
		if took > 2*time.Second {
			t.Errorf("%s: took %v", c.name, took)
		}
	}
}

// A picture of one colour packs into nothing; it is opened within the bound.
func TestHonestBombStaysWithinTheBound(t *testing.T) {
	s, err := Decode(pngClaiming(t, 7000, 7000, true))
	if err != nil {
		t.Fatal(err)
	}
	if found := Check(s, s.Propose(Default()), Default()); found.Acceptable() {
		t.Error("a black square was accepted")
	}
}

// A JPEG of 100 megapixels is opened and made in bounded memory.
func TestHundredMegapixelsInBoundedMemory(t *testing.T) {
	data := file(t, huge(8700, 11600), 80)
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s := open(t, data)
	out, found, err := Fix(s, s.Propose(Default()), Default())
	if err != nil || len(out) == 0 {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	allocated := (after.TotalAlloc - before.TotalAlloc) >> 20
	t.Logf("%d×%d from %d KB: %d MB allocated in all, %v", s.Width, s.Height, len(data)>>10, allocated, found)
	if allocated > 64 {
		t.Errorf("%d MB allocated", allocated)
	}
}

// huge is a picture that takes no memory: one row of a portrait, drawn wide,
// again and again.
func huge(w, h int) *image.YCbCr {
	p := fromImage(small())
	m := &image.YCbCr{Y: make([]byte, w), Cb: make([]byte, w), Cr: make([]byte, w),
		SubsampleRatio: image.YCbCrSubsampleRatio444, Rect: image.Rect(0, 0, w, h)}
	for x := range w {
		from := 90*p.y.w + x*p.y.w/w
		m.Y[x], m.Cb[x], m.Cr[x] = p.y.pix[from], p.cb.pix[from], p.cr.pix[from]
	}
	return m
}

func FuzzDecode(f *testing.F) {
	for _, data := range formats(f) {
		f.Add(data)
	}
	f.Add(withExif(file(f, small(), 50), 6, binary.BigEndian))
	f.Add([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<20 {
			return
		}
		s, err := Decode(data)
		if err != nil {
			if Reasons(err) == nil {
				t.Fatalf("refused without a reason: %v", err)
			}
			return
		}
		if s.Width < 1 || s.Height < 1 {
			t.Fatalf("%d×%d", s.Width, s.Height)
		}
		if s.Width*s.Height > 1<<15 {
			return
		}
		adj := s.Propose(Default())
		if _, _, err := Fix(s, adj, Default()); err != nil && Reasons(err) == nil {
			t.Fatalf("%d×%d %+v: %v", s.Width, s.Height, adj, err)
		}
	})
}
