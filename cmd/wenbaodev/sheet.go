package main

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// sheet is a contact sheet: every picture small, with its name below, so that
// one look shows whether something is out of line.
type sheet struct {
	names []string
	small []image.Image
}

// A contact sheet's measures in pixels.
const (
	sheetColumns = 5
	smallWidth   = 360
	sheetGap     = 12
	nameHeight   = 18
)

func (s *sheet) add(name string, picture image.Image) {
	b := picture.Bounds()
	small := image.NewRGBA(image.Rect(0, 0, smallWidth, smallWidth*b.Dy()/b.Dx()))
	xdraw.CatmullRom.Scale(small, small.Bounds(), picture, b, xdraw.Src, nil)
	s.names, s.small = append(s.names, name), append(s.small, small)
}

// write draws the sheet into a file; with no pictures there is none.
func (s *sheet) write(file string) error {
	if len(s.small) == 0 {
		return nil
	}
	cell := s.small[0].Bounds()
	width, height := cell.Dx()+sheetGap, cell.Dy()+nameHeight+sheetGap
	rows := (len(s.small) + sheetColumns - 1) / sheetColumns
	all := image.NewRGBA(image.Rect(0, 0, sheetGap+sheetColumns*width, sheetGap+rows*height))
	xdraw.Draw(all, all.Bounds(), image.NewUniform(color.Gray{0x70}), image.Point{}, xdraw.Src)
	for i, small := range s.small {
		at := image.Pt(sheetGap+i%sheetColumns*width, sheetGap+i/sheetColumns*height)
		xdraw.Draw(all, small.Bounds().Add(at), small, image.Point{}, xdraw.Src)
		d := font.Drawer{Dst: all, Src: image.White, Face: basicfont.Face7x13, Dot: fixed.P(at.X, at.Y+cell.Dy()+13)}
		d.DrawString(s.names[i])
	}
	return writePNG(file, all)
}

func writePNG(file string, picture image.Image) (err error) {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	return (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(f, picture)
}

// sheetFile names the contact sheet of a look.
func sheetFile(dir, lang, brightness string, text float32) string {
	return filepath.Join(dir, fmt.Sprintf("sheet.%s.%s.%.0f.png", lang, brightness, text*100))
}
