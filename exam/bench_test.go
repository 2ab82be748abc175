package exam_test

import (
	"fmt"
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
// store.
func BenchmarkRejudge100000(b *testing.B) {
	old, next := pack(b, "038-2026"), edited(b, "038-2026", `"months": 24,`, `"months": 90,`)
	drafts := make([]exam.Draft, 1000)
	for i := range drafts {
		d := complete()
		if i%3 == 0 {
			d = fullest()
		}
		drafts[i] = exam.Draft{ID: exam.DraftID(fmt.Sprint(i)), Document: d, Files: []exam.File{photo}, Pack: old.Ref()}
	}
	all := func(yield func(exam.Draft) bool) {
		for range 100 {
			for _, d := range drafts {
				if !yield(d) {
					return
				}
			}
		}
	}
	turned, before := 0, cpuSeconds()
	for b.Loop() {
		turned = 0
		for range exam.Rejudge(all, old, next, exam.Moment{}) {
			turned++
		}
	}
	b.ReportMetric((cpuSeconds()-before)/float64(b.N), "core-s/100000")
	b.ReportMetric(float64(turned), "turned")
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
