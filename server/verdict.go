package server

import (
	"net/http"

	"wenbao/exam"
	"wenbao/sync/wire"
)

// verdict judges a submission as [Server.submit] does, and keeps nothing: what
// would this server say?
func (s *Server) verdict(r *http.Request, _ Owner) (reply, error) {
	raw, err := body(r)
	if err != nil {
		return reply{}, err
	}
	content, _, err := wire.UnpackStep(r.Header.Get("Content-Type"), raw)
	if err != nil {
		return reply{}, err
	}
	sub, err := exam.DecodeSubmission(content)
	if err != nil {
		return reply{}, err
	}
	if err := soundFiles(sub.Files); err != nil {
		return reply{}, err
	}
	return reply{message: wire.FromReport(s.Rules.Judge(sub))}, nil
}
