// Package session keeps the conversations of users with an agent.
package session

import (
	"fmt"
	"sync"
	"time"
)

// Session is one conversation. Its fields are guarded by its lock; see Update and Snapshot.
type Session struct {
	mu            sync.Mutex
	ID            string
	UserID        string
	IsActive      bool
	StartTime     time.Time
	EndTime       time.Time
	Messages      []string
	ResponseTimes []time.Duration
}

// Update changes the session under its lock.
func (s *Session) Update(change func(*Session)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

// RecordResponse remembers how long an answer took.
func (s *Session) RecordResponse(took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ResponseTimes = append(s.ResponseTimes, took)
}

// Manager knows every session, and which one a user is in.
type Manager struct {
	mu           sync.RWMutex
	next         int
	sessions     map[string]*Session
	userSessions map[string]string
}

// NewManager makes a manager without sessions.
func NewManager() *Manager {
	return &Manager{sessions: map[string]*Session{}, userSessions: map[string]string{}}
}

// CreateSession starts a session for a user under an ID that no other has.
func (m *Manager) CreateSession(userID string) *Session {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.next++
	s := &Session{ID: fmt.Sprintf("session-%d-%06d", time.Now().UnixNano(), m.next), UserID: userID, IsActive: true, StartTime: time.Now()}
	m.sessions[s.ID] = s
	m.userSessions[userID] = s.ID
	return s
}

// GetSession finds a session by its ID.
func (m *Manager) GetSession(id string) (*Session, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	s, ok := m.sessions[id]
	return s, ok
}

// EndSession marks a session as over.
func (m *Manager) EndSession(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.sessions[id]
	if !ok {
		return
	}
	s.Update(func(s *Session) {
		s.IsActive = false
		s.EndTime = time.Now()
	})
	delete(m.userSessions, s.UserID)
}

// RestoreSession gives a user the session that is still young enough.
func (m *Manager) RestoreSession(userID string, timeout time.Duration) (*Session, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	s, ok := m.sessions[m.userSessions[userID]]
	if !ok || time.Since(s.StartTime) > timeout {
		return nil, false
	}
	return s, true
}

// Count is the number of sessions in memory.
func (m *Manager) Count() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.sessions)
}

// UserSession is the ID of the session that a user is in.
func (m *Manager) UserSession(userID string) (string, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	id, ok := m.userSessions[userID]
	return id, ok
}
