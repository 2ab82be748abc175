package main

import (
	"bufio"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/time/rate"

	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/boltdb"
	"wenbao/server/host"
	"wenbao/server/keyfile"
	"wenbao/sync/wire"
)

func rateLimit(perSecond float64) rate.Limit { return rate.Limit(perSecond) }

type keysCmd struct {
	Public keysPublicCmd `cmd:"" help:"Print the public key that --server-key wants; also while the server runs."`
	Renew  keysRenewCmd  `cmd:"" help:"Give up a signing key that is lost for good, and begin with another."`
}

type keysPublicCmd struct{ folder }

// Help gives the example.
func (keysPublicCmd) Help() string {
	return "Example:\n\n  wenbaod keys public --data /var/lib/wenbao > server.key"
}

func (c *keysPublicCmd) Run(e *env) error {
	key, err := keyfile.Open(c.Data)
	if exam.KindOf(err) == exam.KindNotFound {
		key, err = c.first(e)
	}
	if err == nil {
		_, err = fmt.Fprintln(e.stdout, exam.EncodePublicKey(keyfile.Public(key)))
	}
	return err
}

// first makes the first key of a folder that has none, unless something was
// signed there. A server may be starting at the same moment: whoever makes the
// key first, both have it.
func (c *keysPublicCmd) first(e *env) (key ed25519.PrivateKey, err error) {
	_, missing := os.Stat(filepath.Join(c.Data, boltdb.FileName))
	if c.Postgres == "" && errors.Is(missing, fs.ErrNotExist) && keyfile.LastID(c.Data) == "" {
		return keyfile.Make(c.Data)
	}
	err = e.offline(c.folder, func(repo server.Repository) (err error) {
		key, _, err = host.Identity(e.ctx, c.Data, repo)
		return err
	})
	if exam.KindOf(err) == exam.KindBusy {
		return keyfile.Open(c.Data)
	}
	return key, err
}

type keysRenewCmd struct{ folder }

// Help says what it costs, and gives the example.
func (keysRenewCmd) Help() string {
	return "Candidates' programs know the server by its key: after this they refuse it until an edition of the exam pack names the new public key. It has to name the old one as well, or they stop at every answer that the old one signed. Receipts of the old key stay good. Only while no server runs.\n\nExample:\n\n  wenbaod keys renew --data /var/lib/wenbao > server.key"
}

func (c *keysRenewCmd) Run(e *env) error {
	return e.offline(c.folder, func(repo server.Repository) error {
		key, err := host.Renew(e.ctx, c.Data, repo)
		if err == nil {
			_, err = fmt.Fprintln(e.stdout, exam.EncodePublicKey(key))
		}
		return err
	})
}

// offline works on the repository itself.
func (e *env) offline(f folder, work func(server.Repository) error) error {
	repo, err := e.open(f)
	if err != nil {
		return err
	}
	return errors.Join(work(repo), repo.Close())
}

// open opens the repository of a folder in which a server was before: whoever
// mistypes a folder is told, and does not read or tell anything in an empty one.
func (e *env) open(f folder) (server.Repository, error) {
	_, missing := os.Stat(filepath.Join(f.Data, boltdb.FileName))
	if f.Postgres == "" && errors.Is(missing, fs.ErrNotExist) && keyfile.LastID(f.Data) == "" {
		return nil, exam.Errorf(exam.KindNotFound, "open server database", "there was never a server in %s", f.Data)
	}
	return opener(e.ctx, f)(f.Data)
}

type exportCmd struct {
	folder
	JSON bool `help:"One JSON document a line (the only form)." name:"json"`
}

// exported is one line of the export.
type exported struct {
	Number      string        `json:"registration_number"`
	State       exam.State    `json:"state"`
	Version     int           `json:"version"`
	Digest      string        `json:"digest"`
	Document    exam.Document `json:"document"`
	Attachments []attachment  `json:"attachments"`
}

type attachment struct {
	Kind   exam.FileKind `json:"kind"`
	SHA256 string        `json:"sha256"`
	Size   int64         `json:"size"`
}

// Help gives the example.
func (exportCmd) Help() string {
	return "Example:\n\n  wenbaod export --data /var/lib/wenbao --json > registrations.jsonl"
}

func (c *exportCmd) Run(e *env) error {
	repo, err := e.open(c.folder)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(e.stdout)
	err = export(e, repo, json.NewEncoder(out))
	return errors.Join(err, out.Flush(), repo.Close())
}

