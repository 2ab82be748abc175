package main

import (
	"errors"
	"slices"

	"wenbao/assets"
	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/exam/form"
	"wenbao/server"
	"wenbao/sync/wire"
)

// printCmd prints a paper as the server holds it: the same bytes as the
// candidate's machine prints.
type printCmd struct {
	folder
	Number string `arg:"" help:"Registration number."`
	Output string `help:"The PDF file." short:"o" required:"" type:"path"`
	Kind   string `help:"registration, work-years, commitment, receipt or admission." default:"registration" enum:"registration,work-years,commitment,receipt,admission"`
	Paper  string `help:"Language of the paper: zh-CN or en." default:"zh-CN" enum:"zh-CN,en"`
}

// Help gives the example.
func (printCmd) Help() string {
	return "Example:\n\n  wenbaod print 3841260000012345 -o form.pdf --data /var/lib/wenbao"
}

func (c *printCmd) Run(e *env) error {
	repo, err := e.open(c.folder)
	if err != nil {
		return err
	}
	paper, err := c.paper(e, repo)
	if err = errors.Join(err, repo.Close()); err != nil {
		return err
	}
	raw, err := paper.PDF()
	if err != nil {
		return err
	}
	return local.WriteFile(c.Output, raw)
}

func (c *printCmd) paper(e *env, repo server.Repository) (*form.Paper, error) {
	id, err := repo.Number(e.ctx, c.Number)
	if err != nil {
		return nil, err
	}
	rec, err := repo.Registration(e.ctx, id)
	if err != nil {
		return nil, err
	}
	sub, err := exam.DecodeSubmission(rec.Content)
	if err != nil {
		return nil, &exam.Error{Kind: exam.KindDamaged, Op: "print", Err: err}
	}
	packs, err := e.editions(repo)
	if err != nil {
		return nil, err
	}
	pack, err := local.PackFor(packs, sub.Document)
	if err != nil {
		return nil, err
	}
	d := exam.Draft{ID: rec.ID, Document: sub.Document, Files: sub.Files, Pack: sub.Pack, State: rec.State, Registration: &rec.Registration, Delivered: &rec.Receipt}
	in := form.Input{Draft: d, Pack: pack, Words: assets.In(c.Paper)}
	if f, ok := d.Photo(); ok {
		if in.Photo, err = repo.File(e.ctx, rec.Owner, f.SHA256); err != nil {
			return nil, err
		}
	}
	return form.Make(form.Kind(c.Kind), in)
}

// editions gives the exam packs inside the program, each in the newest edition
// that was published here: those are what candidates' machines print by.
func (e *env) editions(repo server.Repository) ([]*exam.Pack, error) {
	list := slices.Clone(local.Packs())
	for after := uint64(0); ; {
		batch, err := repo.Publications(e.ctx, after, wire.MaxNews)
		if err != nil || len(batch) == 0 {
			return list, err
		}
		for _, p := range batch {
			after = p.Seq
			if p.Pack == nil {
				continue
			}
			raw, err := repo.Pack(e.ctx, p.Pack.SHA256)
			if err != nil {
				return nil, err
			}
			for i, have := range list {
				if newer, err := have.Succeed(raw, []byte(p.Pack.Signature)); err == nil {
					list[i] = newer
				}
			}
		}
	}
}
