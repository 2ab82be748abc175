package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/store"
)

// seedCmd fills a data folder with people who do not exist, for measuring.
type seedCmd struct {
	Data     string `required:"" help:"Data folder; it must be empty or made by this command." type:"path"`
	Drafts   int    `default:"1000" help:"How many."`
	Practice bool   `help:"Fill the folder of the practice mode inside it, which wenbao --practice opens."`
}

// seedBlock is how many drafts go into one transaction.
const seedBlock = 500

func (c seedCmd) Run(out io.Writer) error {
	dir := c.Data
	if c.Practice {
		dir = local.Practice(dir)
	}
	keys, err := local.Keys("", "")
	if err != nil {
		return err
	}
	st, err := local.Open(context.Background(), dir, keys)
	if err != nil {
		return err
	}
	defer st.Close()
	began := time.Now()
	if err := seed(st, c.Drafts); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d drafts in %.1f s in %s\n", c.Drafts, time.Since(began).Seconds(), dir)
	return st.Close()
}

func seed(st *store.Store, drafts int) error {
	pack := local.Packs()[0]
	for from := 0; from < drafts; from += seedBlock {
		var docs []exam.Document
		for i := from; i < min(from+seedBlock, drafts); i++ {
			docs = append(docs, madeUp(i, pack))
		}
		if _, err := st.CreateAll(docs, pack.Ref()); err != nil {
			return err
		}
	}
	return nil
}

var (
	seedFamily = []rune("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗")
	seedGiven  = []rune("小满立秋清明谷雨白露寒霜大暑惊蛰芒种夏至冬春分")
)

// madeUp is the n-th person who does not exist.
func madeUp(n int, pack *exam.Pack) exam.Document {
	name := string([]rune{seedFamily[n%len(seedFamily)], seedGiven[n/7%len(seedGiven)], seedGiven[n/131%len(seedGiven)]})
	born := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n%10_000)
	return exam.Document{Exam: pack.Exam, Year: pack.Year, Level: exam.Junior, Area: "410000", City: "郑州市",
		Name: name, IDType: exam.ResidentID, IDNumber: residentNumber(fmt.Sprintf("410105%s%03d", born.Format("20060102"), n%1000)),
		BirthDate: exam.Date(born.Format("2006-01-02")), Ethnicity: "01", Nationality: "CHN", Phone: fmt.Sprintf("139%08d", n),
		Address: "河南省郑州市金水区示例路 1 号", Postcode: "450000", FirstWorked: "2011-07", Commitment: exam.CommitmentAccepted,
		Education: []exam.Education{{ID: "e1", Level: exam.Associate, StudyMode: exam.FullTime, School: "示例职业学院", Major: "社会工作",
			SocialWorkMajor: true, Started: "2008-09", Graduated: "2011-06"}},
		Work: []exam.Work{{ID: "w1", Employer: "示例社会工作服务中心", Place: "郑州市", Position: "社工", From: "2011-07", SocialWork: true}}}
}

// residentNumber completes 17 digits by their check character (GB 11643-1999).
func residentNumber(first17 string) string {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(first17[i]-'0')
	}
	return first17 + string("10X98765432"[sum%11])
}
