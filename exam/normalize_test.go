package exam_test

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"wenbao/exam"
)

func TestWhatIsTypedBecomesWhatIsMeant(t *testing.T) {
	for _, x := range []struct{ path, typed, want string }{
		{"name", " 张 三 ", "张三"},
		{"name", "张　三", "张三"},
		{"name", "买买提•艾力", "买买提·艾力"},
		{"name", "买买提‧艾力", "买买提·艾力"},
		{"name", "买买提・艾力", "买买提·艾力"},
		{"name", "买买提∙艾力", "买买提·艾力"},
		{"name", "买买提．艾力", "买买提·艾力"},
		{"name", "买买提.艾力", "买买提·艾力"},
		{"name", "买买提 · 艾力", "买买提·艾力"},
		{"name", "阿 Q", "阿Q"},
		{"name", "A 张", "A张"},
		{"name", "阿.买买提", "阿·买买提"},
		{"name", "买买提.阿", "买买提·阿"},
		{"name", "张\r\n三", "张三"},
		{"name", "John\nSmith", "John Smith"},
		{"name", "John  R.  Smith", "John R. Smith"},
		{"name", "𫝹\u200b䶮", "𫝹䶮"},
		{"id_number", " １１０１０５-19491231-002ｘ", "11010519491231002X"},
		{"phone", "+86 138-0013-8000", "13800138000"},
		{"phone", "0086１３８００１３８０００", "13800138000"},
		{"phone", "8613800138000", "13800138000"},
		{"phone", "(010) 8790-1800", "01087901800"},
		{"phone", "+852 2345 6789", "+85223456789"},
		{"phone", "+86 10 8790 1800", "01087901800"}, // behind the country code a landline has no 0
		{"phone", "0086-371-6590-0000", "037165900000"},
		{"phone", "+86 21 6590 0000", "02165900000"},
		{"phone", "+86 010 8790 1800", "01087901800"},
		{"phone", "+86 1380013800", "1380013800"}, // a digit is missing: no landline
		{"phone", "+86 400 810 1234", "4008101234"},
		{"phone", "\u2068+86 138 0013 8000\u2069", "13800138000"},
		{"name", "\u2068张三\u2069", "张三"},
		{"id_number", "\u206611010519491231002X\u2069", "11010519491231002X"},
		{"email", " someone＠example.cn ", "someone@example.cn"},
		{"birth_date", "1990年3月7日", "1990-03-07"},
		{"birth_date", "１９９０．３．７", "1990-03-07"},
		{"birth_date", "19900307", "1990-03-07"},
		{"birth_date", "1990-02-30", "1990-02-30"}, // no such day: stays as typed
		{"birth_date", "三月七日", "三月七日"},
		{"first_worked", "2012.6", "2012-06"},
		{"first_worked", "201206", "2012-06"},
		{"nationality", "chn ", "CHN"},
		{"postcode", "４５０ ０００", "450000"},
		{"address", "  郑州市\t某路  1 号 ", "郑州市 某路 1 号"},
		{"address", "某路（东段）", "某路（东段）"},
		{"work.0.credit_code", "91350100m000100y43", "91350100M000100Y43"},
		{"work.0.to", "至今", ""},
		{"work.0.from", "2012年7月", "2012-07"},
		{"education.0.started", "2008年9月", "2008-09"},
		{"education.0.graduated", "２０１２．６", "2012-06"},
		{"degrees.0.awarded", "201206", "2012-06"},
		{"certificates.0.awarded", "2019/10/1", "2019-10"},
		{"work.0.to", " 2020.3 ", "2020-03"},
		{"work.0.duties", "个案 \r\n\n 小组", "个案\n小组"},
		{"education.0.certificate_number", "1045 9120 2005 001234", "104591202005001234"},
	} {
		d := complete()
		if err := d.Set(x.path, x.typed); err != nil {
			t.Fatal(err)
		}
		if got, _ := exam.Normalize(d).Get(x.path); got != x.want {
			t.Errorf("%s: %q became %q, want %q", x.path, x.typed, got, x.want)
		}
	}
}

func TestNoFieldKeepsBlanksAroundWhatWasTyped(t *testing.T) {
	d := complete()
	cert("junior", "2021-10")(&d)
	paths := d.Paths()
	if !slices.Contains(paths, "certificates.0.awarded") || !slices.Contains(paths, "work.0.duties") {
		t.Fatalf("only %v", paths)
	}
	for _, path := range paths {
		if path == "year" || strings.HasSuffix(path, ".id") || strings.HasSuffix(path, "social_work") || strings.HasSuffix(path, "social_work_major") {
			continue
		}
		set(t, &d, path, " \u3000某\u200b\t")
		if got, _ := exam.Normalize(d).Get(path); strings.Trim(got, `["]`) != "某" {
			t.Errorf("%s stays %q", path, got)
		}
	}
}

