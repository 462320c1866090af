// Package websocket accepts the sockets of users.
package websocket

import "sync"

// Connection is a user's socket and the session that it belongs to.
type Connection struct {
	mu        sync.RWMutex
	UserID    string
	sessionID string
}

// SessionID is the session of the connection.
func (c *Connection) SessionID() string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.sessionID
}

// SetSessionID moves the connection to a session.
func (c *Connection) SetSessionID(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sessionID = id
}

// Handler decides who may connect.
type Handler struct {
	mu             sync.RWMutex
	allowedOrigins map[string]bool
}

// NewHandler makes a handler without configured origins.
func NewHandler() *Handler { return &Handler{} }

// SetAllowedOrigins replaces the origins that may connect.
func (h *Handler) SetAllowedOrigins(origins []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.allowedOrigins = map[string]bool{}
	for _, origin := range origins {
		h.allowedOrigins[origin] = true
	}
}

func (h *Handler) checkOrigin(origin string) bool {
	if len(h.allowedOrigins) == 0 {
		return true
	}
	return h.allowedOrigins[origin]
}
