package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"testing"
	"time"

	"wenbao/cmd/internal/local"
	"wenbao/exam"
	"wenbao/server"
	"wenbao/ui/present"
)

// echo listens on this machine and sends back what it gets.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); io.Copy(c, c) }()
		}
	}()
	return l.Addr().String()
}

func TestThePracticeLineNeverLeavesThisMachine(t *testing.T) {
	l := &trainingLine{}
	for _, address := range []string{"93.184.216.34:443", "www.cpta.com.cn:443", "localhost:80", "10.0.0.1:8443", "[2001:db8::1]:443", "0.0.0.0:80", "nonsense"} {
		c, err := l.dial(context.Background(), "tcp", address)
		if c != nil || exam.KindOf(err) != exam.KindUntrusted {
			t.Errorf("%s: %v, %v", address, c, err)
		}
	}
	c, err := l.dial(context.Background(), "tcp", echo(t))
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}

func TestACutLineBreaksWhatIsOpenAndWhatIsTried(t *testing.T) {
	l, address := &trainingLine{}, echo(t)
	c, err := l.dial(context.Background(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	l.set("gone")
	if _, err := c.Write([]byte("hello")); err == nil {
		t.Error("what was open carries on")
	}
	if _, err := l.dial(context.Background(), "tcp", address); exam.KindOf(err) != exam.KindUnreachable {
		t.Errorf("a new connection: %v", err)
	}
	l.set("")
	c, err = l.dial(context.Background(), "tcp", address)
	if err != nil {
		t.Fatalf("once it is back: %v", err)
	}
	defer c.Close()
	if _, err := c.Write([]byte("hello")); err != nil {
		t.Errorf("once it is back: %v", err)
	}
	got := make([]byte, 5)
	if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, []byte("hello")) {
		t.Errorf("it brought %q, %v", got, err)
	}
}

func TestASlowLineCarriesItsRateAndEveryByte(t *testing.T) {
	l := &trainingLine{}
	c, err := l.dial(context.Background(), "tcp", echo(t))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	l.set("slow")
	began := time.Now()
	n, err := c.Write(make([]byte, slowBytes/2))
	if took := time.Since(began); err != nil || n != slowBytes/2 || took < 400*time.Millisecond {
		t.Errorf("%d bytes in %v, %v", n, took, err)
	}
}

func TestTheTrainerBendsTheServerInsideAndPlaysBothSides(t *testing.T) {
	h, err := startPractice(t.TempDir(), local.Packs())
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close(context.Background())
	tr := newTrainer(h, "请补充毕业证书")
	defer tr.close()
	for _, c := range []struct {
		day  present.BadDay
		want server.Steering
	}{
		{present.BadDay{}, server.Steering{Reason: "请补充毕业证书"}},
		{present.BadDay{Away: true}, server.Steering{Away: true, Reason: "请补充毕业证书"}},
		{present.BadDay{Line: "slow"}, server.Steering{Slow: slowAnswer, Reason: "请补充毕业证书"}},
		{present.BadDay{Review: "hand"}, server.Steering{Verification: server.VerifyByHand, Reason: "请补充毕业证书"}},
		{present.BadDay{Review: "ask"}, server.Steering{Verification: server.VerifyAsks, Reason: "请补充毕业证书"}},
		{present.BadDay{Payment: "late"}, server.Steering{LosePayments: true, Reason: "请补充毕业证书"}},
		{present.BadDay{Payment: "lost"}, server.Steering{LosePayments: true, Reason: "请补充毕业证书"}},
	} {
		if err := tr.Bend(c.day); err != nil {
			t.Fatal(err)
		}
		if got := h.Steering(); got != c.want || tr.Day() != c.day {
			t.Errorf("%+v bends it to %+v", c.day, got)
		}
	}
	if err := tr.Act(exam.NewDraftID(), exam.ActionSettle); exam.KindOf(err) != exam.KindNotFound {
		t.Errorf("a registration that does not exist: %v", err)
	}
}

func TestANetworkChoiceBecomesAProxy(t *testing.T) {
	for name, c := range map[string]struct {
		n    present.Network
		want string
	}{
		"as the system": {present.Network{}, "<nil>"},
		"none":          {present.Network{Proxy: "none"}, ""},
		"manual":        {present.Network{Proxy: "manual", ProxyURL: "http://10.0.0.1:8080"}, "http://10.0.0.1:8080"},
		"damaged":       {present.Network{Proxy: "manual", ProxyURL: "::"}, "<nil>"},
	} {
		got := "<nil>"
		if u := proxy(c.n); u != nil {
			got = u.String()
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
