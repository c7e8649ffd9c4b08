package httpapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"gatehouse.dev"
	"gatehouse.dev/hook"
	"gatehouse.dev/hook/claude"
)

// Headers by which a hook call says who it is, and by which it is told what became of it.
const (
	headerAgent     = "X-Gatehouse-Agent"
	headerConnector = "X-Gatehouse-Connector"
	headerUser      = "X-Gatehouse-User"
	headerClientIP  = "X-Gatehouse-Client-IP"
	headerModel     = "X-Gatehouse-Model"
	headerDecision  = "X-Gatehouse-Decision"
	headerAction    = "X-Gatehouse-Action"
	headerVerdict   = "X-Gatehouse-Verdict"
)

// maxIdentityBytes is the longest value taken from an identity header; the rest is cut.
const maxIdentityBytes = 256

// hookCall is how one hook request wants to be treated.
type hookCall struct {
	observe bool
	fail    gatehouse.FailMode
}

// hookClaude takes what Claude Code's hooks send and answers in Claude's format.
func (a *API) hookClaude(w http.ResponseWriter, r *http.Request) {
	opt, err := a.hookOptions(r.URL.Query())
	if err != nil {
		a.fail(w, r, err)
		return
	}
	release, err := a.enter(r.Context())
	if err != nil {
		a.metrics.failures.WithLabelValues("overload").Inc()
		a.fail(w, r, err)
		return
	}
	defer release()
	body, err := a.body(w, r)
	call, perr := claude.Parse(body) // never nil: what was read of a broken body is enough to refuse it
	if err = errors.Join(err, perr); err != nil {
		a.refuse(w, r, opt, call, len(body), err)
		return
	}
	ev := call.Event()
	a.identify(ev, r)
	v, reply, failed := a.judge(r.Context(), ev, call, opt)
	d := decision(ev, v, reply, opt.observe, failed)
	if opt.observe {
		if err := a.cfg.Recorder.Put(r.Context(), d); err != nil {
			a.fail(w, r, err)
			return
		}
		reply = hook.Reply{Body: []byte("{}")}
	} else {
		a.cfg.Recorder.Offer(d)
	}
	a.metrics.decided(&d)
	w.Header().Set(headerDecision, ev.ID)
	w.Header().Set(headerAction, d.Applied.String())
	w.Header().Set(headerVerdict, v.Action.String())
	writeBody(w, http.StatusOK, reply.Body)
}

// judge asks the decider. Where no verdict could be had, the fail mode speaks, and failed is true.
func (a *API) judge(ctx context.Context, ev *gatehouse.Event, call *claude.Call, opt hookCall) (v gatehouse.Verdict, reply hook.Reply, failed bool) {
	ctx, cancel := context.WithTimeout(ctx, a.cfg.DecideTimeout)
	defer cancel()
	v, err := a.cfg.Decider.Decide(ctx, ev)
	if err == nil {
		return v, call.Reply(&v), false
	}
	a.metrics.failures.WithLabelValues("undecided").Inc()
	a.cfg.Logger.LogAttrs(ctx, slog.LevelError, "event not judged", slog.String("event_id", ev.ID), slog.String("session_id", ev.SessionID),
		slog.String("fail_mode", opt.fail.String()), slog.Any("error", err))
	v = gatehouse.Verdict{
		Gaps:   []gatehouse.Gap{{Reason: gatehouse.GapTime, Bytes: len(ev.Content)}},
		Errors: []gatehouse.Fault{{Text: "no verdict in time"}},
	}
	return v, call.Fail(opt.fail, "no verdict in time"), true
}

// decision is the record of one judged event. Content that was not judged is not kept.
func decision(ev *gatehouse.Event, v gatehouse.Verdict, reply hook.Reply, observed, failed bool) gatehouse.Decision {
	d := gatehouse.Decision{
		Event: *ev, Verdict: v, Applied: reply.Applied, Note: reply.Note, Observed: observed,
		FailedOpen: failed && !observed && reply.Applied < gatehouse.Ask, ContentBytes: len(ev.Content),
	}
	d.Event.Content = v.Stored
	if observed {
		d.Applied, d.Note = gatehouse.Allow, ""
	}
	return d
}

