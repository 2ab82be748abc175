//go:build linux

package servertest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// cluster is the one PostgreSQL of a test binary.
type cluster struct {
	port int
	stop func()
	n    int
	mu   sync.Mutex
}

var started = sync.OnceValues(startPostgres)

// Postgres gives the URL of a fresh database on a PostgreSQL of Debian's
// package that the test binary starts in a temporary folder on loopback. Where
// it cannot be had the test fails and says so: a promise about PostgreSQL that
// nobody looked at is none. Call [StopPostgres] from TestMain.
func Postgres(t testing.TB) string {
	t.Helper()
	c, err := started()
	if err != nil {
		t.Fatalf("PostgreSQL cannot be started, so nothing is known about this repository (apt-get install postgresql): %v", err)
	}
	c.mu.Lock()
	c.n++
	name := fmt.Sprint("t", c.n)
	c.mu.Unlock()
	out, err := exec.Command(binary("createdb"), "-h", "127.0.0.1", "-p", strconv.Itoa(c.port), "-U", "postgres", name).CombinedOutput()
	if err != nil {
		t.Fatalf("createdb: %v: %s", err, out)
	}
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", c.port, name)
}

// StopPostgres ends the PostgreSQL that [Postgres] started, if it did.
func StopPostgres() {
	if c, err := started(); err == nil {
		c.stop()
	}
}

// binary finds a program of the newest PostgreSQL that Debian has installed.
func binary(name string) string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if len(found) == 0 {
		return name
	}
	return found[len(found)-1]
}

func startPostgres() (*cluster, error) {
	dir, err := os.MkdirTemp("", "wenbao-postgres-")
	if err != nil {
		return nil, err
	}
	as, err := credential(dir)
	if err != nil {
		return nil, err
	}
	initdb := exec.Command(binary("initdb"), "-D", filepath.Join(dir, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = as, dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	server := exec.Command(binary("postgres"), "-D", filepath.Join(dir, "data"), "-p", strconv.Itoa(port), "-c", "listen_addresses=127.0.0.1",
		"-c", "unix_socket_directories="+dir, "-c", "max_connections=200", "-c", "log_min_messages=panic")
	server.SysProcAttr, server.Dir = as, dir
	if err := server.Start(); err != nil {
		return nil, err
	}
	c := &cluster{port: port, stop: func() {
		server.Process.Signal(syscall.SIGINT)
		server.Wait()
		os.RemoveAll(dir)
	}}
	for range 200 {
		if exec.Command(binary("pg_isready"), "-q", "-h", "127.0.0.1", "-p", strconv.Itoa(port)).Run() == nil {
			return c, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	c.stop()
	return nil, errors.New("it did not answer within ten seconds")
}

// credential gives the user to run as: PostgreSQL refuses to be root.
func credential(dir string) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGINT}
	if os.Getuid() != 0 {
		return attr, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err := errors.Join(err1, err2, os.Chown(dir, uid, gid)); err != nil {
		return nil, err
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
