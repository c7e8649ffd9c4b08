package detect

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"

	"gatehouse.dev"
)

// Runner looks at events with the rules and detectors of its suites. Make one with [New].
type Runner struct {
	cfg       Config
	rules     []rule
	free      []int32 // rules without anchors
	index     index
	detectors []Detector
	known     map[string]bool // IDs of rules
	runs      sync.Pool       // of *run
}

// New returns a runner for the rules and detectors of suites. The error lists every rule that cannot be
// used: see [Rule] for what each field must be.
func New(cfg Config, suites ...Suite) (*Runner, error) {
	r := &Runner{cfg: cfg.withDefaults(), known: map[string]bool{}}
	if len(r.cfg.FingerprintKey) == 0 {
		r.cfg.FingerprintKey = make([]byte, 32)
		rand.Read(r.cfg.FingerprintKey)
	}
	r.cfg.FingerprintKey = slices.Clone(r.cfg.FingerprintKey)
	var errs []error
	for _, s := range suites {
		for _, spec := range s.Rules {
			c, err := compile(spec)
			if err == nil && r.known[spec.ID] {
				err = fmt.Errorf("rule %q: there is another rule of that ID", spec.ID)
			}
			if err != nil {
				errs = append(errs, err)
				continue
			}
			r.known[spec.ID] = true
			if c.Unanchored {
				r.free = append(r.free, int32(len(r.rules)))
			}
			r.rules = append(r.rules, c)
		}
		for _, d := range s.Detectors {
			if d == nil || d.Name() == "" {
				errs = append(errs, errors.New("a detector has no name"))
				continue
			}
			r.detectors = append(r.detectors, d)
		}
	}
	if errs != nil {
		return nil, errors.Join(errs...)
	}
	if err := r.index.build(r.rules); err != nil {
		return nil, err
	}
	r.runs.New = func() any { return newRun(r) }
	return r, nil
}

// Run looks at ev and reports what it saw and what it could not look at. The deadline of ctx is the time
// budget. Run keeps no reference to ev but for its Content, which must not change before the last use of
// the result's Mask and Stored.
//
// Findings are in order of leaf, start, detector and end. Of several findings of one detector with one
// span, the one through the fewest encodings is kept.
func (r *Runner) Run(ctx context.Context, ev *gatehouse.Event) *Result {
	x := r.runs.Get().(*run)
	res := x.run(ctx, ev)
	r.runs.Put(x)
	return res
}

func (x *run) run(ctx context.Context, ev *gatehouse.Event) *Result {
	x.begin(ctx, ev)
	x.takeApart()
	x.applyRules()
	x.applyDetectors()
	res := x.finish()
	x.release()
	return res
}

// applyDetectors runs the detectors one after the other.
func (x *run) applyDetectors() {
	for _, d := range x.r.detectors {
		if x.late() {
			x.report.gaps = append(x.report.gaps, gatehouse.Gap{Reason: gatehouse.GapTime, Detector: d.Name()})
			x.res.darken(0)
			continue
		}
		x.report.by = d.Name()
		if err := x.detect(d); err != nil {
			x.fault(d.Name(), err.Error())
			x.res.darken(0)
		} else if x.late() { // it may have returned early, and then does not say so
			x.report.gaps = append(x.report.gaps, gatehouse.Gap{Reason: gatehouse.GapTime, Detector: d.Name()})
			x.res.darken(0)
		}
	}
	x.report.by = ""
}

// detect runs one detector; a panic is an error without the panic's text, which could hold content.
func (x *run) detect(d Detector) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("panicked")
		}
	}()
	return d.Detect(x.ctx, &x.in, &x.report)
}

// fault notes a failure of a detector or rule, as data and as a part not judged.
func (x *run) fault(detector, text string) {
	x.res.Faults = append(x.res.Faults, gatehouse.Fault{Detector: detector, Text: text})
	x.report.gaps = append(x.report.gaps, gatehouse.Gap{Reason: gatehouse.GapDetector, Detector: detector})
}

// order is how findings are listed.
func order(a, b found) int {
	return cmp.Or(
		cmp.Compare(a.Leaf, b.Leaf),
		cmp.Compare(a.Start, b.Start),
		cmp.Compare(a.Detector, b.Detector),
		cmp.Compare(a.End, b.End),
		cmp.Compare(len(a.Layers), len(b.Layers)),
	)
}

func same(a, b found) bool {
	return a.Leaf == b.Leaf && a.Start == b.Start && a.End == b.End && a.Detector == b.Detector
}