// hookOptions reads how a call wants to be treated from its query.
func (a *API) hookOptions(q url.Values) (hookCall, error) {
	opt := hookCall{fail: a.cfg.FailMode}
	if s := q.Get("fail_mode"); s != "" {
		if err := opt.fail.UnmarshalText([]byte(s)); err != nil {
			return opt, &gatehouse.Error{Code: gatehouse.CodeInvalid, Text: "query fail_mode: want open or closed"}
		}
	}
	if s := q.Get("observe"); s != "" {
		b, err := strconv.ParseBool(s)
		if err != nil {
			return opt, &gatehouse.Error{Code: gatehouse.CodeInvalid, Text: "query observe: want true or false"}
		}
		opt.observe = b
	}
	return opt, nil
}

// identify fills in what the request, rather than its body, says about the event.
func (a *API) identify(ev *gatehouse.Event, r *http.Request) {
	set := func(to *string, header string) {
		if s := r.Header.Get(header); s != "" && *to == "" {
			*to = clean(s)
		}
	}
	set(&ev.Agent, headerAgent)
	set(&ev.Connector, headerConnector)
	set(&ev.User, headerUser)
	set(&ev.ClientIP, headerClientIP)
	set(&ev.Model, headerModel)
	if ev.Connector == "" {
		ev.Connector = "claude_code_cli"
	}
	a.stamp(ev)
}

// stamp gives the event its ID and the time it came in; what a caller claims about either is not believed.
func (a *API) stamp(ev *gatehouse.Event) {
	ev.Time = a.cfg.Clock().UTC()
	ev.ID = uuid.Must(uuid.NewV7()).String()
}

// clean cuts an identity to its bound and drops control characters.
func clean(s string) string {
	if len(s) > maxIdentityBytes {
		s = s[:maxIdentityBytes]
	}
	return strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// enter waits for one of the slots that bound how much is judged at once.
func (a *API) enter(ctx context.Context) (release func(), err error) {
	select {
	case a.slots <- struct{}{}:
		return func() { <-a.slots }, nil
	default:
	}
	t := time.NewTimer(a.cfg.DecideTimeout)
	defer t.Stop()
	select {
	case a.slots <- struct{}{}:
		return func() { <-a.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-t.C:
		return nil, &gatehouse.Error{Code: gatehouse.CodeUnavailable, Text: "too many calls at once"}
	}
}

// body reads the request's body within its bound. On an error it returns what was read.
func (a *API) body(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	var buf bytes.Buffer
	if n := r.ContentLength; n > 0 && n <= 1<<20 {
		buf.Grow(int(n) + bytes.MinRead) // what a caller only claims to send is not allocated
	}
	_, err := io.Copy(&buf, http.MaxBytesReader(w, r.Body, a.cfg.MaxBodyBytes))
	if err == nil {
		return buf.Bytes(), nil
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return buf.Bytes(), &gatehouse.Error{Code: gatehouse.CodeTooLarge, Text: fmt.Sprintf("body is longer than %d bytes", a.cfg.MaxBodyBytes)}
	}
	return buf.Bytes(), &gatehouse.Error{Code: gatehouse.CodeInvalid, Text: "body is cut off", Err: err}
}

// unreadable is the kind of events whose body could not be read whole.
const unreadable gatehouse.Kind = "unreadable"

// refuse answers a call whose body is too large, cut off, or not what hooks send. It is recorded as not
// judged. Where the fail mode is closed the client is told in its own format, since it would take an error
// for a pass; otherwise it gets the error.
func (a *API) refuse(w http.ResponseWriter, r *http.Request, opt hookCall, call *claude.Call, read int, err error) {
	gap, why := gatehouse.Gap{Reason: gatehouse.GapSyntax, Bytes: read}, "not a hook call"
	cause := "malformed"
	if gatehouse.ErrorCode(err) == gatehouse.CodeTooLarge {
		cause, why = "too_large", "too large to judge"
		gap = gatehouse.Gap{Reason: gatehouse.GapTooLarge, Bytes: int(max(r.ContentLength, int64(read)))}
	}
	a.metrics.failures.WithLabelValues(cause).Inc()
	ev := call.Event()
	ev.Kind, ev.Hook, ev.Content = unreadable, call.Hook(), nil
	a.identify(ev, r)
	reply := call.Fail(opt.fail, why)
	d := decision(ev, gatehouse.Verdict{Gaps: []gatehouse.Gap{gap}}, reply, opt.observe, true)
	d.ContentBytes = gap.Bytes
	a.cfg.Recorder.Offer(d)
	a.metrics.decided(&d)
	if reply.Applied >= gatehouse.Ask && !opt.observe {
		w.Header().Set(headerDecision, ev.ID)
		w.Header().Set(headerAction, reply.Applied.String())
		writeBody(w, http.StatusOK, reply.Body)
		return
	}
	a.fail(w, r, err)
}
