package detect

import (
	"encoding/binary"
	"unsafe"
)

const (
	arenaChunk = 32 << 10
	arenaKeep  = 4 << 20 // a larger chunk is not kept for the next event
)

// arena holds the decoded strings of one event. Strings cut from it are valid until reset: they must not
// get into a [Result].
type arena struct {
	free []byte
}

// room returns an empty slice with room for n bytes; keep makes a string of what was appended to it.
func (a *arena) room(n int) []byte {
	if cap(a.free)-len(a.free) < n {
		a.free = make([]byte, 0, max(arenaChunk, n, min(2*cap(a.free), arenaKeep)))
	}
	return a.free[len(a.free):len(a.free):cap(a.free)]
}

// keep takes b, which came from room and may have grown out of it.
func (a *arena) keep(b []byte) string {
	if len(b) <= cap(a.free)-len(a.free) && len(b) > 0 && &b[0] == unsafe.SliceData(a.free[len(a.free):cap(a.free)]) {
		a.free = a.free[:len(a.free)+len(b)]
	}
	return view(b)
}

// reset makes all strings of the arena invalid.
func (a *arena) reset() {
	if cap(a.free) > arenaKeep {
		a.free = nil
	}
	a.free = a.free[:0]
}

// view returns b as a string without copying it; b must not change while the string is in use.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// load8 returns eight bytes of s from i on, the first one lowest.
func load8(s string, i int) uint64 {
	return binary.LittleEndian.Uint64(unsafe.Slice(unsafe.StringData(s), len(s))[i : i+8])
}
