package main

import (
	"wenbao/exam"
	"wenbao/store"
)

// summaries lists the drafts that are not in the bin, newest first.
func summaries(st *store.Store, state exam.State, search string) ([]store.Summary, error) {
	page, err := st.List(store.Query{State: state, Search: search})
	return page.Rows, err
}
