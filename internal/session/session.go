// Package session keeps, in memory, what policies may know of each session: labels, counters, quarantine.
//
// A [Store] is bounded by number of sessions and by idle time, and safe for concurrent use. Labels and
// quarantine only rise while a session is kept. Where a session must go, because there are too many or it
// was idle too long, what was known of it is lost: rules that read its labels no longer match. Sessions that
// hold labels or are in quarantine therefore have room of their own, so that a flood of new sessions cannot
// push them out, and stay longer; each that is lost all the same is counted in [Stats].
package session

import (
	"container/list"
	"crypto/sha256"
	"hash/maphash"
	"slices"
	"strings"
	"sync"
	"time"

	"gatehouse.dev"
)

// Config bounds a [Store]. Zero fields mean the defaults.
type Config struct {
	// MaxPlain is how many sessions are kept that hold neither labels nor quarantine; 20,000 by default.
	MaxPlain int
	// MaxMarked is how many sessions are kept that hold labels or are in quarantine; 20,000 by default.
	MaxMarked int
	// IdlePlain and IdleMarked are after how long without an event a session is forgotten; a day and 30 days.
	IdlePlain, IdleMarked time.Duration
	// Clock gives the time; time.Now by default.
	Clock func() time.Time
}

const (
	shardCount  = 16
	maxLabels   = 256 // of one session
	maxAgents   = 64  // of one session with denied answers at one time
	maxKeyBytes = 128 // longer session IDs are kept as their hash
)

// Stats counts what a store holds and what it lost.
type Stats struct {
	Plain  int // sessions held without labels or quarantine
	Marked int // sessions held with them

	EvictedPlain  int64 // plain sessions forgotten to make room
	EvictedMarked int64 // marked sessions forgotten to make room: their labels are lost
	ExpiredPlain  int64 // plain sessions forgotten after idling
	ExpiredMarked int64 // marked sessions forgotten after idling: their labels are lost
	DroppedLabels int64 // labels not kept because one session had too many
}

// Store holds the state of many sessions.
type Store struct {
	cfg    Config
	seed   maphash.Seed
	shards [shardCount]shard
}

type shard struct {
	mu     sync.Mutex
	byKey  map[string]*list.Element // of *state
	plain  list.List                // most recently used first
	marked list.List
	stats  Stats // but for Plain and Marked, which are the lists' lengths
}

// state is one session.
type state struct {
	key    string
	seen   time.Time
	s      gatehouse.Session // Labels is replaced, never changed: snapshots share it
	denied map[string]int    // denied answers in this turn, by acting agent
}

func (st *state) marked() bool { return len(st.s.Labels) > 0 || st.s.Quarantined }

// New returns an empty store.
func New(cfg Config) *Store {
	s := &Store{cfg: cfg, seed: maphash.MakeSeed()}
	def(&s.cfg.MaxPlain, 20_000)
	def(&s.cfg.MaxMarked, 20_000)
	def(&s.cfg.IdlePlain, 24*time.Hour)
	def(&s.cfg.IdleMarked, 30*24*time.Hour)
	if s.cfg.Clock == nil {
		s.cfg.Clock = time.Now
	}
	for i := range s.shards {
		s.shards[i].byKey = map[string]*list.Element{}
	}
	return s
}

func def[T int | time.Duration](v *T, d T) {
	if *v <= 0 {
		*v = d
	}
}

// Snapshot returns what is known of ev's session before ev. DeniedAnswers is that of the agent that acts in
// ev. The zero Session means nothing is known; an event without a session ID has none.
func (s *Store) Snapshot(ev *gatehouse.Event) gatehouse.Session {
	if ev.SessionID == "" {
		return gatehouse.Session{}
	}
	sh, key := s.shard(ev.SessionID)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	el := sh.byKey[key]
	if el == nil {
		return gatehouse.Session{}
	}
	st := stateOf(el)
	if s.idle(st, s.cfg.Clock()) {
		sh.expire(el)
		return gatehouse.Session{}
	}
	out := st.s
	out.DeniedAnswers = st.denied[st.slot(ev.AgentID)]
	return out
}

// Observe takes in what ev and its verdict change.
func (s *Store) Observe(ev *gatehouse.Event, v *gatehouse.Verdict) {
	if ev.SessionID == "" {
		return
	}
	now := s.cfg.Clock()
	sh, key := s.shard(ev.SessionID)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	el := sh.byKey[key]
	if el != nil && s.idle(stateOf(el), now) {
		sh.expire(el)
		el = nil
	}
	if el == nil {
		key = strings.Clone(key) // the ID may be part of a whole request
		el = sh.plain.PushFront(&state{key: key})
		sh.byKey[key] = el
	}
	st := stateOf(el)
	marked := st.marked()
	sh.stats.DroppedLabels += int64(st.observe(ev, v))
	st.seen = now
	switch {
	case marked:
		sh.marked.MoveToFront(el)
	case !st.marked():
		sh.plain.MoveToFront(el)
	default:
		sh.plain.Remove(el)
		sh.byKey[st.key] = sh.marked.PushFront(st)
	}
	sh.trim(s, now)
}

