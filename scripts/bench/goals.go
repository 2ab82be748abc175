package main

import "fmt"

// tags are those of the window.
const tags = "-tags x11,migrated_fynedo "

// runs are the commands with their goals; one kind of work after the other, so
// that none disturbs another.
var runs = []run{
	{"-run ^$ -bench ^(BenchmarkCheck|BenchmarkRejudge100000)$ ./exam", []goal{
		{what: "check of a complete draft", bench: "BenchmarkCheck/complete", unit: "core-µs/op", limit: most(50)},
		{what: "check of the fullest draft", bench: "BenchmarkCheck/fullest", unit: "core-µs/op", limit: most(50)},
		{what: "100,000 drafts re-judged, decoding included", bench: "BenchmarkRejudge100000/from_bytes", unit: "core-s/100000", limit: most(5)},
	}},
	{"-run ^$ -bench ^BenchmarkSave$ -benchtime 25s ./store", saves()},
	{"-run ^$ -bench ^BenchmarkSaveAged$ ./store", []goal{
		{what: "saves in an aged file, as a share of a fresh one's", bench: "BenchmarkSaveAged", unit: "rate/fresh", limit: least(0.95)},
	}},
	{"-run ^$ -bench ^(BenchmarkOpen|BenchmarkSearch)$ ./store", append(searches(), []goal{
		{what: "open 100,000: first 50 rows, warm", bench: "BenchmarkOpen/100000/warm", unit: "first50-ms", limit: most(10)},
		{what: "open 100,000: everything searchable, warm", bench: "BenchmarkOpen/100000/warm", unit: "searchable-ms", limit: most(80)},
		{what: "open 100,000: first 50 rows, cold", bench: "BenchmarkOpen/100000/cold", unit: "first50-ms", limit: most(30)},
		{what: "open 100,000: everything searchable, cold", bench: "BenchmarkOpen/100000/cold", unit: "searchable-ms", limit: most(150)},
		{what: "open 100,000: memory", bench: "BenchmarkOpen/100000/warm", unit: "heap-MB", limit: most(120)},
	}...)},
	{"-v -run GoodputTable ./sync/synctest -lines", []goal{
		{what: "goodput, good line", bench: "BenchmarkGoodput/good/photos", unit: "goodput", limit: least(1.04)},
		{what: "goodput, bad line", bench: "BenchmarkGoodput/bad/photos", unit: "goodput", limit: least(1.02)},
		{what: "goodput, awful line", bench: "BenchmarkGoodput/awful/photos", unit: "goodput", limit: least(0.95)},
		{what: "goodput, bad line, attachments", bench: "BenchmarkGoodput/bad/scans", unit: "goodput", limit: least(0.95)},
		{what: "goodput, awful line, attachments", bench: "BenchmarkGoodput/awful/scans", unit: "goodput", limit: least(0.90)},
		{what: "sent again, bad line", bench: "BenchmarkGoodput/bad/photos", unit: "again", limit: most(0.03)},
		{what: "sent again, awful line", bench: "BenchmarkGoodput/awful/photos", unit: "again", limit: most(0.08)},
	}},
	{"-run ^$ -bench ^(BenchmarkRegistrations|BenchmarkOverload)$ ./server", append(loads("bbolt", "bbolt-loop/s"), []goal{
		{what: "loopback into bbolt, registrations with photo a second, 32 clients", bench: "BenchmarkRegistrations/27KB/32clients", unit: "registrations/s", limit: least(4000)},
		{what: "loopback into bbolt, registrations with photo a second, 256 clients", bench: "BenchmarkRegistrations/27KB/256clients", unit: "registrations/s", limit: least(4000)},
		{what: "ten times too much: rate as a share of the peak", bench: "BenchmarkOverload", ours: "ten-times/s", beside: "peak/s", unit: "ratio(goal≥0.9)", limit: least(0.9)},
		{what: "below saturation: p99 ÷ p50", bench: "BenchmarkOverload", unit: "p99÷p50-below(goal≤10)", limit: most(10)},
	}...)},
	{"-run ^$ -bench ^BenchmarkRegistrations$ ./server/postgres", loads("PostgreSQL", "single-INSERT/s")},
	{"-run ^$ -bench Pdfkit -benchtime 1x ./exam/form -peers", []goal{
		{what: "form, a file each", bench: "BenchmarkAgainstPdfkit/separate", unit: "forms/cpu-s", limit: least(200)},
		{what: "form, a file each ÷ pdfkit", bench: "BenchmarkAgainstPdfkit/separate", ours: "forms/cpu-s", beside: "pdfkit/cpu-s", unit: "times-pdfkit", limit: least(3.9)},
		{what: "form, size of a file", bench: "BenchmarkAgainstPdfkit/separate", beside: "pdfkit-KB", unit: "KB/form", limit: most(63)},
		{what: "forms in one PDF", bench: "BenchmarkAgainstPdfkit/batch", unit: "forms/cpu-s", limit: least(2000)},
		{what: "forms in one PDF ÷ pdfkit", bench: "BenchmarkAgainstPdfkit/batch", ours: "forms/cpu-s", beside: "pdfkit/cpu-s", unit: "times-pdfkit", limit: least(8)},
	}},
	{"-run ^$ -bench ^(BenchmarkTenThousand|BenchmarkPreview)$ -benchtime 1x ./exam/form", []goal{
		{what: "10,000 forms: memory", bench: "BenchmarkTenThousand", unit: "MB-peak", limit: most(350)},
		{what: "preview of a page", bench: "BenchmarkPreview", unit: "ns/op", limit: most(50e6)},
	}},
	{"-run ^$ -bench Vips ./exam/photo", []goal{
		{what: "smooth photo", bench: "BenchmarkAgainstVips/smooth", unit: "photos/s/core", limit: least(100)},
		{what: "smooth photo ÷ vipsthumbnail", bench: "BenchmarkAgainstVips/smooth", ours: "photos/s/core", beside: "vips/s/core", unit: "times-vips", limit: least(1)},
		{what: "grainy photo", bench: "BenchmarkAgainstVips/grainy", unit: "photos/s/core", limit: least(100)},
		{what: "grainy photo ÷ vipsthumbnail", bench: "BenchmarkAgainstVips/grainy", ours: "photos/s/core", beside: "vips/s/core", unit: "times-vips", limit: least(1)},
	}},
	{tags + "-run TheWindow(IsAsQuick|Takes) -v ./cmd/wenbao", []goal{
		{what: "visible window ÷ an empty one, 100,000 drafts", bench: "BenchmarkStart", ours: "ms", beside: "empty-ms", unit: "times-empty", limit: most(1.5)},
		{what: "memory above an empty window, 100 drafts", bench: "BenchmarkMemory/100", beside: "empty-MB", unit: "MB-more", limit: most(60)},
	}},
}

