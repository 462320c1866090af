package session

import (
	"fmt"
	"runtime"
	"testing"
	"time"
)

// Issue 1: sessions stay in memory after they end. A pass confirms it.
func TestProductionIssue01_SessionCleanup(t *testing.T) {
	m := NewManager()
	s := m.CreateSession("user")
	m.EndSession(s.ID)
	kept, ok := m.GetSession(s.ID)
	if !ok {
		t.Fatal("the session is gone after its end: the defect is repaired")
	}
	if kept.IsActive || kept.EndTime.IsZero() {
		t.Fatal("the session is not marked as ended")
	}
	if _, mapped := m.UserSession("user"); mapped {
		t.Fatal("the user is still mapped to the session")
	}
	t.Logf("%d of 1 ended sessions is still in memory", m.Count())
}

func TestProductionIssue01_MemoryGrowth(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	m := NewManager()
	for i := range 1000 {
		s := m.CreateSession(fmt.Sprintf("user-%d", i))
		s.Update(func(s *Session) { s.Messages = append(s.Messages, string(make([]byte, 1024))) })
		m.EndSession(s.ID)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if m.Count() != 1000 {
		t.Fatalf("%d of 1000 sessions are left: the defect is repaired", m.Count())
	}
	t.Logf("%d of 1000 ended sessions are still in memory, %.2f MB growth", m.Count(), float64(after.Alloc-before.Alloc)/1e6)
}

func TestProductionIssue01_RestoreSessionAfterTimeout(t *testing.T) {
	m := NewManager()
	m.CreateSession("user")
	time.Sleep(5 * time.Millisecond)
	if _, ok := m.RestoreSession("user", time.Millisecond); ok {
		t.Fatal("a session is restored after its timeout")
	}
	t.Logf("not restored after its timeout, and %d session is still in memory", m.Count())
}

// Issue 12: response times are kept without a bound. A pass confirms it.
func TestProductionIssue12_ResponseTimesGrowth(t *testing.T) {
	s := NewManager().CreateSession("user")
	for i := range 10000 {
		s.RecordResponse(time.Duration(i))
	}
	if len(s.ResponseTimes) != 10000 {
		t.Fatalf("%d of 10000 response times are kept: the defect is repaired", len(s.ResponseTimes))
	}
	t.Logf("%d response times kept, %d KB in one session", len(s.ResponseTimes), len(s.ResponseTimes)*8/1000)
}
