package servertest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wenbao/exam"
	"wenbao/server"
	"wenbao/sync/wire"
)

// Contract is what every repository keeps. open gives an empty repository and a
// function that closes it and opens the same one again.
func Contract(t *testing.T, open func(t *testing.T) (repo server.Repository, reopen func() server.Repository)) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, server.Repository, func() server.Repository)
	}{
		{"WhatWasDecidedIsThereAfterReopening", keeps},
		{"TheSameEntryFindsItsAnswer", answers},
		{"ADecisionThatWritesNothingChangesNothing", nothing},
		{"APersonIsHeldByTheActiveRegistrationAlone", persons},
		{"ChangesListEachRecordOnceInOrder", changes},
		{"SeqsRiseAcrossReopening", seqs},
		{"SerialsAreNeverGivenTwice", serials},
		{"PiecesInAnyOrderMakeTheFile", pieces},
		{"BytesThatDoNotFitTheHashAreForgotten", liars},
		{"FilesBelongToTheirOwner", owners},
		{"SweepingSparesWhatARegistrationNames", sweeps},
		{"ManyWritersLoseNothing", many},
		{"ListGoesThroughAllOnce", lists},
		{"PublicationsComeInOrderAndEditionsOnce", publications},
		{"AnAnnouncedFileIsKnownBeforeItsFirstByte", announced},
		{"AnswersAreForgottenByAgeAndRecordsStay", forgets},
		{"ListTakesOnlyTheStatesAskedFor", states},
		{"WhatNoRegistrationNamesIsCounted", unnamed},
	} {
		t.Run(c.name, func(t *testing.T) {
			repo, reopen := open(t)
			c.run(t, repo, reopen)
		})
	}
}

func ownerN(n int) server.Owner   { return server.Owner{1, byte(n), byte(n >> 8)} }
func personN(n int) server.Person { return server.Person{2, byte(n), byte(n >> 8)} }

// record makes a registration's record in its first version.
func record(id exam.DraftID, owner server.Owner, person server.Person, number string) server.Record {
	content := []byte("content of " + string(id))
	rec := server.Record{Owner: owner, Person: person, Active: true,
		Receipt: exam.Receipt{KeyID: "0011223344556677", Statement: []byte(`{"a":1}`), Signature: []byte{1, 2, 3}}}
	rec.ID, rec.Number, rec.Version, rec.State = id, number, 1, exam.StateSubmitted
	rec.Content, rec.Digest, rec.Due, rec.Seal = content, exam.Digest(content), 12300, "WB1:SEAL"
	rec.History = []exam.Event{{Version: 1, State: exam.StateSubmitted, Action: exam.ActionSubmit, Actor: exam.Candidate,
		At: time.Date(2026, 3, 9, 1, 2, 3, 4e6, time.UTC), Reason: "理由"}}
	return rec
}

// put writes a record and fails the test if it cannot.
func put(t *testing.T, repo server.Repository, q server.Question, rec server.Record, a *server.Answered) {
	t.Helper()
	q.ID, q.Owner = rec.ID, rec.Owner
	if err := repo.Decide(t.Context(), q, func(server.Held) server.Decision { return server.Decision{Record: &rec, Answer: a} }); err != nil {
		t.Fatal(err)
	}
}

// look shows what a decision would see.
func look(t *testing.T, repo server.Repository, q server.Question) server.Held {
	t.Helper()
	var seen server.Held
	if err := repo.Decide(t.Context(), q, func(h server.Held) server.Decision { seen = h; return server.Decision{} }); err != nil {
		t.Fatal(err)
	}
	return seen
}

func same(a, b server.Record) string {
	a.Seq, b.Seq = 0, 0
	for i := range a.History {
		a.History[i].At = a.History[i].At.UTC()
	}
	for i := range b.History {
		b.History[i].At = b.History[i].At.UTC()
	}
	if x, y := fmt.Sprintf("%+v", a), fmt.Sprintf("%+v", b); x != y {
		return x + "\nis not\n" + y
	}
	return ""
}

func keeps(t *testing.T, repo server.Repository, reopen func() server.Repository) {
	rec := record(exam.NewDraftID(), ownerN(1), personN(1), "N1")
	put(t, repo, server.Question{}, rec, nil)
	repo = reopen()
	got, err := repo.Registration(t.Context(), rec.ID)
	if err != nil || same(got, rec) != "" {
		t.Fatal(err, same(got, rec))
	}
	if id, err := repo.Number(t.Context(), "N1"); err != nil || id != rec.ID {
		t.Fatal(id, err)
	}
	if _, err := repo.Registration(t.Context(), exam.NewDraftID()); exam.KindOf(err) != exam.KindNotFound {
		t.Fatal(err)
	}
	if _, err := repo.Number(t.Context(), "N2"); exam.KindOf(err) != exam.KindNotFound {
		t.Fatal(err)
	}
}