// observe returns how many labels found no room.
func (st *state) observe(ev *gatehouse.Event, v *gatehouse.Verdict) (dropped int) {
	for _, l := range v.Labels {
		i, found := slices.BinarySearch(st.s.Labels, l)
		switch {
		case found:
		case len(st.s.Labels) >= maxLabels:
			dropped++
		default:
			st.s.Labels = slices.Insert(slices.Clone(st.s.Labels), i, l)
		}
	}
	if ev.Kind == gatehouse.KindToolCall {
		st.s.Calls++
	}
	if v.Action == gatehouse.Deny {
		st.s.Denials++
	}
	if ev.Failed {
		st.s.Errors++
	}
	if ev.Irrevocable && v.Action >= gatehouse.Redact {
		st.s.Quarantined = true
	}
	st.answer(ev, v)
	return dropped
}

// answer follows the answers that were denied one after the other. Showing an answer does not end a turn, so
// that only the hooks that end one count.
func (st *state) answer(ev *gatehouse.Event, v *gatehouse.Verdict) {
	switch {
	case ev.Kind == gatehouse.KindPrompt && ev.AgentID == "":
		clear(st.denied)
	case ev.Hook == "MessageDisplay":
		st.s.Displays = true
	case ev.Hook != "Stop" && ev.Hook != "SubagentStop":
	case v.Action < gatehouse.Ask: // to ask is to deny here: nobody can be asked about an answer
		delete(st.denied, bound(ev.AgentID))
	default:
		if st.denied == nil {
			st.denied = map[string]int{}
		}
		st.denied[st.slot(ev.AgentID)]++
	}
}

// slot is where an agent's denied answers are counted: on its own, or with all others where there is no room.
func (st *state) slot(agent string) string {
	agent = bound(agent)
	if _, known := st.denied[agent]; !known && len(st.denied) >= maxAgents {
		return "\x00others"
	}
	return agent
}

// Stats returns the counts of all sessions.
func (s *Store) Stats() Stats {
	var sum Stats
	for i := range s.shards {
		sh := &s.shards[i]
		sh.mu.Lock()
		sum.Plain += sh.plain.Len()
		sum.Marked += sh.marked.Len()
		sum.EvictedPlain += sh.stats.EvictedPlain
		sum.EvictedMarked += sh.stats.EvictedMarked
		sum.ExpiredPlain += sh.stats.ExpiredPlain
		sum.ExpiredMarked += sh.stats.ExpiredMarked
		sum.DroppedLabels += sh.stats.DroppedLabels
		sh.mu.Unlock()
	}
	return sum
}

func (s *Store) shard(id string) (*shard, string) {
	id = bound(id)
	return &s.shards[maphash.String(s.seed, id)%shardCount], id
}

// bound returns id, or its hash where it is long.
func bound(id string) string {
	if len(id) <= maxKeyBytes {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return "\x00" + string(sum[:])
}

func (s *Store) idle(st *state, now time.Time) bool {
	limit := s.cfg.IdlePlain
	if st.marked() {
		limit = s.cfg.IdleMarked
	}
	return now.Sub(st.seen) > limit
}

func stateOf(el *list.Element) *state {
	st, _ := el.Value.(*state)
	return st
}

// remove forgets a session and returns it.
func (sh *shard) remove(el *list.Element) *state {
	st := stateOf(el)
	delete(sh.byKey, st.key)
	if st.marked() {
		sh.marked.Remove(el)
	} else {
		sh.plain.Remove(el)
	}
	return st
}

func (sh *shard) expire(el *list.Element) {
	if sh.remove(el).marked() {
		sh.stats.ExpiredMarked++
	} else {
		sh.stats.ExpiredPlain++
	}
}

// trim forgets what is idle, a few at a time, and what is one too many.
func (sh *shard) trim(s *Store, now time.Time) {
	for _, l := range []*list.List{&sh.plain, &sh.marked} {
		for range 2 {
			if el := l.Back(); el != nil && s.idle(stateOf(el), now) {
				sh.expire(el)
			}
		}
	}
	if sh.plain.Len() > share(s.cfg.MaxPlain) {
		sh.remove(sh.plain.Back())
		sh.stats.EvictedPlain++
	}
	if sh.marked.Len() > share(s.cfg.MaxMarked) {
		sh.remove(sh.marked.Back())
		sh.stats.EvictedMarked++
	}
}

// share is a shard's part of a limit, and 1 at least.
func share(limit int) int { return (limit + shardCount - 1) / shardCount }
