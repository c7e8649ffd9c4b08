package client

import (
	"context"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"gatehouse.dev"
)

// Decide sends ev to POST /v1/decide and returns the server's verdict. It implements hook.Decider.
func (c *Client) Decide(ctx context.Context, ev *gatehouse.Event) (gatehouse.Verdict, error) {
	body, err := json.Marshal(ev, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		// The encoder's error names members of the content.
		return gatehouse.Verdict{}, &gatehouse.Error{Code: gatehouse.CodeInvalid, Text: "write event: its content is not JSON"}
	}
	got, err := c.post(ctx, "/v1/decide", nil, body)
	if err != nil {
		return gatehouse.Verdict{}, err
	}
	// Without this an answer of any other service would read as allow, the zero action.
	var probe struct {
		Action *gatehouse.Action `json:"action"`
	}
	var v gatehouse.Verdict
	lenient := json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if json.Unmarshal(got.body, &probe, lenient) != nil || probe.Action == nil ||
		json.Unmarshal(got.body, &v, lenient) != nil {
		return gatehouse.Verdict{}, unavailablef("read verdict: not an answer of a Gatehouse server")
	}
	return v, nil
}