func answers(t *testing.T, repo server.Repository, reopen func() server.Repository) {
	rec := record(exam.NewDraftID(), ownerN(1), personN(1), "N1")
	entry := exam.NewEntryID()
	a := &server.Answered{Fingerprint: [32]byte{9}, Status: 201, Body: []byte(`{"answer":"回"}`)}
	put(t, repo, server.Question{Entry: entry}, rec, a)
	repo = reopen()
	h := look(t, repo, server.Question{Entry: entry, Owner: rec.Owner, ID: rec.ID})
	if h.Answered == nil || h.Answered.Fingerprint != a.Fingerprint || h.Answered.Status != 201 || string(h.Answered.Body) != string(a.Body) {
		t.Fatalf("%+v", h.Answered)
	}
	if h := look(t, repo, server.Question{Entry: entry, Owner: ownerN(2), ID: rec.ID}); h.Answered != nil {
		t.Fatal("another owner was given the answer")
	}
	if h := look(t, repo, server.Question{Entry: exam.NewEntryID(), Owner: rec.Owner, ID: rec.ID}); h.Answered != nil || h.Record == nil {
		t.Fatal("another entry was given the answer")
	}
}

func nothing(t *testing.T, repo server.Repository, _ func() server.Repository) {
	id := exam.NewDraftID()
	if h := look(t, repo, server.Question{Entry: exam.NewEntryID(), Owner: ownerN(1), ID: id, Person: personN(1)}); h.Record != nil || h.Taken != "" || h.Answered != nil {
		t.Fatalf("%+v", h)
	}
	if list, err := repo.List(t.Context(), "", 10); err != nil || len(list) != 0 {
		t.Fatal(list, err)
	}
}

func persons(t *testing.T, repo server.Repository, _ func() server.Repository) {
	rec := record(exam.NewDraftID(), ownerN(1), personN(1), "N1")
	put(t, repo, server.Question{}, rec, nil)
	taken := func(n int) exam.DraftID {
		return look(t, repo, server.Question{ID: exam.NewDraftID(), Person: personN(n)}).Taken
	}
	if taken(1) != rec.ID || taken(2) != "" {
		t.Fatal(taken(1), taken(2))
	}
	rec.Person = personN(2) // the document now bears another number
	rec.Version++
	put(t, repo, server.Question{}, rec, nil)
	if taken(1) != "" || taken(2) != rec.ID {
		t.Fatal(taken(1), taken(2))
	}
	rec.Active = false // withdrawn
	rec.Version++
	put(t, repo, server.Question{}, rec, nil)
	if taken(2) != "" {
		t.Fatal(taken(2))
	}
}

