package photo

import (
	"path"
	"slices"
	"strings"
	"unicode"
)

// Candidate is somebody a photo of a folder may be of.
type Candidate struct {
	Key      string // the caller's own, a draft's id; comes back in [Result]
	Name     string
	IDNumber string // of any kind of document
	Spec     Spec   // of the candidate's exam; zero fields are [Default]'s
}

// register finds candidates by what stands in a file's name.
type register struct {
	byNumber, byName map[string][]int
}

func newRegister(who []Candidate) *register {
	r := &register{byNumber: map[string][]int{}, byName: map[string][]int{}}
	for i, c := range who {
		if number := folded(c.IDNumber); number != "" {
			r.byNumber[number] = append(r.byNumber[number], i)
		}
		if name := folded(c.Name); name != "" {
			r.byName[name] = append(r.byName[name], i)
		}
	}
	return r
}

// match gives the candidates a file's name fits. A number decides, unless the
// name beside it is another candidate's. Names must fit whole: 张三丰.jpg is
// not a photo of 张三.
func (r *register) match(file string) []int {
	stem := folded(strings.TrimSuffix(path.Base(file), path.Ext(file)))
	var numbers, names []int
	for _, part := range strings.FieldsFunc(stem, func(c rune) bool { return c > unicode.MaxASCII }) {
		numbers = append(numbers, r.byNumber[part]...)
		numbers = append(numbers, r.byNumber[strings.TrimLeftFunc(part, unicode.IsLetter)]...)
	}
	for _, part := range strings.FieldsFunc(stem, func(c rune) bool { return c <= unicode.MaxASCII }) {
		names = append(names, r.byName[bare(part)]...)
	}
	names = append(names, r.byName[stem]...)
	numbers, names = distinct(numbers), distinct(names)
	if len(numbers) == 1 && (len(names) == 0 || slices.Contains(names, numbers[0])) {
		return numbers
	}
	return distinct(append(numbers, names...))
}

func distinct(list []int) []int {
	slices.Sort(list)
	return slices.Compact(list)
}

// folded brings a name or number to the form that is compared: full-width
// signs narrow, letters large, the dots in names alike, and no spaces,
// hyphens or other separators.
func folded(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= '！' && c <= '～' {
			c += '!' - '！'
		}
		switch {
		case strings.ContainsRune("·•・‧∙⋅．", c):
			return '·'
		case c <= unicode.MaxASCII && !unicode.IsLetter(c) && !unicode.IsDigit(c), unicode.IsSpace(c):
			return -1
		}
		return unicode.ToUpper(c)
	}, s)
}

// Words that people add to a name in a file's name.
var additions = []string{"报名照片", "证件照片", "电子照片", "报名照", "证件照", "电子照", "登记照", "一寸照", "寸照", "照片", "相片",
	"一寸", "寸", "白底", "蓝底", "红底", "修改", "最终", "副本", "的", "（", "）", "、", "，", "—", "－"}

// bare takes the additions off both ends.
func bare(s string) string {
	for {
		before := s
		for _, word := range additions {
			if s == word {
				return ""
			}
			s = strings.TrimPrefix(strings.TrimSuffix(s, word), word)
		}
		if s == before {
			return s
		}
	}
}
