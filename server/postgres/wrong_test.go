package postgres

import (
	"fmt"
	"io"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"wenbao/exam"
)

func TestADatabaseThatIsFullOrAwayIsNoFaultOfOurs(t *testing.T) {
	for want, list := range map[exam.Kind][]error{
		exam.KindFull:        {&pgconn.PgError{Code: "53100"}},
		exam.KindReadOnly:    {&pgconn.PgError{Code: "25006"}, &pgconn.PgError{Code: "58030"}},
		exam.KindUnreachable: {&pgconn.PgError{Code: "57P03"}, &pgconn.PgError{Code: "53300"}, &pgconn.PgError{Code: "08006"}, io.ErrUnexpectedEOF, &pgconn.ConnectError{}, fmt.Errorf("begin: %w", pgconn.ErrConnClosed)},
		exam.KindInternal:    {&pgconn.PgError{Code: "42601"}, &pgconn.PgError{}},
	} {
		for _, err := range list {
			if got := exam.KindOf(wrong("ask", err)); got != want {
				t.Errorf("%T %v is %s, not %s", err, err, got, want)
			}
		}
	}
}
