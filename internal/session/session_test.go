package session

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse.dev"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) time() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func newClock() *clock { return &clock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)} }

var (
	allow = gatehouse.Verdict{}
	deny  = gatehouse.Verdict{Action: gatehouse.Deny}
	ask   = gatehouse.Verdict{Action: gatehouse.Ask}
	mask  = gatehouse.Verdict{Action: gatehouse.Redact}
)

func raise(labels ...string) gatehouse.Verdict { return gatehouse.Verdict{Labels: labels} }

func of(id string, kind gatehouse.Kind, hook string) gatehouse.Event {
	return gatehouse.Event{SessionID: id, Kind: kind, Hook: hook}
}

func TestObserve(t *testing.T) {
	type step struct {
		ev gatehouse.Event
		v  gatehouse.Verdict
	}
	prompt := of("s", gatehouse.KindPrompt, "UserPromptSubmit")
	call := of("s", gatehouse.KindToolCall, "PreToolUse")
	result := of("s", gatehouse.KindToolResult, "PostToolUse")
	failed := of("s", gatehouse.KindToolResult, "PostToolUseFailure")
	failed.Failed = true
	batch := of("s", gatehouse.KindToolResult, "PostToolBatch")
	batch.Irrevocable = true
	stop := of("s", gatehouse.KindResponse, "Stop")
	shown := of("s", gatehouse.KindResponse, "MessageDisplay")
	subStop := of("s", gatehouse.KindResponse, "SubagentStop")
	subStop.AgentID = "sub"
	subPrompt := of("s", gatehouse.KindPrompt, "UserPromptSubmit")
	subPrompt.AgentID = "sub"
	for _, tt := range []struct {
		name  string
		steps []step
		want  gatehouse.Session
	}{
		{"nothing", nil, gatehouse.Session{}},
		{"seen", []step{{prompt, allow}}, gatehouse.Session{}},
		{"labels", []step{{result, raise("b")}, {result, raise("a", "b")}, {result, allow}}, gatehouse.Session{Labels: []string{"a", "b"}}},
		{"counts", []step{{call, allow}, {call, deny}, {call, ask}, {failed, allow}, {prompt, deny}}, gatehouse.Session{Calls: 3, Denials: 2, Errors: 1}},
		{"denied answers", []step{{stop, deny}, {stop, deny}}, gatehouse.Session{Denials: 2, DeniedAnswers: 2}},
		{"to ask is to deny", []step{{stop, ask}}, gatehouse.Session{DeniedAnswers: 1}},
		{"to mask is not", []step{{stop, mask}}, gatehouse.Session{}},
		{"answers in between", []step{{stop, deny}, {stop, allow}, {stop, deny}}, gatehouse.Session{Denials: 2, DeniedAnswers: 1}},
		{"other events in between", []step{{stop, deny}, {call, deny}, {result, allow}, {stop, deny}}, gatehouse.Session{Calls: 1, Denials: 3, DeniedAnswers: 2}},
		{"a new turn", []step{{stop, deny}, {prompt, allow}}, gatehouse.Session{Denials: 1}},
		{"a subagent's prompt", []step{{stop, deny}, {subPrompt, allow}}, gatehouse.Session{Denials: 1, DeniedAnswers: 1}},
		{"a subagent's answers", []step{{subStop, deny}, {subStop, deny}, {stop, deny}}, gatehouse.Session{Denials: 3, DeniedAnswers: 1}},
		{"showing", []step{{shown, deny}, {shown, deny}}, gatehouse.Session{Denials: 2, Displays: true}},
		{"quarantine", []step{{batch, mask}, {prompt, allow}}, gatehouse.Session{Quarantined: true}},
		{"quarantine on denial", []step{{batch, deny}}, gatehouse.Session{Denials: 1, Quarantined: true}},
		{"no quarantine", []step{{batch, gatehouse.Verdict{Action: gatehouse.Alert}}, {result, deny}}, gatehouse.Session{Denials: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := New(Config{})
			for _, st := range tt.steps {
				s.Observe(&st.ev, &st.v)
			}
			if diff := cmp.Diff(tt.want, s.Snapshot(&gatehouse.Event{SessionID: "s"})); diff != "" {
				t.Errorf("Snapshot() differs (-want +got):\n%s", diff)
			}
			if got := s.Snapshot(&gatehouse.Event{SessionID: "other"}); !cmp.Equal(got, gatehouse.Session{}) {
				t.Errorf("Snapshot(another session) = %+v, want nothing", got)
			}
		})
	}
}