func TestWhatCannotBeSeenIsDroppedAndNothingBesideIt(t *testing.T) {
	for _, r := range []rune{0x1, 0x7F, 0x85, 0xAD, 0x61C, 0x200B, 0x200F, 0x202A, 0x202E, 0x2060, 0x206F, 0xFEFF} {
		d := exam.Normalize(exam.Document{Name: "张" + string(r) + "三", Phone: "138" + string(r) + "00138000", Address: "某" + string(r) + "路"})
		if d.Name != "张三" || d.Phone != "13800138000" || d.Address != "某路" {
			t.Errorf("%U: %q %q %q", r, d.Name, d.Phone, d.Address)
		}
	}
	for _, r := range []rune{0x61B, 0x61D, 0x2010, 0x2070, 0xFE00, 0xE0100} {
		if d := exam.Normalize(exam.Document{Name: "张" + string(r), Address: "某" + string(r)}); d.Name != "张"+string(r) || d.Address != "某"+string(r) {
			t.Errorf("%U: %q %q", r, d.Name, d.Address)
		}
	}
}

// anyText draws what people paste: Han of every plane, dots, blanks, full
// width, digits, marks that cannot be seen.
func anyText() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringN(0, 12, 60),
		rapid.StringOfN(rapid.SampledFrom([]rune("张三〇𫝹𰻞䶮·•・.．  　\t\n-+８6１３9０xXｘ年月（）(\u200b\ufeff\u00a0Aé")), 0, 14, -1),
		rapid.SampledFrom([]string{"2012年6月", "201206", "1990-3-7", "+86 13800138000", "至今", "11010519491231002x"}),
	)
}

// anyDocument draws a document with such texts in every field.
func anyDocument(t *rapid.T, label string) exam.Document {
	var d exam.Document
	fill(t, label, reflect.ValueOf(&d).Elem())
	return d
}

func fill(t *rapid.T, label string, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(anyText().Draw(t, label))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, label))
	case reflect.Int:
		v.SetInt(int64(rapid.SampledFrom([]int{0, 2026, -1, 2025}).Draw(t, label)))
	case reflect.Slice:
		n := rapid.IntRange(0, 3).Draw(t, label)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(t, label, v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, label+"."+v.Type().Field(i).Name, v.Field(i))
		}
	}
}

func TestNormalizingTwiceChangesNothingMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once := exam.Normalize(anyDocument(t, "doc"))
		if twice := exam.Normalize(once); !bytes.Equal(once.Encode(), twice.Encode()) {
			t.Fatalf("once %s\ntwice %s", once.Encode(), twice.Encode())
		}
	})
}

func TestNormalizingKeepsTheOriginalAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDocument(t, "doc")
		before := string(d.Encode())
		exam.Normalize(d)
		if string(d.Encode()) != before {
			t.Fatal("the argument was changed")
		}
	})
}

// han gives the Han characters of a text in their order.
func han(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Han, r) || r >= 0x20000 && r <= 0x3FFFD {
			return r
		}
		return -1
	}, s)
}

func TestNormalizingNeverChangesAHanCharacterOfANameOrAText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := exam.Document{Name: anyText().Draw(t, "name"), Address: anyText().Draw(t, "address"), IDNumber: anyText().Draw(t, "number"), Phone: anyText().Draw(t, "phone")}
		n := exam.Normalize(d)
		for _, x := range [][2]string{{d.Name, n.Name}, {d.Address, n.Address}, {d.IDNumber, n.IDNumber}, {d.Phone, n.Phone}} {
			if han(x[0]) != han(x[1]) {
				t.Fatalf("%q became %q", x[0], x[1])
			}
		}
	})
}

