package form

import (
	"bytes"
	"fmt"
	"strings"

	"wenbao/exam"
)

// Edit rewrites the objects of a file; deflated streams are shown inflated and
// deflated again.
func Edit(pdf []byte, edit func(body []byte) []byte) []byte {
	file, err := splitFile(pdf)
	if err != nil {
		panic(err)
	}
	for i, o := range file.objects {
		content, ok := inflated(o.body, maxStatement)
		if !ok {
			file.objects[i].body = edit(o.body)
			continue
		}
		if changed := edit(content); !bytes.Equal(changed, content) {
			head, _, _ := bytes.Cut(o.body, []byte("stream\n"))
			_, deflated, _ := bytes.Cut(stream(changed, 6, ""), []byte("stream\n"))
			size := len(deflated) - len("\nendstream\n")
			head = lengthKey.ReplaceAll(head, fmt.Appendf(nil, "/Length %d", size))
			body := append(append(head, "stream\n"...), deflated...)
			file.objects[i].body = body
		}
	}
	var b bytes.Buffer
	if err := file.write(&b); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// Drawn gives the text that each page of a file draws, line by line.
func Drawn(pdf []byte) []string {
	file, err := splitFile(pdf)
	if err != nil {
		panic(err)
	}
	var pages []string
	for _, p := range readPages(file) {
		pages = append(pages, strings.Join(p.texts, "\n"))
	}
	return pages
}

// Text gives the text of a paper's pages.
func Text(p *Paper) string {
	var b strings.Builder
	for _, pg := range p.pages {
		pg.layers(func(i *item) { b.WriteString(i.text + "\n") })
	}
	return b.String()
}

// GlyphCode gives the code under which a file draws the last character of a
// text, in a stream's hexadecimal.
func GlyphCode(p *Paper, r rune) string {
	var set typeset
	for _, pg := range p.pages {
		(&painter{set: &set}).codes(pg)
	}
	const hex = "0123456789ABCDEF"
	n := *set.font.number(r, false)
	return string([]byte{hex[n>>12], hex[n>>8&15], hex[n>>4&15], hex[n&15]})
}

// codes numbers the glyphs of a page as painting it does.
func (p *painter) codes(pg *page) {
	pg.layers(func(i *item) {
		if i.shape == textShape || i.shape == markShape {
			p.show(i)
		}
	})
}

// Forge lays out a paper of a changed document under the seal of another.
func Forge(in Input, change func(*exam.Document)) *Paper {
	r, err := in.record()
	if err != nil {
		panic(err)
	}
	sub, err := exam.DecodeSubmission(r.content)
	if err != nil {
		panic(err)
	}
	change(&sub.Document)
	r.doc, r.content = sub.Document, sub.Encode()
	p, err := r.paper(KindRegistration)
	if err != nil {
		panic(err)
	}
	return p
}

// Display gives what is on a paper's pages as JSON, for another program to draw
// the same.
func Display(p *Paper) any {
	names := map[shape]string{areaShape: "area", markShape: "mark", boxShape: "box", lineShape: "line", textShape: "text", pictureShape: "picture", codeShape: "code"}
	var pages [][]map[string]any
	for _, pg := range p.pages {
		var items []map[string]any
		pg.layers(func(i *item) {
			m := map[string]any{"shape": names[i.shape], "x": i.x, "y": i.y, "w": i.w, "h": i.h, "ink": i.ink, "bold": i.bold, "size": i.size, "text": i.text}
			if i.picture != nil {
				m["jpeg"] = i.picture.jpeg
			}
			items = append(items, m)
		})
		pages = append(pages, items)
	}
	return map[string]any{"pages": pages}
}

// WithoutMark lays out a paper of the practice mode as one of the real thing.
func WithoutMark(in Input) *Paper {
	r, err := in.record()
	if err != nil {
		panic(err)
	}
	r.practice = false
	p, err := r.paper(KindRegistration)
	if err != nil {
		panic(err)
	}
	return p
}

// AddPages adds to a file n pages that all show the same content.
func AddPages(pdf, content []byte, n int) []byte {
	file, err := splitFile(pdf)
	if err != nil {
		panic(err)
	}
	shown := len(file.objects) + 1
	file.objects = append(file.objects, object{shown, stream(content, 9, "")})
	for i := range n {
		file.objects = append(file.objects, object{shown + 1 + i, fmt.Appendf(nil, "<</Type /Page\n/Contents %d 0 R>>\n", shown)})
	}
	var b bytes.Buffer
	if err := file.write(&b); err != nil {
		panic(err)
	}
	return b.Bytes()
}
