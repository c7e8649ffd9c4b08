package claude

import (
	"context"
	"time"

	"gatehouse.dev"
	"gatehouse.dev/hook"
)

// Options are the settings of a [Callback]. The zero value enforces, fails open and records nothing.
type Options struct {
	Fail gatehouse.FailMode
	// Observe judges and records every event, and lets all of them pass.
	Observe bool

	Connector string // the adapter's name; empty means "claude_agent_sdk"
	Agent     string // the program that is guarded
	User      string // on whose behalf it runs
	ClientIP  string // who asked for the run

	// MaxReentries is as in [Call].
	MaxReentries int
	// Timeout bounds one judgement where the caller's context does not; zero means 5 seconds. The decider
	// has to heed its context for it to have an effect.
	Timeout time.Duration
	// Record, where set, is called with every decision before the callback returns, from the callback's
	// own goroutine. Its event has no ID and holds only what may be kept; see [gatehouse.Decision].
	Record func(gatehouse.Decision)
	// Clock gives the time of events; nil means [time.Now].
	Clock func() time.Time
}

// Callback returns a hook callback for any port of the Agent SDK: the input as JSON in, the output as JSON
// out. It is safe for concurrent use, as the client runs hooks concurrently, and always returns an object.
func Callback(d hook.Decider, opt Options) func(ctx context.Context, input []byte) []byte {
	if opt.Connector == "" {
		opt.Connector = "claude_agent_sdk"
	}
	if opt.Timeout <= 0 {
		opt.Timeout = 5 * time.Second
	}
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	return func(ctx context.Context, input []byte) []byte {
		call, err := Parse(input)
		call.MaxReentries = opt.MaxReentries
		if err != nil {
			return opt.failed(call, nil, "the hook input could not be read").Body
		}
		ev := call.Event()
		ev.Time = opt.Clock().UTC()
		ev.Connector, ev.Agent, ev.User, ev.ClientIP = opt.Connector, opt.Agent, opt.User, opt.ClientIP

		ctx, cancel := context.WithTimeout(ctx, opt.Timeout)
		defer cancel()
		v, err := d.Decide(ctx, ev)
		if err != nil {
			return opt.failed(call, ev, "no verdict could be had").Body
		}
		reply := call.Reply(&v)
		if opt.Observe {
			reply = pass(gatehouse.Allow, "")
		}
		opt.record(ev, v, reply, false)
		return reply.Body
	}
}

// failed returns and records the reply for an event without a verdict; ev is nil where there is no event.
func (opt *Options) failed(call *Call, ev *gatehouse.Event, why string) hook.Reply {
	reply := call.Fail(opt.Fail, why)
	if opt.Observe {
		reply = pass(gatehouse.Allow, why)
	}
	if ev != nil {
		v := gatehouse.Verdict{Errors: []gatehouse.Fault{{Text: why}}}
		opt.record(ev, v, reply, reply.Applied == gatehouse.Allow)
	}
	return reply
}

func (opt *Options) record(ev *gatehouse.Event, v gatehouse.Verdict, reply hook.Reply, open bool) {
	if opt.Record == nil {
		return
	}
	size := len(ev.Content)
	ev.Content = v.Stored // nil where a decider does not give it: what is not known to be masked is not kept
	v.Masked = nil
	opt.Record(gatehouse.Decision{
		Event: *ev, Verdict: v, Applied: reply.Applied, Note: reply.Note,
		Observed: opt.Observe, FailedOpen: open, ContentBytes: size,
	})
}
