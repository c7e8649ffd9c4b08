package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"gatehouse.dev"
	"gatehouse.dev/hook"
)

// maxBatchEvents is the most events that one call of /v1/events may carry.
const maxBatchEvents = 1000

// decide judges one event and answers with the verdict.
func (a *API) decide(w http.ResponseWriter, r *http.Request) {
	release, err := a.enter(r.Context())
	if err != nil {
		a.fail(w, r, err)
		return
	}
	defer release()
	body, err := a.body(w, r)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	var ev gatehouse.Event
	if err := decodeEvent(body, &ev); err != nil {
		a.fail(w, r, err)
		return
	}
	a.stamp(&ev)
	ctx, cancel := context.WithTimeout(r.Context(), a.cfg.DecideTimeout)
	defer cancel()
	v, err := a.cfg.Decider.Decide(ctx, &ev)
	if err != nil {
		a.metrics.failures.WithLabelValues("undecided").Inc()
		a.fail(w, r, err)
		return
	}
	d := decision(&ev, v, hook.Reply{Applied: v.Action}, false, false)
	a.cfg.Recorder.Offer(d)
	a.metrics.decided(&d)
	w.Header().Set(headerDecision, ev.ID)
	a.write(w, http.StatusOK, v)
}

// ingested is the answer of /v1/events.
type ingested struct {
	IDs []string `json:"ids"` // of the decisions, in the order of the events
}

// events judges one event or an array of them without anybody waiting for verdicts, and answers once all
// of them are durable.
func (a *API) events(w http.ResponseWriter, r *http.Request) {
	body, err := a.body(w, r)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	evs, err := decodeEvents(body)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	ds := make([]gatehouse.Decision, 0, len(evs))
	out := ingested{IDs: make([]string, 0, len(evs))}
	for i := range evs {
		ev := &evs[i]
		a.stamp(ev)
		ctx, cancel := context.WithTimeout(r.Context(), a.cfg.DecideTimeout)
		v, err := a.cfg.Decider.Decide(ctx, ev)
		cancel()
		if err != nil {
			a.metrics.failures.WithLabelValues("undecided").Inc()
			a.fail(w, r, err)
			return
		}
		ds = append(ds, decision(ev, v, hook.Reply{}, true, false))
		out.IDs = append(out.IDs, ev.ID)
	}
	if err := a.cfg.Recorder.Put(r.Context(), ds...); err != nil {
		a.fail(w, r, err)
		return
	}
	for i := range ds {
		a.metrics.decided(&ds[i])
	}
	a.write(w, http.StatusOK, out)
}

func decodeEvents(body []byte) ([]gatehouse.Event, error) {
	if jsontext.Value(body).Kind() != '[' {
		var ev gatehouse.Event
		err := decodeEvent(body, &ev)
		return []gatehouse.Event{ev}, err
	}
	var raw []jsontext.Value
	if err := json.Unmarshal(body, &raw, lenient); err != nil {
		return nil, invalidBody(err)
	}
	if len(raw) == 0 || len(raw) > maxBatchEvents {
		return nil, &gatehouse.Error{Code: gatehouse.CodeInvalid, Text: "want 1 to 1000 events"}
	}
	evs := make([]gatehouse.Event, len(raw))
	for i, one := range raw {
		if err := decodeEvent(one, &evs[i]); err != nil {
			return nil, err
		}
	}
	return evs, nil
}

// lenient accepts equal keys and invalid UTF-8 in content: what an agent really sent must be judged, and a
// refusal would let it pass where clients fail open. Unknown fields of the event itself are errors.
var lenient = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true), json.RejectUnknownMembers(true))

func decodeEvent(body []byte, ev *gatehouse.Event) error {
	if err := json.Unmarshal(body, ev, lenient); err != nil {
		return invalidBody(err)
	}
	if !validKind(ev.Kind) {
		return &gatehouse.Error{Code: gatehouse.CodeInvalid, Text: "kind: want 1 to 64 of a-z, 0-9 and _"}
	}
	for _, s := range []*string{&ev.Hook, &ev.Connector, &ev.Agent, &ev.SessionID, &ev.TurnID, &ev.ToolUseID, &ev.AgentID,
		&ev.AgentType, &ev.User, &ev.ClientIP, &ev.Model, &ev.PermissionMode, &ev.Tool, &ev.MCPServer} {
		*s = clean(*s)
	}
	return nil
}

func validKind(k gatehouse.Kind) bool {
	if len(k) == 0 || len(k) > gatehouse.MaxKindBytes {
		return false
	}
	for _, c := range []byte(k) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}

// invalidBody keeps the place and hides the decoder's text, which may quote content.
func invalidBody(err error) error {
	where := ""
	if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		where = fmt.Sprintf(" (at byte %d)", e.ByteOffset)
	} else if e, ok := errors.AsType[*json.SemanticError](err); ok {
		where = fmt.Sprintf(" (at byte %d)", e.ByteOffset)
	}
	return &gatehouse.Error{Code: gatehouse.CodeInvalid, Text: "body is not the JSON that this route takes" + where}
}
