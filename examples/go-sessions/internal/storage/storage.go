// Package storage keeps sessions in a document store.
package storage

import (
	"context"
	"errors"
	"time"

	"example.com/go-sessions/internal/session"
)

// ErrTransient is what a store answers when the network hiccups.
var ErrTransient = errors.New("connection reset by peer")

// Document is a session as it is stored.
type Document struct {
	ID            string
	UserID        string
	IsActive      bool
	StartTime     time.Time
	EndTime       time.Time
	Messages      []string
	ResponseTimes []time.Duration
}

// Collection is the part of the database driver that is used here.
type Collection interface {
	InsertOne(ctx context.Context, document Document) error
}

// Service stores sessions.
type Service struct{ collection Collection }

// New makes a service on a collection.
func New(collection Collection) *Service { return &Service{collection: collection} }

// CreateSession stores a new session: one attempt, five seconds.
func (s *Service) CreateSession(se *session.Session) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return s.collection.InsertOne(ctx, sessionToDocument(se))
}

func sessionToDocument(s *session.Session) Document {
	return Document{
		ID:            s.ID,
		UserID:        s.UserID,
		IsActive:      s.IsActive,
		StartTime:     s.StartTime,
		EndTime:       s.EndTime,
		Messages:      append([]string(nil), s.Messages...),
		ResponseTimes: append([]time.Duration(nil), s.ResponseTimes...),
	}
}
