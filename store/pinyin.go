package store

import (
	"strings"
	"sync"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// surnames are read otherwise as a surname than the dictionary's first reading.
// Where people read it in two ways both are found.
var surnames = map[string][]string{
	"单": {"shan"}, "仇": {"qiu"}, "曾": {"zeng"}, "解": {"xie"}, "任": {"ren"}, "区": {"ou"}, "查": {"zha"},
	"朴": {"piao"}, "盖": {"ge", "gai"}, "员": {"yun"}, "种": {"chong"}, "翟": {"zhai"}, "乐": {"yue", "le"},
	"缪": {"miao"}, "冼": {"xian"}, "洗": {"xian"}, "逄": {"pang"}, "繁": {"po"}, "折": {"she"}, "谌": {"chen", "shen"},
	"佴": {"nai"}, "隗": {"wei", "kui"}, "召": {"shao"}, "祭": {"zhai"}, "能": {"nai"}, "过": {"guo"}, "句": {"gou"},
	"覃": {"qin", "tan"}, "秘": {"bi"}, "都": {"du"}, "黑": {"he", "hei"}, "重": {"chong"}, "车": {"che"}, "贾": {"jia"},
	"柏": {"bai", "bo"}, "葛": {"ge"}, "纪": {"ji"}, "华": {"hua"}, "宁": {"ning"}, "尹": {"yin"}, "郇": {"xun", "huan"},
	"臧": {"zang"}, "晟": {"cheng", "sheng"}, "撒": {"sa"}, "哈": {"ha"}, "长": {"chang"}, "那": {"na"}, "牟": {"mou", "mu"},
	"尉": {"wei", "yu"}, "万": {"wan"}, "曲": {"qu"}, "石": {"shi"}, "卜": {"bu"}, "阚": {"kan"}, "应": {"ying"}, "於": {"yu"},
	"尉迟": {"yuchi"}, "长孙": {"zhangsun"}, "万俟": {"moqi"}, "澹台": {"tantai"}, "单于": {"chanyu"}, "令狐": {"linghu"},
	"宇文": {"yuwen"}, "呼延": {"huyan"}, "鲜于": {"xianyu"}, "濮阳": {"puyang"}, "皇甫": {"huangfu"}, "欧阳": {"ouyang"},
}

// maxReadings bounds the spellings kept for one name.
const maxReadings = 8

var heteronyms = pinyin.Args{Style: pinyin.Normal, Heteronym: true, Fallback: func(r rune, _ pinyin.Args) []string {
	if unicode.IsLetter(r) || unicode.IsDigit(r) {
		return []string{strings.ToLower(string(r))}
	}
	return nil
}}

// read keeps the syllables of every character that has been asked for: the
// library takes the tones off with a regular expression, 5 µs for a character,
// and people's names have some thousand.
var read sync.Map // rune -> []string

func syllablesOf(r rune) []string {
	if known, ok := read.Load(r); ok {
		return known.([]string)
	}
	syllables := pinyin.SinglePinyin(r, heteronyms)
	if unicode.Is(unicode.Han, r) {
		read.Store(r, syllables)
	}
	return syllables
}

// spelling is one reading of a name: all syllables, and their initials.
type spelling struct{ full, initials string }

// spell gives the ways to type a name: for each reading its pinyin and its
// initials, separated by spaces ("shanxiaole sxl shanxiaoyue sxy").
func spell(name string) string {
	readings := []spelling{{}}
	rest := name
	for _, n := range []int{2, 1} { // double surnames first
		prefix := string([]rune(name)[:min(n, len([]rune(name)))])
		if syllables, ok := surnames[prefix]; ok {
			readings = extend(readings, syllables, n)
			rest = name[len(prefix):]
			break
		}
	}
	for _, r := range rest {
		readings = extend(readings, syllablesOf(r), 1)
	}
	words := make([]string, 0, 2*len(readings))
	for _, s := range readings {
		if s.full != "" {
			words = append(words, s.full, s.initials)
		}
	}
	return strings.Join(words, " ")
}

// extend adds a character (or a double surname) in each of its readings.
func extend(readings []spelling, syllables []string, characters int) []spelling {
	var out []spelling
	for _, s := range readings {
		seen := map[string]bool{}
		for _, syllable := range syllables {
			if seen[syllable] || len(out) == maxReadings {
				continue
			}
			seen[syllable] = true
			out = append(out, spelling{s.full + syllable, s.initials + initialsOf(syllable, characters)})
		}
	}
	if len(out) == 0 {
		return readings
	}
	return out
}

// initialsOf gives the initials of a syllable, or of a double surname, whose
// second syllable begins at its second consonant group.
func initialsOf(syllable string, characters int) string {
	if characters == 1 {
		return syllable[:len(firstRune(syllable))]
	}
	return doubles[syllable]
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

var doubles = map[string]string{
	"yuchi": "yc", "zhangsun": "zs", "moqi": "mq", "tantai": "tt", "chanyu": "cy", "linghu": "lh",
	"yuwen": "yw", "huyan": "hy", "xianyu": "xy", "puyang": "py", "huangfu": "hf", "ouyang": "oy",
}
