// Package chatbox is the service: sockets of users, their sessions with an agent, and what operators may ask.
package chatbox

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"example.com/go-sessions/internal/config"
	"example.com/go-sessions/internal/session"
	"example.com/go-sessions/internal/websocket"
)

// Closer is a connection that takes its time to say goodbye.
type Closer interface{ Close() }

// Chatbox is the running service.
type Chatbox struct {
	mu          sync.Mutex
	config      *config.Config
	Sessions    *session.Manager
	Sockets     *websocket.Handler
	connections []Closer
}

// New makes a service from its settings.
func New(c *config.Config) (*Chatbox, error) {
	if c.JWTSecret == "" {
		return nil, errors.New("a JWT secret is needed")
	}
	if n := len(c.EncryptionKey); n != 0 && n != 32 {
		return nil, fmt.Errorf("the encryption key has %d bytes, not 32", n)
	}
	return &Chatbox{config: c, Sessions: session.NewManager(), Sockets: websocket.NewHandler()}, nil
}

// Connect adds a connection.
func (b *Chatbox) Connect(c Closer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.connections = append(b.connections, c)
}

// Shutdown closes every connection.
func (b *Chatbox) Shutdown(_ context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.connections {
		c.Close()
	}
	b.connections = nil
	return nil
}

// Admin answers what operators ask: a status like that of HTTP, and a body.
func (b *Chatbox) Admin(path string) (int, string) {
	switch path {
	case "/chat/admin/sessions":
		return 200, fmt.Sprintf(`{"sessions":%d,"at":%d}`, b.Sessions.Count(), time.Now().Unix())
	default:
		return 404, ""
	}
}
