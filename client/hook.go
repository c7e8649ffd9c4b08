package client

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"gatehouse.dev"
)

// maxIdentity is the longest identity that is sent, in bytes; the rest is cut.
const maxIdentity = 256

// Identity says who is calling: what a hook's own input does not tell. Every field may be empty.
type Identity struct {
	Agent     string // the program that is guarded
	Connector string // the adapter: "claude_code_cli"
	User      string // on whose behalf the agent runs
	ClientIP  string // who asked for the run
	Model     string
}

// HookRequest is one hook call to be judged, in the words of the agent's client.
type HookRequest struct {
	Client  string // whose words: "claude"; empty means that
	Body    []byte // the hook's input, exactly as it came
	Observe bool   // judge and record, and let it pass
	Fail    gatehouse.FailMode
	Identity
}

// HookReply is the server's answer to a hook call.
type HookReply struct {
	Body     []byte           // a JSON object in the client's own format
	Decision string           // the record's ID
	Verdict  gatehouse.Action // what the policies said
	Applied  gatehouse.Action // what Body makes the client do
}

// Hook sends a hook call to POST /v1/hooks/{client} and returns what the client is to be told.
func (c *Client) Hook(ctx context.Context, r HookRequest) (HookReply, error) {
	if r.Client == "" {
		r.Client = "claude"
	}
	path := "/v1/hooks/" + url.PathEscape(r.Client) + "?fail_mode=" + r.Fail.String()
	if r.Observe {
		path += "&observe=true"
	}
	got, err := c.post(ctx, path, r.header(), r.Body)
	if err != nil {
		return HookReply{}, err
	}
	reply := HookReply{Body: got.body, Decision: printable(got.header.Get("X-Gatehouse-Decision"))}
	body := jsontext.Value(got.body)
	verdict, errV := gatehouse.ParseAction(got.header.Get("X-Gatehouse-Verdict"))
	applied, errA := gatehouse.ParseAction(got.header.Get("X-Gatehouse-Action"))
	if errV != nil || errA != nil || body.Kind() != '{' ||
		!body.IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) {
		return HookReply{}, unavailablef("read hook reply: not an answer of a Gatehouse server")
	}
	reply.Verdict, reply.Applied = verdict, applied
	return reply, nil
}

// header returns the identity as headers. Control characters, which headers cannot carry, become spaces.
func (id Identity) header() http.Header {
	h := http.Header{}
	for name, value := range map[string]string{
		"X-Gatehouse-Agent":     id.Agent,
		"X-Gatehouse-Connector": id.Connector,
		"X-Gatehouse-User":      id.User,
		"X-Gatehouse-Client-Ip": id.ClientIP,
		"X-Gatehouse-Model":     id.Model,
	} {
		if value == "" {
			continue
		}
		if len(value) > maxIdentity {
			value = strings.ToValidUTF8(value[:maxIdentity], "")
		}
		h.Set(name, strings.TrimSpace(strings.Map(func(r rune) rune {
			if isControl(r) {
				return ' '
			}
			return r
		}, value)))
	}
	return h
}
