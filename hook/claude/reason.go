package claude

import (
	"fmt"
	"strings"

	"gatehouse.dev"
)

// Bounds of what is told to people and models, in bytes but for maxMessages.
const (
	maxMessage  = 300
	maxMessages = 3
	maxReason   = 1500
)

// What the one who reads a reason should do instead.
const (
	advicePrompt   = "Send it again without what the policy forbids."
	adviceSession  = "Start a new session: what must not be sent stands in this one's history."
	adviceCall     = "The call was not run. Do not try the same thing in another form: go on in a way that the policy allows, or tell the user what is blocked."
	adviceAsk      = "A person has to approve this call."
	adviceResult   = "Do not fetch the same content in another way: go on without it, or tell the user that it is blocked."
	adviceBatch    = "The turn ends here, for the result cannot be taken back from the conversation."
	adviceAnswer   = "The user does not get this answer. Write it again without what the policy forbids, and do not quote or describe what was left out."
	adviceRestate  = "Write the answer again without the values that the policy masks, and do not quote or describe them."
	adviceClosing  = "The agent gave no answer that the policies allow."
	adviceStep     = "The step was not carried out."
	nothingSaid    = "not allowed by policy"
	withheldBefore = "[withheld by Gatehouse: "
	withheldAgain  = "[withheld by Gatehouse]"
)

// told returns what the enforced rules that led to v say, strictest first, each with its policy and rule.
// It is made of the policies' and detectors' own words, never of content.
func told(v *gatehouse.Verdict) (said []string, more int) {
	for _, r := range v.Reasons {
		if r.Mode != gatehouse.Enforce || r.Action != v.Action {
			continue
		}
		if len(said) == maxMessages {
			more++
			continue
		}
		said = append(said, fmt.Sprintf("%s [%s/%s]", message(v, r), cut(r.Policy, 64), cut(r.Rule, 64)))
	}
	return said, more
}

// message returns the words of one reason: its author's, else the detector's, without the last full stop.
func message(v *gatehouse.Verdict, r gatehouse.Reason) string {
	m := strings.TrimSpace(r.Message)
	if m == "" && len(r.Findings) > 0 && r.Findings[0] >= 0 && r.Findings[0] < len(v.Findings) {
		f := v.Findings[r.Findings[0]]
		if m = f.Detail; m == "" {
			m = f.Detector
		}
	}
	if m == "" {
		m = nothingSaid
	}
	return strings.TrimSuffix(cut(m, maxMessage), ".")
}

// reason returns one paragraph: what was done to what, why, and what to do instead.
func reason(v *gatehouse.Verdict, did, advice string) string {
	said, more := told(v)
	if len(said) == 0 {
		said = []string{nothingSaid}
	}
	if more > 0 {
		said = append(said, fmt.Sprintf("and %d more", more))
	}
	return "Gatehouse " + did + ": " + cut(strings.Join(said, "; "), maxReason) + ". " + advice
}

// withheldText returns what stands in place of text that is withheld.
func withheldText(v *gatehouse.Verdict) string {
	for _, r := range v.Reasons {
		if r.Mode == gatehouse.Enforce && r.Action == v.Action {
			return withheldBefore + message(v, r) + "]"
		}
	}
	return withheldBefore + nothingSaid + "]"
}
