package ui

import (
	"bytes"
	"image"
	_ "image/jpeg" // photos are JPEG

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"wenbao/exam"
	"wenbao/ui/present"
)

// photoStep is 照片: the photo as it is, or the making of one.
func (w *Window) photoStep() fyne.CanvasObject {
	k, f := w.kit, w.desk.Form()
	v := f.Photo()
	box := newColumn(gapLarge)
	if !v.Trouble.Empty() {
		add(box, banner(present.Trouble, k.say(v.Trouble), k.key("photo.trouble.text")))
		if v.Source == nil {
			for _, why := range v.Found {
				add(box, k.problem(present.Shown(why)))
			}
		}
	}
	for _, p := range v.Problems {
		add(box, k.problem(p))
	}
	switch {
	case v.Locked:
		add(box, banner(present.Calm, "", k.key("photo.locked")))
		if !v.Reading {
			add(box, newFlow(0, w.photoPicture(v.Photo)))
		}
	case v.Reading:
	case v.Source != nil:
		add(box, w.cropper(f, v))
	default:
		if v.Photo != nil {
			actions := newFlow(gap, k.secondary("action.keep_photo", k.key("photo.keep"), f.KeepPhoto))
			if v.Original {
				add(actions, k.secondary("action.reopen_photo", k.key("photo.reopen"), f.Reopen))
			}
			add(actions, k.plain("action.clear_photo", k.key("photo.clear"), f.ClearPhoto))
			add(box, newRow(gapLarge, 1, w.photoPicture(v.Photo), newColumn(gap, newText(styleStrong, k.key("photo.attached")), caption(k.photoFacts(v)), actions, keptPath(w))))
		}
		add(box, w.fileField("photo", "photo.path", []string{".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"}, f.TakePicture, f.TakeTyped))
	}
	switch {
	case v.Busy:
		add(box, caption(k.key("photo.busy")))
	case v.Reading:
		add(box, caption(k.key("photo.reading")))
	}
	return box
}

func keptPath(w *Window) fyne.CanvasObject { return caption(w.desk.Kept()) }

func (k *kit) photoFacts(v present.PhotoView) string {
	return k.key("photo.facts", "width", v.Spec.Width, "height", v.Spec.Height, "size", present.Size(int64(len(v.Photo))),
		"least", v.Spec.MinBytes/1000, "most", v.Spec.MaxBytes/1000)
}

// The size of a processed photo in the window: as it is printed, doubled.
const photoWidth, photoHeight = 150, 210

// photoPicture shows a processed photo.
func (w *Window) photoPicture(jpeg []byte) fyne.CanvasObject {
	img := w.decoded(jpeg)
	if img == nil {
		return caption(w.kit.key("photo.none"))
	}
	c := canvas.NewImageFromImage(img)
	c.FillMode = canvas.ImageFillContain
	c.SetMinSize(fyne.NewSize(photoWidth, photoHeight))
	return surface(colorCard, colorLine, 2, 1, c)
}

// decoded gives the picture of a photo of ours (a few kilobytes), and the same
// one as long as the bytes are the same.
func (w *Window) decoded(jpeg []byte) image.Image {
	if len(jpeg) == 0 {
		return nil
	}
	if img, ok := w.pictures[&jpeg[0]]; ok {
		return img
	}
	img, _, err := image.Decode(bytes.NewReader(jpeg))
	if err != nil {
		return nil
	}
	if len(w.pictures) > 8 {
		clear(w.pictures)
	}
	w.pictures[&jpeg[0]] = img
	return img
}

// fileField asks for a file: by dialog, by its path, or dropped on the window. A
// path that leads to none stays, to be mended.
func (w *Window) fileField(id, words string, extensions []string, take func(path string), typed func(path string, unread func())) fyne.CanvasObject {
	k := w.kit
	path := w.entry(id + ".path")
	path.SetPlaceHolder(k.key("file.path"))
	use := func() {
		if name := path.Text; name != "" {
			path.show("")
			typed(name, func() {
				if path.Text == "" {
					path.show(name)
				}
			})
		}
	}
	pick := k.button("action.choose."+id, lookSecondary, styleBody.in(colorAccent), theme.FolderOpenIcon(), k.key("file.pick"), func() { w.chooseFile(extensions, take) })
	row := newRow(gapSmall, 0, path, k.secondary("action.use."+id, k.key("file.use"), use))
	return surface(colorSidebar, colorLine, radiusCard, gapLarge, newColumn(gap, body(k.key(words)), newFlow(0, pick), caption(k.key("file.or_path")), row))
}

// cropper is the picture under the official frame, with what comes of it.
func (w *Window) cropper(f *present.Form, v present.PhotoView) fyne.CanvasObject {
	k := w.kit
	made := newColumn(gap, newText(styleStrong, k.key("photo.result")))
	if v.Made != nil {
		add(made, newRow(0, -1, w.photoPicture(v.Made)))
	}
	for _, p := range v.Found {
		if p.Severity != exam.Note {
			add(made, k.problem(present.Shown(p)))
		}
	}
	if v.Made == nil && !v.Busy {
		add(made, caption(k.key("photo.refused")))
	}
	tools := newFlow(gapSmall)
	tool := func(id string, change func(*present.Crop)) {
		add(tools, k.secondary("photo."+id, k.key("photo.tool."+id), func() { c := v.Crop; change(&c); f.Frame(c) }))
	}
	tool("larger", func(c *present.Crop) { c.Scale(1 / 1.06) })
	tool("smaller", func(c *present.Crop) { c.Scale(1.06) })
	tool("left", func(c *present.Crop) { c.X += c.Width * 0.03 })
	tool("right", func(c *present.Crop) { c.X -= c.Width * 0.03 })
	tool("up", func(c *present.Crop) { c.Y += c.Height * 0.03 })
	tool("down", func(c *present.Crop) { c.Y -= c.Height * 0.03 })
	tool("turn_left", func(c *present.Crop) { c.Rotate-- })
	tool("turn_right", func(c *present.Crop) { c.Rotate++ })
	tool("brighter", func(c *present.Crop) { c.Brightness = min(c.Brightness+0.05, 1) })
	tool("darker", func(c *present.Crop) { c.Brightness = max(c.Brightness-0.05, -1) })
	whiten := k.tick("photo.whiten", k.key("photo.whiten"), v.Crop.Whiten, false, func(on bool) { c := v.Crop; c.Whiten = on; f.Frame(c) })
	use := k.primary("action.use_photo", k.key("photo.use"), f.UsePhoto)
	if v.Made == nil || v.Busy {
		use.turnOff()
	}
	other := k.secondary("action.drop_picture", k.key("photo.other"), f.DropPicture)
	return newColumn(gapLarge, newHalves(2, 300, w.framed(f, v), made), tools, whiten, newFlow(gap, use, other))
}

// framed shows the whole picture with the crop's frame over it, to be dragged.
func (w *Window) framed(f *present.Form, v present.PhotoView) fyne.CanvasObject {
	img := canvas.NewImageFromImage(v.Source)
	img.FillMode = canvas.ImageFillStretch
	return newCropFrame(w.kit, img, v, f.Frame)
}
