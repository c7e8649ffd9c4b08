package detect

import (
	"gatehouse.dev/detect/scan"
)

const (
	segmentBytes  = 64 << 10 // of a text scanned at a time
	stretchBytes  = 2 << 10  // up to which neighbouring windows are joined: the regexp package backtracks, fast, up to about this
	windowCost    = 16       // units of a window of windowBytes; a call of Match costs one
	windowBytes   = 512
	growBytes     = 256 // by which a window grows where a match touches its edge, the first time
	growTimes     = 4
	ruleShare     = 4 // one rule may spend a quarter of the budget
	freeBytes     = 1 << 20
	freeChunk     = 16 << 10
	freeOverlap   = 1 << 10
	keepHits      = 64 << 10
	checkInterval = 16 // windows between two looks at the clock
)

// anchor is one hit of one group, and the group's next one.
type anchor struct {
	start, end int32
	next       int32
}

// matcher is the state of matching rules against texts.
type matcher struct {
	hits    []scan.Hit
	anchors []anchor
	groups  []chain
	rules   []ruleState
	active  []int32
	round   int32
	units   int // left for all rules
	free    int // bytes left for rules without anchors
	windows int
}

// chain is a group's anchors in the present stretch, in order.
type chain struct {
	round      int32
	head, tail int32
}

type ruleState struct {
	round  int32
	seen   int32 // groups seen in this round
	units  int   // left for this rule
	gap    bool  // it was said that the budget ran out
	text   *Text // that a pattern without bounds was last run over
	broken bool  // panicked
}

func (m *matcher) init(r *Runner) {
	m.groups = make([]chain, len(r.index.groups))
	m.rules = make([]ruleState, len(r.rules))
}

func (m *matcher) begin(r *Runner) {
	m.units = r.cfg.MaxWindows * windowCost
	m.free = freeBytes
	m.windows = 0
	for i := range m.rules {
		m.rules[i] = ruleState{units: max(m.units/ruleShare, windowCost)}
	}
	clear(m.groups)
	m.round = 0
}

func (m *matcher) release() {
	m.hits = shrink(m.hits, keepHits)
	m.anchors = shrink(m.anchors, keepHits)
	for i := range m.rules {
		m.rules[i].text = nil
	}
}

// applyRules matches all rules against all texts.
func (x *run) applyRules() {
	for i, t := range x.in.Texts {
		if i%64 == 0 && x.late() || !x.scan(t) || !x.scanFree(t) {
			rest := 0
			for _, t := range x.in.Texts[i:] {
				rest += len(t.Raw)
			}
			x.outOfTime(t.Path, t.Leaf, rest)
			return
		}
	}
}

// scan matches the anchored rules against t; it returns false when time is up.
func (x *run) scan(t *Text) bool {
	m, ix := &x.match, &x.r.index
	for from := 0; from < len(t.Norm); from += segmentBytes {
		to := min(from+segmentBytes, len(t.Norm))
		lo, hi := max(0, from-ix.reach), min(len(t.Norm), to+ix.reach)
		m.hits = ix.machine.Scan(t.Norm[lo:hi], m.hits[:0])
		if len(m.hits) > 0 {
			m.collect(ix, x.r.rules, lo, from, to)
			for _, i := range m.active {
				x.try(t, i)
			}
		}
		if (len(m.active) > 0 || to-from == segmentBytes) && x.tick() {
			return false
		}
	}
	return true
}

// tick says whether time is up, looking at the clock now and then.
func (x *run) tick() bool {
	x.match.windows++
	return x.isLate || x.match.windows%checkInterval == 0 && x.late()
}

// collect sorts the hits by group, and lists the rules all of whose groups were hit. Windows are centred on
// hits that start within from and to only; lo is the offset of the scanned stretch.
func (m *matcher) collect(ix *index, rules []rule, lo, from, to int) {
	m.round++
	m.anchors = m.anchors[:0]
	m.active = m.active[:0]
	for _, h := range m.hits {
		end := lo + int(h.End)
		start := end - ix.machine.Len(h.Literal)
		for _, g := range ix.wants[ix.wantsAt[h.Literal]:ix.wantsAt[h.Literal+1]] {
			of := ix.groups[g]
			if of.first && (start < from || start >= to) {
				continue
			}
			m.anchors = append(m.anchors, anchor{start: int32(start), end: int32(end), next: -1})
			at := int32(len(m.anchors) - 1)
			c := &m.groups[g]
			if c.round == m.round {
				m.anchors[c.tail].next = at
				c.tail = at
				continue
			}
			*c = chain{round: m.round, head: at, tail: at}
			s := &m.rules[of.rule]
			if s.round != m.round {
				s.round, s.seen = m.round, 0
			}
			if s.seen++; int(s.seen) == len(rules[of.rule].groups) {
				m.active = append(m.active, of.rule)
			}
		}
	}
}

// try looks at t wherever the anchors of rule i meet.
func (x *run) try(t *Text, i int32) {
	x.guard(i, func(r *rule) {
		if r.Fields == nil || r.Fields(x.in.Event, t) {
			x.tryAnchors(t, i, r)
		}
	})
}

// guard calls f for rule i; a panic in it is a fault, and the rule is not used again on this event.
func (x *run) guard(i int32, f func(*rule)) {
	r, s := &x.r.rules[i], &x.match.rules[i]
	if s.broken || x.isLate {
		return
	}
	defer func() {
		if recover() != nil {
			s.broken = true
			x.fault(r.ID, "panicked")
			x.res.darken(0)
		}
	}()
	f(r)
}

// tryAnchors looks at t around the anchors of rule i.
func (x *run) tryAnchors(t *Text, i int32, r *rule) {
	if r.whole {
		if s := &x.match.rules[i]; s.text != t {
			s.text = t
			x.whole(t, i)
		}
		return
	}
	var cursors [maxGroups]int32
	others := r.groups[1:]
	for k := range others {
		cursors[k] = x.match.groups[others[k]].head
	}
	lo, hi := -1, -1
	for at := x.match.groups[r.groups[0]].head; at >= 0; at = x.match.anchors[at].next {
		a := x.match.anchors[at]
		if !x.match.meet(r, others, &cursors, a) {
			continue
		}
		if r.Match != nil {
			x.call(t, i, int(a.start), int(a.end))
			continue
		}
		from, to := max(0, int(a.start)-r.Window-slack), min(len(t.Norm), int(a.end)+r.Window+slack)
		switch {
		case hi >= from && to-lo <= stretchBytes:
			hi = max(hi, to)
			continue
		case hi >= 0:
			x.window(t, i, lo, hi)
		}
		lo, hi = from, to
	}
	if hi >= 0 {
		x.window(t, i, lo, hi)
	}
}

// meet says whether every other group of r has an anchor within its window of a. Anchors are asked for in
// order, and cursors keep the place in each group.
func (m *matcher) meet(r *rule, others []int32, cursors *[maxGroups]int32, a anchor) bool {
	for k := range others {
		at := cursors[k]
		for at >= 0 && int(m.anchors[at].end) < int(a.start)-r.Window-slack {
			at = m.anchors[at].next
		}
		cursors[k] = at
		if at < 0 || int(m.anchors[at].start) > int(a.end)+r.Window+slack {
			return false
		}
	}
	return true
}

// call tries a hand-written matcher at one anchor.
func (x *run) call(t *Text, i int32, from, to int) {
	r := &x.r.rules[i]
	if !x.spend(t, i, from, to) {
		return
	}
	start, end, ok := r.Match(t.Norm, from, to)
	if ok && 0 <= start && start < end && end <= len(t.Norm) {
		x.found(t, r, start, end)
	}
}
