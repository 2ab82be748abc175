package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/server"
	"wenbao/server/boltdb"
	"wenbao/server/host"
	"wenbao/server/postgres"
)

type serveCmd struct {
	folder
	Listen       string   `help:"Address to listen on." default:"127.0.0.1:8443"`
	TLSCert      string   `help:"Certificate, PEM. Without one the server proves itself by its own key." name:"tls-cert" type:"existingfile"`
	TLSKey       string   `help:"Key of the certificate, PEM." name:"tls-key" type:"existingfile"`
	InsecureHTTP bool     `help:"Plain HTTP, on loopback addresses only." name:"insecure-http"`
	Practice     bool     `help:"Practice mode: everything is decided at once, numbers and papers bear 演练."`
	Payments     string   `help:"sandbox settles at once; manual waits for 'review settle'." enum:"sandbox,manual" default:"sandbox"`
	Pack         []string `help:"Exam packs instead of those inside the program." type:"existingfile"`
	Rate         float64  `help:"Requests per second that one device may make." default:"200"`
	Verbose      bool     `help:"Log every request."`
}

// between is nothing, but in programs built with the tag witness.
var between func(http.Handler) http.Handler

// drainFor is how long requests in flight may take when the server is told to stop.
const drainFor = 20 * time.Second

// Help gives the example.
func (serveCmd) Help() string {
	return "Example:\n\n  wenbaod serve --data /var/lib/wenbao --listen :8443 --tls-cert cert.pem --tls-key key.pem"
}

// mostRate is more than any device can ask for.
const mostRate = 1e6

// Validate refuses flags that cannot be meant: with a rate below every request
// nobody is served, and who names a certificate does not want plain HTTP.
func (c *serveCmd) Validate() error {
	switch {
	case !(c.Rate > 0 && c.Rate <= mostRate): // so that NaN is refused, too
		return fmt.Errorf("--rate is a number above 0, at most %.0f", float64(mostRate))
	case (c.TLSCert == "") != (c.TLSKey == ""):
		return errors.New("--tls-cert and --tls-key go together")
	case c.InsecureHTTP && c.TLSCert != "":
		return errors.New("--insecure-http and --tls-cert exclude each other")
	}
	return nil
}

func (c *serveCmd) Run(e *env) error {
	defer host.Unhurried()()
	rules, err := rulesOf(c.Pack)
	if err != nil {
		return err
	}
	level := slog.LevelInfo
	if c.Verbose {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(e.stderr, &slog.HandlerOptions{Level: level}))
	h, err := host.Start(host.Config{Dir: c.Data, Listen: c.Listen, Open: opener(e.ctx, c.folder), CertFile: c.TLSCert, KeyFile: c.TLSKey,
		PlainHTTP: c.InsecureHTTP, Rules: rules, Practice: c.Practice, ManualPayments: c.Payments == "manual",
		Limits: limitsOf(c.Rate), Log: log, Between: between})
	if err != nil {
		return err
	}
	fmt.Fprintln(e.stderr, e.words.Say("server.serving", map[string]string{"url": h.URL()}))
	select {
	case <-e.ctx.Done():
	case err = <-h.Fatal():
	}
	ctx, cancel := context.WithTimeout(context.Background(), drainFor)
	defer cancel()
	if closed := h.Close(ctx); err == nil {
		err = closed
	}
	return err
}

func limitsOf(perDevice float64) server.Limits {
	l := server.Limits{PerOwner: rateLimit(perDevice), OwnerBurst: max(1, int(5*perDevice))}
	l.PerAddress, l.AddressBurst = 10*l.PerOwner, 10*l.OwnerBurst
	return l
}

// opener opens PostgreSQL when a URL is given, else the file in the data folder.
func opener(ctx context.Context, f folder) func(dir string) (server.Repository, error) {
	return func(dir string) (server.Repository, error) {
		if f.Postgres != "" {
			return postgres.Open(ctx, f.Postgres)
		}
		return boltdb.Open(dir, boltdb.Options{})
	}
}

// rulesOf reads the packs named, or those inside the program.
func rulesOf(files []string) (server.Rules, error) {
	var packs []*exam.Pack
	for _, name := range files {
		raw, err := local.ReadFile(name, exam.MaxPackBytes)
		if err != nil {
			return nil, err
		}
		p, err := exam.ParsePack(raw)
		if err != nil {
			return nil, err
		}
		packs = append(packs, p)
	}
	if len(files) == 0 {
		var err error
		if packs, err = builtIn(); err != nil {
			return nil, err
		}
	}
	return server.NewPackRules(packs...), nil
}
