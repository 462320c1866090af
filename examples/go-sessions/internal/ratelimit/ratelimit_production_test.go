package ratelimit

import (
	"fmt"
	"testing"
	"time"
)

// Issue 11: nobody calls Cleanup, so events stay for ever. The growth confirms it; that Cleanup itself works bears on it neither way.
func TestProductionIssue11_CleanupMethod(t *testing.T) {
	l := New(10, 10*time.Millisecond)
	for i := range 100 {
		l.Allow(fmt.Sprintf("user-%d", i))
	}
	time.Sleep(20 * time.Millisecond)
	before := l.Events()
	l.Cleanup()
	if l.Events() != 0 {
		t.Fatalf("%d of %d expired events are left after Cleanup", l.Events(), before)
	}
	t.Logf("%d expired events before Cleanup, %d after", before, l.Events())
}

func TestProductionIssue11_MemoryGrowth(t *testing.T) {
	l := New(10, time.Millisecond)
	for i := range 200 {
		for range 50 {
			l.Allow(fmt.Sprintf("user-%d", i))
		}
	}
	time.Sleep(5 * time.Millisecond)
	if l.Events() != 10000 {
		t.Fatalf("%d of 10000 events are left: the defect is repaired", l.Events())
	}
	t.Logf("%d of 10000 events are in memory after they expired, ~%d KB", l.Events(), l.Events()*24/1000)
}

func TestProductionIssue11_CleanupEffectiveness(t *testing.T) {
	l := New(10, 50*time.Millisecond)
	for range 5 {
		l.Allow("old")
	}
	time.Sleep(80 * time.Millisecond)
	for range 5 {
		l.Allow("new")
	}
	l.Cleanup()
	if l.Events() != 5 {
		t.Fatalf("%d events are left, not the 5 new ones", l.Events())
	}
	t.Logf("5 old events removed, %d new ones kept", l.Events())
}