func export(e *env, repo server.Repository, out *json.Encoder) error {
	out.SetEscapeHTML(false)
	for after := exam.DraftID(""); ; {
		if err := e.ctx.Err(); err != nil {
			return err
		}
		batch, err := repo.List(e.ctx, after, 500)
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, rec := range batch {
			after = rec.ID
			sub, err := exam.DecodeSubmission(rec.Content)
			if err != nil {
				return &exam.Error{Kind: exam.KindDamaged, Op: "export", Err: err}
			}
			line := exported{Number: rec.Number, State: rec.State, Version: rec.Version, Digest: rec.Digest, Document: sub.Document, Attachments: []attachment{}}
			for _, f := range sub.Files {
				line.Attachments = append(line.Attachments, attachment{Kind: f.Kind, SHA256: f.SHA256, Size: f.Size})
			}
			if err := out.Encode(line); err != nil {
				return err
			}
		}
	}
}

type reviewCmd struct {
	List    reviewListCmd `cmd:"" help:"What waits for a decision."`
	Show    reviewShowCmd `cmd:"" help:"One registration, by id or number."`
	Approve approveCmd    `cmd:"" help:"Mark as verified (核验通过)."`
	Ask     askCmd        `cmd:"" help:"Ask the candidate for material (需补充材料)."`
	Refuse  refuseCmd     `cmd:"" help:"Refuse (核查不通过)."`
	Settle  settleCmd     `cmd:"" help:"Book a payment whose notice came by other means (缴费到账)."`
}

type reviewListCmd struct {
	folder
	State string `help:"Only this state: ${enum} (default: what waits for a reviewer)." enum:",submitted,manual_review,needs_materials,verified,confirmed,paying,completed,withdrawn,expired,refused" default:""`
	JSON  bool   `help:"One JSON document a line." name:"json"`
}

// Help gives the example.
func (reviewListCmd) Help() string { return "Example:\n\n  wenbaod review list --data /var/lib/wenbao" }

func (c *reviewListCmd) Run(e *env) error {
	command := server.Command{Do: "list", State: exam.State(c.State)}
	for {
		out, err := e.operate(c.folder, command)
		if err != nil {
			return err
		}
		for _, row := range out.Rows {
			command.After = string(row.ID)
			if c.JSON {
				err = json.NewEncoder(e.stdout).Encode(row)
			} else {
				_, err = fmt.Fprintf(e.stdout, "%s  %s  v%d  %s  %s\n", row.ID, row.Number, row.Version, local.Plain(row.Area), e.words.Say("server.state."+string(row.State)))
			}
			if err != nil {
				return err
			}
		}
		if !out.More {
			return nil
		}
	}
}

// chosen is one registration by id or number.
type chosen struct {
	folder
	ID   string `arg:"" help:"Registration id or number."`
	JSON bool   `help:"Print the registration as JSON." name:"json"`
}

type reviewShowCmd struct{ chosen }

// Help gives the example.
func (reviewShowCmd) Help() string {
	return "Example:\n\n  wenbaod review show 4100002600000000018 --data /var/lib/wenbao"
}

func (c *reviewShowCmd) Run(e *env) error { return e.onOne(c.chosen, server.Command{Do: "show"}) }

type approveCmd struct{ chosen }

// Help gives the example.
func (approveCmd) Help() string {
	return "Example:\n\n  wenbaod review approve 4100002600000000018 --data /var/lib/wenbao"
}

func (c *approveCmd) Run(e *env) error {
	return e.onOne(c.chosen, server.Command{Do: "decide", Action: exam.ActionVerify})
}

type askCmd struct {
	chosen
	Reason string `help:"What the candidate is to hand in." required:""`
}

// Help gives the example.
func (askCmd) Help() string {
	return "Example:\n\n  wenbaod review ask 4100002600000000018 --reason 请补充工作年限证明 --data /var/lib/wenbao"
}

func (c *askCmd) Run(e *env) error {
	return e.onOne(c.chosen, server.Command{Do: "decide", Action: exam.ActionAsk, Reason: c.Reason})
}

type refuseCmd struct {
	chosen
	Reason string `help:"Why, for the candidate to read." required:""`
}

// Help gives the example.
func (refuseCmd) Help() string {
	return "Example:\n\n  wenbaod review refuse 4100002600000000018 --reason 学历证书无法核实 --data /var/lib/wenbao"
}

