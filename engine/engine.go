// Package engine judges events: one event in, one verdict out.
//
// [Engine.Decide] takes the state of the event's session, lets the detectors read the event within a
// deadline, evaluates every rule of the policies, and hands the verdict to the session's state. The judging
// itself is a pure function of event, findings, session, policies and clock.
//
// Nothing that goes wrong reads as an allow: what was not read is in Verdict.Gaps, what failed in
// Verdict.Errors, and each policy's on_error decides what follows. An error from Decide means that there is
// no verdict at all. The engine does no input or output, writes no log, and does not panic on any event.
package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/detect"
	"gatehouse.dev/internal/session"
	"gatehouse.dev/policy"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// DefaultDeadline is how long detectors may read one event. It is far above what a megabyte of common text
// takes and far below what an agent's user would notice beside a call of a model or a tool.
const DefaultDeadline = 250 * time.Millisecond

// noteWithheld stands in records for content that detectors did not read to its end.
const noteWithheld = `"[not judged: time ran out]"`

// Config says what an [Engine] judges with.
type Config struct {
	Policies *policy.Set    // nil means the starter policies
	Suites   []detect.Suite // the detectors; the policies' own words and expressions are added to them
	Detect   detect.Config
	Sessions Sessions         // nil means an [session.Store] with its defaults
	Clock    func() time.Time // nil means time.Now
	Deadline time.Duration    // for detectors to read one event; zero means DefaultDeadline, less none
}

// Sessions is the state of sessions that rules may read.
type Sessions interface {
	// Snapshot returns what is known before ev.
	Snapshot(ev *gatehouse.Event) gatehouse.Session
	// Observe takes in what ev and its verdict change. It must keep neither.
	Observe(ev *gatehouse.Event, v *gatehouse.Verdict)
}

// Engine judges events. Make one with [New]; it is safe for concurrent use.
type Engine struct {
	cfg     Config
	swap    sync.Mutex // one Swap at a time
	current atomic.Pointer[rules]
}

// rules is what changes together when policies do.
type rules struct {
	set    *policy.Set
	runner *detect.Runner
}

