package present_test

import (
	"slices"
	"strings"
	"testing"

	"wenbao/exam"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// named opens a draft with a name, on the step of the person.
func named(t *testing.T, name string) (*presenttest.World, *present.Desk, *present.Form) {
	t.Helper()
	w, d := desk(t)
	n, err := w.Ports().Drafts.Create(exam.Document{Name: name, IDType: exam.ResidentID, Address: "示例路"}, w.Pack.Ref())
	if err != nil {
		t.Fatal(err)
	}
	d.Open(n.ID)
	w.Loop.Drain()
	d.Form().Show(exam.StepPerson)
	w.Loop.Drain()
	return w, d, d.Form()
}

func TestARareCharacterTakesThePlaceOfItsStandIn(t *testing.T) {
	for before, after := range map[string]string{
		"李[宏]": "李\U0002CB4E", "李［宏］生": "李\U0002CB4E生", "李【宏】": "李\U0002CB4E", "李?": "李\U0002CB4E", "李＊生": "李\U0002CB4E生",
		"李": "李\U0002CB4E", "": "\U0002CB4E", "李[宏": "李[宏\U0002CB4E", "李□": "李\U0002CB4E",
	} {
		w, _, f := named(t, before)
		f.OpenRare("name")
		f.SearchRare("U+2CB4E")
		w.Loop.Drain()
		v, open := f.Rare("name")
		if !open || len(v.Found) != 1 || v.Found[0].Code != "U+2CB4E" || v.Found[0].Pinyin != "hong" {
			t.Fatalf("found %+v, open %v", v, open)
		}
		f.PutRare(v.Found[0].Rune)
		w.Loop.Drain()
		if got := w.Drafts[f.ID()].Document.Name; got != after {
			t.Errorf("%q became %q, want %q", before, got, after)
		}
		if _, open := f.Rare("name"); open {
			t.Error("the search stays open after a character was chosen")
		}
	}
}

func TestTheSearchSaysHowManyFitAndWhenNoneDoes(t *testing.T) {
	w, _, f := named(t, "李")
	f.OpenRare("name")
	f.SearchRare("hong")
	w.Loop.Drain()
	if v, _ := f.Rare("name"); len(v.Found) != 48 || v.Total <= 48 || v.None || v.Busy {
		t.Errorf("%d of %d, none %v, busy %v", len(v.Found), v.Total, v.None, v.Busy)
	}
	f.SearchRare("qqq")
	w.Loop.Drain()
	if v, _ := f.Rare("name"); len(v.Found) != 0 || !v.None {
		t.Errorf("%+v", v)
	}
	f.SearchRare("  ")
	w.Loop.Drain()
	if v, _ := f.Rare("name"); v.None {
		t.Error("nothing was asked, and it says that nothing was found")
	}
}

func TestOnlyTheNewestQuestionIsAnswered(t *testing.T) {
	w, _, f := named(t, "李")
	f.OpenRare("name")
	f.SearchRare("ho")
	f.SearchRare("hong 钅 12")
	w.Loop.Drain()
	v, _ := f.Rare("name")
	if v.Typed != "hong 钅 12" || !slices.ContainsFunc(v.Found, func(c present.RareChar) bool { return c.Rune == 0x2CB4E }) || v.Total > 20 {
		t.Errorf("%+v", v)
	}
	f.SearchRare("口")
	f.OpenRare("name")
	w.Loop.Drain()
	if _, open := f.Rare("name"); open {
		t.Error("an answer opened a search that was closed")
	}
}

func TestTheSearchIsUnderOneFieldAtATime(t *testing.T) {
	_, _, f := named(t, "李[宏]")
	f.OpenRare("name")
	f.OpenRare("address")
	if _, open := f.Rare("name"); open {
		t.Error("two searches are open")
	}
	if _, open := f.Rare("address"); !open {
		t.Error("the second was not opened")
	}
}

func TestTheNameAlwaysOffersTheSearchAndOthersWhenACharacterIsMissing(t *testing.T) {
	offers := func(f *present.Form) (paths []string) {
		for _, s := range f.Sections() {
			for _, field := range s.Fields {
				if field.Rare {
					paths = append(paths, field.Path)
				}
			}
		}
		return paths
	}
	_, _, f := named(t, "李")
	if got := offers(f); !slices.Equal(got, []string{"name"}) {
		t.Errorf("offered for %v", got)
	}
	f.Set("address", "河南省?县")
	if got := offers(f); !slices.Equal(got, []string{"name", "address"}) {
		t.Errorf("offered for %v", got)
	}
}

func TestNoCharacterGoesIntoALockedField(t *testing.T) {
	w, d := desk(t)
	n, err := w.Ports().Drafts.Create(presenttest.Complete(), w.Pack.Ref())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Ports().Files.Attach(n.ID, exam.File{Kind: exam.FilePhoto, Type: "image/jpeg", Name: "报名照片.jpg"}, presenttest.JPEG()); err != nil {
		t.Fatal(err)
	}
	d.Open(n.ID)
	w.Loop.Drain()
	f := d.Form()
	f.Submit()
	w.Loop.Drain()
	f.Show(exam.StepPerson)
	f.OpenRare("name")
	f.PutRare(0x2CB4E)
	w.Loop.Drain()
	if got := w.Drafts[n.ID].Document.Name; strings.ContainsRune(got, 0x2CB4E) {
		t.Errorf("the name on its way to the server became %q", got)
	}
}
