package sqlite

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
)

// A cursor is a place between two rows, as base64url: a letter that says of which list, the time, and what
// breaks ties. It holds for any filter, since the order does not depend on it.
const (
	cursorNewest  = 'd' // decisions, newest first
	cursorOldest  = 'o' // decisions, oldest first
	cursorSession = 's'
)

const maxCursorBytes = 512

// place is where a page of decisions ended.
type place struct{ ts, seq int64 }

func (p place) cursor(oldest bool) string {
	b := []byte{cursorNewest}
	if oldest {
		b[0] = cursorOldest
	}
	b = binary.BigEndian.AppendUint64(b, uint64(p.ts))
	b = binary.BigEndian.AppendUint64(b, uint64(p.seq))
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseCursor(s string, oldest bool) (place, error) {
	b, err := openCursor(s)
	if err != nil {
		return place{}, err
	}
	want := byte(cursorNewest)
	if oldest {
		want = cursorOldest
	}
	if len(b) != 17 || b[0] != want {
		return place{}, errCursor
	}
	p := place{int64(binary.BigEndian.Uint64(b[1:])), int64(binary.BigEndian.Uint64(b[9:]))}
	if p.ts <= 0 || p.ts >= maxMicros || p.seq < 0 {
		return place{}, errCursor
	}
	return p, nil
}

// sessionPlace is where a page of sessions ended.
type sessionPlace struct {
	last int64
	id   string
}

func (p sessionPlace) cursor() string {
	b := binary.BigEndian.AppendUint64([]byte{cursorSession}, uint64(p.last))
	return base64.RawURLEncoding.EncodeToString(append(b, p.id...))
}

func parseSessionCursor(s string) (sessionPlace, error) {
	b, err := openCursor(s)
	if err != nil {
		return sessionPlace{}, err
	}
	if len(b) < 10 || b[0] != cursorSession {
		return sessionPlace{}, errCursor
	}
	p := sessionPlace{int64(binary.BigEndian.Uint64(b[1:])), string(b[9:])}
	if p.last <= 0 || p.last >= maxMicros || p.id != column(p.id) {
		return sessionPlace{}, errCursor
	}
	return p, nil
}

var errCursor = invalid("cursor is not one that a page gave")

func openCursor(s string) ([]byte, error) {
	if len(s) > maxCursorBytes || strings.ContainsAny(s, "\r\n") { // which the decoder would pass over
		return nil, errCursor
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil {
		return nil, errCursor
	}
	return b, nil
}
