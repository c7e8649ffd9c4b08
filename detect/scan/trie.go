package scan

import (
	"fmt"
	"slices"
)

// trie is the automaton while it is built. Nodes are numbered in order of creation; node 0 is the root.
type trie struct {
	stride int
	next   []int32 // stride entries a node; 0 is "none" before link, and the root after
	fail   []int32
	own    map[int32][]int32 // literals that end at a node
	outs   [][]int32         // after link: own and inherited, longest first
	order  []int32           // after link: nodes by depth
}

func (t *trie) build(m *Machine, literals []string) error {
	t.next = make([]int32, t.stride)
	t.own = make(map[int32][]int32, len(literals))
	for i, l := range literals {
		node := int32(0)
		for j := range len(l) {
			at := int(node)*t.stride + int(m.class[l[j]])
			if t.next[at] == 0 {
				n := len(t.next) / t.stride
				if len(t.next)+t.stride > MaxTable {
					return fmt.Errorf("build scanner: %d literals need a table of more than %d entries", len(literals), MaxTable)
				}
				t.next[at] = int32(n)
				t.next = append(t.next, make([]int32, t.stride)...)
			}
			node = t.next[at]
		}
		t.own[node] = append(t.own[node], int32(i))
	}
	return nil
}

// link turns the tree into an automaton: every missing edge leads where the longest proper suffix leads.
func (t *trie) link() {
	n := len(t.next) / t.stride
	t.fail = make([]int32, n)
	t.outs = make([][]int32, n)
	t.order = append(make([]int32, 0, n), 0)
	for k := 0; k < len(t.order); k++ {
		node := t.order[k]
		fail := t.fail[node]
		if node != 0 {
			t.outs[node] = slices.Concat(t.own[node], t.outs[fail])
		}
		for c := range t.stride {
			at := int(node)*t.stride + c
			child := t.next[at]
			viaFail := int32(0)
			if node != 0 {
				viaFail = t.next[int(fail)*t.stride+c]
			}
			if child == 0 {
				t.next[at] = viaFail
				continue
			}
			t.fail[child] = viaFail
			t.order = append(t.order, child)
		}
	}
}

// renumber lays the automaton out by depth, so that the states most used share cache lines, with all
// accepting states at the end.
func (m *Machine) renumber(t *trie) {
	n := len(t.order)
	state := make([]uint32, n)
	place := uint32(0)
	for _, accepting := range []bool{false, true} {
		if accepting {
			m.accept = place
		}
		for _, node := range t.order {
			if (len(t.outs[node]) > 0) == accepting {
				state[node] = place
				place += m.stride
			}
		}
	}
	m.next = make([]uint32, len(t.next))
	for node := range n {
		row := m.next[state[node]:][:t.stride]
		for c := range row {
			row[c] = state[t.next[node*t.stride+c]]
		}
	}
	m.outAt = append(m.outAt, 0)
	for _, node := range t.order {
		if outs := t.outs[node]; len(outs) > 0 {
			m.outs = append(m.outs, outs...)
			m.outAt = append(m.outAt, int32(len(m.outs)))
		}
	}
}
