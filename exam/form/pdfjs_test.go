package form_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wenbao/exam/form"
)

// TestPdfJSGetsTheSameText reads a paper with pdf.js, as browsers do. It needs
// node, and npm, which fetches pdf.js in the version of package-lock.json.
func TestPdfJSGetsTheSameText(t *testing.T) {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("WENBAO_ALL") == "" {
				t.Skipf("NOT CHECKED: %s is not installed (apt-get install nodejs npm), so nothing is known about pdf.js", program)
			}
			t.Fatalf("%s is not installed (apt-get install nodejs npm), so nothing is known about pdf.js", program)
		}
	}
	dir := t.TempDir()
	for _, name := range []string{"package.json", "package-lock.json", "text.js"} {
		raw, err := os.ReadFile(filepath.Join("testdata", "pdfjs", name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), raw, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	install := exec.Command("npm", "ci", "--omit=optional", "--silent", "--no-fund", "--no-audit", "--ignore-scripts")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("pdf.js cannot be had: %v\n%s", err, out)
	}
	p := makePaper(t, form.KindRegistration, verifiedInput(t))
	read := exec.Command("node", "text.js", written(t, "form.pdf", pdfOf(t, p)))
	read.Dir = dir
	text, err := read.Output() // warnings of what drawing would need stand on stderr
	if err != nil {
		t.Fatal(err)
	}
	expectFields(t, p, string(text))
	if !strings.Contains(string(text), "欧阳𠮷𬭎") {
		t.Error("the name with rare characters is not one word")
	}
}
