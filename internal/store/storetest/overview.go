package storetest

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gatehouse.dev"
	"gatehouse.dev/internal/store"
)

func countAll(ds []gatehouse.Decision) (c store.Counts) {
	for i := range ds {
		count(&c, &ds[i])
	}
	return c
}

func count(c *store.Counts, d *gatehouse.Decision) {
	c.Events++
	*[]*int{&c.Allowed, &c.Alerted, &c.Redacted, &c.Asked, &c.Denied}[d.Applied]++
	if len(d.Verdict.Gaps) > 0 {
		c.Gaps++
	}
	if d.FailedOpen {
		c.FailedOpen++
	}
	if d.Verdict.Would == gatehouse.Deny && d.Verdict.Action != gatehouse.Deny {
		c.WouldDeny++
	}
}

func testOverview(t *testing.T, open func() Backend) {
	b := start(t, open)
	ds := seeded(1000, noon.Add(-26*time.Hour), 200*time.Second)
	record(t, b, ds...)
	for _, r := range []struct {
		from, to time.Duration
		step     time.Duration
	}{
		{-26 * time.Hour, 30 * time.Hour, time.Hour}, {-26 * time.Hour, 30 * time.Hour, 6 * time.Hour}, {-24 * time.Hour, 0, 15 * time.Minute},
		{0, time.Hour, time.Minute}, {-90*time.Minute - 7*time.Second, 61*time.Minute + 3, 5 * time.Minute}, {-30 * 24 * time.Hour, 0, 12 * time.Hour},
		{100 * time.Hour, 101 * time.Hour, time.Minute}, // nothing happened
	} {
		from, to := noon.Add(r.from), noon.Add(r.to)
		o, err := b.Overview(t.Context(), from, to, r.step)
		if err != nil {
			t.Fatalf("Overview(%v, %v, %v) = %v, want nil", from, to, r.step, err)
		}
		if o.Step != r.step || o.StepS != int(r.step/time.Second) || o.From.After(from) || o.To.Before(to) ||
			from.Sub(o.From) >= r.step || o.To.Sub(to) >= r.step {
			t.Errorf("Overview(%v, %v, %v) covers %v to %v by %v, want the range in whole steps", from, to, r.step, o.From, o.To, o.Step)
		}
		checkOverview(t, o, ds)
	}
}