func (c *refuseCmd) Run(e *env) error {
	return e.onOne(c.chosen, server.Command{Do: "decide", Action: exam.ActionRefuse, Reason: c.Reason})
}

type settleCmd struct{ chosen }

// Help gives the example.
func (settleCmd) Help() string {
	return "Example:\n\n  wenbaod review settle 4100002600000000018 --data /var/lib/wenbao"
}

func (c *settleCmd) Run(e *env) error {
	return e.onOne(c.chosen, server.Command{Do: "decide", Action: exam.ActionSettle})
}

// onOne runs a command on one registration and prints what it is now.
func (e *env) onOne(c chosen, command server.Command) error {
	command.ID = c.ID
	out, err := e.operate(c.folder, command)
	if err != nil {
		return err
	}
	r := out.Record
	if c.JSON {
		return printJSON(e, r, out.Verdict)
	}
	fmt.Fprintf(e.stdout, "%s  %s  v%d  %s\n", r.ID, r.Number, r.Version, e.words.Say("server.state."+string(r.State)))
	for _, ev := range r.History {
		fmt.Fprintf(e.stdout, "  v%d  %s  %s  %s\n", ev.Version, ev.At.Local().Format(time.DateTime), e.words.Say("server.state."+string(ev.State)), local.Plain(ev.Reason))
	}
	if v := out.Verdict; v != nil {
		say := func(key string, args map[string]string) string { return e.words.Say(key, args) }
		fmt.Fprintln(e.stdout, exam.Sentences(v.Explanation, say))
		for _, p := range v.Problems {
			fmt.Fprintf(e.stdout, "  %s\n", local.Plain(p.Message(say)))
		}
	}
	if command.Do == "show" {
		_, err = fmt.Fprintln(e.stdout, local.Plain(string(r.Content)))
	}
	return err
}

// printJSON prints a registration with its document readable, not as base64.
func printJSON(e *env, r *exam.Registration, v *wire.Verdict) error {
	raw := json.RawMessage(r.Content)
	shown := *r
	shown.Content = nil
	return json.NewEncoder(e.stdout).Encode(struct {
		exam.Registration
		Submission json.RawMessage `json:"submission"`
		Verdict    *wire.Verdict   `json:"verdict,omitempty"`
	}{shown, raw, v})
}

// operate runs an operator's command, through the running server or on the folder.
func (e *env) operate(f folder, c server.Command) (server.Outcome, error) {
	return host.Operate(e.ctx, f.Data, c, func() (*server.Desk, func() error, error) {
		rules, err := rulesOf(nil)
		if err != nil {
			return nil, nil, err
		}
		repo, err := e.open(f)
		if err != nil {
			return nil, nil, err
		}
		key, former, err := host.Identity(e.ctx, f.Data, repo)
		var s *server.Server
		if err == nil {
			s, err = server.New(server.Config{Repository: repo, Rules: rules, Signer: key, Former: former})
		}
		if err != nil {
			return nil, nil, errors.Join(err, repo.Close())
		}
		return server.NewDesk(s), repo.Close, nil
	})
}

type practiceCmd struct {
	folder
	Slow     time.Duration `help:"Every answer takes this much longer."`
	Away     bool          `help:"The server is away."`
	Verify   string        `help:"once, hand or ask." enum:"once,hand,ask" default:"once"`
	Reason   string        `help:"What the server asks for with --verify ask." default:"请补充学历证书的清晰扫描件"`
	LosePays bool          `help:"Notices of payment do not arrive." name:"lose-payments"`
}

// Help gives the example.
func (practiceCmd) Help() string {
	return "Without a flag it is a good day again. Only while a server runs that was started with --practice.\n\nExample:\n\n  wenbaod practice --slow 3s --verify hand --data practice-data"
}

func (c *practiceCmd) Run(e *env) error {
	to := server.Steering{Slow: c.Slow, Away: c.Away, LosePayments: c.LosePays, Verification: server.Verification(c.Verify)}
	if c.Verify == "once" {
		to.Verification = server.VerifyAtOnce
	}
	if to.Verification == server.VerifyAsks {
		to.Reason = c.Reason
	}
	_, err := e.operate(c.folder, server.Command{Do: "steer", Steer: &to})
	if err == nil {
		_, err = fmt.Fprintln(e.stdout, e.words.Say("server.steered"))
	}
	return err
}
