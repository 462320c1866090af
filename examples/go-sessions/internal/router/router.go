// Package router brings messages of users to an agent and its answers back.
package router

import (
	"context"
	"sync"

	"example.com/go-sessions/internal/session"
)

// Connection is a user's socket.
type Connection interface {
	Send(message string)
	Close()
}

// LLM streams an answer.
type LLM interface {
	StreamMessage(ctx context.Context, prompt string) (<-chan string, error)
}

// Store keeps sessions.
type Store interface {
	CreateSession(s *session.Session) error
}

// MessageRouter knows the sessions, their connections and the model.
type MessageRouter struct {
	mu          sync.RWMutex
	sessions    *session.Manager
	store       Store
	llm         LLM
	connections map[string]Connection
}

// New makes a router without connections.
func New(sessions *session.Manager, store Store, llm LLM) *MessageRouter {
	return &MessageRouter{sessions: sessions, store: store, llm: llm, connections: map[string]Connection{}}
}

// RegisterConnection makes a connection the one of a session.
func (r *MessageRouter) RegisterConnection(sessionID string, c Connection) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.connections[sessionID] = c
}

// UnregisterConnection forgets the connection of a session.
func (r *MessageRouter) UnregisterConnection(sessionID string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.connections, sessionID)
}

// Connection is the one of a session.
func (r *MessageRouter) Connection(sessionID string) (Connection, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	c, ok := r.connections[sessionID]
	return c, ok
}

// CreateNewSession makes a session in memory and in the store, or in neither.
func (r *MessageRouter) CreateNewSession(userID string) (*session.Session, error) {
	s := r.sessions.CreateSession(userID)
	if err := r.store.CreateSession(s); err != nil {
		r.sessions.EndSession(s.ID)
		return nil, err
	}
	return s, nil
}

// HandleUserMessage streams the model's answer into the session's connection.
func (r *MessageRouter) HandleUserMessage(sessionID, prompt string) error {
	chunks, err := r.llm.StreamMessage(context.Background(), prompt)
	if err != nil {
		return err
	}
	for chunk := range chunks {
		if c, ok := r.Connection(sessionID); ok {
			c.Send(chunk)
		}
	}
	return nil
}
