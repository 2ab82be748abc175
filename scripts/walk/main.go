// Command walk takes one registration through the real window, by real key
// presses and clicks under Xvfb, and leaves numbered screenshots and the printed
// form in out/.
//
// With -way whole the server is a process of its own, and things go wrong on the
// way: the application is killed in the middle of typing, the server is away
// when the candidate hands in, another machine changes the same field. With -way
// tour the practice server runs inside the application, as `make run` starts it,
// and nothing goes wrong. With -way bad-days the practice page of that
// application makes the reviewer ask and the bank be late.
//
// With -typist N it does nothing but type N characters, at -pace each, and read
// them back from the disk after kill -9.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"time"
)

// options are what the command line says.
type options struct {
	bin, out string
	way      way
	pace     time.Duration // between two keys of a text
	typist   int           // characters
}

func main() {
	var o options
	flag.StringVar((*string)(&o.way), "way", string(whole), "whole, tour or bad-days")
	flag.StringVar(&o.out, "out", "out", "folder for screenshots, logs and the printed form")
	flag.IntVar(&o.typist, "typist", 0, "type so many characters and read them back from the disk, instead of a registration")
	flag.DurationVar(&o.pace, "pace", 12*time.Millisecond, "time between two keys of a text")
	flag.StringVar(&o.bin, "bin", "bin", "folder with wenbao, wenbaoctl and wenbaod")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Minute+time.Duration(o.typist)*(o.pace+20*time.Millisecond))
	defer cancel()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "walk:", err)
		os.Exit(1)
	}
}

// way is one of the walks.
type way string

const (
	whole   way = "whole"
	tour    way = "tour"
	badDays way = "bad-days"
)

// walk is one registration on its way.
type walk struct {
	*desk
	win    *window
	way    way
	bin    string
	home   string // the candidate's home folder
	data   string // the data folder that the application is given
	server *server
	number string // the registration number, once known
}

func run(ctx context.Context, o options) (err error) {
	if !slices.Contains([]way{whole, tour, badDays}, o.way) {
		return fmt.Errorf("-way %s is not whole, tour or bad-days", o.way)
	}
	if err := clean(o.out); err != nil {
		return err
	}
	bin, err := filepath.Abs(o.bin)
	if err != nil {
		return err
	}
	out, err := filepath.Abs(o.out)
	if err != nil {
		return err
	}
	d, err := openDesk(ctx, out, o.pace, person.runes())
	if err != nil {
		return err
	}
	defer d.close()
	work, err := os.MkdirTemp("", "wenbao-walk-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	w := &walk{desk: d, way: o.way, bin: bin, home: filepath.Join(work, "home"), data: filepath.Join(work, "data")}
	if err := os.MkdirAll(w.home, 0o700); err != nil {
		return err
	}
	d.env = append(d.env, "HOME="+w.home, "XDG_DATA_HOME="+filepath.Join(w.home, "data"), "LANG=zh_CN.UTF-8", "LC_ALL=C.UTF-8", "TZ=Asia/Shanghai")
	if o.way == whole {
		if err := d.inputMethod(w.home); err != nil {
			return err
		}
		if w.server, err = newServer(ctx, bin, filepath.Join(work, "server"), out); err != nil {
			return err
		}
		defer w.server.kill()
	}
	defer func() {
		if err != nil && w.win != nil {
			_ = d.shot("went-wrong")
			w.win.dump()
		}
		if w.win != nil {
			w.win.kill()
		}
	}()
	if o.typist > 0 {
		return w.typist(o.typist)
	}
	for _, leg := range w.legs() {
		began := time.Now()
		if err := leg.do(); err != nil {
			return fmt.Errorf("%s: %w", leg.name, err)
		}
		fmt.Printf("%-58s %5.1f s\n", leg.name, time.Since(began).Seconds())
	}
	fmt.Printf("%d screenshots and what was printed are in %s\n", d.shots, out)
	return nil
}

// clean empties the folder of what an earlier walk left.
func clean(out string) error {
	for _, pattern := range []string{"[0-9][0-9]-*.png", "*.pdf", "*.log", "window.json"} {
		names, err := filepath.Glob(filepath.Join(out, pattern))
		if err != nil {
			return err
		}
		for _, n := range names {
			if err := os.Remove(n); err != nil {
				return err
			}
		}
	}
	return os.MkdirAll(out, 0o755)
}
