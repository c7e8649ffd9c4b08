package builtin

import (
	"testing"

	"gatehouse.dev/detect"
)

// Rules of different families must go together: one scanner, no ID twice.
func TestSuites(t *testing.T) {
	if _, err := detect.New(detect.Config{}, Suites()...); err != nil {
		t.Errorf("New with the shipped suites = %v, want a runner", err)
	}
}
