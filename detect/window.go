package detect

import (
	"unicode/utf8"

	"gatehouse.dev"
)

// window tries a pattern on a stretch of t, which grows where a match touches its edge: what is beyond may
// belong to the match, or rule it out.
func (x *run) window(t *Text, i int32, lo, hi int) {
	r := &x.r.rules[i]
	for n := 0; ; n++ {
		lo, hi = runeStart(t.Norm, lo), runeStart(t.Norm, hi)
		if !x.spend(t, i, lo, hi) || x.tick() {
			return
		}
		found := r.re.FindAllStringSubmatchIndex(t.Norm[lo:hi], -1)
		if len(found) == 0 {
			return
		}
		atStart := lo > 0 && found[0][0] == 0
		atEnd := hi < len(t.Norm) && found[len(found)-1][1] == hi-lo
		if (atStart || atEnd) && n < growTimes {
			if atStart {
				lo = max(0, lo-growBytes<<(2*n))
			}
			if atEnd {
				hi = min(len(t.Norm), hi+growBytes<<(2*n))
			}
			continue
		}
		for k, at := range found {
			if k == 0 && atStart && r.begins || k == len(found)-1 && atEnd && r.ends {
				continue
			}
			if start, end := at[2*r.group], at[2*r.group+1]; start >= 0 && start < end {
				x.found(t, r, lo+start, lo+end)
			}
		}
		return
	}
}

// found reports a span of t.Norm that r matched, unless its validator rejects it.
func (x *run) found(t *Text, r *rule, start, end int) {
	if r.Valid != nil && !r.Valid(t.Norm[start:end]) {
		return
	}
	x.report.Add(t, start, end, gatehouse.Finding{
		Detector: r.ID, Severity: r.Severity, Confidence: r.Confidence, Detail: r.Detail, Sensitive: r.Sensitive,
	})
}

// spend takes what looking at t.Norm[lo:hi] costs from the budgets. Where they are used up it returns
// false, says so once for each rule, and notes the stretch as not judged.
func (x *run) spend(t *Text, i int32, lo, hi int) bool {
	m, r := &x.match, &x.r.rules[i]
	s := &m.rules[i]
	reason := gatehouse.GapWindows
	if r.Unanchored || r.whole {
		if m.free >= hi-lo {
			m.free -= hi - lo
			return true
		}
		reason = gatehouse.GapBytes
	} else {
		units := 1
		if r.re != nil {
			units = windowCost * (1 + (hi-lo)/windowBytes)
		}
		if m.units >= units && s.units >= units {
			m.units -= units
			s.units -= units
			return true
		}
	}
	if r.Sensitive {
		from, to := source(t.fold, lo, hi)
		from, to = t.inLeaf(from, to)
		x.res.dim(t.Leaf, from, to)
	}
	if !s.gap {
		s.gap = true
		x.report.gaps = append(x.report.gaps, gatehouse.Gap{Reason: reason, Path: t.Path, Leaf: t.Leaf, Detector: r.ID})
	}
	return false
}

// runeStart moves i back to the start of the character it is in.
func runeStart(s string, i int) int {
	for i > 0 && i < len(s) && !utf8.RuneStart(s[i]) {
		i--
	}
	return i
}

// scanFree runs the rules without anchors over t; it returns false when time is up.
func (x *run) scanFree(t *Text) bool {
	for _, i := range x.r.free {
		x.guard(i, func(r *rule) {
			if r.Fields == nil || r.Fields(x.in.Event, t) {
				x.whole(t, i)
			}
		})
	}
	return !x.isLate
}

// whole runs a pattern over all of t.
func (x *run) whole(t *Text, i int32) {
	for from := 0; from < len(t.Norm) && !x.late(); from += freeChunk {
		x.window(t, i, max(0, from-freeOverlap), min(from+freeChunk, len(t.Norm)))
	}
}
