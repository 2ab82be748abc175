package exam_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wenbao/exam"
)

func TestChangesOfBothSidesComeTogether(t *testing.T) {
	base, mine, theirs := complete(), complete(), complete()
	mine.Phone = "13900139000"
	mine.Work = append(mine.Work, exam.Work{Employer: "甲中心", From: "2018-01", To: "2018-12", SocialWork: true})
	theirs.Email = "other@example.cn"
	theirs.Work = append(theirs.Work, exam.Work{Employer: "乙中心", From: "2019-01", To: "2019-12"})
	theirs.Work[0].Duties = "个案"
	doc, conflicts := exam.Merge(base, mine, theirs)
	if len(conflicts) != 0 {
		t.Fatalf("%+v", conflicts)
	}
	if doc.Phone != "13900139000" || doc.Email != "other@example.cn" || len(doc.Work) != 3 || doc.Work[0].Duties != "个案" {
		t.Errorf("%s", doc.Encode())
	}
}

func TestAFieldChangedOnBothSidesIsAsked(t *testing.T) {
	base, mine, theirs := complete(), complete(), complete()
	mine.Phone, theirs.Phone = "13900139000", "13700137000"
	mine.Work[0].Position, theirs.Work[0].Position = "主任", "干事"
	mine.City, theirs.City = "开封市", "开封市"
	doc, conflicts := exam.Merge(base, mine, theirs)
	want := []exam.FieldConflict{
		{Path: "phone", Base: "13800138000", Mine: "13900139000", Theirs: "13700137000"},
		{Path: "work.0.position", Base: "社区社工", Mine: "主任", Theirs: "干事"},
	}
	if !reflect.DeepEqual(conflicts, want) || doc.Phone != base.Phone || doc.City != "开封市" {
		t.Errorf("%+v", conflicts)
	}
}

func TestARecordRemovedHereAndChangedThereIsAsked(t *testing.T) {
	base := complete()
	for i := range 3 {
		base.Work = append(base.Work, exam.Work{Employer: fmt.Sprint("中心", i), From: exam.Month(fmt.Sprintf("201%d-01", i)), To: exam.Month(fmt.Sprintf("201%d-12", i))})
	}
	mine, theirs := base, base
	mine.Work = base.Work[:2:2] // removes the last two
	theirs.Work = slices.Clone(base.Work)
	theirs.Work[2].Duties, theirs.Work[3].Duties = "小组", "社区"
	doc, conflicts := exam.Merge(base, mine, theirs)
	if len(doc.Work) != 4 || len(conflicts) != 2 || conflicts[0].Path != "work.3" || conflicts[0].Mine != "" || conflicts[1].Path != "work.2" {
		t.Fatalf("%+v", conflicts)
	}
	for _, c := range conflicts { // take mine: both go, and no path shifts
		if err := doc.Set(c.Path, c.Mine); err != nil {
			t.Fatal(err)
		}
	}
	if len(doc.Work) != 2 {
		t.Errorf("%s", doc.Encode())
	}
	doc, conflicts = exam.Merge(base, mine, theirs)
	for _, c := range conflicts {
		set(t, &doc, c.Path, c.Theirs)
	}
	if !reflect.DeepEqual(doc.Work, theirs.Work) {
		t.Errorf("%s", doc.Encode())
	}
	_, conflicts = exam.Merge(base, theirs, mine)
	if len(conflicts) != 2 || conflicts[0].Theirs != "" || !strings.Contains(conflicts[0].Mine, "社区") || !strings.Contains(conflicts[1].Mine, "小组") {
		t.Errorf("from the other side: %+v", conflicts)
	}
}

func TestARecordAddedOnBothSidesIsOneRecord(t *testing.T) {
	base, mine, theirs := complete(), complete(), complete()
	added := exam.Degree{Level: exam.Master, AwardedBy: "甲大学", Major: "社会工作", Awarded: "2022-06"}
	mine.Degrees = append(mine.Degrees, added)
	added.AwardedBy = "乙大学"
	theirs.Degrees = append(theirs.Degrees, added)
	doc, conflicts := exam.Merge(base, mine, theirs)
	if want := []exam.FieldConflict{{Path: "degrees.1.awarded_by", Mine: "甲大学", Theirs: "乙大学"}}; !slices.Equal(conflicts, want) {
		t.Errorf("%+v, want %+v", conflicts, want)
	}
	if len(doc.Degrees) != 2 || doc.Degrees[1].Awarded != "2022-06" {
		t.Errorf("%+v", doc.Degrees)
	}
}