func saves() (list []goal) {
	for _, n := range []int{0, 10_000, 100_000} {
		for _, which := range []struct{ prefix, name string }{{"", "the same draft"}, {"read-", "any draft, read before"}, {"unread-", "any draft, unread"}} {
			for _, g := range []struct {
				unit  string
				limit limit
			}{{"p50/raw", most(1.10)}, {"p99/raw", most(3)}, {"rate/raw", least(0.85)}, {"KB/save", most(10)}} {
				list = append(list, goal{what: fmt.Sprintf("save %s, %d inside: %s", which.name, n, g.unit),
					bench: fmt.Sprintf("BenchmarkSave/%d", n), unit: which.prefix + g.unit, limit: g.limit})
			}
		}
	}
	return list
}

func searches() (list []goal) {
	for _, key := range []string{"张伟", "wang", "zw", "1234", "19900012345"} {
		list = append(list, goal{what: "search over 100,000 for " + key, bench: "BenchmarkSearch/" + key, unit: "ns/op", limit: most(1e6)})
	}
	return list
}

func loads(engine, yardstick string) (list []goal) {
	for _, size := range []string{"2.4KB", "27KB"} {
		list = append(list, goal{what: engine + ", 32 clients, " + size + ", ÷ " + yardstick, bench: "BenchmarkRegistrations/" + size + "/32clients",
			ours: "registrations/s", beside: yardstick, unit: "ratio(goal≥0.6)", limit: least(0.6)})
	}
	return list
}
