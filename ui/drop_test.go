package ui_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"

	"wenbao/exam"
	"wenbao/ui"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
	"wenbao/ui/story"
)

func drop(s *story.Stage, paths ...string) {
	var uris []fyne.URI
	for _, p := range paths {
		uris = append(uris, storage.NewFileURI(p))
	}
	s.Window.Dropped(uris)
	s.World.Loop.Drain()
}

func TestAPictureDroppedOnThePhotoStepIsFramed(t *testing.T) {
	st, _ := draft(t, exam.Document{}, exam.StepPhoto)
	st.World.Disk["/home/example/照 片.jpg"] = []byte("a picture")
	drop(st, "/home/example/照 片.jpg")
	if st.Window.Find("photo.frame") == nil {
		t.Errorf("no frame on the page:\n%s", ui.Outline(st.Window.Body()))
	}
}

func TestAPaperDroppedOnTheEvidenceStepIsAttached(t *testing.T) {
	doc := presenttest.Complete()
	doc.Commitment = exam.CommitmentDeclined
	st, _ := draft(t, doc, exam.StepEvidence)
	st.World.Disk["/毕业证书.pdf"] = []byte("%PDF-1.4")
	drop(st, "/毕业证书.pdf")
	if files := st.World.Drafts[st.Desk.Form().ID()].Files; len(files) != 1 || files[0].Name != "毕业证书.pdf" {
		t.Errorf("attached are %v", files)
	}
	if !strings.Contains(ui.Outline(st.Window.Body()), "毕业证书.pdf") {
		t.Error("the page does not show it")
	}
}

func TestAPathThatLeadsNowhereStaysToBeMended(t *testing.T) {
	doc := presenttest.Complete()
	doc.Commitment = exam.CommitmentDeclined
	for step, id := range map[exam.StepID]string{exam.StepPhoto: "photo", exam.StepEvidence: "evidence.diploma"} {
		st, w := draft(t, doc, step)
		field := func() string { return st.Window.Find(id + ".path").(*ui.Entry).Text }
		fill(t, st, w, id+".path", "/home/example/diploma.jgp")
		tap(t, st, "action.use."+id)
		if got := field(); got != "/home/example/diploma.jgp" {
			t.Errorf("%s: of the path %q is left", id, got)
		}
		st.World.Disk["/home/example/diploma.jpg"] = presenttest.JPEG()
		fill(t, st, w, id+".path", "/home/example/diploma.jpg")
		tap(t, st, "action.use."+id)
		if id != "photo" && field() != "" {
			t.Errorf("%s: the path of what was read stays", id)
		}
	}
}

func TestWhatIsDroppedElsewhereDoesNoHarm(t *testing.T) {
	st, _ := show(t, plain, scene(t, "home-first"))
	drop(st, "/nowhere.jpg") // no draft is open
	if st.Desk.Page() != present.PageHome {
		t.Errorf("it led to %s", st.Desk.Page())
	}
	st, _ = draft(t, exam.Document{}, exam.StepPerson)
	drop(st, "/nowhere.jpg")
	drop(st)
	if n := len(st.World.Drafts[st.Desk.Form().ID()].Files); n != 0 {
		t.Errorf("%d files are attached", n)
	}
}

func TestADroppedFileThatCannotBeUsedIsSaidOnThePage(t *testing.T) {
	for path, raw := range map[string]string{"/a.heic": "not a picture", "/gone.jpg": ""} {
		st, _ := draft(t, exam.Document{}, exam.StepPhoto)
		if raw != "" {
			st.World.Disk[path] = []byte(raw)
		}
		before := ui.Outline(st.Window.Body())
		drop(st, path)
		if after := ui.Outline(st.Window.Body()); after == before {
			t.Errorf("%s: the page says nothing", path)
		}
	}
}