func changes(t *testing.T, repo server.Repository, _ func() server.Repository) {
	var recs []server.Record
	for i := range 7 {
		rec := record(exam.NewDraftID(), ownerN(1), personN(i), fmt.Sprint("N", i))
		put(t, repo, server.Question{}, rec, nil)
		recs = append(recs, rec)
	}
	other := record(exam.NewDraftID(), ownerN(2), personN(99), "M")
	put(t, repo, server.Question{}, other, nil)
	recs[2].Version = 2
	put(t, repo, server.Question{}, recs[2], nil)
	want := []exam.DraftID{recs[0].ID, recs[1].ID, recs[3].ID, recs[4].ID, recs[5].ID, recs[6].ID, recs[2].ID}
	var got []exam.DraftID
	after := uint64(0)
	for {
		batch, err := repo.Changes(t.Context(), ownerN(1), after, 3)
		if err != nil || len(batch) > 3 {
			t.Fatal(len(batch), err)
		}
		if len(batch) == 0 {
			break
		}
		for _, rec := range batch {
			if rec.Seq <= after {
				t.Fatalf("%d after %d", rec.Seq, after)
			}
			after = rec.Seq
			got = append(got, rec.ID)
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
	list, err := repo.Summaries(t.Context(), ownerN(1))
	if err != nil || len(list) != len(want) {
		t.Fatal(list, err)
	}
	for _, s := range list {
		if !slices.Contains(want, s.ID) || (s.Version == 2) != (s.ID == recs[2].ID) {
			t.Errorf("%+v", s)
		}
	}
}

func seqs(t *testing.T, repo server.Repository, reopen func() server.Repository) {
	rec := record(exam.NewDraftID(), ownerN(1), personN(1), "N1")
	last, epoch := uint64(0), uint64(0)
	for i := range 3 {
		rec.Version = i + 1
		put(t, repo, server.Question{}, rec, nil)
		got, err := repo.Registration(t.Context(), rec.ID)
		if err != nil || got.Seq <= last || got.Seq < repo.Epoch()<<server.EpochShift || repo.Epoch() <= epoch {
			t.Fatal(got.Seq, last, repo.Epoch(), err)
		}
		last, epoch = got.Seq, repo.Epoch()
		repo = reopen()
	}
}

func serials(t *testing.T, repo server.Repository, reopen func() server.Repository) {
	seen := map[uint64]bool{}
	for i := range 40 {
		rec := record(exam.NewDraftID(), ownerN(1), personN(i), fmt.Sprint("N", i))
		err := repo.Decide(t.Context(), server.Question{ID: rec.ID, Owner: rec.Owner}, func(h server.Held) server.Decision {
			n := h.Serial()
			if seen[n] || n == 0 {
				t.Errorf("serial %d again", n)
			}
			seen[n] = true
			return server.Decision{Record: &rec}
		})
		if err != nil {
			t.Fatal(err)
		}
		if i%10 == 9 {
			repo = reopen()
		}
	}
}

func pieces(t *testing.T, repo server.Repository, reopen func() server.Repository) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, size := range []int{1, 2, 1000, 70_000} {
		raw := make([]byte, size)
		for i := range raw {
			raw[i] = byte(r.Uint32())
		}
		f := wire.FileRef{SHA256: exam.Digest(raw), Size: int64(len(raw))}
		for whole := false; !whole; {
			lacks, err := repo.Missing(t.Context(), ownerN(1), []wire.FileRef{f})
			if err != nil || len(lacks) != 1 {
				t.Fatal(lacks, err)
			}
			gap := lacks[0].Missing[r.IntN(len(lacks[0].Missing))]
			from := max(0, int(gap.From)+r.IntN(int(gap.To-gap.From)+1)-r.IntN(200))
			from = min(from, len(raw)-1)
			to := from + 1 + r.IntN(min(len(raw)-from, 30_000))
			left, err := repo.PutPiece(t.Context(), ownerN(1), f, int64(from), raw[from:to], time.Now())
			if err != nil {
				t.Fatal(err)
			}
			whole = len(left) == 0
			if r.IntN(4) == 0 {
				repo = reopen()
			}
		}
		if got, err := repo.File(t.Context(), ownerN(1), f.SHA256); err != nil || exam.Digest(got) != f.SHA256 {
			t.Fatal(len(got), err)
		}
		if left, err := repo.PutPiece(t.Context(), ownerN(1), f, 0, raw[:1], time.Now()); err != nil || len(left) != 0 {
			t.Fatal("a piece of a whole file:", left, err)
		}
	}
}

func liars(t *testing.T, repo server.Repository, _ func() server.Repository) {
	f := wire.FileRef{SHA256: exam.Digest([]byte("right")), Size: 5}
	if _, err := repo.PutPiece(t.Context(), ownerN(1), f, 0, []byte("wro"), time.Now()); err != nil {
		t.Fatal(err)
	}
	other := f
	other.Size = 6
	if _, err := repo.PutPiece(t.Context(), ownerN(1), other, 3, []byte("ng"), time.Now()); exam.KindOf(err) != exam.KindInvalid {
		t.Fatal("another size:", err)
	}
	if _, err := repo.PutPiece(t.Context(), ownerN(1), f, 3, []byte("ng"), time.Now()); exam.KindOf(err) != exam.KindInvalid {
		t.Fatal("a wrong whole:", err)
	}
	lacks, err := repo.Missing(t.Context(), ownerN(1), []wire.FileRef{f})
	if err != nil || len(lacks) != 1 || !slices.Equal(lacks[0].Missing, []wire.Range{{From: 0, To: 5}}) {
		t.Fatal(lacks, err)
	}
	if left, err := repo.PutPiece(t.Context(), ownerN(1), f, 0, []byte("right"), time.Now()); err != nil || len(left) != 0 {
		t.Fatal(left, err)
	}
}

func owners(t *testing.T, repo server.Repository, _ func() server.Repository) {
	f := wire.FileRef{SHA256: exam.Digest([]byte("mine")), Size: 4}
	if _, err := repo.PutPiece(t.Context(), ownerN(1), f, 0, []byte("mine"), time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := repo.File(t.Context(), ownerN(2), f.SHA256); exam.KindOf(err) != exam.KindNotFound {
		t.Fatal(err)
	}
	lacks, err := repo.Missing(t.Context(), ownerN(2), []wire.FileRef{f})
	if err != nil || len(lacks) != 1 {
		t.Fatal(lacks, err)
	}
	h := look(t, repo, server.Question{Owner: ownerN(2), ID: exam.NewDraftID(), Files: []exam.File{{SHA256: f.SHA256, Size: 4}}})
	if len(h.Lacks) != 1 {
		t.Fatalf("%+v", h)
	}
}

func sweeps(t *testing.T, repo server.Repository, _ func() server.Repository) {
	old := time.Now().Add(-48 * time.Hour)
	inline := wire.File{SHA256: exam.Digest([]byte("inline")), Bytes: []byte("inline")}
	var refs []wire.FileRef
	for _, text := range []string{"named", "forgotten", "half"} {
		f := wire.FileRef{SHA256: exam.Digest([]byte(text)), Size: int64(len(text))}
		refs = append(refs, f)
		if _, err := repo.PutPiece(t.Context(), ownerN(1), f, 0, []byte(text)[:len(text)/2], old); err != nil {
			t.Fatal(err)
		}
		if text == "half" {
			continue
		}
		if _, err := repo.PutPiece(t.Context(), ownerN(1), f, f.Size/2, []byte(text)[len(text)/2:], old); err != nil {
			t.Fatal(err)
		}
	}
	q := server.Question{Files: []exam.File{{SHA256: refs[0].SHA256, Size: refs[0].Size}, {SHA256: inline.SHA256, Size: 6}}, Inline: []wire.File{inline}}
	put(t, repo, q, record(exam.NewDraftID(), ownerN(1), personN(1), "N1"), nil)
	if err := repo.DropFile(t.Context(), ownerN(1), refs[0].SHA256); err != nil {
		t.Fatal(err)
	}
	if n, err := repo.Sweep(t.Context(), time.Now().Add(-24*time.Hour), 10); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	for _, hash := range []string{refs[0].SHA256, inline.SHA256} {
		if _, err := repo.File(t.Context(), ownerN(1), hash); err != nil {
			t.Fatal(err)
		}
	}
	if lacks, err := repo.Missing(t.Context(), ownerN(1), refs); err != nil || len(lacks) != 2 {
		t.Fatal(lacks, err)
	}
}

// many lets writers race for the same registrations and the same person.
func many(t *testing.T, repo server.Repository, _ func() server.Repository) {
	id := exam.NewDraftID()
	var done sync.WaitGroup
	for g := range 8 {
		done.Go(func() {
			for i := range 10 {
				err := repo.Decide(context.Background(), server.Question{ID: id, Owner: ownerN(1), Person: personN(1)}, func(h server.Held) server.Decision {
					rec := record(id, ownerN(1), personN(1), "N1")
					if h.Record != nil {
						rec = *h.Record
						rec.Version++
					}
					return server.Decision{Record: &rec}
				})
				own := record(exam.NewDraftID(), ownerN(2+g), personN(100+g*10+i), fmt.Sprint("M", g, "-", i))
				err2 := repo.Decide(context.Background(), server.Question{ID: own.ID, Owner: own.Owner}, func(server.Held) server.Decision { return server.Decision{Record: &own} })
				if err != nil || err2 != nil {
					t.Error(err, err2)
				}
			}
		})
	}
	done.Wait()
	rec, err := repo.Registration(t.Context(), id)
	if err != nil || rec.Version != 80 {
		t.Fatalf("version %d of 80, %v", rec.Version, err)
	}
	if list, err := repo.List(t.Context(), "", 1000); err != nil || len(list) != 81 {
		t.Fatal(len(list), err)
	}
}

func lists(t *testing.T, repo server.Repository, _ func() server.Repository) {
	var ids []string
	for i := range 25 {
		rec := record(exam.NewDraftID(), ownerN(i), personN(i), fmt.Sprint("N", i))
		put(t, repo, server.Question{}, rec, nil)
		ids = append(ids, string(rec.ID))
	}
	slices.Sort(ids)
	var got []string
	for after := exam.DraftID(""); ; {
		batch, err := repo.List(t.Context(), after, 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(batch) == 0 {
			break
		}
		for _, rec := range batch {
			got, after = append(got, string(rec.ID)), rec.ID
		}
	}
	if strings.Join(got, " ") != strings.Join(ids, " ") {
		t.Fatalf("%d of %d, or out of order", len(got), len(ids))
	}
}

func publications(t *testing.T, repo server.Repository, reopen func() server.Repository) {
	raw := []byte("an edition")
	pack := server.Publication{Pack: &wire.PackEdition{ID: "x-2026", Version: 2, SHA256: exam.Digest(raw), Size: int64(len(raw)), Signature: "s"}}
	notice := func(word string) server.Publication {
		return server.Publication{Notice: &exam.SignedNotice{KeyID: "k", Notice: []byte(word), Signature: []byte{1}}}
	}
	want := "一 x-2026 二 三"
	for _, p := range []server.Publication{notice("一"), pack, notice("二"), pack} {
		if err := repo.Publish(t.Context(), p, raw); err != nil {
			t.Fatal(err)
		}
	}
	repo = reopen()
	if err := repo.Publish(t.Context(), notice("三"), nil); err != nil {
		t.Fatal(err)
	}
	var got []string
	for after := uint64(0); ; {
		list, err := repo.Publications(t.Context(), after, 2)
		if err != nil || len(list) > 2 {
			t.Fatal(len(list), err)
		}
		if len(list) == 0 {
			break
		}
		for _, p := range list {
			if p.Seq <= after {
				t.Fatalf("%d after %d", p.Seq, after)
			}
			after = p.Seq
			if p.Pack != nil {
				got = append(got, p.Pack.ID)
			} else {
				got = append(got, string(p.Notice.Notice))
			}
		}
	}
	if strings.Join(got, " ") != want {
		t.Fatalf("%v, want %s", got, want)
	}
	if b, err := repo.Pack(t.Context(), exam.Digest(raw)); err != nil || string(b) != string(raw) {
		t.Fatal(b, err)
	}
	if _, err := repo.Pack(t.Context(), exam.Digest([]byte("none"))); exam.KindOf(err) != exam.KindNotFound {
		t.Fatal(err)
	}
}

func announced(t *testing.T, repo server.Repository, reopen func() server.Repository) {
	f := wire.FileRef{SHA256: exam.Digest([]byte("abcd")), Size: 4}
	then := time.Unix(1_770_000_000, 0)
	if _, err := repo.Upload(t.Context(), ownerN(1), f.SHA256); exam.KindOf(err) != exam.KindNotFound {
		t.Fatal(err)
	}
	if err := repo.Announce(t.Context(), ownerN(1), f, then); err != nil {
		t.Fatal(err)
	}
	repo = reopen()
	expect := func(want []wire.Range, touched time.Time, kept bool) {
		t.Helper()
		u, err := repo.Upload(t.Context(), ownerN(1), f.SHA256)
		if err != nil || u.Size != 4 || !slices.Equal(u.Missing, want) || !u.Touched.Equal(touched) && !kept || u.Kept != kept {
			t.Fatalf("%+v, %v", u, err)
		}
	}
	expect([]wire.Range{{From: 0, To: 4}}, then, false)
	if _, err := repo.PutPiece(t.Context(), ownerN(1), f, 1, []byte("bc"), then.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	expect([]wire.Range{{From: 0, To: 1}, {From: 3, To: 4}}, then.Add(time.Hour), false)
	if err := repo.Announce(t.Context(), ownerN(1), f, then.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	expect([]wire.Range{{From: 0, To: 1}, {From: 3, To: 4}}, then.Add(2*time.Hour), false)
	inline := wire.File{SHA256: f.SHA256, Bytes: []byte("abcd")}
	q := server.Question{Files: []exam.File{{SHA256: f.SHA256, Size: 4}}, Inline: []wire.File{inline}}
	put(t, repo, q, record(exam.NewDraftID(), ownerN(1), personN(1), "N1"), nil)
	expect(nil, then, true)
	if raw, err := repo.File(t.Context(), ownerN(1), f.SHA256); err != nil || string(raw) != "abcd" {
		t.Fatal(string(raw), err)
	}
	if _, err := repo.Upload(t.Context(), ownerN(2), f.SHA256); exam.KindOf(err) != exam.KindNotFound {
		t.Fatal("another owner's:", err)
	}
}

func forgets(t *testing.T, repo server.Repository, reopen func() server.Repository) {
	then := time.Unix(1_770_000_000, 0)
	var questions []server.Question
	for i := range 4 {
		rec := record(exam.NewDraftID(), ownerN(i), personN(i), fmt.Sprint("N", i))
		q := server.Question{Entry: exam.NewEntryID(), Owner: rec.Owner, ID: rec.ID}
		put(t, repo, q, rec, &server.Answered{Status: 201, Body: []byte("{}"), At: then.Add(time.Duration(i) * time.Hour)})
		questions = append(questions, q)
	}
	repo = reopen()
	for _, want := range []int{2, 1, 0} {
		if n, err := repo.Forget(t.Context(), then.Add(3*time.Hour), 2); err != nil || n != want {
			t.Fatalf("%d went, want %d, %v", n, want, err)
		}
	}
	for i, q := range questions {
		if h := look(t, repo, q); (h.Answered != nil) != (i == 3) {
			t.Errorf("answer %d: %+v", i, h.Answered)
		}
		if _, err := repo.Registration(t.Context(), q.ID); err != nil {
			t.Error(err)
		}
	}
}

func states(t *testing.T, repo server.Repository, _ func() server.Repository) {
	all := []exam.State{exam.StateSubmitted, exam.StateConfirmed, exam.StateCompleted}
	for i := range 9 {
		rec := record(exam.NewDraftID(), ownerN(i), personN(i), fmt.Sprint("N", i))
		rec.State = all[i%3]
		put(t, repo, server.Question{}, rec, nil)
	}
	var got []exam.State
	for after := exam.DraftID(""); ; {
		batch, err := repo.List(t.Context(), after, 2, exam.StateSubmitted, exam.StateCompleted)
		if err != nil || len(batch) > 2 {
			t.Fatal(len(batch), err)
		}
		if len(batch) == 0 {
			break
		}
		for _, rec := range batch {
			after, got = rec.ID, append(got, rec.State)
		}
	}
	if len(got) != 6 || slices.Contains(got, exam.StateConfirmed) {
		t.Fatal(got)
	}
}

func unnamed(t *testing.T, repo server.Repository, reopen func() server.Repository) {
	owner, other := ownerN(1), ownerN(2)
	counts := func(files int, bytes int64) {
		t.Helper()
		if n, size, err := repo.Unnamed(t.Context(), owner); n != files || size != bytes || err != nil {
			t.Errorf("%d files of %d bytes, want %d of %d (%v)", n, size, files, bytes, err)
		}
	}
	ref := func(raw []byte) wire.FileRef { return wire.FileRef{SHA256: exam.Digest(raw), Size: int64(len(raw))} }
	photo, scan, inline := []byte("a photo"), []byte("a longer scan"), []byte("inline")
	counts(0, 0)
	if err := repo.Announce(t.Context(), owner, ref(scan), time.Now()); err != nil {
		t.Fatal(err)
	}
	counts(1, 13)
	for _, piece := range []struct {
		owner server.Owner
		raw   []byte
		to    int64
	}{{owner, photo, 3}, {owner, photo, 7}, {other, photo, 7}} {
		if _, err := repo.PutPiece(t.Context(), piece.owner, ref(piece.raw), 0, piece.raw[:piece.to], time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	counts(2, 20)
	rec := record(exam.NewDraftID(), owner, personN(1), "1")
	file := func(raw []byte) exam.File {
		return exam.File{Kind: exam.FilePhoto, SHA256: exam.Digest(raw), Size: int64(len(raw))}
	}
	q := server.Question{Entry: exam.NewEntryID(), Owner: owner, ID: rec.ID, Files: []exam.File{file(photo), file(inline)}, Inline: []wire.File{{SHA256: exam.Digest(inline), Bytes: inline}}}
	put(t, repo, q, rec, &server.Answered{Status: 201, Body: []byte("{}"), At: time.Now()})
	counts(1, 13)
	repo = reopen()
	counts(1, 13)
	if err := repo.DropFile(t.Context(), owner, exam.Digest(scan)); err != nil {
		t.Fatal(err)
	}
	counts(0, 0)
	if _, err := repo.PutPiece(t.Context(), owner, ref(scan), 0, scan[:5], time.Now().Add(-48*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if n, err := repo.Sweep(t.Context(), time.Now().Add(-24*time.Hour), 10); n != 1 || err != nil {
		t.Error(n, err)
	}
	counts(0, 0)
}
