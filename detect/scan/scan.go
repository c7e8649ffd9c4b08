// Package scan finds every occurrence of many literals in one pass over a text.
//
// A [Machine] is an Aho-Corasick automaton laid out as a dense table: one load per byte of text, whatever
// the number of literals. ASCII letters match without regard to case, all other bytes exactly. A Machine is
// immutable, safe for concurrent use, and scanning allocates nothing unless the caller's slice must grow.
package scan

import (
	"fmt"
	"math"
)

// MaxTable bounds the table of a machine, in entries of 4 bytes: one for each distinct byte of each state.
const MaxTable = 16 << 20

// lanes is how many stretches of a text are scanned side by side. One chain of table look-ups waits for
// memory most of the time; four of them fill the gaps.
const lanes = 4

// Hit is one occurrence of a literal.
type Hit struct {
	Literal int32 // index in the slice given to [New]
	End     int32 // offset in the text of the first byte after it
}

// Machine scans for a fixed set of literals. The zero Machine finds nothing.
type Machine struct {
	// next holds a row of stride entries for each state. States are offsets of their rows, so that a step is
	// one addition and one load. Rows of states at which a literal ends come last, from accept on.
	next   []uint32
	class  [256]uint8
	stride uint32
	accept uint32
	outs   []int32 // literals that end at a state, longest first
	outAt  []int32 // outs of accepting state i are outs[outAt[i]:outAt[i+1]]
	length []int32 // of each literal, in bytes
	warm   int     // bytes after which the state no longer depends on what came before them
}

// New returns a machine for literals; equal ones are reported each. It fails on an empty literal and on
// a table larger than [MaxTable].
func New(literals []string) (*Machine, error) {
	m := &Machine{length: make([]int32, len(literals))}
	for i, l := range literals {
		if l == "" {
			return nil, fmt.Errorf("build scanner: literal %d is empty", i)
		}
		m.length[i] = int32(min(len(l), math.MaxInt32))
		m.warm = max(m.warm, len(l)-1)
	}
	m.classify(literals)
	t := trie{stride: int(m.stride)}
	if err := t.build(m, literals); err != nil {
		return nil, err
	}
	t.link()
	m.renumber(&t)
	return m, nil
}

// Len returns the length in bytes of a literal.
func (m *Machine) Len(literal int32) int { return int(m.length[literal]) }

// Literals returns how many literals the machine has.
func (m *Machine) Literals() int { return len(m.length) }

// Bytes returns the size of the machine's table.
func (m *Machine) Bytes() int { return 4 * len(m.next) }

// Scan appends all hits in text to hits, in order of End, and of one End the longest first. Texts of 2 GB
// and more are scanned in their first 2 GB only.
func (m *Machine) Scan(text string, hits []Hit) []Hit {
	if len(m.next) == 0 {
		return hits
	}
	if len(text) > math.MaxInt32 {
		text = text[:math.MaxInt32]
	}
	// A lane must be longer than what it costs to bring it into the right state.
	if len(text) < lanes*64 || len(text) < lanes*4*m.warm {
		hits, _ = m.scanOne(text, 0, len(text), 0, hits)
		return hits
	}
	return m.scanLanes(text, hits)
}

// scanOne scans text[from:to] in the given state and returns the state after it.
func (m *Machine) scanOne(text string, from, to int, state uint32, hits []Hit) ([]Hit, uint32) {
	next, class, accept := m.next, &m.class, m.accept
	for i := from; i < to; i++ {
		state = next[state+uint32(class[text[i]])]
		if state >= accept {
			hits = m.emit(state, i+1, hits)
		}
	}
	return hits, state
}

func (m *Machine) emit(state uint32, end int, hits []Hit) []Hit {
	a := (state - m.accept) / m.stride
	for _, l := range m.outs[m.outAt[a]:m.outAt[a+1]] {
		hits = append(hits, Hit{Literal: l, End: int32(end)})
	}
	return hits
}

// classify gives every byte that occurs in a literal a class of its own, and all others class 0.
func (m *Machine) classify(literals []string) {
	n := 1
	for _, l := range literals {
		for i := range len(l) {
			if b := fold(l[i]); m.class[b] == 0 {
				m.class[b] = uint8(n)
				n++
			}
		}
	}
	for b := 'a'; b <= 'z'; b++ {
		m.class[b-'a'+'A'] = m.class[b]
	}
	m.stride = uint32(n)
}

func fold(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}