// The Han characters of GB 18030-2022 (implementation level 3) and of the
// extensions after it, block by block, as ISO/IEC 10646 has them.
var hanBlocks = []struct {
	name     string
	from, to rune
}{
	{"URO", 0x4E00, 0x9FFF}, {"Extension A", 0x3400, 0x4DBF}, {"Extension B", 0x20000, 0x2A6DF}, {"Extension C", 0x2A700, 0x2B739},
	{"Extension D", 0x2B740, 0x2B81D}, {"Extension E", 0x2B820, 0x2CEA1}, {"Extension F", 0x2CEB0, 0x2EBE0}, {"Extension I", 0x2EBF0, 0x2EE5D},
	{"Extension G", 0x30000, 0x3134A}, {"Extension H", 0x31350, 0x323AF}, {"Extension J", 0x323B0, 0x33479},
	{"compatibility", 0xF900, 0xFA6D}, {"compatibility", 0xFA70, 0xFAD9}, {"compatibility supplement", 0x2F800, 0x2FA1D}, {"zero", 0x3007, 0x3007},
}

func TestEveryHanCharacterIsANameAndStaysAsItIs(t *testing.T) {
	d, n := complete(), 0
	d.NameRemark = "字形见身份证" // nothing is left to remark
	plain := rules(exam.Check(d, nil, pack038, exam.Moment{}))
	for _, b := range hanBlocks {
		for r := b.from; r <= b.to; r += 8 {
			var name []rune
			for c := r; c < r+8 && c <= b.to; c++ {
				name = append(name, c)
			}
			n += len(name)
			d.Name = string(name)
			if got := exam.Normalize(d).Name; got != d.Name {
				t.Fatalf("%s: %+q became %+q", b.name, d.Name, got)
			}
			if got := rules(exam.Check(d, nil, pack038, exam.Moment{})); !slices.Equal(got, plain) {
				t.Fatalf("%s: %+q: %v", b.name, d.Name, got)
			}
		}
	}
	if n < 90_000 {
		t.Errorf("only %d characters", n)
	}
}

// TestAChosenShapeOfACharacterIsNoLetter: a variation selector behind a Han character.
func TestAChosenShapeOfACharacterIsNoLetter(t *testing.T) {
	for _, name := range []string{"葛\U000E0100某", "辻\uFE00某"} {
		d := complete()
		d.Name = name
		if got := exam.Normalize(d).Name; got != name {
			t.Errorf("%+q became %+q", name, got)
		}
		if p, ok := found(exam.Check(d, nil, pack038, exam.Moment{}), "name.latin", "name"); ok {
			t.Errorf("%+q: %+v", name, p)
		}
	}
}

func TestNamesOfTwentyFiveHanCharactersPassInEveryPlane(t *testing.T) {
	for _, r := range []rune{'张', 0x3400, 0x20BB7, 0x30EDD, 0x323B0} {
		d := complete()
		d.NameRemark = "见身份证"
		for n, want := range map[int]string{25: "", 26: "warn name.long name", 100: "warn name.long name", 101: "block text.too_long name"} {
			d.Name = strings.Repeat(string(r), n)
			got := ""
			for _, x := range rules(exam.Check(d, nil, pack038, exam.Moment{})) {
				if strings.HasSuffix(x, " name") {
					got = x
				}
			}
			if got != want {
				t.Errorf("%d of %U: %q, want %q", n, r, got, want)
			}
		}
	}
}

func TestEveryMarkThatLooksLikeAMiddleDotBecomesOne(t *testing.T) {
	for _, dot := range "·•‧・∙⋅･·᛫⸱⸳◦˙ᐧꞏ.．․﹒。｡" {
		d := exam.Document{Name: "阿依古丽" + string(dot) + "𰻞𰻞"}
		if got := exam.Normalize(d).Name; got != "阿依古丽·𰻞𰻞" {
			t.Errorf("%U: %q", dot, got)
		}
	}
	for name, want := range map[string]string{"J. Smith": "J. Smith", "O’Neil": "O’Neil", "Nguyễn Văn": "Nguyễn Văn", "Ａｎｎａ": "Anna", "某.J": "某.J"} {
		if got := exam.Normalize(exam.Document{Name: name}).Name; got != want {
			t.Errorf("%q became %q, want %q", name, got, want)
		}
	}
}

func FuzzNormalize(f *testing.F) {
	f.Add([]byte(`{"name":" 张 三","phone":"+86 138"}`))
	f.Add([]byte(`{"name":"买买提 • 艾力","work":[{"to":"至今","from":"2012年7月"}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := exam.DecodeDocument(raw)
		if err != nil {
			if exam.KindOf(err) != exam.KindInvalid && exam.KindOf(err) != exam.KindTooLarge {
				t.Fatalf("refused as %s", exam.KindOf(err))
			}
			return
		}
		once := exam.Normalize(d)
		if !bytes.Equal(exam.Normalize(once).Encode(), once.Encode()) {
			t.Fatalf("not settled: %s", once.Encode())
		}
	})
}
