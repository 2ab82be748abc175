package exam_test

import (
	"testing"

	"wenbao/exam"
)

func TestTheDictionaryNeverChanges(t *testing.T) {
	const was = "a132e9e70207af3e049ae54beb746959952bb2ba5b93bf7545204c58828e8528"
	if got := exam.Digest(exam.Dictionary()); got != was {
		t.Errorf("dictionary 1 is %s: what lies in the field was packed with %s; make a dictionary 2", got, was)
	}
}
