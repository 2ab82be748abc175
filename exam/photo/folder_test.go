package photo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"io/fs"
	"testing"
	"testing/fstest"

	"golang.org/x/image/font/basicfont"

	"wenbao/exam"
	"wenbao/exam/photo/phototest"
)

var people = []Candidate{
	{Key: "a", Name: "张三", IDNumber: "11010519491231002X"},
	{Key: "b", Name: "李四", IDNumber: "440524188001010014"},
	{Key: "c", Name: "李四", IDNumber: "330102199003076533"},
	{Key: "d", Name: "阿依古丽·买买提", IDNumber: "650102198505054321"},
	{Key: "e", Name: "WANG XIAOMING", IDNumber: "E12345678"},
	{Key: "f", Name: "𠮷田一", IDNumber: ""},
}

func TestFileNamesFindTheirCandidates(t *testing.T) {
	r := newRegister(people)
	for file, want := range map[string]string{
		"张三.jpg":                 "a",
		"11010519491231002x.JPG": "a",
		"１１０１０５１９４９１２３１００２Ｘ.jpg":         "a",
		"sub/张三_11010519491231002X.png":  "a",
		"张三-报名照片.jpg":                    "a",
		"01 张三（白底）.jpg":                  "a",
		"1寸 张三.jpg":                      "a",
		"ID11010519491231002X.jpg":       "a",
		"李四.jpg":                         "bc",
		"李四330102199003076533.jpg":       "c",
		"张三 330102199003076533.jpg":      "ac",
		"张三丰.jpg":                        "",
		"小张三.jpg":                        "",
		"4405241880010100140.jpg":        "",
		"阿依古丽•买买提.jpg":                   "d",
		"Wang_Xiaoming.jpg":              "e",
		"e12345678.jpg":                  "e",
		"𠮷田一.jpg":                        "f",
		"IMG_20260301_103000.jpg":        "",
		".jpg":                           "",
		"照片.jpg":                         "",
		"110105 19491231 002X 张 三.jpg":   "a",
		"440524188001010014-李四-一寸照.jpeg": "b",
	} {
		got := ""
		for _, i := range r.match(file) {
			got += people[i].Key
		}
		if got != want {
			t.Errorf("%s: %q, want %q", file, got, want)
		}
	}
}