// checkOverview compares an overview with the decisions of its range.
func checkOverview(t *testing.T, o store.Overview, ds []gatehouse.Decision) {
	t.Helper()
	var inside []gatehouse.Decision
	series := make([]store.Bucket, int(o.To.Sub(o.From)/o.Step))
	latency := make([][]float64, len(series))
	for i := range series {
		series[i].Start = o.From.Add(time.Duration(i) * o.Step)
	}
	for i := range ds {
		at := ds[i].Event.Time
		if at.Before(o.From) || !at.Before(o.To) {
			continue
		}
		inside = append(inside, ds[i])
		k := int(at.Sub(o.From) / o.Step)
		count(&series[k].Counts, &ds[i])
		latency[k] = append(latency[k], float64(ds[i].Verdict.ElapsedUS))
	}
	if diff := gocmp.Diff(countAll(inside), o.Totals); diff != "" {
		t.Errorf("Overview().Totals differ from the decisions (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff(series, o.Series, cmpopts.IgnoreFields(store.Bucket{}, "P50US", "P95US")); diff != "" {
		t.Errorf("Overview().Series differ from the decisions (-want +got):\n%s", diff)
	}
	for k, us := range latency {
		near(t, fmt.Sprintf("Series[%d].P50US", k), o.Series[k].P50US, us, 0.50)
		near(t, fmt.Sprintf("Series[%d].P95US", k), o.Series[k].P95US, us, 0.95)
	}
	all := slices.Concat(latency...)
	near(t, "P50US", o.P50US, all, 0.50)
	near(t, "P95US", o.P95US, all, 0.95)
	near(t, "P99US", o.P99US, all, 0.99)
}

// near checks an estimate from a histogram whose buckets end 1.19 times above where they start.
func near(t *testing.T, what string, got float64, us []float64, q float64) {
	t.Helper()
	slices.Sort(us)
	if len(us) == 0 {
		if got != 0 {
			t.Errorf("%s = %v, want 0 where nothing happened", what, got)
		}
		return
	}
	exact := us[max(0, int(math.Ceil(q*float64(len(us))))-1)]
	if got < exact/1.2-1 || got > exact*1.2+1 {
		t.Errorf("%s = %.1f, want %.1f within the ratio of a bucket", what, got, exact)
	}
}

func testOverviewBounds(t *testing.T, open func() Backend) {
	b := start(t, open)
	record(t, b, event("a", noon))
	for name, err := range map[string]error{
		"empty range":     second(b.Overview(t.Context(), noon, noon, time.Minute)),
		"turned round":    second(b.Overview(t.Context(), noon, noon.Add(-time.Hour), time.Minute)),
		"step below 0":    second(b.Overview(t.Context(), noon, noon.Add(time.Hour), -time.Minute)),
		"401 days":        second(b.Overview(t.Context(), noon.Add(-401*24*time.Hour), noon, time.Hour)),
		"from year 1":     second(b.Overview(t.Context(), time.Time{}, time.Time{}.Add(time.Hour), time.Hour)),
		"after year 9999": second(b.Overview(t.Context(), time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(20000, 1, 2, 0, 0, 0, 0, time.UTC), time.Hour)),
	} {
		wantCode(t, "Overview("+name+")", err, gatehouse.CodeInvalid)
	}
	for _, r := range []struct {
		span, step time.Duration
	}{
		{400 * 24 * time.Hour, time.Nanosecond}, {400 * 24 * time.Hour, 0}, {24 * time.Hour, time.Second}, {24 * time.Hour, 0}, {time.Minute, 0},
		{time.Nanosecond, time.Nanosecond}, {7 * 24 * time.Hour, time.Minute}, {time.Hour, 90 * time.Second}, {time.Hour, 1000 * time.Hour},
	} {
		o, err := b.Overview(t.Context(), noon.Add(1-r.span), noon.Add(1), r.step)
		if err != nil || len(o.Series) == 0 || len(o.Series) > 2000 || o.Step < r.step || o.Step%time.Minute != 0 {
			t.Errorf("Overview(%v by %v) = %d buckets of %v, %v, want a wider step and 1 to 2000 buckets", r.span, r.step, len(o.Series), o.Step, err)
		}
		if o.Totals.Events != 1 {
			t.Errorf("Overview(%v by %v).Totals.Events = %d, want 1", r.span, r.step, o.Totals.Events)
		}
	}
}

func testOverviewTop(t *testing.T, open func() Backend) {
	b := start(t, open)
	ds := seeded(1200, noon.Add(-13*time.Hour-13*time.Minute), time.Minute)
	for i := range ds { // two findings and reasons with the same name count once
		v := &ds[i].Verdict
		if len(v.Findings) > 0 {
			v.Findings = append(v.Findings, v.Findings[0])
			v.Reasons = append(v.Reasons, gatehouse.Reason{Policy: v.Reasons[0].Policy, Rule: "second"}, gatehouse.Reason{Policy: "another", Rule: "r"})
		}
	}
	record(t, b, ds...)
	o, err := b.Overview(t.Context(), noon.Add(-12*time.Hour-25*time.Minute), noon.Add(3*time.Hour+5*time.Minute), 5*time.Minute)
	if err != nil {
		t.Fatalf("Overview() = %v, want nil", err)
	}
	inside := slices.DeleteFunc(ds, func(d gatehouse.Decision) bool { return d.Event.Time.Before(o.From) || !d.Event.Time.Before(o.To) })
	for name, c := range map[string]struct {
		got  []store.Top
		keys func(d *gatehouse.Decision) []string
	}{
		"Agents": {o.Agents, func(d *gatehouse.Decision) []string { return []string{d.Event.Agent} }},
		"Tools":  {o.Tools, func(d *gatehouse.Decision) []string { return []string{d.Event.Tool} }},
		"Detectors": {o.Detectors, func(d *gatehouse.Decision) (keys []string) {
			for _, f := range d.Verdict.Findings {
				keys = append(keys, f.Detector)
			}
			return keys
		}},
		"Policies": {o.Policies, func(d *gatehouse.Decision) (keys []string) {
			for _, r := range d.Verdict.Reasons {
				keys = append(keys, r.Policy)
			}
			return keys
		}},
	} {
		if diff := gocmp.Diff(topTen(inside, c.keys), c.got); diff != "" {
			t.Errorf("Overview().%s differ (-want +got):\n%s", name, diff)
		}
	}
}

func topTen(ds []gatehouse.Decision, keys func(*gatehouse.Decision) []string) []store.Top {
	counts := map[string]*store.Counts{}
	for i := range ds {
		list := keys(&ds[i])
		slices.Sort(list)
		for _, key := range slices.Compact(list) {
			if key != "" {
				if counts[key] == nil {
					counts[key] = new(store.Counts)
				}
				count(counts[key], &ds[i])
			}
		}
	}
	out := []store.Top{}
	for key, c := range counts {
		out = append(out, store.Top{Key: key, Counts: *c})
	}
	slices.SortFunc(out, func(a, b store.Top) int { return cmp.Or(b.Events-a.Events, strings.Compare(a.Key, b.Key)) })
	return out[:min(10, len(out))]
}
