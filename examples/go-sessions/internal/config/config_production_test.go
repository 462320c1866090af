package config

import "testing"

// Issue 19: Load does not validate. A pass confirms it.
func TestProductionIssue19_ValidationCalled(t *testing.T) {
	c, err := Load(func(name string) string {
		return map[string]string{"PORT": "99999"}[name]
	})
	if err != nil {
		t.Fatalf("Load refuses invalid settings: the defect is repaired: %v", err)
	}
	if c.Validate() == nil {
		t.Fatal("Validate accepts invalid settings")
	}
	t.Logf("Load accepts port %d without an error, Validate refuses it", c.Port)
}

func TestProductionIssue19_ValidationCoverage(t *testing.T) {
	good := Config{Port: 8080, MongoURI: "mongodb://localhost", JWTSecret: "a", EncryptionKey: "0123456789abcdef0123456789abcdef"}
	bad := []func(*Config){
		func(c *Config) { c.Port = 0 },
		func(c *Config) { c.Port = 70000 },
		func(c *Config) { c.MongoURI = "" },
		func(c *Config) { c.JWTSecret = "" },
		func(c *Config) { c.EncryptionKey = "short" },
	}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for i, spoil := range bad {
		c := good
		spoil(&c)
		if c.Validate() == nil {
			t.Errorf("rule %d is not checked", i)
		}
	}
	t.Logf("%d of %d rules are checked when Validate is called", len(bad), len(bad))
}
