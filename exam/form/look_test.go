package form_test

import (
	"os"
	"testing"

	"wenbao/exam"
	"wenbao/exam/form"
)

func TestLook(t *testing.T) {
	dir := os.Getenv("LOOK")
	if dir == "" {
		return
	}
	full := draftInput(t)
	full.Draft.Document = fullDocument()
	for name, in := range map[string]form.Input{"draft": draftInput(t), "verified": verifiedInput(t), "full": full, "done": delivered(draftInput(t), exam.StateCompleted)} {
		for _, k := range form.Kinds {
			p := makePaper(t, k, in)
			if err := os.WriteFile(dir+"/"+name+"-"+string(k)+".pdf", pdfOf(t, p), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}
