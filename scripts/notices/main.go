// Command notices writes NOTICE: the licence of everything that the programs
// contain. With -check it only tells whether the file is up to date.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// programs are what people get.
var programs = []string{"./cmd/wenbao", "./cmd/wenbaoctl", "./cmd/wenbaod"}

// assets are licences of shipped files that are no Go module, as glob patterns.
var assets = []string{"assets/*/LICENSE*", "assets/*/*LICENSE*", "assets/*/OFL*", "exam/photo/*/LICENSE*"}

const head = `稳报 Wenbao
Copyright the Wenbao authors. Licensed under the Apache License 2.0, see LICENSE.

The programs contain the following works of others, under the licences that
follow each list. (Written by scripts/notices; do not edit.)
`

func main() {
	check := flag.Bool("check", false, "only tell whether NOTICE is up to date")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

func run(check bool) error {
	text, err := notice()
	if err != nil {
		return err
	}
	if !check {
		return os.WriteFile("NOTICE", text, 0o644)
	}
	old, err := os.ReadFile("NOTICE")
	if err != nil || !bytes.Equal(old, text) {
		return errors.New("NOTICE is not up to date; run: go run ./scripts/notices")
	}
	return nil
}

// work is one thing with a licence.
type work struct{ name, licence string }

func notice() ([]byte, error) {
	works, err := modules()
	if err != nil {
		return nil, err
	}
	files, err := shipped()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString(head)
	for _, g := range grouped(append(works, files...)) {
		fmt.Fprintf(&b, "\n%s\n%s\n%s\n\n%s\n", strings.Repeat("=", 78), strings.Join(g.names, "\n"), strings.Repeat("-", 78), g.licence)
	}
	return b.Bytes(), nil
}

type group struct {
	names   []string
	licence string
}

// grouped lists works with the same licence text together.
func grouped(works []work) []group {
	var groups []group
	for _, w := range works {
		i := slices.IndexFunc(groups, func(g group) bool { return g.licence == w.licence })
		if i < 0 {
			groups = append(groups, group{licence: w.licence})
			i = len(groups) - 1
		}
		groups[i].names = append(groups[i].names, w.name)
	}
	return groups
}

// modules lists the modules that any program links on any system.
func modules() ([]work, error) {
	dirs := map[string]string{}
	for _, system := range []string{"linux", "windows", "darwin"} {
		c := exec.Command("go", append([]string{"list", "-e", "-deps", "-tags", "x11", "-json=Module"}, programs...)...)
		c.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=1")
		c.Stderr = io.Discard
		out, err := c.Output()
		if err != nil {
			return nil, fmt.Errorf("go list for %s: %w", system, err)
		}
		for dec := json.NewDecoder(bytes.NewReader(out)); ; {
			var p struct {
				Module *struct {
					Path, Version, Dir string
					Main               bool
				}
			}
			if err := dec.Decode(&p); err == io.EOF {
				break
			} else if err != nil {
				return nil, err
			}
			if m := p.Module; m != nil && !m.Main {
				dirs[m.Path+" "+m.Version] = m.Dir
			}
		}
	}
	var list []work
	for name, dir := range dirs {
		text, err := licence(dir)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		list = append(list, work{name, text})
	}
	slices.SortFunc(list, func(a, b work) int { return strings.Compare(a.name, b.name) })
	return list, nil
}

// licence joins the licence files of a module.
func licence(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	var texts []string
	for _, e := range entries {
		n := strings.ToUpper(e.Name())
		if e.IsDir() || !strings.HasPrefix(n, "LICEN") && !strings.HasPrefix(n, "COPYING") && !strings.HasPrefix(n, "NOTICE") {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return "", err
		}
		texts = append(texts, tidy(raw))
	}
	if len(texts) == 0 {
		return "", errors.New("no licence file")
	}
	return strings.Join(texts, "\n\n"), nil
}

// shipped lists the fonts and other files with licences of their own.
func shipped() ([]work, error) {
	var list []work
	seen := map[string]bool{}
	for _, pattern := range assets {
		names, err := filepath.Glob(pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if seen[name] {
				continue
			}
			seen[name] = true
			raw, err := os.ReadFile(name)
			if err != nil {
				return nil, err
			}
			list = append(list, work{filepath.ToSlash(filepath.Dir(name)) + " (" + filepath.Base(name) + ")", tidy(raw)})
		}
	}
	return list, nil
}

func tidy(raw []byte) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(string(raw), "?"), "\r\n", "\n"))
}
