package form_test

import (
	"fmt"
	"strings"
	"testing"

	"wenbao/exam"
	"wenbao/exam/form"
)

// centre are the registrations of a centre, in many states, the name of the third
// as long as names can be.
func centre(t testing.TB, n int) form.ListInput {
	l := form.ListInput{Pack: samplePack(t), Printed: printedAt}
	states := []exam.State{exam.StateVerified, exam.StateManualReview, exam.StateCompleted, exam.StateWithdrawn}
	for i := range n {
		in := draftInput(t)
		d := &in.Draft
		d.Document.Name = string([]rune{rune(0x4E00 + i*37%20000), rune(0x4E00 + i*101%20000), '𠮷'})
		d.Document.IDNumber = fmt.Sprintf("4101051990%08d", i)
		d.Document.Phone = fmt.Sprintf("138%08d", i)
		switch {
		case i == 2:
			d.Document.Name = strings.Repeat("阿卜杜热合曼·", 4) + "买买提"
		case i%7 == 3:
			d.Document = exam.Document{}
		}
		if i%5 != 4 {
			in = delivered(in, states[i%len(states)])
		}
		l.Drafts = append(l.Drafts, in.Draft)
	}
	return l
}

// sheetOf is a contact sheet of failed photos.
func sheetOf(t testing.TB, n int) *form.Paper {
	var tiles []form.Tile
	for i := range n {
		tile := form.Tile{Photo: samplePhoto(i), Name: fmt.Sprintf("班级/%d号照片-IMG_%04d.jpg", i, i), Lines: []string{"头偏小：头顶到下巴占 41 %，应在 48 %–78 %。请把取景框收小一些。"}}
		if i%4 == 1 {
			tile.Photo, tile.Lines = nil, []string{"文件不完整，可能没有传完。请重新拷贝或重新拍照。", "文件名对不上任何考生：请用身份证号或姓名给文件命名。"}
		}
		tiles = append(tiles, tile)
	}
	return form.ContactSheet("failed", tiles, form.ListInput{Pack: samplePack(t), Printed: printedAt})
}

func TestANumberOfTheListStandsOnOneLine(t *testing.T) {
	in := centre(t, 2)
	in.Drafts[0].Registration.Number, in.Drafts[1].Registration.Number = "演练4100002604804135857", "4100002604804135857"
	text := form.Text(form.List(in))
	for _, d := range in.Drafts {
		if !strings.Contains(text, d.Registration.Number) {
			t.Errorf("%s is broken: %s", d.Registration.Number, text)
		}
	}
}

func TestAListNamesEverybodyAndHidesTheMiddleOfNumbers(t *testing.T) {
	in := centre(t, 400)
	p := form.List(in)
	form.CheckPages(t, p)
	text := form.Text(p)
	expectFields(t, p, text)
	for i, d := range in.Drafts {
		if !strings.Contains(dense(text), dense(d.Document.Name)) {
			t.Errorf("row %d: the name is missing", i+1)
		}
		if n := d.Document.IDNumber; n != "" && (strings.Contains(text, n) || !strings.Contains(text, n[:6]+"********"+n[14:])) {
			t.Errorf("row %d: the number is not masked", i+1)
		}
	}
	if n := strings.Count(text, "证件号码"); n != p.Pages() {
		t.Errorf("the heading stands on %d of %d pages", n, p.Pages())
	}
}

func TestAContactSheetSaysAllThatIsWrong(t *testing.T) {
	tiles := []form.Tile{{Name: "𠮷.jpg", Lines: []string{strings.Repeat("说明很长。", 600)}}, {Photo: []byte("no JPEG"), Name: "b.jpg"}, {Photo: samplePhoto(1)}}
	for range 90 {
		tiles = append(tiles, form.Tile{Photo: samplePhoto(2), Name: strings.Repeat("x", 200), Lines: []string{"a", "b", "c"}})
	}
	p := form.ContactSheet("", tiles, form.ListInput{Printed: printedAt})
	form.CheckPages(t, p)
	// Lines of neighbours stand side by side, so characters are counted.
	if text := form.Text(p); strings.Count(text, "说") != 600 || strings.Count(text, "x") != 90*200 {
		t.Error("text is missing")
	}
}

func TestListsAreNeverGenuine(t *testing.T) {
	for _, p := range []*form.Paper{form.List(centre(t, 3)), sheetOf(t, 3), form.List(form.ListInput{Printed: printedAt})} {
		expectNot(t, string(p.Kind), verify(t, pdfOf(t, p)), form.ReasonUnreadable)
	}
}
