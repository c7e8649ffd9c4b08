package claude

import (
	"gatehouse.dev"
	"gatehouse.dev/hook"
)

const noteUnjudged = "no verdict, and the client obeys no answer to this event"

// Fail returns the reply for an event that no verdict could be had on: with [gatehouse.FailOpen] nothing,
// with [gatehouse.FailClosed] the event's denial. why is a fixed phrase ("no answer in time") that people
// and models get to read; it becomes the reply's note.
//
// It works on a call whose parsing failed too: an event whose name is not known is denied in the form that
// most events share.
func (c *Call) Fail(mode gatehouse.FailMode, why string) hook.Reply {
	if mode == gatehouse.FailOpen {
		return pass(gatehouse.Allow, why)
	}
	v := &gatehouse.Verdict{
		Action: gatehouse.Deny,
		Would:  gatehouse.Deny,
		Reasons: []gatehouse.Reason{{
			Policy: "gatehouse", Rule: "fail-closed", Action: gatehouse.Deny, Message: "could not be judged: " + why,
		}},
	}
	switch {
	case c.hook == "":
		return say(gatehouse.Deny, why, block(reason(v, "denied this event", adviceStep))...)
	case c.hook == "Stop":
		// Another round would be judged no better: the turn ends without a result.
		fs := block(reason(v, "withheld this answer", adviceClosing))
		return say(gatehouse.Deny, why, append(fs, flag("continue", false))...)
	case c.hook == "SubagentStop", c.spec.form == formFailure, c.spec.form == formNone:
		return pass(gatehouse.Allow, noteUnjudged)
	}
	r := c.Reply(v)
	r.Note = why
	return r
}
