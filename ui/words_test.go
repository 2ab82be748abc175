package ui_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"wenbao/assets"
	"wenbao/ui"
	"wenbao/ui/present"
	"wenbao/ui/story"
)

// code are the Go files of the folders without tests, by path.
func code(t *testing.T, folders ...string) map[string]*ast.File {
	t.Helper()
	files := map[string]*ast.File{}
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "test/") {
				return err
			}
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			files[path] = f
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(files) < 20 {
		t.Fatalf("only %d files: the test looks in the wrong place", len(files))
	}
	return files
}

// sentence is text that is meant for people: three words or more.
var sentence = regexp.MustCompile(`^[A-Z“"][\w’',-]*( [\w’',()-]+){2,}[.?!…:]?$|^[A-Z]\w+ \w+[.?!…]$`)

// mute are calls whose texts no person reads on a screen: errors and logs, which
// are written for whoever mends the program, and what cannot happen.
var mute = []string{"Errorf", "panic", "New", "Fprintln", "Error", "Warn", "Info", "Debug", "MustCompile", "NewReplacer", "Sprintf"}

func TestNoEnglishSentenceStandsInTheCode(t *testing.T) {
	for path, f := range code(t, ".", "../cmd/wenbao") {
		if strings.HasPrefix(path, "story/") {
			continue // made-up people and their words
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch v := n.(type) {
			case *ast.CallExpr:
				if slices.Contains(mute, called(v.Fun)) {
					return false
				}
			case *ast.Field:
				if v.Tag != nil {
					v.Tag = nil // keys of JSON, and the help of flags, which a terminal shows
				}
			case *ast.ImportSpec:
				return false
			case *ast.BasicLit:
				if text, err := strconv.Unquote(v.Value); err == nil && v.Kind == token.STRING && sentence.MatchString(text) {
					t.Errorf("%s: %q belongs into the translation files", path, text)
				}
			}
			return true
		})
	}
}

func TestTheSearchForSentencesFindsThem(t *testing.T) {
	for text, want := range map[string]bool{
		"Please check the number.": true, "It is saved": true, "Not saved.": true, "The server does not know this computer's login.": true,
		"save draft": false, "ui.saved.at": false, "application/pdf": false, "Ctrl+Enter": false, "CST": false, "2006-01-02 15:04": false, "read chosen file": false,
	} {
		if sentence.MatchString(text) != want {
			t.Errorf("%q counts as a sentence: %v", text, !want)
		}
	}
}

// keys are the words of a language by key; a plural counts once.
func keys(t *testing.T, lang string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("../assets/words/*." + lang + ".json")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d files of words: %v", len(files), err)
	}
	all := map[string]bool{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var words map[string]any
		if err := json.Unmarshal(raw, &words); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for key := range words {
			if all[key] {
				t.Errorf("%s stands in two files", key)
			}
			all[key] = true
		}
	}
	return all
}

func TestEveryKeyExistsInBothLanguages(t *testing.T) {
	zh, en := keys(t, "zh-CN"), keys(t, "en")
	for key := range zh {
		if !en[key] || !assets.In("en").Has(key) {
			t.Errorf("%s has no English", key)
		}
	}
	for key := range en {
		if !zh[key] || !assets.In("zh-CN").Has(key) {
			t.Errorf("%s has no Chinese", key)
		}
	}
	if len(zh) < 600 {
		t.Errorf("only %d keys", len(zh))
	}
}

// built are the beginnings of keys whose ends are values: every value must have
// its words, and no other key may begin so.
func built(t *testing.T) []string {
	t.Helper()
	var begins []string
	for _, f := range code(t, ".", "../cmd/wenbao", "../exam") {
		ast.Inspect(f, func(n ast.Node) bool {
			l, ok := n.(*ast.BasicLit)
			if !ok || l.Kind != token.STRING {
				return true
			}
			if text, _ := strconv.Unquote(l.Value); strings.HasSuffix(text, ".") && text != "ui." && regexp.MustCompile(`^[a-z_.]+\.$`).MatchString(text) {
				begins = append(begins, text, "ui."+text)
			}
			return true
		})
	}
	return begins
}