func TestARecordRemovedHereAndLeftThereGoes(t *testing.T) {
	base, mine, theirs := complete(), complete(), complete()
	mine.Degrees = nil
	theirs.Phone = "13900139000"
	doc, conflicts := exam.Merge(base, mine, theirs)
	if len(conflicts) != 0 || len(doc.Degrees) != 0 || doc.Phone != "13900139000" {
		t.Errorf("%+v %s", conflicts, doc.Encode())
	}
}

func TestARecordRemovedOnBothSidesGoes(t *testing.T) {
	base, mine, theirs := complete(), complete(), complete()
	base.Work = append(base.Work, exam.Work{Employer: "旧中心", From: "2018-01"})
	mine.Work[0].Duties, theirs.Work[0].Place = "个案", "开封市"
	doc, conflicts := exam.Merge(base, mine, theirs)
	if len(conflicts) != 0 || len(doc.Work) != 1 || doc.Work[0].Duties != "个案" || doc.Work[0].Place != "开封市" {
		t.Errorf("%+v %s", conflicts, doc.Encode())
	}
}

func TestRecordsAreKnownByTheirIDWhateverElseChanges(t *testing.T) {
	base := complete()
	base.Work[0].ID = "w1"
	mine, theirs := base, base
	mine.Work, theirs.Work = slices.Clone(base.Work), slices.Clone(base.Work)
	mine.Work[0].Employer = "改名后的中心"
	theirs.Work[0].From = "2020-08"
	doc, conflicts := exam.Merge(base, mine, theirs)
	if len(conflicts) != 0 || len(doc.Work) != 1 || doc.Work[0].Employer != "改名后的中心" || doc.Work[0].From != "2020-08" {
		t.Errorf("%+v %s", conflicts, doc.Encode())
	}
}

// TestDegreesAndCertificatesAreKnownByWhatTheyAre: the first is removed here and the
// second, which moves up by it, is changed there.
func TestDegreesAndCertificatesAreKnownByWhatTheyAre(t *testing.T) {
	base := complete()
	deg(exam.Master, true)(&base)
	cert("junior", "2012-10")(&base)
	cert("intermediate", "2016-10")(&base)
	mine, theirs := base, base
	mine.Degrees, mine.Certificates = base.Degrees[1:], base.Certificates[1:]
	theirs.Degrees, theirs.Certificates = slices.Clone(base.Degrees), slices.Clone(base.Certificates)
	theirs.Degrees[1].CertificateNumber, theirs.Certificates[1].Number = "1045932015001234", "7"
	doc, conflicts := exam.Merge(base, mine, theirs)
	if len(conflicts) != 0 || !slices.Equal(doc.Degrees, theirs.Degrees[1:]) || !slices.Equal(doc.Certificates, theirs.Certificates[1:]) {
		t.Errorf("%+v %s", conflicts, doc.Encode())
	}
}

