package exam_test

import (
	"encoding/json"
	"fmt"
	"iter"
	"testing"

	"wenbao/exam"
)

// fullest is a document with every list as long as people have them.
func fullest() exam.Document {
	d := complete()
	for i := range 3 {
		e := d.Education[0]
		e.School = fmt.Sprintf("某某学院第%d分院", i)
		e.StudyMode = exam.PartTime
		d.Education = append(d.Education, e)
	}
	for i := range 7 {
		w := d.Work[0]
		w.From, w.To = exam.Month(fmt.Sprintf("%d-03", 2008+i)), exam.Month(fmt.Sprintf("%d-11", 2009+i))
		d.Work = append(d.Work, w)
	}
	d.Certificates = []exam.Certificate{{Level: "junior", Number: "2018000001", Awarded: "2018-10"}}
	d.Level = "intermediate"
	return d
}

// BenchmarkCheck: goal, the whole check of a draft in at most 50 µs.
func BenchmarkCheck(b *testing.B) {
	p, moment := pack(b, "038-2026"), exam.Moment{Now: at("2026-03-15 12:00"), Trusted: true}
	for _, x := range []struct {
		name string
		doc  exam.Document
	}{{"complete", complete()}, {"fullest", fullest()}, {"empty", exam.Document{}}} {
		b.Run(x.name, func(b *testing.B) {
			b.ReportAllocs()
			before := cpuSeconds()
			for b.Loop() {
				exam.Check(x.doc, []exam.File{photo}, p, moment)
			}
			b.ReportMetric((cpuSeconds()-before)/float64(b.N)*1e6, "core-µs/op")
		})
	}
}

// BenchmarkRejudge100000: goal, 100,000 drafts re-judged in at most 5 s of one
// core. Each is judged by both editions; they come one after another, as from a
// store, in memory or as the bytes that a store keeps.
func BenchmarkRejudge100000(b *testing.B) {
	old, next := pack(b, "038-2026"), edited(b, "038-2026", `"months": 24,`, `"months": 90,`)
	drafts, stored := make([]exam.Draft, 1000), make([][]byte, 1000)
	for i := range drafts {
		d := complete()
		if i%3 == 0 {
			d = fullest()
		}
		drafts[i] = exam.Draft{ID: exam.DraftID(fmt.Sprint(i)), Document: d, Files: []exam.File{photo}, Pack: old.Ref()}
		stored[i] = exam.Normalize(d).Encode()
	}
	for _, x := range []struct {
		name string
		all  iter.Seq[exam.Draft]
	}{
		{"in memory", func(yield func(exam.Draft) bool) {
			for range 100 {
				for _, d := range drafts {
					if !yield(d) {
						return
					}
				}
			}
		}},
		{"from bytes", func(yield func(exam.Draft) bool) {
			for range 100 {
				for i, d := range drafts {
					var err error
					if d.Document, err = exam.DecodeDocument(stored[i]); err != nil {
						b.Fatal(err)
					}
					if !yield(d) {
						return
					}
				}
			}
		}},
	} {
		b.Run(x.name, func(b *testing.B) {
			turned, before := 0, cpuSeconds()
			for b.Loop() {
				turned = 0
				for range exam.Rejudge(x.all, old, next, exam.Moment{}) {
					turned++
				}
			}
			b.ReportMetric((cpuSeconds()-before)/float64(b.N), "core-s/100000")
			b.ReportMetric(float64(turned), "turned")
		})
	}
}

// BenchmarkDecode reads a document as a store does, and beside it what the
// library alone takes.
func BenchmarkDecode(b *testing.B) {
	raw := exam.Normalize(fullest()).Encode()
	b.Run("document", func(b *testing.B) {
		for b.Loop() {
			if _, err := exam.DecodeDocument(raw); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("library", func(b *testing.B) {
		for b.Loop() {
			var d exam.Document
			if err := json.Unmarshal(raw, &d); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkNormalize(b *testing.B) {
	d := fullest()
	b.ReportAllocs()
	for b.Loop() {
		exam.Normalize(d)
	}
}

func BenchmarkParsePack(b *testing.B) {
	for b.Loop() {
		pack(b, "038-2026")
	}
}

func BenchmarkMerge(b *testing.B) {
	base, mine, theirs := fullest(), fullest(), fullest()
	mine.Phone, theirs.Work[0].Duties = "13900139000", "个案"
	b.ReportAllocs()
	for b.Loop() {
		exam.Merge(base, mine, theirs)
	}
}

// BenchmarkEncode compares the bytes of a document made anew with those of one of
// which a field has changed since the last.
func BenchmarkEncode(b *testing.B) {
	docs := [2]exam.Document{fullest(), fullest()}
	docs[1].Education, docs[1].Work = docs[0].Education, docs[0].Work
	docs[1].Email = "next@example.invalid"
	b.Run("anew", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			docs[i&1].Encode()
		}
	})
	b.Run("next", func(b *testing.B) {
		b.ReportAllocs()
		var e exam.Encoder
		var before, last []byte
		for i := 0; b.Loop(); i++ {
			before, last = last, e.Encode(before, docs[i&1])
		}
	})
}