// folder is a made-up one: three good photos and one of each trouble.
func folder(t testing.TB) fstest.MapFS {
	good := file(t, person(1).Draw(), 90)
	return fstest.MapFS{
		"张三.jpg":                   &fstest.MapFile{Data: good},
		"李四.jpg":                   &fstest.MapFile{Data: good},
		"d/阿依古丽·买买提.jpg":           &fstest.MapFile{Data: good},
		"d/650102198505054321.png": &fstest.MapFile{Data: good},
		"E12345678.jpg":            &fstest.MapFile{Data: good[:len(good)/2]},
		"𠮷田一.heic":                 &fstest.MapFile{Data: []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")},
		"王五.jpg":                   &fstest.MapFile{Data: good},
		"名单.xlsx":                  &fstest.MapFile{Data: []byte("PK")},
		".hidden/张三.jpg":           &fstest.MapFile{Data: good},
	}
}

func TestFolderUsesOnlyWhatIsCertain(t *testing.T) {
	got := map[string]string{}
	calls := 0
	tally, err := Folder(t.Context(), folder(t), people, func(r Result, so Tally) {
		calls++
		if so.Done != calls {
			t.Errorf("%d done after %d", so.Done, calls)
		}
		rule := ""
		if len(r.Findings) > 0 {
			rule = r.Findings[0].Rule
		}
		got[r.File] = fmt.Sprint(r.Key, " ", rule, " ", r.Good())
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"张三.jpg":                   "a  true",
		"李四.jpg":                   " folder_ambiguous false",
		"d/阿依古丽·买买提.jpg":           "d folder_twice false",
		"d/650102198505054321.png": "d folder_twice false",
		"E12345678.jpg":            "e truncated false",
		"𠮷田一.heic":                 "f heic false",
		"王五.jpg":                   " folder_unmatched false",
	}
	for name, w := range want {
		if got[name] != w {
			t.Errorf("%s: %q, want %q", name, got[name], w)
		}
	}
	if len(got) != len(want) || tally.Files != 7 || tally.Done != 7 || tally.Good != 1 || len(tally.Missing) != 0 {
		t.Errorf("%d results, tally %+v", len(got), tally)
	}
}

func TestEachPhotoOfAFolderIsAsItsOwnExamWants(t *testing.T) {
	good := file(t, person(1).Draw(), 90)
	files := fstest.MapFS{"张三.jpg": {Data: good}, "李四.jpg": {Data: good}}
	who := []Candidate{{Key: "a", Name: "张三"}, {Key: "b", Name: "李四", Spec: Spec{Width: 358, Height: 441, MinBytes: 14000, MaxBytes: 100000}}}
	got := map[string]string{}
	if _, err := Folder(t.Context(), files, who, func(r Result, _ Tally) {
		c, err := jpeg.DecodeConfig(bytes.NewReader(r.Photo))
		got[r.Key] = fmt.Sprint(c.Width, "×", c.Height, " ", err)
	}); err != nil || got["a"] != "295×413 <nil>" || got["b"] != "358×441 <nil>" {
		t.Errorf("%v %v", got, err)
	}
}

func TestMissingCandidatesAreNamed(t *testing.T) {
	_, missing := assign([]string{"张三.jpg", "李四.jpg"}, people)
	if fmt.Sprint(missing) != "[d e f]" {
		t.Errorf("missing %v", missing)
	}
}

func TestCancelledFolderStops(t *testing.T) {
	files := fstest.MapFS{}
	data := file(t, phototest.Portrait{Width: 300, Height: 420}.Draw(), 90)
	for i := range 200 {
		files[fmt.Sprintf("%d.jpg", i)] = &fstest.MapFile{Data: data}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	tally, err := Folder(ctx, files, nil, func(_ Result, so Tally) {
		if so.Done == 3 {
			cancel()
		}
	})
	if exam.KindOf(err) != exam.KindCanceled || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if tally.Done < 3 || tally.Done > 3+64 {
		t.Errorf("%d of %d done", tally.Done, tally.Files)
	}
}

// unreadable fails to open one file.
type unreadable struct{ fs.FS }

func (u unreadable) Open(name string) (fs.File, error) {
	if name == "张三.jpg" {
		return nil, fs.ErrPermission
	}
	return u.FS.Open(name)
}

func TestUnreadableFileDoesNotStopTheOthers(t *testing.T) {
	data := file(t, person(1).Draw(), 90)
	files := unreadable{fstest.MapFS{"张三.jpg": {Data: data}, "E12345678.jpg": {Data: data}}}
	rules := map[string]bool{}
	tally, err := Folder(t.Context(), files, people, func(r Result, _ Tally) {
		if _, ok := r.Findings.Find("folder_unreadable"); ok {
			rules[r.File] = true
		}
	})
	if err != nil || tally.Good != 1 || !rules["张三.jpg"] || len(rules) != 1 {
		t.Errorf("%+v %v %v", tally, rules, err)
	}
}

func TestContactSheetShowsEveryTile(t *testing.T) {
	s := open(t, file(t, person(1).Draw(), 90))
	photo, _, err := Fix(s, s.Propose(Default()), Default())
	if err != nil {
		t.Fatal(err)
	}
	tiles := make([]Tile, 27)
	for i := range tiles {
		tiles[i] = Tile{Photo: photo, Lines: []string{"zhang.jpg", "a sentence that is much longer than the tile is wide"}}
	}
	tiles[26].Photo = nil
	pages := ContactSheet(tiles, basicfont.Face7x13)
	if len(pages) != 2 {
		t.Fatalf("%d pages", len(pages))
	}
	// The second page's first tile shows the shirt, its second an empty place, its third nothing.
	for i, want := range []bool{true, false, false} {
		c := pages[1].RGBAAt(sheetMargin+i*232+thumbWidth/2, sheetMargin+thumbHeight-6)
		if dark := c.R < 160; dark != want {
			t.Errorf("tile %d: %v", i, c)
		}
	}
	text := 0
	for x := range 220 {
		for y := range 100 {
			if pages[0].RGBAAt(sheetMargin+x, sheetMargin+thumbHeight+4+y).R < 128 {
				text++
			}
		}
	}
	if text < 200 {
		t.Errorf("%d dark pixels of text", text)
	}
}
