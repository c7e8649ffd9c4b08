package engine

import (
	"context"
	"slices"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/detect"
	"gatehouse.dev/policy"
)

// The built-in rule that keeps a session in quarantine closed, as [gatehouse.Reason] names it.
const (
	BuiltinPolicy  = "gatehouse"
	QuarantineRule = "quarantine"
)

const messageQuarantine = "This session holds content that was denied and that cannot be taken out of the conversation again, so that a further prompt would send it. Start a new session."

// judge is the verdict on ev given what detectors saw in it. It reads nothing else, keeps nothing, and
// leaves ElapsedUS to its caller.
func judge(ctx context.Context, set *policy.Set, ev *gatehouse.Event, res *detect.Result, before gatehouse.Session, now time.Time) gatehouse.Verdict {
	out := set.Evaluate(ctx, policy.Input{
		Event: ev, Findings: res.Findings, Gaps: res.Gaps, Faults: res.Faults, Session: before, Now: now,
	})
	v := gatehouse.Verdict{
		Action: out.Action, Would: out.Would, Severity: out.Severity, Reasons: out.Reasons,
		Findings: res.Findings, Gaps: res.Gaps, Errors: slices.Concat(res.Faults, out.Errors),
		Labels: out.Labels, PolicyVersion: set.Version(), Session: before,
	}
	if before.Quarantined && ev.Kind == gatehouse.KindPrompt {
		quarantine(&v)
	}
	if len(out.Redact) > 0 {
		v.Masked = res.Mask(func(i int) bool {
			_, found := slices.BinarySearch(out.Redact, i)
			return found
		})
		for _, i := range out.Redact {
			res.Findings[i].Sensitive = true // what is masked for the agent is masked in the record too
		}
	}
	v.Stored = res.Stored()
	return v
}

// quarantine denies, before all other reasons of that strictness.
func quarantine(v *gatehouse.Verdict) {
	v.Reasons = slices.Insert(v.Reasons, 0, gatehouse.Reason{
		Policy: BuiltinPolicy, Rule: QuarantineRule, Action: gatehouse.Deny, Mode: gatehouse.Enforce,
		Severity: gatehouse.High, Message: messageQuarantine,
	})
	v.Action, v.Would, v.Severity = gatehouse.Deny, gatehouse.Deny, max(v.Severity, gatehouse.High)
}
