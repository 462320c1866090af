package router

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"example.com/go-sessions/internal/session"
)

type conn struct{ closed bool }

func (c *conn) Send(string) {}
func (c *conn) Close()      { c.closed = true }

type store struct {
	ids  []string
	fail error
}

func (s *store) CreateSession(se *session.Session) error {
	s.ids = append(s.ids, se.ID)
	return s.fail
}

type llm struct {
	ctx   context.Context
	until chan struct{}
}

func (l *llm) StreamMessage(ctx context.Context, _ string) (<-chan string, error) {
	l.ctx = ctx
	out := make(chan string)
	go func() {
		defer close(out)
		select {
		case <-l.until:
		case <-ctx.Done():
		}
	}()
	return out, nil
}

// Issue 2: session IDs are said to differ between manager and router. A pass refutes it.
func TestProductionIssue02_SessionIDConsistency(t *testing.T) {
	m, s := session.NewManager(), &store{}
	r := New(m, s, nil)
	seen := map[string]bool{}
	for range 1000 {
		made, err := r.CreateNewSession("user")
		if err != nil {
			t.Fatal(err)
		}
		if kept, ok := m.GetSession(made.ID); !ok || kept != made || seen[made.ID] {
			t.Fatalf("the ID %s is not the manager's, or is not unique", made.ID)
		}
		seen[made.ID] = true
	}
	t.Logf("%d session IDs, %d unique, 0 mismatches", len(s.ids), len(seen))
}

func TestProductionIssue02_CreateNewSessionFlow(t *testing.T) {
	m, s := session.NewManager(), &store{}
	made, err := New(m, s, nil).CreateNewSession("user")
	if err != nil || s.ids[0] != made.ID {
		t.Fatalf("stored %v, made %v, error %v", s.ids, made, err)
	}
	if _, err := New(m, &store{fail: errors.New("down")}, nil).CreateNewSession("other"); err == nil {
		t.Fatal("a store that fails is not noticed")
	}
	if _, mapped := m.UserSession("other"); mapped {
		t.Fatal("the session is not rolled back")
	}
	t.Logf("1 of 1 stored under its own ID, 1 of 1 rolled back")
}

// Issue 3: the connection that is replaced is not closed. A pass confirms it.
func TestProductionIssue03_ConnectionReplacement(t *testing.T) {
	r := New(session.NewManager(), &store{}, nil)
	first, second := &conn{}, &conn{}
	r.RegisterConnection("test-session", first)
	r.RegisterConnection("test-session", second)
	if c, _ := r.Connection("test-session"); c != second {
		t.Fatal("the second connection is not registered")
	}
	if first.closed {
		t.Fatal("the replaced connection is closed: the defect is repaired")
	}
	t.Logf("1 of 2 connections replaced, 0 of 1 replaced connections closed")
}

func TestProductionIssue03_UnregisterConnection(t *testing.T) {
	r := New(session.NewManager(), &store{}, nil)
	before := runtime.NumGoroutine()
	r.RegisterConnection("test-session", &conn{})
	r.UnregisterConnection("test-session")
	if _, ok := r.Connection("test-session"); ok {
		t.Fatal("the connection is still registered")
	}
	t.Logf("0 connections left, %d goroutines more than before", runtime.NumGoroutine()-before)
}

// Issue 8: the answer of the model is awaited without a timeout. A pass confirms it.
func TestProductionIssue08_StreamingContext(t *testing.T) {
	l := &llm{until: make(chan struct{})}
	close(l.until)
	if err := New(session.NewManager(), &store{}, l).HandleUserMessage("s", "hello"); err != nil {
		t.Fatal(err)
	}
	if at, ok := l.ctx.Deadline(); ok {
		t.Fatalf("the context ends at %v: the defect is repaired", at)
	}
	t.Logf("0 deadlines on the streaming context")
}

func TestProductionIssue08_StreamingTimeout(t *testing.T) {
	l := &llm{until: make(chan struct{})}
	done := make(chan error)
	start := time.Now()
	go func() { done <- New(session.NewManager(), &store{}, l).HandleUserMessage("s", "hello") }()
	select {
	case <-done:
		t.Fatal("the stream ended by itself: the defect is repaired")
	case <-time.After(2 * time.Second):
	}
	t.Logf("still waiting after %.1f s, no timeout", time.Since(start).Seconds())
	close(l.until)
	<-done
}