func TestDeniedAnswersOfSubagent(t *testing.T) {
	s := New(Config{})
	ev := of("s", gatehouse.KindResponse, "SubagentStop")
	ev.AgentID = "sub"
	s.Observe(&ev, &deny)
	if got := s.Snapshot(&ev).DeniedAnswers; got != 1 {
		t.Errorf("DeniedAnswers of the subagent = %d, want 1", got)
	}
	prompt := of("s", gatehouse.KindPrompt, "UserPromptSubmit")
	s.Observe(&prompt, &allow)
	if got := s.Snapshot(&ev).DeniedAnswers; got != 0 {
		t.Errorf("DeniedAnswers after a new turn = %d, want 0", got)
	}
}

// With more agents than are counted apart, the rest are counted together: no agent goes round for ever.
func TestDeniedAnswersOfManyAgents(t *testing.T) {
	s := New(Config{})
	for i := range 10 * maxAgents {
		ev := of("s", gatehouse.KindResponse, "SubagentStop")
		ev.AgentID = fmt.Sprint("sub", i)
		s.Observe(&ev, &deny)
	}
	ev := of("s", gatehouse.KindResponse, "SubagentStop")
	ev.AgentID = "one more"
	if got := s.Snapshot(&ev).DeniedAnswers; got < 9*maxAgents {
		t.Errorf("DeniedAnswers of a further agent = %d, want at least %d", got, 9*maxAgents)
	}
	sh, _ := s.shard("s")
	if n := len(stateOf(sh.byKey["s"]).denied); n > maxAgents+1 {
		t.Errorf("%d counters, want at most %d", n, maxAgents+1)
	}
}

func TestNoSessionID(t *testing.T) {
	s := New(Config{})
	v := raise("a")
	s.Observe(&gatehouse.Event{}, &v)
	if got := s.Snapshot(&gatehouse.Event{}); !cmp.Equal(got, gatehouse.Session{}) {
		t.Errorf("Snapshot(no session) = %+v, want nothing", got)
	}
	if got := s.Stats(); got.Plain+got.Marked != 0 {
		t.Errorf("Stats() = %+v, want no session", got)
	}
}

func TestLongIDs(t *testing.T) {
	s := New(Config{})
	long := strings.Repeat("x", 1<<20)
	a, b := of(long+"a", gatehouse.KindToolCall, ""), of(long+"b", gatehouse.KindToolCall, "")
	v := raise("a")
	s.Observe(&a, &v)
	if got := s.Snapshot(&a); len(got.Labels) != 1 {
		t.Errorf("Snapshot(a) = %+v, want its label", got)
	}
	if got := s.Snapshot(&b); len(got.Labels) != 0 {
		t.Errorf("Snapshot(b) = %+v, want nothing of a", got)
	}
	sh, key := s.shard(a.SessionID)
	if len(key) > maxKeyBytes || sh.byKey[key] == nil {
		t.Errorf("key of %d bytes, want at most %d", len(key), maxKeyBytes)
	}
}

func TestTooManyLabels(t *testing.T) {
	s := New(Config{})
	ev := of("s", gatehouse.KindToolCall, "")
	for i := range maxLabels + 5 {
		v := raise(fmt.Sprintf("label%04d", i))
		s.Observe(&ev, &v)
	}
	if got := len(s.Snapshot(&ev).Labels); got != maxLabels {
		t.Errorf("len(Labels) = %d, want %d", got, maxLabels)
	}
	if got := s.Stats().DroppedLabels; got != 5 {
		t.Errorf("DroppedLabels = %d, want 5", got)
	}
}

func TestIdle(t *testing.T) {
	c := newClock()
	s := New(Config{IdlePlain: time.Hour, IdleMarked: 10 * time.Hour, Clock: c.time})
	plain, marked := of("plain", gatehouse.KindToolCall, ""), of("marked", gatehouse.KindToolCall, "")
	v := raise("a")
	s.Observe(&plain, &allow)
	s.Observe(&marked, &v)
	c.add(time.Hour)
	if s.Snapshot(&plain).Calls != 1 || s.Snapshot(&marked).Calls != 1 {
		t.Error("a session was forgotten at its limit, want after it")
	}
	c.add(time.Second)
	if s.Snapshot(&plain).Calls != 0 || s.Snapshot(&marked).Calls != 1 {
		t.Error("want the plain session forgotten and the marked one kept")
	}
	c.add(10 * time.Hour)
	s.Observe(&marked, &allow)
	if got := s.Snapshot(&marked); got.Labels != nil || got.Calls != 1 {
		t.Errorf("Snapshot(marked) = %+v, want it begun anew", got)
	}
	want := Stats{Plain: 1, ExpiredPlain: 1, ExpiredMarked: 1}
	if got := s.Stats(); got != want {
		t.Errorf("Stats() = %+v, want %+v", got, want)
	}
}

