// Package ratelimit limits the messages of each user.
package ratelimit

import (
	"sync"
	"time"
)

// MessageLimiter allows so many messages of one user in a window.
type MessageLimiter struct {
	mu     sync.Mutex
	most   int
	window time.Duration
	events map[string][]time.Time
}

// New makes a limiter.
func New(most int, window time.Duration) *MessageLimiter {
	return &MessageLimiter{most: most, window: window, events: map[string][]time.Time{}}
}

// Allow counts a message, and says whether it is within the limit.
func (l *MessageLimiter) Allow(userID string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	recent := 0
	for _, at := range l.events[userID] {
		if now.Sub(at) <= l.window {
			recent++
		}
	}
	l.events[userID] = append(l.events[userID], now)
	return recent < l.most
}

// Cleanup removes what is older than the window.
func (l *MessageLimiter) Cleanup() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for user, events := range l.events {
		kept := events[:0]
		for _, at := range events {
			if now.Sub(at) <= l.window {
				kept = append(kept, at)
			}
		}
		if len(kept) == 0 {
			delete(l.events, user)
		} else {
			l.events[user] = kept
		}
	}
}

// Events is the number of events in memory.
func (l *MessageLimiter) Events() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := 0
	for _, events := range l.events {
		all += len(events)
	}
	return all
}
