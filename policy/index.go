package policy

import (
	"maps"
	"math/bits"
	"slices"

	"gatehouse.dev"
)

// bitset is a set of rules, by number.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

func (b bitset) set(i int) { b[i/64] |= 1 << (i % 64) }

// posting is a list of rules; a long one is kept as a set, which is then both smaller and faster.
type posting struct {
	list []int32
	set  bitset
}

func (p *posting) append(i, size int) {
	if p.set != nil {
		p.set.set(i)
		return
	}
	p.list = append(p.list, int32(i))
	if len(p.list) <= size/32 {
		return
	}
	p.set = newBitset(size)
	for _, j := range p.list {
		p.set.set(int(j))
	}
	p.list = nil
}

func (b bitset) add(p *posting) {
	if p == nil {
		return
	}
	for i, w := range p.set {
		b[i] |= w
	}
	for _, i := range p.list {
		b.set(int(i))
	}
}

func (b bitset) and(c bitset) {
	for i := range c {
		b[i] &= c[i]
	}
}

func (b bitset) empty() bool {
	for _, w := range b {
		if w != 0 {
			return false
		}
	}
	return true
}

// all yields the members in order.
func (b bitset) all(yield func(int) bool) {
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			if !yield(i*64 + bits.TrailingZeros64(w)) {
				return
			}
		}
	}
}

// table finds the rules that admit a string, out of those that name patterns for it and those that do not.
// Its work grows with the number of different general globs, not with the number of rules.
type table struct {
	size    int
	always  bitset              // rules without a pattern, or with "*"
	exact   map[string]*posting // rules by the string itself
	prefix  map[string]*posting // rules by the text before a final *
	lengths []int               // of the keys of prefix, ascending
	general []generalGlob
	any     bool // some rule has a pattern
}

type generalGlob struct {
	glob  glob
	rules *posting
}

func newTable(size int) *table {
	return &table{size: size, always: newBitset(size), exact: map[string]*posting{}, prefix: map[string]*posting{}}
}

// add enters rule i under patterns; none of them means that it admits every string.
func (t *table) add(i int, patterns []glob) {
	if len(patterns) == 0 {
		t.always.set(i)
		return
	}
	for _, g := range patterns {
		switch g.kind {
		case globExact:
			t.put(t.exact, g.pattern, i)
		case globPrefix:
			if g.prefix == "" {
				t.always.set(i)
				continue
			}
			t.put(t.prefix, g.prefix, i)
			if !slices.Contains(t.lengths, len(g.prefix)) {
				t.lengths = append(t.lengths, len(g.prefix))
				slices.Sort(t.lengths)
			}
		default:
			j := slices.IndexFunc(t.general, func(x generalGlob) bool { return x.glob == g })
			if j < 0 {
				j = len(t.general)
				t.general = append(t.general, generalGlob{g, &posting{}})
			}
			t.general[j].rules.append(i, t.size)
		}
	}
	t.any = true
}

func (t *table) put(m map[string]*posting, key string, i int) {
	if m[key] == nil {
		m[key] = &posting{}
	}
	m[key].append(i, t.size)
}

// collect adds the rules that name a pattern for s to out.
func (t *table) collect(s string, out bitset) {
	out.add(t.exact[s])
	for _, n := range t.lengths {
		if n > len(s) {
			break
		}
		out.add(t.prefix[s[:n]])
	}
	for i := range t.general {
		if g := &t.general[i]; g.glob.match(s) {
			out.add(g.rules)
		}
	}
}

// index finds the rules that an event can concern before any of them is looked at.
type index struct {
	kinds  *table // scope kinds
	scope  []dimension
	guards []dimension
	labels *table // the label that a when needs
	find   *table // detector IDs; always holds the rules without find
	strict bitset // rules of policies with on_error deny
}

// dimension is a field of an event with the rules that limit it.
type dimension struct {
	get   func(*gatehouse.Event) string
	table *table
}

var eventFields = map[string]func(*gatehouse.Event) string{
	"kind":       func(e *gatehouse.Event) string { return string(e.Kind) },
	"tool":       func(e *gatehouse.Event) string { return e.Tool },
	"hook":       func(e *gatehouse.Event) string { return e.Hook },
	"mcp_server": func(e *gatehouse.Event) string { return e.MCPServer },
	"agent":      func(e *gatehouse.Event) string { return e.Agent },
	"connector":  func(e *gatehouse.Event) string { return e.Connector },
}

func newIndex(rules []rule) index {
	n := len(rules)
	ix := index{kinds: newTable(n), labels: newTable(n), find: newTable(n), strict: newBitset(n)}
	scope, guard := map[string]*table{}, map[string]*table{}
	for f := range eventFields {
		scope[f], guard[f] = newTable(n), newTable(n)
	}
	for i := range rules {
		r := &rules[i]
		ix.kinds.add(i, r.policy.kinds)
		for f, t := range scope {
			t.add(i, r.policy.scope[f])
		}
		for f, t := range guard {
			t.add(i, r.guardGlobs(f))
		}
		ix.labels.add(i, r.guardLabel())
		ix.find.add(i, r.find)
		if r.policy.spec.OnError == gatehouse.Deny {
			ix.strict.set(i)
		}
	}
	for _, f := range slices.Sorted(maps.Keys(eventFields)) {
		if scope[f].any {
			ix.scope = append(ix.scope, dimension{eventFields[f], scope[f]})
		}
		if guard[f].any {
			ix.guards = append(ix.guards, dimension{eventFields[f], guard[f]})
		}
	}
	return ix
}

// inScope sets out to the rules whose policies look at ev. tmp is scratch.
func (ix *index) inScope(ev *gatehouse.Event, out, tmp bitset) {
	copy(out, ix.kinds.always)
	ix.kinds.collect(string(ev.Kind), out)
	if ev.Subprompt {
		ix.kinds.collect(string(gatehouse.KindPrompt), out)
	}
	if ev.Subresult {
		ix.kinds.collect(string(gatehouse.KindToolResult), out)
	}
	narrow(ix.scope, ev, out, tmp)
}

// candidates narrows out to the rules that can match, given the detectors that found something.
func (ix *index) candidates(ev *gatehouse.Event, labels, detectors []string, out, tmp bitset) {
	narrow(ix.guards, ev, out, tmp)
	if ix.labels.any {
		copy(tmp, ix.labels.always)
		for _, l := range labels {
			ix.labels.collect(l, tmp)
		}
		out.and(tmp)
	}
	if ix.find.any {
		copy(tmp, ix.find.always)
		for _, d := range detectors {
			ix.find.collect(d, tmp)
		}
		out.and(tmp)
	}
}

func narrow(dims []dimension, ev *gatehouse.Event, out, tmp bitset) {
	for i := range dims {
		if out.empty() {
			return
		}
		d := &dims[i]
		copy(tmp, d.table.always)
		d.table.collect(d.get(ev), tmp)
		out.and(tmp)
	}
}
