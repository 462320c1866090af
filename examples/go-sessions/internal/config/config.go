// Package config reads the settings of the service.
package config

import (
	"errors"
	"fmt"
	"strconv"
)

// Config holds every setting.
type Config struct {
	Port          int
	MongoURI      string
	JWTSecret     string
	EncryptionKey string
}

// Load reads the settings from the environment.
func Load(getenv func(string) string) (*Config, error) {
	port, err := strconv.Atoi(getenv("PORT"))
	if err != nil {
		return nil, fmt.Errorf("PORT: %w", err)
	}
	return &Config{Port: port, MongoURI: getenv("MONGO_URI"), JWTSecret: getenv("JWT_SECRET"), EncryptionKey: getenv("ENCRYPTION_KEY")}, nil
}

// Validate says everything that is wrong with the settings.
func (c *Config) Validate() error {
	var problems []error
	if c.Port < 1 || c.Port > 65535 {
		problems = append(problems, fmt.Errorf("port %d is out of range", c.Port))
	}
	if c.MongoURI == "" {
		problems = append(problems, errors.New("MONGO_URI is missing"))
	}
	if c.JWTSecret == "" {
		problems = append(problems, errors.New("JWT_SECRET is missing"))
	}
	if n := len(c.EncryptionKey); n != 0 && n != 32 {
		problems = append(problems, fmt.Errorf("ENCRYPTION_KEY has %d bytes, not 32", n))
	}
	return errors.Join(problems...)
}
