package present

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"wenbao/exam"
)

// Words are the sentences of one language; assets.Words is one.
type Words interface {
	Say(key string, args ...map[string]string) string
	Lang() string
}

// Text is something to read that is not yet in a language: a key with its
// arguments, a name of the exam pack in both languages, or plain text such as a
// candidate's own.
type Text struct {
	key   string
	args  map[string]any
	named exam.Text
	plain string
	said  []exam.Phrase
}

// T makes a text from a key and pairs of argument name and value. A value is a
// string, a number, a [time.Time] (shown as time of day or as a date, whichever
// is shorter) or another Text.
func T(key string, pairs ...any) Text {
	t := Text{key: key}
	for i := 0; i+1 < len(pairs); i += 2 {
		if t.args == nil {
			t.args = map[string]any{}
		}
		t.args[pairs[i].(string)] = pairs[i+1]
	}
	return t
}

// Plain makes a text that is the same in every language.
func Plain(s string) Text { return Text{plain: s} }

// Named makes a text from the two names of a pack.
func Named(n exam.Text) Text { return Text{named: n} }

// Said makes a text from the sentences of package exam.
func Said(phrases ...exam.Phrase) Text { return Text{said: phrases} }

// Empty tells whether there is nothing to read.
func (t Text) Empty() bool {
	return t.key == "" && t.plain == "" && t.named == (exam.Text{}) && len(t.said) == 0
}

// Key is the first key, "" for other texts; tests decide by it.
func (t Text) Key() string {
	if len(t.said) > 0 {
		return t.said[0].Key
	}
	return t.key
}

// Arg gives an argument as tests want to see it.
func (t Text) Arg(name string) string { return fmt.Sprint(t.args[name]) }

// In says the text in a language.
func (t Text) In(w Words) string {
	switch {
	case len(t.said) > 0:
		return exam.Sentences(t.said, saying(w))
	case t.key == "" && t.plain != "":
		return t.plain
	case t.key == "":
		return t.named.In(w.Lang())
	}
	args := make(map[string]string, len(t.args))
	for k, v := range t.args {
		args[k] = argIn(v, w)
	}
	return w.Say(t.key, args)
}

// saying gives package exam its way to make sentences. A name that the pack has
// in both languages comes as NAME and NAME_en; a moment of a notice names its zone
// where it is not China's.
func saying(w Words) exam.Say {
	return func(key string, args map[string]string) string {
		args = maps.Clone(args)
		for _, name := range []string{"opens", "closes"} {
			if at, ok := args[name]; ok && !strings.Contains(at, "UTC") {
				args[name] = ofBeijing(time.Now(), at).In(w)
			}
		}
		if w.Lang() != "en" {
			return w.Say(key, args)
		}
		for name := range args {
			if en, ok := args[name+"_en"]; ok {
				args[name] = en
			}
		}
		return w.Say(key, args)
	}
}

func argIn(v any, w Words) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	case Text:
		return v.In(w)
	case time.Time:
		return v.Format(ToTheMinute)
	}
	return fmt.Sprint(v)
}

// Clock gives the time of day, as "10:42:07".
func Clock(t time.Time) string { return t.Format(time.TimeOnly) }

// Yuan writes an amount of fen (1/100 yuan) as "120.00".
func Yuan(fen int) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }

// Tone is how a status feels; the words say the same.
type Tone int

// The tones, calmest first. Good stands for what is proved.
const (
	Calm Tone = iota
	Busy
	Good
	Warning
	Trouble
)

// beijing is the time of every notice and deadline.
var beijing = time.FixedZone("CST", 8*60*60)

// How exactly a moment is shown.
const (
	ToTheDay    = time.DateOnly
	ToTheMinute = "2006-01-02 15:04"
	ToTheSecond = time.DateTime
)

// Beijing gives a moment as the clocks of the exam office show it, and says so where
// those of this machine show another. What a deadline depends on and what the server
// did is shown so; what this machine did by itself is shown by its own clock.
func Beijing(t time.Time, layout string) Text { return ofBeijing(t, t.In(beijing).Format(layout)) }

// ofBeijing says of a text whose clock it goes by, where that is not this machine's.
func ofBeijing(t time.Time, text string) Text {
	if abroad(t) {
		return T("ui.time.beijing", "time", text)
	}
	return Plain(text)
}

// abroad tells whether this machine's clocks show another time than those of the exam
// office.
func abroad(t time.Time) bool {
	_, here := t.In(time.Local).Zone()
	_, there := t.In(beijing).Zone()
	return here != there
}