// A flood of new sessions does not push out those that hold labels.
func TestEviction(t *testing.T) {
	s := New(Config{MaxPlain: 64, MaxMarked: 64})
	v := raise("a")
	marked := of("marked", gatehouse.KindToolCall, "")
	s.Observe(&marked, &v)
	for i := range 10_000 {
		ev := of(fmt.Sprint("flood", i), gatehouse.KindToolCall, "")
		s.Observe(&ev, &allow)
	}
	if got := s.Snapshot(&marked); !slices.Equal(got.Labels, []string{"a"}) {
		t.Errorf("Snapshot(marked) = %+v, want its label", got)
	}
	got := s.Stats()
	if got.Plain > 64 || got.Plain < 32 || got.Marked != 1 || got.EvictedPlain != int64(10_000-got.Plain) || got.EvictedMarked != 0 {
		t.Errorf("Stats() = %+v, want at most 64 plain sessions and all others counted", got)
	}
	for i := range 1000 {
		ev := of(fmt.Sprint("marked", i), gatehouse.KindToolCall, "")
		s.Observe(&ev, &v)
	}
	if got := s.Stats(); got.Marked > 64 || got.EvictedMarked != int64(1001-got.Marked) {
		t.Errorf("Stats() = %+v, want at most 64 marked sessions and all others counted", got)
	}
}

// Whatever happens, labels and quarantine only rise, and snapshots taken before stay as they were.
func TestLabelsOnlyRise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := New(Config{})
		var last gatehouse.Session
		for range rapid.IntRange(1, 30).Draw(t, "events") {
			ev := of("s", gatehouse.Kind(rapid.SampledFrom([]string{"prompt", "tool_call", "tool_result", "response"}).Draw(t, "kind")),
				rapid.SampledFrom([]string{"Stop", "MessageDisplay", "PostToolBatch", ""}).Draw(t, "hook"))
			ev.Irrevocable = rapid.Bool().Draw(t, "irrevocable")
			v := gatehouse.Verdict{Action: gatehouse.Action(rapid.IntRange(0, 4).Draw(t, "action"))}
			for _, l := range []string{"a", "b", "c", "d"} {
				if rapid.Bool().Draw(t, l) {
					v.Labels = append(v.Labels, l)
				}
			}
			kept := slices.Clone(last.Labels)
			s.Observe(&ev, &v)
			now := s.Snapshot(&ev)
			if !slices.Equal(kept, last.Labels) {
				t.Fatalf("an earlier snapshot changed from %v to %v", kept, last.Labels)
			}
			for _, l := range slices.Concat(last.Labels, v.Labels) {
				if !slices.Contains(now.Labels, l) {
					t.Fatalf("labels %v, want %s among them", now.Labels, l)
				}
			}
			if !slices.IsSorted(now.Labels) || last.Quarantined && !now.Quarantined {
				t.Fatalf("session %+v after %+v", now, last)
			}
			last = now
		}
	})
}

func TestConcurrent(t *testing.T) {
	s := New(Config{MaxPlain: 100, MaxMarked: 100})
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 500 {
				ev := of(fmt.Sprint(i%50), gatehouse.KindToolCall, "Stop")
				v := raise(fmt.Sprint("l", w))
				s.Snapshot(&ev)
				s.Observe(&ev, &v)
				s.Stats()
			}
		})
	}
	wg.Wait()
	ev := of("7", gatehouse.KindToolCall, "")
	if got := s.Snapshot(&ev); got.Calls != 80 || len(got.Labels) != 8 {
		t.Errorf("Snapshot() = %+v, want 80 calls and 8 labels", got)
	}
}

func BenchmarkSession(b *testing.B) {
	s := New(Config{})
	ids := make([]string, 1000)
	for i := range ids {
		ids[i] = fmt.Sprint("session", i)
	}
	v := raise("web")
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		ev := gatehouse.Event{SessionID: ids[i%len(ids)], Kind: gatehouse.KindToolCall}
		s.Snapshot(&ev)
		s.Observe(&ev, &v)
		i++
	}
}
