package gatehouse

import (
	"fmt"
	"log/slog"
)

// Redacted is a string that must not be printed: tokens, keys, content. Every way of formatting it gives
// its length only; convert to string to use the value.
type Redacted string

// String returns the length, never the value.
func (r Redacted) String() string { return fmt.Sprintf("[%d bytes]", len(r)) }

// GoString returns the length, never the value.
func (r Redacted) GoString() string { return r.String() }

// Format writes the length for every verb.
func (r Redacted) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(r.String())) }

// LogValue implements [slog.LogValuer].
func (r Redacted) LogValue() slog.Value { return slog.StringValue(r.String()) }

// MarshalText implements [encoding.TextMarshaler] with the length.
func (r Redacted) MarshalText() ([]byte, error) { return []byte(r.String()), nil }