// New returns an engine. The error says what is wrong with the detectors or the policies.
func New(cfg Config) (*Engine, error) {
	if cfg.Policies == nil {
		set, err := policy.Parse(policy.Starter()...)
		if err != nil {
			return nil, fmt.Errorf("read starter policies: %w", err)
		}
		cfg.Policies = set
	}
	if cfg.Sessions == nil {
		cfg.Sessions = session.New(session.Config{Clock: cfg.Clock})
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Deadline == 0 {
		cfg.Deadline = DefaultDeadline
	}
	// One key for all runners to come: fingerprints must stay the same when policies change.
	if len(cfg.Detect.FingerprintKey) == 0 {
		cfg.Detect.FingerprintKey = make([]byte, 32)
		rand.Read(cfg.Detect.FingerprintKey)
	}
	cfg.Suites = slices.Clone(cfg.Suites)
	e := &Engine{cfg: cfg}
	return e, e.Swap(cfg.Policies)
}

// Policies returns the set in force.
func (e *Engine) Policies() *policy.Set { return e.current.Load().set }

// Swap puts set in force for every event decided from now on; events under way keep the set they began with.
// On an error the set in force stays.
func (e *Engine) Swap(set *policy.Set) error {
	if set == nil {
		return errors.New("swap policies: there is no set")
	}
	e.swap.Lock()
	defer e.swap.Unlock()
	next := &rules{set: set}
	if old := e.current.Load(); old != nil && sameDetectors(old.set.Detectors(), set.Detectors()) {
		next.runner = old.runner // building one takes far longer than all else
	} else {
		own, err := suite(set.Detectors())
		if err != nil {
			return err
		}
		if next.runner, err = detect.New(e.cfg.Detect, append(slices.Clone(e.cfg.Suites), own)...); err != nil {
			return fmt.Errorf("build detectors: %w", err)
		}
	}
	e.current.Store(next)
	return nil
}

// sameDetectors compares what detectors do, not where they are written.
func sameDetectors(a, b []policy.UserDetector) bool {
	return slices.EqualFunc(a, b, func(x, y policy.UserDetector) bool {
		x.File, x.Line, y.File, y.Line = "", 0, "", 0
		return reflect.DeepEqual(x, y)
	})
}

// suite makes rules of the detectors that policies bring along.
func suite(detectors []policy.UserDetector) (detect.Suite, error) {
	var s detect.Suite
	var errs []error
	for _, d := range detectors {
		opt := detect.UserOptions{Severity: d.Severity, Sensitive: d.Sensitive, CaseSensitive: d.CaseSensitive, Substring: d.Substring}
		detail := d.Detail
		if detail == "" {
			detail = d.ID
		}
		var r detect.Rule
		var err error
		if d.Regex != "" {
			r, err = detect.RegexRule(d.ID, detail, d.Regex, opt)
		} else {
			r, err = detect.WordsRule(d.ID, detail, d.Words, opt)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", d.File, d.Line, err))
			continue
		}
		s.Rules = append(s.Rules, r)
	}
	return s, errors.Join(errs...)
}

// Decide judges ev. It gives ev an ID and a time where they are empty, and changes nothing else of it. The
// error, a [gatehouse.Error], means that there is no verdict: ev is nil, ctx ended first, or judging went
// wrong in a way that is a bug.
func (e *Engine) Decide(ctx context.Context, ev *gatehouse.Event) (v gatehouse.Verdict, err error) {
	defer func() {
		if recover() != nil { // without the panic's text, which could hold content
			v, err = gatehouse.Verdict{}, &gatehouse.Error{Code: gatehouse.CodeInternal, Text: "decide: judging panicked"}
		}
	}()
	if ev == nil {
		return gatehouse.Verdict{}, &gatehouse.Error{Code: gatehouse.CodeInvalid, Text: "decide: there is no event"}
	}
	if err := ctx.Err(); err != nil {
		return gatehouse.Verdict{}, &gatehouse.Error{Code: gatehouse.CodeUnavailable, Text: "decide: no time is left", Err: err}
	}
	start := e.cfg.Clock()
	if err := stamp(ev, start); err != nil {
		return gatehouse.Verdict{}, &gatehouse.Error{Code: gatehouse.CodeInternal, Text: "decide: no ID could be made", Err: err}
	}
	cur := e.current.Load()
	before := e.cfg.Sessions.Snapshot(ev)
	res, withhold := e.detect(ctx, cur.runner, ev)
	v = judge(ctx, cur.set, ev, res, before, start)
	if withhold && len(v.Stored) > 0 {
		v.Stored = jsontext.Value(noteWithheld)
	}
	v.ElapsedUS = e.cfg.Clock().Sub(start).Microseconds()
	e.cfg.Sessions.Observe(ev, &v)
	// Rules may have been left out for want of time, and what they would have said is not known. A denial
	// stands all the same: nothing they could have said is stricter.
	if err := ctx.Err(); err != nil && v.Action != gatehouse.Deny {
		return gatehouse.Verdict{}, &gatehouse.Error{Code: gatehouse.CodeUnavailable, Text: "decide: time ran out", Err: err}
	}
	return v, nil
}

func stamp(ev *gatehouse.Event, now time.Time) error {
	if ev.Time.IsZero() {
		ev.Time = now.UTC()
	}
	if ev.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		ev.ID = id.String()
	}
	return nil
}

// detect runs the detectors within the deadline; what is not read is a gap. Where the time is over and no
// gap says so, a detector gave up on its own and nobody knows how much it left unread: that is a gap too, and
// withhold says that the content is not to be kept.
func (e *Engine) detect(ctx context.Context, r *detect.Runner, ev *gatehouse.Event) (res *detect.Result, withhold bool) {
	if e.cfg.Deadline > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, e.cfg.Deadline)
		defer cancel()
	}
	res = r.Run(ctx, ev)
	if ctx.Err() == nil || slices.ContainsFunc(res.Gaps, func(g gatehouse.Gap) bool { return g.Reason == gatehouse.GapTime }) {
		return res, false
	}
	res.Gaps = append(res.Gaps, gatehouse.Gap{Reason: gatehouse.GapTime})
	return res, true
}
