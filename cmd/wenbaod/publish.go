package main

import (
	"encoding/json"
	"fmt"
	"time"

	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/server"
)

type packPublish struct {
	folder
	File string `arg:"" help:"The exam pack; its signature lies beside it as FILE.sig." type:"existingfile"`
}

// Help gives the example.
func (packPublish) Help() string {
	return "Example:\n\n  wenbaod pack publish pack.jsonc --data /var/lib/wenbao"
}

func (c *packPublish) Run(e *env) error {
	raw, err := local.ReadFile(c.File, exam.MaxPackBytes)
	if err != nil {
		return err
	}
	signature, err := local.ReadFile(c.File+".sig", 4096)
	if err != nil {
		return err
	}
	out, err := e.operate(c.folder, server.Command{Do: "publish", Pack: raw, Signature: signature})
	if err != nil {
		return err
	}
	for _, p := range out.Packs {
		fmt.Fprintf(e.stdout, "%s %d %s\n", p.ID, p.Version, p.SHA256)
	}
	return nil
}

// noticeCmd is how an authority speaks to candidates between two editions.
type noticeCmd struct {
	Publish  noticePublish  `cmd:"" help:"Publish a notice."`
	Withdraw noticeWithdraw `cmd:"" help:"Take a notice back."`
	List     noticeList     `cmd:"" help:"What was published."`
}

// audience is whom a notice is for.
type audience struct {
	folder
	Exam string `help:"Exam code." default:"${exam}"`
	Year int    `help:"Exam year." default:"${year}"`
}

type noticePublish struct {
	audience
	Area     string `help:"Only for this area, such as 410000 (default: the whole country)."`
	ZH       string `help:"The words in Chinese." name:"zh" required:""`
	EN       string `help:"The words in English." name:"en" required:""`
	Replaces string `help:"Id of a notice that this one replaces." placeholder:"ID"`
}

// Help gives the example.
func (noticePublish) Help() string {
	return "Example:\n\n  wenbaod notice publish --area 410000 --zh 报名延长至3月22日 --en 'Registration is open until March 22' --data /var/lib/wenbao"
}

func (c *noticePublish) Run(e *env) error {
	return e.tell(c.folder, exam.Notice{Exam: c.Exam, Year: c.Year, Area: c.Area, Text: exam.Text{ZH: c.ZH, EN: c.EN}, Replaces: c.Replaces})
}

type noticeWithdraw struct {
	audience
	ID string `arg:"" help:"Id of the notice."`
}

// Help gives the example.
func (noticeWithdraw) Help() string {
	return "Example:\n\n  wenbaod notice withdraw 0198a000-7c4d-7e21-9b0a-000000000001 --data /var/lib/wenbao"
}

func (c *noticeWithdraw) Run(e *env) error {
	return e.tell(c.folder, exam.Notice{Exam: c.Exam, Year: c.Year, Replaces: c.ID})
}

func (e *env) tell(f folder, n exam.Notice) error {
	out, err := e.operate(f, server.Command{Do: "publish", Notice: &n})
	if err == nil {
		_, err = fmt.Fprintln(e.stdout, out.Notices[0].ID)
	}
	return err
}

type noticeList struct {
	folder
	JSON bool `help:"One JSON document a line." name:"json"`
}

// Help gives the example.
func (noticeList) Help() string { return "Example:\n\n  wenbaod notice list --data /var/lib/wenbao" }

func (c *noticeList) Run(e *env) error {
	out, err := e.operate(c.folder, server.Command{Do: "published"})
	if err != nil {
		return err
	}
	for _, n := range out.Notices {
		if c.JSON {
			err = json.NewEncoder(e.stdout).Encode(n)
		} else {
			_, err = fmt.Fprintf(e.stdout, "%s  %s  %s-%d  %s  %s\n", n.ID, n.At.Local().Format(time.DateTime), n.Exam, n.Year, n.Area, local.Plain(n.Text.In(e.words.Lang())))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
