package story

import (
	"image"

	"wenbao/assets"
	"wenbao/exam"
	"wenbao/exam/form"
	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
)

// painter draws a world's papers as they are printed, always at the same moment.
func painter(w *presenttest.World) func(present.PaperKind, exam.Draft, float64) ([]image.Image, error) {
	return func(kind present.PaperKind, d exam.Draft, dpi float64) ([]image.Image, error) {
		in := form.Input{Draft: d, Pack: w.Pack, Printed: presenttest.Start, Practice: true, Words: assets.In("zh-CN")}
		if photo, ok := d.Photo(); ok {
			in.Photo = w.Bytes[photo.SHA256]
		}
		paper, err := form.Make(form.Kind(kind), in)
		if err != nil {
			return nil, err
		}
		pages := make([]image.Image, paper.Pages())
		for i := range pages {
			if pages[i], err = paper.Image(i, dpi); err != nil {
				return nil, err
			}
		}
		return pages, nil
	}
}
