package server_test

import (
	"bytes"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wenbao/exam"
	"wenbao/server/servertest"
	"wenbao/sync/synctest"
)

// TestTusJSClientUploads lets tus-js-client, a client nobody here wrote, upload
// a file, break off, and go on. It needs node, and npm, which fetches the client
// in the versions of package-lock.json. `make test` sees to both and fails where
// they cannot be had.
func TestTusJSClientUploads(t *testing.T) {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("WENBAO_ALL") == "" {
				t.Skipf("NOT CHECKED: %s is not installed (apt-get install nodejs npm), so nothing is known about tus-js-client", program)
			}
			t.Fatalf("%s is not installed (apt-get install nodejs npm), so nothing is known about tus-js-client", program)
		}
	}
	dir := t.TempDir()
	for _, name := range []string{"package.json", "package-lock.json", "upload.js"} {
		raw, err := os.ReadFile(filepath.Join("testdata", "tus", name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), raw, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	install := exec.Command("npm", "ci", "--silent", "--no-fund", "--no-audit", "--ignore-scripts")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("tus-js-client cannot be had: %v\n%s", err, out)
	}
	s := fresh(t, nil)
	web := httptest.NewServer(servertest.Witness(t, s))
	defer web.Close()
	d := newDevice(t, s, "js")
	raw := synctest.Photo(rand.New(rand.NewPCG(6, 6)), 750_000)
	file := filepath.Join(dir, "scan.pdf")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	run := exec.Command("node", "upload.js", web.URL+"/v1/tus", file, exam.Digest(raw), d.bearer)
	run.Dir = dir
	out, err := run.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "done 750000") {
		t.Fatalf("%v\n%s", err, out)
	}
	if w := d.do("GET", "/v1/files/"+exam.Digest(raw), "", nil); !bytes.Equal(w.Body.Bytes(), raw) {
		t.Fatal(w.Code, "the bytes are not what was sent")
	}
}
