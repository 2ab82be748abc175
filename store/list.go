package store

import (
	"time"

	"wenbao/exam"
)

// Sort is an order of the list.
type Sort string

const (
	SortUpdated Sort = ""        // last changed first
	SortCreated Sort = "created" // newest first
	SortName    Sort = "name"    // by pinyin
	SortNumber  Sort = "number"  // by registration number, those without last
	SortState   Sort = "state"   // by state, then last changed first
)

// Query says which drafts a list shows. Zero fields do not restrict.
type Query struct {
	State     exam.State
	Transport exam.Transport
	Exam      string
	Year      int
	Level     exam.Level
	Area      string
	// Search finds drafts by every word in it: part of a name, of its pinyin or
	// its initials; last digits of the ID number; first or last digits of the
	// phone or the registration number; whole numbers.
	Search string
	// Bin lists the deleted drafts instead of the others.
	Bin  bool
	Sort Sort
	// Reverse turns the order round.
	Reverse bool
	// Limit bounds the rows of a page; 0 means 50, at most 1,000.
	Limit, Offset int
}

// Bounds on a query.
const (
	defaultRows = 50
	maxRows     = 1000
	maxSearch   = 64 // runes
)

// Summary is a row of the list.
type Summary struct {
	ID        exam.DraftID
	Revision  uint64
	Name      string
	IDTail    string // last four characters of the ID number
	Exam      string
	Year      int
	Level     exam.Level
	Area      string
	State     exam.State
	Transport exam.Transport // never TransportSending, which only the engine knows
	Edited    bool           // the server confirmed an older revision than this one
	Number    string         // registration number
	Created   time.Time
	Updated   time.Time
	Deleted   time.Time
}

// Page is a piece of a list.
type Page struct {
	Rows  []Summary
	Total int // rows of the whole list
}

// List gives a page of the drafts that the query asks for.
func (s *Store) List(q Query) (Page, error) {
	_, ix, err := s.open()
	if err != nil {
		return Page{}, err
	}
	if q.Limit <= 0 {
		q.Limit = defaultRows
	}
	q.Limit = min(q.Limit, maxRows)
	return ix.list(q), nil
}