func TestWhatWasAddedComesInOneOrder(t *testing.T) {
	base, mine, theirs := complete(), complete(), complete()
	for i := range 4 {
		mine.Work = append(mine.Work, exam.Work{Employer: fmt.Sprint("甲", 4-i)})
		theirs.Work = append(theirs.Work, exam.Work{Employer: fmt.Sprint("乙", 4-i)})
	}
	doc, _ := exam.Merge(base, mine, theirs)
	var got []string
	for _, w := range doc.Work[1:] {
		got = append(got, w.Employer)
	}
	if want := []string{"乙1", "乙2", "乙3", "乙4", "甲1", "甲2", "甲3", "甲4"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestAListThatIsJustFullIsJoined(t *testing.T) {
	base, mine, theirs := complete(), complete(), complete()
	for i := range 2 {
		mine.Education = append(mine.Education, exam.Education{School: fmt.Sprint("甲", i)})
		theirs.Education = append(theirs.Education, exam.Education{School: fmt.Sprint("乙", i)})
	}
	if doc, conflicts := exam.Merge(base, mine, theirs); len(doc.Education) != exam.MaxEducation || len(conflicts) != 0 {
		t.Errorf("%d records, %+v", len(doc.Education), conflicts)
	}
}

func TestAListThatWouldBeTooLongIsAskedAsAWhole(t *testing.T) {
	base, mine, theirs := complete(), complete(), complete()
	mine.Education[0].Major, theirs.Education[0].Major = "甲", "乙" // part of the one question
	for i := range 3 {
		mine.Education = append(mine.Education, exam.Education{School: fmt.Sprint("甲", i)})
		theirs.Education = append(theirs.Education, exam.Education{School: fmt.Sprint("乙", i)})
	}
	doc, conflicts := exam.Merge(base, mine, theirs)
	if len(doc.Education) != 1 || len(conflicts) != 1 || conflicts[0].Path != "education" {
		t.Fatalf("%+v", conflicts)
	}
	set(t, &doc, "education", conflicts[0].Theirs)
	if !reflect.DeepEqual(doc.Education, theirs.Education) {
		t.Errorf("%s", doc.Encode())
	}
}

// three draws a base and two descendants that changed, removed and added.
func three(t *rapid.T) (base, mine, theirs exam.Document) {
	base = anyDocument(t, "base")
	return base, descendant(t, base, "mine"), descendant(t, base, "theirs")
}

func descendant(t *rapid.T, base exam.Document, label string) exam.Document {
	d, err := exam.DecodeDocument(base.Encode())
	if err != nil {
		t.Fatal(err)
	}
	word := rapid.SampledFrom([]string{"甲", "乙", "", "2020-01"})
	for range rapid.IntRange(0, 6).Draw(t, label+" steps") {
		path := rapid.SampledFrom([]string{
			"name", "phone", "level", "subjects", "education.0", "education.0.school", "education.1.major", "degrees.0.awarded", "degrees.0",
			"certificates.0.level", "work.0", "work.1", "work.0.employer", "work.0.from", "work.1.duties", "work.2.position", "work.3.employer",
		}).Draw(t, label+" path")
		_ = d.Set(path, word.Draw(t, label+" value")) // an index out of range changes nothing
	}
	return d
}

func TestMergingIsSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, mine, theirs := three(t)
		a, here := exam.Merge(base, mine, theirs)
		b, there := exam.Merge(base, theirs, mine)
		for i := range there {
			there[i].Mine, there[i].Theirs = there[i].Theirs, there[i].Mine
		}
		if !bytes.Equal(a.Encode(), b.Encode()) || !reflect.DeepEqual(here, there) {
			t.Fatalf("%s %v\n%s %v", a.Encode(), here, b.Encode(), there)
		}
	})
}

func TestMergingWithTheBaseGivesTheOtherSide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, mine, _ := three(t)
		for _, x := range [][3]exam.Document{{base, mine, base}, {base, base, mine}, {base, mine, mine}} {
			if doc, conflicts := exam.Merge(x[0], x[1], x[2]); !bytes.Equal(doc.Encode(), mine.Encode()) || len(conflicts) != 0 {
				t.Fatalf("%s %v, want %s", doc.Encode(), conflicts, mine.Encode())
			}
		}
	})
}

// texts counts every text and number of a JSON value.
func texts(v any, count map[string]int) {
	switch x := v.(type) {
	case map[string]any:
		for _, e := range x {
			texts(e, count)
		}
	case []any:
		for _, e := range x {
			texts(e, count)
		}
	default:
		count[fmt.Sprint(x)]++
	}
}

func textsOf(raw []byte) map[string]int {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		v = string(raw)
	}
	count := map[string]int{}
	texts(v, count)
	return count
}

// Whatever a side has that the base has not is in the document or in a conflict.
func TestMergingLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, mine, theirs := three(t)
		doc, conflicts := exam.Merge(base, mine, theirs)
		before, kept := textsOf(base.Encode()), textsOf(doc.Encode())
		for _, c := range conflicts {
			for _, side := range []string{c.Mine, c.Theirs} {
				for text, n := range textsOf([]byte(side)) {
					kept[text] += n
				}
				kept[side]++
			}
		}
		for _, side := range []exam.Document{mine, theirs} {
			for text := range textsOf(side.Encode()) {
				if before[text] == 0 && kept[text] == 0 {
					t.Fatalf("%q is lost: %s %v", text, doc.Encode(), conflicts)
				}
			}
		}
	})
}

