package claude

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"

	"gatehouse.dev"
	"gatehouse.dev/hook"
)

// defaultReentries is how often in a row a denied answer is asked for again.
const defaultReentries = 3

// Why a reply is not the verdict's action.
const (
	noteNoForm     = "the client obeys no answer to this event"
	notePrompt     = "the client cannot mask a prompt"
	noteNoAsk      = "the client cannot ask about this event"
	noteNoMask     = "nothing could be masked in the content's own shape"
	noteNoText     = "the result holds no text that could be withheld"
	noteFailure    = "the client gives a failed tool's words to the model; only the batch that follows can be stopped"
	noteBatch      = "the client can only end the turn"
	noteAnswer     = "the client cannot mask an answer that was given; it was asked for again"
	noteShown      = "re-entries are used up; the withheld text stands"
	noteNoResult   = "re-entries are used up; the turn ends without a result"
	noteSubagent   = "re-entries are used up; what the parent gets is judged there"
	noteDocumented = "the client documents this denial; it was not seen to obey it"
	noteElicited   = "the client can only decline"
)

// Reply returns what the client is to be told of v, which must be the verdict on the call's event. An
// action without a word of its own counts as deny.
func (c *Call) Reply(v *gatehouse.Verdict) hook.Reply {
	if v.Action <= gatehouse.Alert {
		return pass(v.Action, "")
	}
	switch c.spec.form {
	case formPrompt:
		return c.replyPrompt(v)
	case formCall:
		return c.replyCall(v)
	case formResult:
		return c.replyResult(v)
	case formFailure:
		return pass(gatehouse.Alert, noteFailure)
	case formBatch:
		return deny(v, noteBatch, noteBatch, block(reason(v, "stopped the turn at a tool result", adviceBatch))...)
	case formDisplay:
		return c.replyDisplay(v)
	case formStop:
		return c.replyStop(v)
	case formPermission:
		return c.replyPermission(v)
	case formSwitch:
		return c.replySwitch(v)
	case formElicit:
		return deny(v, noteElicited, noteElicited, specific(c.hook, text("action", "decline")))
	case formBlock:
		r := deny(v, noteNoMask, noteNoAsk, block(reason(v, "denied this step", adviceStep))...)
		r.Note = noteDocumented
		return r
	}
	return pass(gatehouse.Alert, noteNoForm)
}

// pass lets the event happen.
func pass(applied gatehouse.Action, note string) hook.Reply {
	return hook.Reply{Body: []byte("{}"), Applied: applied, Note: note}
}

// say returns a reply of the given fields.
func say(applied gatehouse.Action, note string, fs ...field) hook.Reply {
	return hook.Reply{Body: object(fs...), Applied: applied, Note: note}
}

// deny returns a denial, noted with forRedact or forAsk where v asked for something milder.
func deny(v *gatehouse.Verdict, forRedact, forAsk string, fs ...field) hook.Reply {
	note := ""
	switch v.Action {
	case gatehouse.Redact:
		note = forRedact
	case gatehouse.Ask:
		note = forAsk
	}
	return say(gatehouse.Deny, note, fs...)
}

// masked returns the part of v.Masked that the client acts on. It is false where that is no rewrite: it
// has another kind than what the client sent, is not JSON, or changes nothing.
func (c *Call) masked(v *gatehouse.Verdict) (jsontext.Value, bool) {
	if c.flat || len(v.Masked) == 0 || !v.Masked.IsValid(lenient...) {
		return nil, false
	}
	m, was := c.content.last(v.Masked), c.content.last(c.content.value)
	if m == nil || m.Kind() != was.Kind() || bytes.Equal(m, was) {
		return nil, false
	}
	return m, true
}

func (c *Call) replyPrompt(v *gatehouse.Verdict) hook.Reply {
	advice := advicePrompt
	if v.Session.Quarantined {
		advice = adviceSession
	}
	fs := append(block(reason(v, "denied this prompt", advice)),
		specific(c.hook, flag("suppressOriginalPrompt", true)))
	return deny(v, notePrompt, noteNoAsk, fs...)
}

