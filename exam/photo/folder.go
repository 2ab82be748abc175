package photo

import (
	"context"
	"io"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"wenbao/exam"
)

// MaxFiles bounds a folder.
const MaxFiles = 200_000

// Result is what became of one file of a folder.
type Result struct {
	File       string // its path in the folder
	Key        string // of the candidate; "" when nobody, or not one alone, fits
	Photo      []byte // the finished JPEG; nil when the file was left alone or cannot be read
	Adjustment Adjustment
	Findings   Findings
	size       int64 // of the file
	spec       Spec  // of the candidate
}

// Good tells whether the photo can be used as it is.
func (r Result) Good() bool { return r.Photo != nil && r.Findings.Acceptable() }

// Tally counts a folder.
type Tally struct {
	Files, Done, Good int
	Bytes, AllBytes   int64    // of the files done, and of all
	Missing           []string // keys of the candidates nothing in the folder fits, in their order
}

// Folder makes the photos of everybody in a folder of picture files, below it
// too, matched to candidates by the ID number or the name in the file's name.
// The files of one candidate are all left alone when there are several. sink is
// called for each file as it is done, from this goroutine, with the tally so
// far. Whitening is applied where it is possible. As many files are in work as the
// machine has processors; a cancelled context ends it after those, with
// [exam.KindCanceled] and the tally of what was done.
func Folder(ctx context.Context, folder fs.FS, who []Candidate, sink func(Result, Tally)) (Tally, error) {
	files, err := pictures(ctx, folder)
	if err != nil {
		return Tally{}, err
	}
	jobs, missing := assign(files, who)
	t := Tally{Files: len(jobs), Missing: missing}
	for i := range jobs {
		if info, err := fs.Stat(folder, jobs[i].File); err == nil {
			jobs[i].size = info.Size()
			t.AllBytes += info.Size()
		}
	}
	results := work(ctx, jobs, func(r Result) Result {
		if len(r.Findings) == 0 {
			r.make(folder)
		}
		return r
	})
	for r := range results {
		t.Done++
		t.Bytes += r.size
		if r.Good() {
			t.Good++
		}
		sink(r, t)
	}
	if ctx.Err() != nil {
		return t, &exam.Error{Kind: exam.KindCanceled, Op: "make photos of a folder", Err: ctx.Err()}
	}
	return t, nil
}

// work runs f over the jobs on every processor and closes the results when
// all is done or the context is.
func work(ctx context.Context, jobs []Result, f func(Result) Result) <-chan Result {
	queue, results := make(chan Result), make(chan Result)
	var running sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		running.Go(func() {
			for job := range queue {
				results <- f(job)
			}
		})
	}
	go func() {
		for _, job := range jobs {
			if ctx.Err() != nil {
				break
			}
			queue <- job
		}
		close(queue)
		running.Wait()
		close(results)
	}()
	return results
}

var extensions = []string{".jpg", ".jpeg", ".jpe", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".heic", ".heif", ".avif"}

// pictures lists the picture files, hidden ones left out.
func pictures(ctx context.Context, folder fs.FS) (files []string, err error) {
	const op = "list photos of a folder"
	err = fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return &exam.Error{Kind: exam.KindCanceled, Op: op, Err: ctx.Err()}
		case err != nil && name == ".":
			return &exam.Error{Kind: exam.KindNotFound, Op: op, Err: err}
		case err != nil:
			return fs.SkipDir // what cannot be listed is not there
		case len(files) > MaxFiles:
			return exam.Errorf(exam.KindTooLarge, op, "more than %d files", MaxFiles)
		case name != "." && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
		case d.Type().IsRegular() && slices.Contains(extensions, strings.ToLower(path.Ext(name))):
			files = append(files, name)
		}
		return nil
	})
	return files, err
}

// assign says whose each file is. Files that are nobody's, or whose owner is
// in doubt, have a finding already.
func assign(files []string, who []Candidate) (jobs []Result, missing []string) {
	people := newRegister(who)
	owned := make([][]int, len(who)) // jobs of each candidate
	for i, file := range files {
		r := Result{File: file}
		fits := people.match(file)
		for _, c := range fits {
			owned[c] = append(owned[c], i)
		}
		switch len(fits) {
		case 0:
			r.Findings = Findings{finding("folder_unmatched", exam.Block, "0", "1")}
		case 1:
			r.Key, r.spec = who[fits[0]].Key, who[fits[0]].Spec
		default:
			r.Findings = Findings{finding("folder_ambiguous", exam.Block, strconv.Itoa(len(fits)), "1")}
		}
		jobs = append(jobs, r)
	}
	for c, files := range owned {
		if len(files) == 0 {
			missing = append(missing, who[c].Key)
		}
		if len(files) < 2 {
			continue
		}
		for _, i := range files {
			if jobs[i].Key != "" {
				jobs[i].Findings = Findings{finding("folder_twice", exam.Block, strconv.Itoa(len(files)), "1")}
			}
		}
	}
	return jobs, missing
}

// make opens the file and makes the proposed photo.
func (r *Result) make(folder fs.FS) {
	data, err := readBounded(folder, r.File)
	if err != nil {
		r.Findings = Findings{finding("folder_unreadable", exam.Block, "", "")}
		return
	}
	s, err := Decode(data)
	if err == nil {
		r.Adjustment = s.Propose(r.spec)
		r.Adjustment.Whiten = true
		r.Photo, r.Findings, err = Fix(s, r.Adjustment, r.spec)
	}
	if err != nil {
		r.Findings = Reasons(err)
	}
}

// readBounded reads a file, but no more of it than [Decode] takes.
func readBounded(folder fs.FS, name string) ([]byte, error) {
	f, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, MaxBytes+1))
}