// Taking one side of every conflict is always possible, and the result is a
// document that can be stored.
func TestEveryConflictCanBeDecided(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, mine, theirs := three(t)
		doc, conflicts := exam.Merge(base, mine, theirs)
		for _, c := range conflicts {
			value := c.Mine
			if rapid.Bool().Draw(t, "theirs") {
				value = c.Theirs
			}
			if err := doc.Set(c.Path, value); err != nil {
				t.Fatalf("%+v: %v", c, err)
			}
			if got, err := doc.Get(c.Path); !strings.Contains(c.Path, ".") && (err != nil || got != value) {
				t.Fatalf("%+v: %q, %v", c, got, err)
			}
		}
		if _, err := exam.DecodeDocument(doc.Encode()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestFilesAreMergedByKind(t *testing.T) {
	file := func(kind exam.FileKind, name string) exam.File { return exam.File{Kind: kind, SHA256: name} }
	base := []exam.File{file(exam.FilePhoto, "p"), file("diploma", "d"), file("work_years", "w")}
	original := file(exam.FilePhotoOriginal, "o")
	for name, c := range map[string]struct {
		mine, theirs, want []exam.File
		photo              *exam.FieldConflict
		joined             []exam.FileKind
	}{
		"one side's change is taken": {
			[]exam.File{file(exam.FilePhoto, "p2"), original, file("diploma", "d"), file("work_years", "w")},
			[]exam.File{file(exam.FilePhoto, "p"), file("diploma", "d2"), file("work_years", "w")},
			[]exam.File{file(exam.FilePhoto, "p2"), original, file("diploma", "d2"), file("work_years", "w")}, nil, nil},
		"what one side removed goes": {
			[]exam.File{file(exam.FilePhoto, "p"), file("work_years", "w")}, base,
			[]exam.File{file(exam.FilePhoto, "p"), file("work_years", "w")}, nil, nil},
		"evidence of both stays, of the photo one is to be chosen": {
			[]exam.File{file(exam.FilePhoto, "p2"), file("diploma", "d2"), file("work_years", "w")},
			[]exam.File{file(exam.FilePhoto, "p3"), file("diploma", "d3"), file("work_years", "w")},
			[]exam.File{file(exam.FilePhoto, "p2"), file("diploma", "d2"), file("diploma", "d3"), file("work_years", "w")}, &exam.FieldConflict{Path: "photo", Base: "p", Mine: "p2", Theirs: "p3"}, []exam.FileKind{"diploma"}},
		"what I took away comes back when they added to it": {
			[]exam.File{file(exam.FilePhoto, "p"), file("work_years", "w")},
			[]exam.File{file(exam.FilePhoto, "p"), file("diploma", "d"), file("diploma", "d3"), file("work_years", "w")},
			[]exam.File{file(exam.FilePhoto, "p"), file("work_years", "w"), file("diploma", "d"), file("diploma", "d3")}, nil, []exam.FileKind{"diploma"}},
		"with a photo of theirs the picture that mine was made of goes": {
			[]exam.File{original, file("diploma", "d"), file("work_years", "w"), file(exam.FilePhoto, "p")},
			[]exam.File{file(exam.FilePhoto, "p3"), file("diploma", "d"), file("work_years", "w")},
			[]exam.File{file(exam.FilePhoto, "p3"), file("diploma", "d"), file("work_years", "w")}, nil, nil},
		"a photo that both changed alike is no conflict": {
			[]exam.File{file(exam.FilePhoto, "p2"), file("diploma", "d"), file("work_years", "w")},
			[]exam.File{file(exam.FilePhoto, "p2"), file("diploma", "d"), file("work_years", "w")},
			[]exam.File{file(exam.FilePhoto, "p2"), file("diploma", "d"), file("work_years", "w")}, nil, nil},
		"a photo that I removed and they changed is to be chosen": {
			[]exam.File{file("diploma", "d"), file("work_years", "w")},
			[]exam.File{file(exam.FilePhoto, "p3"), file("diploma", "d"), file("work_years", "w")},
			[]exam.File{file("diploma", "d"), file("work_years", "w")}, &exam.FieldConflict{Path: "photo", Base: "p", Theirs: "p3"}, nil},
	} {
		got, photo, joined := exam.MergeFiles(base, c.mine, c.theirs)
		if !slices.Equal(got, c.want) || !reflect.DeepEqual(photo, c.photo) || !slices.Equal(joined, c.joined) {
			t.Errorf("%s: %v, %+v and %v, not %v, %+v and %v", name, got, photo, joined, c.want, c.photo, c.joined)
		}
	}
	mine := []exam.File{original, file(exam.FilePhoto, "p2"), file("diploma", "d")}
	if got := exam.TakePhoto(mine, base); !slices.Equal(got, []exam.File{base[0], mine[2]}) {
		t.Errorf("their photo: %v", got)
	}
	if got := exam.TakePhoto(mine, nil); !slices.Equal(got, mine[2:]) {
		t.Errorf("no photo: %v", got)
	}
}

// TestTheOrderOfFilesIsNoChange: a draft has its files as they were attached, and the
// submission that both sides come from has them sorted.
func TestTheOrderOfFilesIsNoChange(t *testing.T) {
	file := func(name string) exam.File { return exam.File{Kind: "diploma", SHA256: name} }
	base, attached := []exam.File{file("a"), file("b"), file("c")}, []exam.File{file("c"), file("a"), file("b")}
	for name, c := range map[string]struct{ mine, theirs, want []exam.File }{
		"what they removed goes":      {attached, []exam.File{file("a"), file("c")}, []exam.File{file("a"), file("c")}},
		"what they added comes":       {attached, append(slices.Clone(base), file("d")), append(slices.Clone(base), file("d"))},
		"what I removed goes":         {[]exam.File{file("c"), file("a")}, base, []exam.File{file("c"), file("a")}},
		"nothing changed":             {attached, base, attached},
		"what both removed goes once": {[]exam.File{file("b"), file("a")}, []exam.File{file("a"), file("b")}, []exam.File{file("b"), file("a")}},
	} {
		if got, _, joined := exam.MergeFiles(base, c.mine, c.theirs); !slices.Equal(got, c.want) || len(joined) != 0 {
			t.Errorf("%s: %v, joined %v, not %v", name, got, joined, c.want)
		}
	}
}

// TestAMergeStartsOnlyFromWhatTheOtherSideComesFrom restores a server from a backup:
// the version that a draft was made from is gone, and another machine has gone on
// from the one before it.
func TestAMergeStartsOnlyFromWhatTheOtherSideComesFrom(t *testing.T) {
	minute := func(n int) time.Time { return time.Date(2026, 8, 1, 9, n, 0, 0, time.UTC) }
	version := func(phone string, minutes ...int) exam.Registration {
		doc := complete()
		doc.Phone = phone
		content := exam.Submission{Schema: 1, ID: exam.NewDraftID(), Document: doc}.Encode()
		reg := exam.Registration{Version: len(minutes), Digest: exam.Digest(content), Content: content}
		for i, m := range minutes {
			reg.History = append(reg.History, exam.Event{Version: i + 1, Action: exam.ActionSubmit, At: minute(m)})
		}
		return reg
	}
	unknown := func(r exam.Registration) exam.Registration {
		r.History = nil
		return r
	}
	base := version("13900139000", 1, 2, 3)
	kept := base.Last() // as a store keeps it beside a newer version
	nobody, again := unknown(base), base
	again.Version, again.History = 5, version("", 1, 2, 4, 5, 6).History
	healed := version("13700137000", 1, 3, 7)
	healed.Version, healed.History[1].Version, healed.History[1].Action, healed.History[2].Version = 4, 3, exam.ActionRestore, 4
	over := version("13700137000", 1, 2, 3, 4)
	over.History[3].Action = exam.ActionRestore
	for _, c := range []struct {
		name   string
		base   *exam.Registration
		theirs exam.Registration
		known  bool
	}{
		{"later", &base, version("13700137000", 1, 2, 3, 4), true},
		{"later, by the last step alone", &kept, version("13700137000", 1, 2, 3, 4, 5), true},
		{"later, after the server got it back", &kept, healed, true},
		{"put over it by a receipt", &kept, over, false},
		{"the same", &base, base, true},
		{"the same content by another way", &kept, again, true},
		{"another of the same number", &base, version("13700137000", 1, 2, 4), false},
		{"another way that went further", &kept, version("13700137000", 1, 2, 4, 5), false},
		{"an older one", &base, version("13700137000", 1, 2), false},
		{"no history, later", &nobody, version("13700137000", 1, 2, 3, 4), true},
		{"no history, the same number", &nobody, version("13700137000", 1, 2, 4), false},
		{"no history there, later", &base, unknown(version("13700137000", 1, 2, 3, 4)), true},
		{"none known", nil, version("13700137000", 1, 2), false},
	} {
		want := ""
		if c.known {
			want = "13900139000"
		}
		sub, err := exam.Draft{Base: c.base}.Ancestor(c.theirs)
		if err != nil || sub.Document.Phone != want {
			t.Errorf("%s: %q, %v", c.name, sub.Document.Phone, err)
		}
	}
}