func TestTheFrameMovesByKeysAndTheWheel(t *testing.T) {
	st, w := show(t, plain, scene(t, "form-photo-crop"))
	frame := st.Window.Find("photo.frame")
	w.Canvas().Focus(frame.(fyne.Focusable))
	before := st.Desk.Form().Photo().Crop
	for _, k := range []fyne.KeyName{fyne.KeyRight, fyne.KeyDown} {
		w.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: k})
		st.World.Loop.Drain()
	}
	moved := st.Desk.Form().Photo().Crop
	if moved.X <= before.X || moved.Y <= before.Y || moved.Width != before.Width {
		t.Errorf("the arrows moved the frame from %+v to %+v", before, moved)
	}
	w.Canvas().Focused().TypedRune('+')
	st.World.Loop.Drain()
	if larger := st.Desk.Form().Photo().Crop; larger.Width >= moved.Width {
		t.Errorf("+ made the frame %v wide, it was %v", larger.Width, moved.Width)
	}
	frame = st.Window.Find("photo.frame")
	frame.(fyne.Scrollable).Scrolled(&fyne.ScrollEvent{Scrolled: fyne.Delta{DY: -10}})
	st.World.Loop.Drain()
	if got := st.Desk.Form().Photo().Crop; got.Width <= 0 || got.Width == moved.Width {
		t.Errorf("the wheel left the frame at %+v", got)
	}
}

func TestEveryToolOfThePhotoChangesTheCrop(t *testing.T) {
	for _, tool := range []string{"larger", "smaller", "left", "right", "up", "down", "turn_left", "turn_right", "brighter", "darker", "whiten"} {
		st, _ := show(t, plain, scene(t, "form-photo-crop"))
		before := st.Desk.Form().Photo().Crop
		test.Tap(st.Window.Find("photo." + tool).(fyne.Tappable))
		st.World.Loop.Drain()
		if after := st.Desk.Form().Photo().Crop; after == before {
			t.Errorf("%s changes nothing", tool)
		}
	}
}

func TestASidewaysWheelLeavesTheFrame(t *testing.T) {
	st, _ := show(t, plain, scene(t, "form-photo-crop"))
	before := st.Desk.Form().Photo().Crop
	st.Window.Find("photo.frame").(fyne.Scrollable).Scrolled(&fyne.ScrollEvent{Scrolled: fyne.Delta{DX: -10}})
	st.World.Loop.Drain()
	if got := st.Desk.Form().Photo().Crop; got != before {
		t.Errorf("it made the frame %+v, it was %+v", got, before)
	}
}

func TestNewsDoNotTakeTheFrameOutOfTheHand(t *testing.T) {
	st, _ := show(t, plain, scene(t, "form-photo-crop"))
	before, frame := st.Desk.Form().Photo().Crop, st.Window.Find("photo.frame")
	drag := func() { frame.(fyne.Draggable).Dragged(&fyne.DragEvent{Dragged: fyne.Delta{DX: 10}}) }
	drag()
	st.Window.Refresh()
	if st.Window.Find("photo.frame") != frame {
		t.Fatal("the frame was replaced by one at its old place")
	}
	drag()
	frame.(fyne.Draggable).DragEnd()
	st.World.Loop.Drain()
	if got := st.Desk.Form().Photo().Crop; got.X <= before.X || got.Width != before.Width {
		t.Errorf("it was dragged from %+v to %+v", before, got)
	}
	if st.Window.Find("photo.frame") == frame {
		t.Error("what was dragged to is not what the page shows")
	}
}

func TestAPictureOfAnyShapeStaysWithinItsPlace(t *testing.T) {
	st, _ := show(t, plain, scene(t, "form-photo-crop"))
	place := fyne.NewSize(350, 460)
	for _, shape := range [][2]int{{900, 1260}, {1600, 900}, {12000, 10}, {10, 12000}, {1, 1}} {
		v := st.Desk.Form().Photo()
		v.Width, v.Height = shape[0], shape[1]
		frame, picture := st.Window.NewFrame(v)
		test.WidgetRenderer(frame.(fyne.Widget))
		frame.Resize(place)
		size := picture.Size()
		if size.Width > place.Width+1 || size.Height > place.Height+1 {
			t.Errorf("%v is shown %v large in %v", shape, size, place)
		}
		if wide := float32(shape[0]) / float32(shape[1]); size.Width < size.Height*wide*0.99 || size.Width > size.Height*wide*1.01 {
			t.Errorf("%v is shown %v large, which is another shape", shape, size)
		}
	}
}
