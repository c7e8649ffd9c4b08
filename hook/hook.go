// Package hook is the seam between agents' hooks and whoever decides: one native hook call in, one native
// reply out. A package below it translates for each agent and does nothing else.
package hook

import (
	"context"

	"gatehouse.dev"
)

// Decider judges events: the engine in process, or a client of a server.
// An error means that no verdict could be had; the caller's fail mode then decides.
type Decider interface {
	Decide(ctx context.Context, ev *gatehouse.Event) (gatehouse.Verdict, error)
}

// Reply is what a client is to be told, in its own format.
type Reply struct {
	Body    []byte           // JSON object; "{}" for nothing to say
	Applied gatehouse.Action // what the client will do on reading Body
	Note    string           // fixed phrase: why Applied is not the verdict's action; empty where it is
}
