package storage

import (
	"context"
	"sync"
	"testing"
	"time"

	"example.com/go-sessions/internal/session"
)

type flaky struct {
	attempts int
	deadline time.Duration
}

func (f *flaky) InsertOne(ctx context.Context, _ Document) error {
	f.attempts++
	if at, ok := ctx.Deadline(); ok {
		f.deadline = time.Until(at)
	}
	return ErrTransient
}

// Issue 9: a transient error is not retried. A pass confirms it.
func TestProductionIssue09_MongoDBRetry(t *testing.T) {
	f := &flaky{}
	err := New(f).CreateSession(session.NewManager().CreateSession("user"))
	if err == nil || f.attempts != 1 {
		t.Fatalf("%d attempts, error %v: the defect is repaired", f.attempts, err)
	}
	t.Logf("%d attempt with a fixed timeout of %.0f s, then %v", f.attempts, f.deadline.Seconds(), err)
}

// Issue 10: sessionToDocument takes no lock; its callers have to. A pass confirms it, and that it works when they do.
func TestProductionIssue10_SerializationDataRace(t *testing.T) {
	s := session.NewManager().CreateSession("user")
	var wg sync.WaitGroup
	for range 50 {
		wg.Add(2)
		go func() { defer wg.Done(); s.RecordResponse(time.Millisecond) }()
		go func() { defer wg.Done(); s.Update(func(s *session.Session) { _ = sessionToDocument(s) }) }()
	}
	wg.Wait()
	t.Logf("50 serialisations under the caller's lock, %d response times, no race", len(s.ResponseTimes))
}

func TestProductionIssue10_SerializationAccuracy(t *testing.T) {
	s := session.NewManager().CreateSession("user")
	s.Update(func(s *session.Session) { s.Messages = []string{"hello", "world"} })
	s.RecordResponse(7 * time.Millisecond)
	d := sessionToDocument(s)
	if d.ID != s.ID || d.UserID != "user" || !d.IsActive || len(d.Messages) != 2 || d.ResponseTimes[0] != 7*time.Millisecond {
		t.Fatalf("a field is lost: %+v", d)
	}
	t.Logf("7 of 7 fields are kept")
}
