package websocket

import (
	"sync"
	"testing"

	"example.com/go-sessions/internal/session"
)

// Issue 4: the session of a connection is said to be read and written without a lock. A pass under -race refutes it.
func TestProductionIssue04_SessionIDDataRace(t *testing.T) {
	c := &Connection{UserID: "user"}
	var wg sync.WaitGroup
	for range 100 {
		wg.Add(2)
		go func() { defer wg.Done(); _ = c.SessionID() }()
		go func() { defer wg.Done(); c.SetSessionID("session") }()
	}
	wg.Wait()
	t.Logf("100 readers, 100 writers, 0 races")
}

func TestProductionIssue04_ConcurrentSessionAccess(t *testing.T) {
	s := session.NewManager().CreateSession("user")
	var wg sync.WaitGroup
	for range 100 {
		wg.Add(2)
		go func() { defer wg.Done(); s.RecordResponse(1) }()
		go func() {
			defer wg.Done()
			s.Update(func(s *session.Session) { s.Messages = append(s.Messages, "hello") })
		}()
	}
	wg.Wait()
	t.Logf("200 concurrent changes, %d messages and %d response times kept, 0 races", len(s.Messages), len(s.ResponseTimes))
}

// Issue 13: checkOrigin reads the origins without the lock. Under -race the detector confirms it, and fails the test.
func TestProductionIssue13_OriginValidationDataRace(t *testing.T) {
	h := NewHandler()
	start := make(chan struct{})
	var wg sync.WaitGroup
	for range 10 {
		wg.Add(2)
		go func() { defer wg.Done(); <-start; h.checkOrigin("https://example.com") }()
		go func() { defer wg.Done(); <-start; h.SetAllowedOrigins([]string{"https://example.com"}) }()
	}
	close(start)
	wg.Wait()
	t.Logf("10 readers without the lock, 10 writers with it")
}

func TestProductionIssue13_DefaultOriginBehavior(t *testing.T) {
	h := NewHandler()
	allowed := 0
	for _, origin := range []string{"https://example.com", "http://evil.example", ""} {
		if h.checkOrigin(origin) {
			allowed++
		}
	}
	t.Logf("%d of 3 origins allowed when none is configured", allowed)
}
