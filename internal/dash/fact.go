package dash

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"gatehouse.dev"
)

// fact is one line of a list of facts.
type fact struct {
	Name, Value, Href string
	ID                bool // an identifier: set in the narrow typeface, with a way to copy it
	Time              time.Time
}

// told says what the client was told, and why that is not the policies' answer where it is not.
func told(d *gatehouse.Decision) (text, why string) {
	switch d.Applied {
	case gatehouse.Allow:
		text = "The client was told nothing; it went on."
	case gatehouse.Alert:
		text = "The client went on; the event is reported as worth a look."
	case gatehouse.Redact:
		text = "The client went on with the found parts masked."
	case gatehouse.Ask:
		text = "The client was told to ask a person."
	case gatehouse.Deny:
		text = "The client was told not to go on."
	}
	if d.Applied == d.Verdict.Action {
		return text, ""
	}
	switch {
	case d.Note != "":
		why = d.Note
	case d.FailedOpen:
		why = "it could not be judged, and the client's fail mode is open"
	case d.Observed:
		why = "the call only observes"
	default:
		why = "the client knows no such answer"
	}
	return text, "The policies answered " + d.Verdict.Action.String() + ": " + why + "."
}

// facts lists who did what, without what is empty.
func facts(d *gatehouse.Decision) []fact {
	ev := &d.Event
	out := []fact{{Name: "Got", Time: ev.Time}}
	add := func(name, value string, id bool, narrow func(*filter)) {
		if value == "" {
			return
		}
		f := fact{Name: name, Value: value, ID: id}
		if narrow != nil {
			f.Href = filter{}.with(narrow)
		}
		out = append(out, f)
	}
	add("Kind", kindWord(ev.Kind), false, func(f *filter) { f.Kinds = []string{string(ev.Kind)} })
	add("Hook", ev.Hook, false, nil)
	add("Tool", ev.Tool, false, func(f *filter) { f.Tool = ev.Tool })
	add("MCP server", ev.MCPServer, false, func(f *filter) { f.MCPServer = ev.MCPServer })
	add("Agent", ev.Agent, false, func(f *filter) { f.Agent = ev.Agent })
	add("Connector", ev.Connector, false, func(f *filter) { f.Connector = ev.Connector })
	add("User", ev.User, false, func(f *filter) { f.User = ev.User })
	add("Client address", ev.ClientIP, false, nil)
	add("Model", ev.Model, false, nil)
	add("Working folder", ev.CWD, false, nil)
	add("Permission mode", ev.PermissionMode, false, nil)
	if ev.SessionID != "" {
		out = append(out, fact{Name: "Session", Value: ev.SessionID, ID: true, Href: sessionURL(ev.SessionID)})
	}
	add("Turn", ev.TurnID, true, func(f *filter) { f.Session, f.Turn = ev.SessionID, ev.TurnID })
	add("Tool use", ev.ToolUseID, true, nil)
	add("Subagent", ev.AgentID, true, nil)
	add("Subagent type", ev.AgentType, false, nil)
	add("Decision", ev.ID, true, nil)
	add("Policies", d.Verdict.PolicyVersion, true, nil)
	add("Content", byteSize(d.ContentBytes), false, nil)
	for _, f := range []struct {
		on   bool
		text string
	}{
		{ev.Failed, "the tool did not succeed"},
		{ev.Irrevocable, "the client cannot take the content back"},
		{ev.Subprompt, "the input is the prompt of a subagent"},
		{ev.Subresult, "the prompt carries the answer of a subagent"},
		{d.Observed, "judged without anybody waiting for the answer"},
		{d.FailedOpen, "passed because it could not be judged"},
	} {
		if f.on {
			add("Note", f.text, false, nil)
		}
	}
	return out
}

// before lists what was known of the session when the event came.
func before(s gatehouse.Session) []fact {
	var out []fact
	count := func(name string, n int) {
		if n > 0 {
			out = append(out, fact{Name: name, Value: num(n)})
		}
	}
	count("Tool calls", s.Calls)
	count("Denials", s.Denials)
	count("Failed tools", s.Errors)
	count("Answers denied in this turn", s.DeniedAnswers)
	if s.Quarantined {
		out = append(out, fact{Name: "Quarantined", Value: "yes: denied content stands in the conversation, so further prompts are denied"})
	}
	return out
}

func newGapRow(g gatehouse.Gap) gapRow {
	r := gapRow{Text: gapText(g), Detector: g.Detector}
	if g.Path != "" {
		r.Where = cutText(leafName(jsontext.Pointer(g.Path)), maxNameShown)
	}
	if g.Bytes > 0 {
		r.Size = byteSize(g.Bytes)
	}
	return r
}

// gapText says in plain words why something was not judged.
func gapText(g gatehouse.Gap) string {
	switch g.Reason {
	case gatehouse.GapBytes:
		return "The event is longer than what is read of one event; the rest was not judged."
	case gatehouse.GapTime:
		return "The time for judging was over before everything was looked at."
	case gatehouse.GapWindows:
		return "Too many places needed a closer look; the rest was not looked at."
	case gatehouse.GapDepth:
		return "It is nested too deeply to be followed to its end."
	case gatehouse.GapBinary:
		return "It is not text but an image, sound or archive, and was not looked into."
	case gatehouse.GapSyntax:
		return "It is not what it claims to be, so it could not be taken apart."
	case gatehouse.GapTooLarge:
		return "The request was larger than the server accepts and was not read."
	case gatehouse.GapDetector:
		return "A detector failed, so what it looks for was not looked for."
	}
	return "A part was not judged: " + g.Reason + "."
}
