package chatbox

import (
	"context"
	"testing"
	"time"

	"example.com/go-sessions/internal/config"
)

func settings() *config.Config {
	return &config.Config{Port: 8080, MongoURI: "mongodb://localhost", JWTSecret: "a-secret-of-more-than-thirty-two-bytes"}
}

type slow struct{}

func (slow) Close() { time.Sleep(10 * time.Millisecond) }

// Issue 17: a weak JWT secret is accepted. A pass confirms it.
func TestProductionIssue17_WeakSecretAcceptance(t *testing.T) {
	c := settings()
	c.JWTSecret = "test123"
	if _, err := New(c); err != nil {
		t.Fatalf("the weak secret is refused: the defect is repaired: %v", err)
	}
	t.Logf("a secret of %d bytes is accepted, 32 are needed", len(c.JWTSecret))
}

// Issue 15: Shutdown does not look at the deadline of its context. A pass confirms it.
func TestProductionIssue15_ShutdownTimeout(t *testing.T) {
	b, err := New(settings())
	if err != nil {
		t.Fatal(err)
	}
	for range 30 {
		b.Connect(slow{})
	}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	_ = b.Shutdown(ctx)
	took := time.Since(start)
	if took < 200*time.Millisecond {
		t.Fatalf("Shutdown took %v: the defect is repaired", took)
	}
	t.Logf("Shutdown took %d ms for 30 connections, 100 ms were granted", took.Milliseconds())
}

// Issue 18: operators' questions are not limited. A pass confirms it.
func TestProductionIssue18_AdminRateLimiting(t *testing.T) {
	b, err := New(settings())
	if err != nil {
		t.Fatal(err)
	}
	answered := 0
	for range 1000 {
		if status, _ := b.Admin("/chat/admin/sessions"); status == 200 {
			answered++
		}
	}
	if answered < 1000 {
		t.Fatalf("%d of 1000 requests are answered: the defect is repaired", answered)
	}
	t.Logf("%d of 1000 rapid requests answered with 200, 0 limited", answered)
}

// The only test that is named after issue 6; the placeholders in the manifests are tested by none.
func TestProductionIssue06_EncryptionKeyValidation(t *testing.T) {
	refused := 0
	for _, key := range []string{"short", "0123456789abcdef", "0123456789abcdef0123456789abcdef0"} {
		c := settings()
		c.EncryptionKey = key
		if _, err := New(c); err != nil {
			refused++
		}
	}
	if refused != 3 {
		t.Fatalf("%d of 3 bad keys are refused", refused)
	}
	t.Logf("%d of 3 bad keys refused", refused)
}
