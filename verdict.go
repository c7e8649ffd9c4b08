package gatehouse

import "github.com/go-json-experiment/json/jsontext"

// Verdict is the engine's answer to one event.
type Verdict struct {
	// Action is the strictest action of all enforced rules that matched.
	Action Action `json:"action"`
	// Would is the strictest action of all rules that matched, those in monitor mode included.
	Would Action `json:"would"`
	// Severity is the highest severity among Reasons.
	Severity Severity `json:"severity"`
	// Reasons lists every rule that matched, strictest first, then in order of the policy set.
	Reasons  []Reason  `json:"reasons,omitempty"`
	Findings []Finding `json:"findings,omitempty"`
	// Gaps lists what was not judged; Errors what went wrong. Neither is an allow: a policy's on_error
	// decides what they lead to.
	Gaps   []Gap   `json:"gaps,omitempty"`
	Errors []Fault `json:"errors,omitempty"`
	// Labels are the session labels that this event raised, sorted.
	Labels []string `json:"labels,omitempty"`
	// PolicyVersion is the content hash of the policy set that judged.
	PolicyVersion string `json:"policy_version,omitempty"`
	// ElapsedUS is the time that judging took, in microseconds.
	ElapsedUS int64 `json:"elapsed_us"`
	// Session is what was known of the session before this event.
	Session Session `json:"session,omitzero"`

	// Masked is Event.Content with the spans of the redacting rules masked, in the content's own shape;
	// set only when a redact rule matched, so that an ask or a denial can be shown masked too.
	Masked jsontext.Value `json:"masked,omitempty"`
	// Stored is Event.Content as it may be kept: all sensitive spans masked, parts not judged left out.
	Stored jsontext.Value `json:"-"`
}

// Reason is one rule that matched.
type Reason struct {
	Policy   string   `json:"policy"`
	Rule     string   `json:"rule"`
	Action   Action   `json:"action"`
	Mode     Mode     `json:"mode"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message,omitempty"`  // what the policy's author wrote for the person or the model
	Findings []int    `json:"findings,omitempty"` // indices into Verdict.Findings
}

// Fault is a rule or detector that failed while judging. Text never holds content.
type Fault struct {
	Policy   string `json:"policy,omitempty"`
	Rule     string `json:"rule,omitempty"`
	Detector string `json:"detector,omitempty"`
	Text     string `json:"text"`
}

// Session is what policies may know of the session so far. The zero value is a session never seen before.
type Session struct {
	Labels  []string `json:"labels,omitempty"`  // sorted; labels only rise
	Calls   int      `json:"calls,omitempty"`   // tool calls judged
	Denials int      `json:"denials,omitempty"` // events denied
	Errors  int      `json:"errors,omitempty"`  // failed tools
	// DeniedAnswers counts the answers denied one after the other in the present turn of the acting agent.
	DeniedAnswers int `json:"denied_answers,omitempty"`
	// Displays says that the client shows answers through a hook of ours, so that they can be withheld.
	Displays bool `json:"displays,omitempty"`
	// Quarantined says that content which was denied stands in the client's conversation and cannot be
	// taken back; every further prompt of the session is denied.
	Quarantined bool `json:"quarantined,omitempty"`
}

// Decision is the record of one event: what happened, what the policies said, what the client was told.
type Decision struct {
	Event   Event   `json:"event"` // Content is Verdict.Stored: masked
	Verdict Verdict `json:"verdict"`
	// Applied is what the client was told; it differs from Verdict.Action where the client knows no such
	// answer (a prompt cannot be masked), and is Allow where the call only observes.
	Applied Action `json:"applied"`
	// Note says, in a fixed phrase, why Applied differs; empty where it does not.
	Note string `json:"note,omitempty"`
	// Observed marks an event that was judged without anybody waiting for the answer.
	Observed bool `json:"observed,omitempty"`
	// FailedOpen marks an event that passed because it could not be judged.
	FailedOpen bool `json:"failed_open,omitempty"`
	// ContentBytes is the size of the content before masking.
	ContentBytes int `json:"content_bytes"`
}
