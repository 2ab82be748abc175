package main

import (
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"wenbao/ui/present"
	"wenbao/ui/present/presenttest"
	"wenbao/ui/story"
)

// storyCmd draws the storybook with Fyne's software painter and the embedded
// fonts, so that the pictures are the same on every machine.
type storyCmd struct {
	Out    string  `short:"o" help:"Folder for the pictures." default:"out/story" type:"path"`
	Only   string  `help:"Draw only scenes whose name contains this."`
	Lang   string  `help:"Language." enum:"zh-CN,en,both" default:"both"`
	Look   string  `help:"Appearance." enum:"light,dark,both" default:"both"`
	Text   float32 `help:"Text size, 1 to 2." default:"1"`
	Sheets string  `help:"Folder for a contact sheet of each look, all pictures small upon it." type:"path"`
	Width  float32 `default:"1366"`
	Height float32 `default:"768"`
}

func (c storyCmd) Run(out io.Writer) error {
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	time.Local = presenttest.Start.Location() // else the clocks in one picture differ
	n := 0
	for _, look := range c.looks() {
		var s sheet
		for _, scene := range story.Scenes() {
			if !strings.Contains(scene.Name, c.Only) {
				continue
			}
			name := fmt.Sprintf("%s.%s.%s.png", scene.Name, look.Lang, look.Brightness)
			picture := c.draw(look, scene)
			if err := writePNG(filepath.Join(c.Out, name), picture); err != nil {
				return err
			}
			s.add(scene.Name, picture)
			n++
		}
		if c.Sheets == "" {
			continue
		}
		if err := s.write(sheetFile(c.Sheets, look.Lang, look.Brightness, c.Text)); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "%d pictures in %s\n", n, c.Out)
	return nil
}

func (c storyCmd) looks() (all []present.Preferences) {
	for _, lang := range []string{"zh-CN", "en"} {
		for _, b := range []string{"light", "dark"} {
			if (c.Lang == "both" || c.Lang == lang) && (c.Look == "both" || c.Look == b) {
				all = append(all, present.Preferences{Lang: lang, Brightness: b, TextScale: c.Text, Width: c.Width, Height: c.Height})
			}
		}
	}
	return all
}

func (c storyCmd) draw(look present.Preferences, s story.Scene) image.Image {
	a := test.NewApp()
	defer a.Quit()
	w := a.NewWindow("")
	story.Show(a, w, look, s)
	w.Resize(fyne.NewSize(c.Width, c.Height))
	return w.Canvas().Capture()
}
