package main

import (
	"context"
	"fmt"
	"os"
)

// observe answers at once and leaves a process behind that sends the event, so that the agent waits for
// no server. Where no process can be started the event is sent before the answer.
func (h *handler) observe(ctx context.Context, args []string, body []byte) int {
	if err := leaveBehind(args, body); err != nil {
		if _, err := h.client.Hook(ctx, h.request(body)); err != nil {
			return h.fail(body, phrase(err), err)
		}
	}
	return h.print([]byte("{}"))
}

// deliver sends the event for the process that left this one behind. There is nobody to answer.
func (h *handler) deliver(ctx context.Context, body []byte) int {
	h.cfg.observe = true
	h.payload("Request payload", body)
	reply, err := h.client.Hook(ctx, h.request(body))
	if err != nil {
		return h.undelivered(err)
	}
	h.cfg.log.write(levelInfo, "Ingestion successful — verdict=%v decision=%s", reply.Verdict, reply.Decision)
	return 0
}

func (h *handler) undelivered(err error) int {
	h.cfg.log.write(levelError, "Ingestion error: %v", err)
	fmt.Fprintf(h.stderr, "gatehouse-hook: error: event not recorded: %s\n", oneLine(err.Error(), 500))
	return 1
}

// leaveBehind starts this program again, on its own, to deliver body. It returns once the new process
// has all of body or can read the rest from a pipe.
func leaveBehind(args []string, body []byte) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer w.Close()
	argv := append([]string{self, "--deliver"}, args...)
	// Output goes nowhere: the client waits for the end of every stream that it gave to a hook.
	p, err := os.StartProcess(self, argv, &os.ProcAttr{Files: []*os.File{r, null, null}, Sys: ownSession()})
	r.Close()
	if err != nil {
		return err
	}
	defer p.Release()
	_, err = w.Write(body)
	return err
}
