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

// Cluster is a PostgreSQL of Debian's package in a temporary folder, on loopback.
type Cluster struct {
	dir  string
	port int
	as   *syscall.SysProcAttr

	mu     sync.Mutex // guards what follows
	n      int
	server *exec.Cmd
	ended  chan struct{} // closed when server has ended
}

var started = sync.OnceValues(func() (*Cluster, error) { return startPostgres("") })

// Postgres gives the URL of a fresh database on the one PostgreSQL of a test
// binary. Where it cannot be had the test fails and says so: a promise about
// PostgreSQL that nobody looked at is none. Call [StopPostgres] from TestMain.
func Postgres(t testing.TB) string {
	t.Helper()
	c, err := started()
	return had(t, c, err).Database(t, "")
}

// StopPostgres ends the PostgreSQL that [Postgres] started, if it did.
func StopPostgres() {
	if c, err := started(); err == nil {
		c.stop()
	}
}

// OwnPostgres starts a PostgreSQL that one test has for itself and may ruin.
// With wal its write-ahead log lies in that empty folder, in segments of 1 MB.
func OwnPostgres(t testing.TB, wal string) *Cluster {
	t.Helper()
	c, err := startPostgres(wal)
	t.Cleanup(had(t, c, err).stop)
	return c
}

func had(t testing.TB, c *Cluster, err error) *Cluster {
	t.Helper()
	if err != nil {
		t.Fatalf("PostgreSQL cannot be started, so nothing is known about this repository (apt-get install postgresql): %v", err)
	}
	return c
}

// Database makes a database and gives its URL. With a folder, which must be
// empty, its tables lie there and everything else of the cluster does not.
func (c *Cluster) Database(t testing.TB, folder string) string {
	t.Helper()
	c.mu.Lock()
	c.n++
	name := fmt.Sprint("t", c.n)
	c.mu.Unlock()
	var where []string
	if folder != "" {
		if err := c.give(folder); err != nil {
			t.Fatal(err)
		}
		c.run(t, "psql", "-q", "-c", fmt.Sprintf("create tablespace %s location '%s'", name, folder), "postgres")
		where = []string{"-D", name}
	}
	c.run(t, "createdb", append(where, name)...)
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", c.port, name)
}

// run has one of PostgreSQL's programs speak to the cluster.
func (c *Cluster) run(t testing.TB, program string, args ...string) {
	t.Helper()
	args = append([]string{"-h", "127.0.0.1", "-p", strconv.Itoa(c.port), "-U", "postgres"}, args...)
	if out, err := exec.Command(binary(program), args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", program, err, out)
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

func startPostgres(wal string) (c *Cluster, err error) {
	c = &Cluster{}
	if c.dir, err = os.MkdirTemp("", "wenbao-postgres-"); err != nil {
		return nil, err
	}
	if c.as, err = credential(); err == nil {
		err = c.give(c.dir)
	}
	args := []string{"-D", filepath.Join(c.dir, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"}
	if wal != "" && err == nil {
		args = append(args, "--waldir="+wal, "--wal-segsize=1")
		err = c.give(wal)
	}
	if err != nil {
		return nil, err
	}
	initdb := exec.Command(binary("initdb"), args...)
	initdb.SysProcAttr, initdb.Dir = c.as, c.dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	if c.port, err = freePort(); err != nil { // as late as can be: it is free for whoever asks
		return nil, err
	}
	if err := c.Start(); err != nil {
		os.RemoveAll(c.dir)
		return nil, err
	}
	return c, nil
}

// Start runs the server and returns when it answers. One that could not write its
// log ends by itself, and whoever watches over it has to start it; while it runs
// that changes nothing.
func (c *Cluster) Start() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for range 1200 {
		if c.server == nil || over(c.ended) {
			if err := c.launch(); err != nil {
				return err
			}
		}
		if exec.Command(binary("pg_isready"), "-q", "-h", "127.0.0.1", "-p", strconv.Itoa(c.port)).Run() == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	c.end()
	return errors.New("it did not answer within a minute")
}

func (c *Cluster) launch() error {
	server := exec.Command(binary("postgres"), "-D", filepath.Join(c.dir, "data"), "-p", strconv.Itoa(c.port), "-c", "listen_addresses=127.0.0.1",
		"-c", "unix_socket_directories="+c.dir, "-c", "max_connections=200", "-c", "log_min_messages=panic")
	server.SysProcAttr, server.Dir = c.as, c.dir
	if err := server.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() { server.Wait(); close(ended) }()
	c.server, c.ended = server, ended
	return nil
}

// Ended returns when the server has ended by itself.
func (c *Cluster) Ended() {
	c.mu.Lock()
	ended := c.ended
	c.mu.Unlock()
	<-ended
}

func over(ended chan struct{}) bool {
	select {
	case <-ended:
		return true
	default:
		return false
	}
}

// stop ends the server and removes all it had.
func (c *Cluster) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end()
	os.RemoveAll(c.dir)
}

func (c *Cluster) end() {
	c.server.Process.Signal(syscall.SIGINT)
	<-c.ended
}

// credential gives the user to run as: PostgreSQL refuses to be root.
func credential() (*syscall.SysProcAttr, error) {
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
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, errors.Join(err1, err2)
}

// give makes a folder that of the user whom the cluster runs as.
func (c *Cluster) give(folder string) error {
	if as := c.as.Credential; as != nil {
		return os.Chown(folder, int(as.Uid), int(as.Gid))
	}
	return nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