func (c *Call) replyCall(v *gatehouse.Verdict) hook.Reply {
	input, rewritten := c.masked(v)
	switch {
	case v.Action == gatehouse.Redact && rewritten:
		return say(gatehouse.Redact, "", specific(c.hook, field{"updatedInput", input}))
	case v.Action == gatehouse.Ask && (rewritten || len(v.Masked) == 0):
		fs := []field{
			text("permissionDecision", "ask"),
			text("permissionDecisionReason", reason(v, "holds this tool call", adviceAsk)),
		}
		if rewritten {
			fs = append(fs, field{"updatedInput", input})
		}
		return say(gatehouse.Ask, "", specific(c.hook, fs...))
	}
	return deny(v, noteNoMask, noteNoMask, specific(c.hook,
		text("permissionDecision", "deny"),
		text("permissionDecisionReason", reason(v, "denied this tool call", adviceCall))))
}

func (c *Call) replyResult(v *gatehouse.Verdict) hook.Reply {
	if v.Action == gatehouse.Redact {
		if output, ok := c.masked(v); ok {
			return say(gatehouse.Redact, "", specific(c.hook, field{"updatedToolOutput", output}))
		}
	}
	fs := block(reason(v, "withheld this tool's result", adviceResult))
	output, ok := c.withheld(v)
	if !ok {
		return say(gatehouse.Alert, noteNoText, fs...)
	}
	return deny(v, noteNoMask, noteNoAsk, append(fs, specific(c.hook, field{"updatedToolOutput", output}))...)
}

// replyDisplay answers the event in which the client shows an answer, the only one that can change it.
func (c *Call) replyDisplay(v *gatehouse.Verdict) hook.Reply {
	if v.Action == gatehouse.Redact {
		if m, ok := c.masked(v); ok {
			shown := &Call{}
			if shown.read(m) == nil && shown.value("text").Kind() == '"' {
				return say(gatehouse.Redact, "", specific(c.hook, field{"displayContent", shown.value("text")}))
			}
		}
	}
	shown := withheldText(v)
	if v.Session.DeniedAnswers >= c.reentries() {
		shown += " " + adviceClosing
	}
	return deny(v, noteNoMask, noteNoAsk, specific(c.hook, text("displayContent", shown)))
}

// replyStop answers the end of a turn: the loop is entered again with the reason, as often as is allowed.
// What the application gets meanwhile is up to replyDisplay; without it the turn ends with no result. A
// subagent's end cannot be halted; its answer goes on to its parent as a result of the agent tool, or as a
// prompt where it ran in the background, and both are judged.
func (c *Call) replyStop(v *gatehouse.Verdict) hook.Reply {
	main := c.hook == "Stop"
	if v.Action == gatehouse.Redact && main && v.Session.Displays {
		return pass(gatehouse.Redact, "") // masked where it is shown
	}
	advice, again := adviceAnswer, v.Session.DeniedAnswers < c.reentries()
	if v.Action == gatehouse.Redact {
		// Restated once: redactions are not counted as denied answers.
		advice, again = adviceRestate, again && c.value("stop_hook_active").Kind() != 't'
	}
	fs := block(reason(v, "withheld this answer", advice))
	switch {
	case again:
		return deny(v, noteAnswer, noteNoAsk, fs...)
	case !main:
		return pass(gatehouse.Alert, noteSubagent)
	case v.Session.Displays:
		return pass(gatehouse.Deny, noteShown)
	}
	return say(gatehouse.Deny, noteNoResult, append(fs, flag("continue", false))...)
}

func (c *Call) reentries() int {
	if c.MaxReentries == 0 {
		return defaultReentries
	}
	return max(c.MaxReentries, 0)
}

// replyPermission answers the client's own question. To ask is what the client does of itself. An input that
// was masked before arrives here masked: what is still to be masked has no way to be.
func (c *Call) replyPermission(v *gatehouse.Verdict) hook.Reply {
	if v.Action == gatehouse.Ask {
		return pass(gatehouse.Ask, "")
	}
	decision := object(text("behavior", "deny"), text("message", reason(v, "denied this tool call", adviceCall)))
	return deny(v, noteNoMask, "", specific(c.hook, field{"decision", decision}))
}

func (c *Call) replySwitch(v *gatehouse.Verdict) hook.Reply {
	if v.Action == gatehouse.Ask {
		return say(gatehouse.Ask, "", specific(c.hook, text("permissionDecision", "ask"),
			text("permissionDecisionReason", reason(v, "holds this change of model", "A person has to approve it."))))
	}
	return deny(v, noteNoMask, "", specific(c.hook, text("permissionDecision", "deny"),
		text("permissionDecisionReason", reason(v, "denied this change of model", adviceStep))))
}
