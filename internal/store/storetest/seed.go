package storetest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"gatehouse.dev"
)

// Seed makes decisions as a fleet of agents makes them: about one in twelve is not plainly allowed, every
// text differs, sessions of some twenty events overlap. The same seed gives the same decisions. It is not
// safe for concurrent use.
type Seed struct {
	rnd      *rand.Rand
	first    time.Time
	step     time.Duration
	n        int
	sessions [64]seedSession
}

type seedSession struct {
	id, turn, agent, user string
	left, calls           int
}

// NewSeed returns a Seed whose decisions start at first and are step apart on average.
func NewSeed(seed uint64, first time.Time, step time.Duration) *Seed {
	return &Seed{rnd: rand.New(rand.NewPCG(seed, seed)), first: first, step: step}
}

var (
	seedTools     = []string{"Bash", "Read", "Edit", "Grep", "WebFetch", "mcp__github__create_issue", "mcp__jira__search", "Write"}
	seedDetectors = []string{"secret/aws-access-key", "secret/private-key", "pii/email", "pii/credit-card", "injection/override", "command/delete-home", "text/bidi"}
	seedWords     = strings.Fields(`the agent reads file writes change test server request returns value error handler context policy
session token customer invoice address deploy branch commit review merge release config cluster node metric alert budget query index table`)
)

// Next returns one decision.
func (s *Seed) Next() gatehouse.Decision {
	at := s.first.Add(time.Duration(s.n)*s.step + time.Duration(s.rnd.Int64N(int64(s.step)+1))).Truncate(time.Microsecond)
	s.n++
	ss := &s.sessions[s.rnd.IntN(len(s.sessions))]
	if ss.left == 0 {
		*ss = seedSession{id: s.uuid(at), turn: s.uuid(at), agent: fmt.Sprintf("agent-%d", s.rnd.IntN(40)),
			user: fmt.Sprintf("user%d@example.test", s.rnd.IntN(500)), left: 5 + s.rnd.IntN(30)}
	}
	ss.left--
	ss.calls++
	d := gatehouse.Decision{Event: gatehouse.Event{
		ID: s.uuid(at), Time: at, SessionID: ss.id, TurnID: ss.turn, Agent: ss.agent, User: ss.user,
		Connector: "claude_agent_sdk", Model: "claude-sonnet-4-5", CWD: "/srv/" + ss.agent, PermissionMode: "default", ClientIP: "192.0.2.7",
	}}
	s.fill(&d)
	d.Verdict.PolicyVersion = "5e884898da28047151d0e56f8dc62927"
	d.Verdict.ElapsedUS = int64(20 + s.rnd.ExpFloat64()*60)
	d.Verdict.Session = gatehouse.Session{Calls: ss.calls}
	d.ContentBytes = len(d.Event.Content)
	return d
}

func (s *Seed) fill(d *gatehouse.Decision) {
	e := &d.Event
	switch k := s.rnd.IntN(20); {
	case k < 2:
		e.Kind, e.Hook = gatehouse.KindPrompt, "UserPromptSubmit"
	case k < 9:
		e.Kind, e.Hook = gatehouse.KindToolCall, "PreToolUse"
	case k < 16:
		e.Kind, e.Hook = gatehouse.KindToolResult, "PostToolUse"
	case k < 19:
		e.Kind, e.Hook = gatehouse.KindResponse, "Stop"
	default:
		e.Kind, e.Hook = "session_start", "SessionStart"
	}
	if e.Kind == gatehouse.KindToolCall || e.Kind == gatehouse.KindToolResult {
		e.Tool = seedTools[int(s.rnd.ExpFloat64()*1.5)%len(seedTools)]
		e.ToolUseID = fmt.Sprintf("toolu_%016x", s.rnd.Uint64())
		if rest, ok := strings.CutPrefix(e.Tool, "mcp__"); ok {
			e.MCPServer, _, _ = strings.Cut(rest, "__")
		}
	}
	e.Content = s.content(1000 + s.rnd.IntN(5000))
	if s.rnd.IntN(12) == 0 {
		s.flag(d)
	}
}

// flag makes d one that rules matched.
func (s *Seed) flag(d *gatehouse.Decision) {
	detector := seedDetectors[s.rnd.IntN(len(seedDetectors))]
	action := gatehouse.Action(1 + s.rnd.IntN(4))
	severity := gatehouse.Severity(1 + s.rnd.IntN(4))
	d.Verdict.Findings = []gatehouse.Finding{{Detector: detector, Severity: severity, Confidence: 0.9, Path: "/text", Start: 10, End: 30,
		Fingerprint: fmt.Sprintf("%016x", s.rnd.Uint64()), Sensitive: true}}
	d.Verdict.Reasons = []gatehouse.Reason{{Policy: "policy-" + family(detector), Rule: "rule-" + action.String(), Action: action, Severity: severity, Findings: []int{0}}}
	d.Verdict.Would, d.Verdict.Severity = action, severity
	if s.rnd.IntN(4) == 0 {
		d.Verdict.Reasons[0].Mode = gatehouse.Monitor
	} else {
		d.Verdict.Action, d.Applied = action, action
	}
	if s.rnd.IntN(8) == 0 {
		d.Verdict.Gaps = []gatehouse.Gap{{Reason: gatehouse.GapTime, Path: "/text"}}
	}
	if s.rnd.IntN(20) == 0 {
		d.FailedOpen, d.Applied = true, gatehouse.Allow
	}
}

func family(detector string) string {
	f, _, _ := strings.Cut(detector, "/")
	return f
}

// content is a JSON object of about n bytes, unlike every other one.
func (s *Seed) content(n int) jsontext.Value {
	var b strings.Builder
	b.WriteString(`{"text":"`)
	for b.Len() < n {
		switch s.rnd.IntN(12) {
		case 0:
			fmt.Fprintf(&b, "%x ", s.rnd.Uint64())
		case 1:
			fmt.Fprintf(&b, "line %d: ", s.rnd.IntN(2000))
		default:
			b.WriteString(seedWords[s.rnd.IntN(len(seedWords))])
			b.WriteByte(' ')
		}
	}
	b.WriteString(`"}`)
	return jsontext.Value(b.String())
}

// uuid is a UUIDv7 of that time.
func (s *Seed) uuid(at time.Time) string {
	var u uuid.UUID
	ms := uint64(at.UnixMilli())
	for i := range 6 {
		u[i] = byte(ms >> (40 - 8*i))
	}
	a, b := s.rnd.Uint64(), s.rnd.Uint64()
	for i := range 10 {
		if i < 8 {
			u[6+i] = byte(a >> (8 * i))
		} else {
			u[6+i] = byte(b >> (8 * (i - 8)))
		}
	}
	u[6], u[8] = u[6]&0x0f|0x70, u[8]&0x3f|0x80
	return u.String()
}
