package claude_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"gatehouse.dev"
	"gatehouse.dev/hook/claude"
)

// decider answers every event with the same verdict, or not at all.
type decider struct {
	verdict gatehouse.Verdict
	err     error
	hang    bool
	got     *gatehouse.Event
}

func (d *decider) Decide(ctx context.Context, ev *gatehouse.Event) (gatehouse.Verdict, error) {
	d.got = ev
	if d.hang {
		<-ctx.Done()
		return gatehouse.Verdict{}, ctx.Err()
	}
	return d.verdict, d.err
}

const bashCall = `{"hook_event_name":"PreToolUse","session_id":"s","tool_name":"Bash","tool_input":{"command":"KEY"}}`

func TestCallback(t *testing.T) {
	var kept []gatehouse.Decision
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.FixedZone("", 3600))
	opt := claude.Options{
		Agent: "support", User: "u", ClientIP: "203.0.113.7",
		Record: func(d gatehouse.Decision) { kept = append(kept, d) }, Clock: func() time.Time { return now },
	}
	v := *denial("no")
	v.Stored, v.Masked = jsontext.Value(`{"command":"[redacted]"}`), jsontext.Value(`{"command":"[m]"}`)
	d := &decider{verdict: v}
	out := claude.Callback(d, opt)(t.Context(), []byte(bashCall))
	if o := read(t, out); o.Specific.Decision != "deny" {
		t.Errorf("Callback() = %s, want a denial", out)
	}
	if len(kept) != 1 {
		t.Fatalf("recorded %d decisions, want 1", len(kept))
	}
	k := kept[0]
	if k.Applied != gatehouse.Deny || k.ContentBytes != len(`{"command":"KEY"}`) || k.Event.Connector != "claude_agent_sdk" ||
		k.Event.Agent != "support" || k.Event.User != "u" || k.Event.ClientIP != "203.0.113.7" ||
		!k.Event.Time.Equal(now) || k.Event.Time.Location() != time.UTC || k.Observed || k.FailedOpen {
		t.Errorf("recorded %+v", k)
	}
	if string(k.Event.Content) != `{"command":"[redacted]"}` || k.Verdict.Masked != nil {
		t.Errorf("recorded content %s, want what may be kept", k.Event.Content)
	}

	opt.Observe = true
	if out := claude.Callback(d, opt)(t.Context(), []byte(bashCall)); string(out) != "{}" || !kept[1].Observed || kept[1].Applied != gatehouse.Allow {
		t.Errorf("Callback(observe) = %s, recorded %+v, want {}", out, kept[1])
	}
}

func TestCallbackKeepsNoUnmaskedContent(t *testing.T) {
	var kept gatehouse.Decision
	d := &decider{verdict: gatehouse.Verdict{}} // a remote decider gives no Stored
	claude.Callback(d, claude.Options{Record: func(d gatehouse.Decision) { kept = d }})(t.Context(), []byte(bashCall))
	if kept.Event.SessionID != "s" || kept.Event.Content != nil {
		t.Errorf("recorded content %s, want none", kept.Event.Content)
	}
}

func TestCallbackFails(t *testing.T) {
	for _, mode := range []gatehouse.FailMode{gatehouse.FailOpen, gatehouse.FailClosed} {
		var kept []gatehouse.Decision
		opt := claude.Options{Fail: mode, Record: func(d gatehouse.Decision) { kept = append(kept, d) }}
		d := &decider{err: errors.New("broken: KEY")}
		out := claude.Callback(d, opt)(t.Context(), []byte(bashCall))
		if denied := read(t, out).Specific.Decision == "deny"; denied != (mode == gatehouse.FailClosed) || strings.Contains(string(out), "KEY") {
			t.Errorf("Callback(%v) of an error = %s", mode, out)
		}
		if len(kept) != 1 || kept[0].FailedOpen != (mode == gatehouse.FailOpen) || len(kept[0].Verdict.Errors) != 1 {
			t.Errorf("Callback(%v) of an error recorded %+v", mode, kept)
		}
		out = claude.Callback(d, opt)(t.Context(), []byte(`nonsense`))
		if denied := read(t, out).Decision == "block"; denied != (mode == gatehouse.FailClosed) {
			t.Errorf("Callback(%v) of nonsense = %s", mode, out)
		}
	}
}

func TestCallbackAnswersInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		out := claude.Callback(&decider{hang: true}, claude.Options{Fail: gatehouse.FailClosed, Timeout: 2 * time.Second})(t.Context(), []byte(bashCall))
		if took := time.Since(start); took != 2*time.Second || read(t, out).Specific.Decision != "deny" {
			t.Errorf("Callback() = %s after %v, want a denial after 2s", out, took)
		}
	})
}

func BenchmarkParseReply(b *testing.B) {
	body := []byte(`{"session_id":"d97dff15","transcript_path":"/home/dev/t.jsonl","cwd":"/home/dev/project","prompt_id":"4dfe","permission_mode":"default","effort":{"level":"high"},"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"` + strings.Repeat("echo hello; ", 160) + `"},"tool_use_id":"toolu_1"}`)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	v := &gatehouse.Verdict{}
	for b.Loop() {
		call, err := claude.Parse(body)
		if err != nil {
			b.Fatal(err)
		}
		_ = call.Event()
		_ = call.Reply(v)
	}
}
