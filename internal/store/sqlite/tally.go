package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

// The resolutions of what is counted, in seconds.
const (
	perMinute = 60
	perHour   = 3600
)

// The dimensions of roll-ups.
const (
	dimAll       = "all"
	dimAgent     = "agent"
	dimConnector = "connector"
	dimTool      = "tool"
	dimPolicy    = "policy"
	dimDetector  = "detector"
)

// tally collects what one transaction adds to counts, so that each row is touched once.
type tally struct {
	rolls    map[rollKey]*rollup
	latency  map[slot]*histogram
	sessions map[string]*store.SessionSummary
	turns    map[turn]bool
}

type turn struct{ id, session string }

type slot struct{ res, bucket int64 }

type rollKey struct {
	slot
	dim, key string
}

type rollup struct {
	applied                              [gatehouse.Deny + 1]int64 // how many, by action
	gaps, failedOpen, wouldDeny, latency int64
}

func newTally() *tally {
	return &tally{rolls: map[rollKey]*rollup{}, latency: map[slot]*histogram{}, sessions: map[string]*store.SessionSummary{}, turns: map[turn]bool{}}
}

// add counts one decision that was not there before.
func (t *tally) add(r *record) {
	e, v := &r.Event, &r.Verdict
	for _, res := range [...]int64{perMinute, perHour} {
		at := slot{res, r.ts / 1e6 / res * res}
		t.roll(r, at, dimAll, "")
		t.roll(r, at, dimConnector, column(e.Connector))
		if e.Agent != "" {
			t.roll(r, at, dimAgent, column(e.Agent))
		}
		if e.Tool != "" {
			t.roll(r, at, dimTool, column(e.Tool))
		}
		for policy := range distinct(v.Reasons, func(x gatehouse.Reason) string { return x.Policy }) {
			t.roll(r, at, dimPolicy, column(policy))
		}
		for detector := range distinct(v.Findings, func(x gatehouse.Finding) string { return x.Detector }) {
			t.roll(r, at, dimDetector, column(detector))
		}
		h := t.latency[at]
		if h == nil {
			h = new(histogram)
			t.latency[at] = h
		}
		h.add(v.ElapsedUS)
	}
	if e.SessionID != "" {
		t.session(r)
	}
	if e.TurnID != "" {
		t.turns[turn{column(e.TurnID), column(e.SessionID)}] = true
	}
}

// distinct yields each key of a list once.
func distinct[T any](list []T, key func(T) string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if len(list) == 1 {
			yield(key(list[0]))
			return
		}
		seen := make(map[string]bool, min(len(list), 16))
		for _, x := range list {
			k := key(x)
			if !seen[k] && !yield(k) {
				return
			}
			seen[k] = true
		}
	}
}

func (t *tally) roll(r *record, at slot, dim, key string) {
	k := rollKey{slot: at, dim: dim, key: key}
	c := t.rolls[k]
	if c == nil {
		c = new(rollup)
		t.rolls[k] = c
	}
	c.applied[r.Applied]++
	c.gaps += bit(len(r.Verdict.Gaps) > 0)
	c.failedOpen += bit(r.FailedOpen)
	c.wouldDeny += bit(r.Verdict.Would == gatehouse.Deny && r.Verdict.Action != gatehouse.Deny)
	c.latency += r.Verdict.ElapsedUS
}

func (t *tally) session(r *record) {
	e := &r.Event
	id := column(e.SessionID)
	s := t.sessions[id]
	if s == nil {
		s = &store.SessionSummary{ID: id, First: fromMicros(r.ts), Last: fromMicros(r.ts)}
		t.sessions[id] = s
	}
	one := store.SessionSummary{
		Agent: column(e.Agent), Connector: column(e.Connector), User: column(e.User), First: fromMicros(r.ts), Last: fromMicros(r.ts), Events: 1,
	}
	switch r.Applied {
	case gatehouse.Deny:
		one.Denied = 1
	case gatehouse.Redact:
		one.Redacted = 1
	case gatehouse.Ask:
		one.Asked = 1
	case gatehouse.Alert:
		one.Alerted = 1
	}
	join(s, &one)
}

// join adds to s what o, which is later, knows of the same session.
func join(s, o *store.SessionSummary) {
	if o.Agent != "" {
		s.Agent = o.Agent
	}
	if o.Connector != "" {
		s.Connector = o.Connector
	}
	if o.User != "" {
		s.User = o.User
	}
	if o.First.Before(s.First) {
		s.First = o.First
	}
	if o.Last.After(s.Last) {
		s.Last = o.Last
	}
	s.Events += o.Events
	s.Denied += o.Denied
	s.Redacted += o.Redacted
	s.Asked += o.Asked
	s.Alerted += o.Alerted
}

// count writes the tally.
func (w *writer) count(ctx context.Context, t *tally) error {
	for k, c := range t.rolls {
		if _, err := w.roll.ExecContext(ctx, k.res, k.dim, k.bucket, k.key,
			c.applied[0], c.applied[1], c.applied[2], c.applied[3], c.applied[4], c.gaps, c.failedOpen, c.wouldDeny, c.latency); err != nil {
			return fmt.Errorf("add to roll-up: %w", err)
		}
	}
	for at, h := range t.latency {
		var kept []byte
		if err := w.readLat.QueryRowContext(ctx, at.res, at.bucket).Scan(&kept); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("read latency: %w", err)
		}
		h.merge(kept)
		if _, err := w.lat.ExecContext(ctx, at.res, at.bucket, h.bytes()); err != nil {
			return fmt.Errorf("add to latency: %w", err)
		}
	}
	for k := range t.turns {
		if _, err := w.turn.ExecContext(ctx, k.id, k.session); err != nil {
			return fmt.Errorf("add turn: %w", err)
		}
	}
	for id, s := range t.sessions {
		if _, err := w.sess.ExecContext(ctx, id, s.Agent, s.Connector, s.User, micros(s.First), micros(s.Last),
			s.Events, s.Denied, s.Redacted, s.Asked, s.Alerted); err != nil {
			return fmt.Errorf("add to session: %w", err)
		}
	}
	return nil
}