func TestEveryKeyOfTheWindowIsUsed(t *testing.T) {
	begins, literal := built(t), map[string]bool{}
	for _, f := range code(t, ".", "../cmd/wenbao") {
		ast.Inspect(f, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				text, _ := strconv.Unquote(l.Value)
				literal[text], literal["ui."+text] = true, true
			}
			return true
		})
	}
	unused := 0
	for key := range keys(t, "zh-CN") {
		if !strings.HasPrefix(key, "ui.") || literal[key] || slices.ContainsFunc(begins, func(b string) bool { return strings.HasPrefix(key, b) }) {
			continue
		}
		if ends := slices.ContainsFunc([]string{".title", ".text", ".yes", ".about", ".empty"}, func(end string) bool { return literal[strings.TrimSuffix(key, end)] }); ends {
			continue
		}
		unused++
		t.Errorf("%s is used nowhere", key)
	}
	if len(literal) < 300 {
		t.Errorf("only %d texts were found: the test looks in the wrong place", len(literal))
	}
}

// latin are words in Latin letters that are right on a Chinese page: names,
// units, keys, addresses and what the made-up candidate typed.
var latin = regexp.MustCompile(`(?i)https?://[\w.:/-]+|U\+[0-9A-F]+|([0-9A-Z]{4}-){5}[0-9A-Z]{4}|--server-key|\b(HP|LaserJet|Pantum)\b|\b(hong|qqq|dpi|AM)\b|[\w.-]+@[\w.-]+|/home/[\w./-]*(报名照片\.jpg)?|\b(English|PDF|JPEG|JPG|PNG|HEIC|WebP|GIF|TIFF|hen|KB|MB|GB|DPI|USB|U|X|ID|HTTPS?|IP|DNS|VPN|Ctrl|Alt|Shift|Enter|Tab|Esc|F1|PgUp|PgDn|PgDown|Windows|macOS|Linux|Wenbao|wenbao[\w.-]*|cpta|com|cn|www|gov|CHN|GB ?18030|ICS|ics|QR|AM|PM|me|jpg|pdf|D|Wi-Fi|WiFi|mm|px|sandbox|BMP|A4|App|SHA|Ed25519)\b`)

// control are the ids that an outline writes in brackets; nobody reads them.
var control = regexp.MustCompile(`\[[a-z_]+ [^\]]*\]|placeholder "|picture \(\d+,\d+\)`)

var word = regexp.MustCompile(`[A-Za-z]{2,}`)

// strangers are the English words of a Chinese page.
func strangers(outline string) []string {
	return word.FindAllString(latin.ReplaceAllString(control.ReplaceAllString(volatile.ReplaceAllString(outline, ""), ""), ""), -1)
}

func TestNoChinesePageHasEnglishWords(t *testing.T) {
	for _, s := range scenes() {
		t.Run(s.Name, func(t *testing.T) {
			st, _ := show(t, plain, s)
			out := ui.Outline(st.Window.Front())
			if strings.Contains(out, "<no value>") {
				t.Errorf("a sentence lacks a part: %s", lineWith(out, "<no value>"))
			}
			if found := strangers(out); len(found) > 0 {
				t.Errorf("it says %v, in: %s", found, lineWith(out, found[0]))
			}
		})
	}
}

func TestTheSearchForStrangersFindsThem(t *testing.T) {
	for text, want := range map[string]int{
		"文件太大，最多 10 MB": 0, "[button action.next]": 0, "请打开 https://www.cpta.com.cn 核对": 0, "Ctrl+Enter": 0,
		"已保存 Saved": 1, "请 check 号码": 1, "[entry name] \"\" placeholder \"Type here\"": 2,
	} {
		if got := len(strangers(text)); got != want {
			t.Errorf("%q has %d strangers, want %d", text, got, want)
		}
	}
}

func TestChangingTheLanguageChangesEveryWordOfThePage(t *testing.T) {
	each(t, func(t *testing.T, s story.Scene) {
		look := plain
		look.Lang = "en"
		st, _ := show(t, look, s)
		before := volatile.ReplaceAllString(ui.Outline(st.Window.Body()), "…")
		st.Desk.Prefer(func(p *present.Preferences) { p.Lang = "zh-CN" })
		st.World.Loop.Drain()
		after := ui.Outline(st.Window.Body())
		if _, asked := st.Desk.Asked(); !asked && after == before {
			t.Error("the page stays as it is")
		}
		if found := strangers(after); len(found) > 0 {
			t.Errorf("it still says %v", found)
		}
	})
}
