package main

import "runtime/debug"

const help = `gatehouse-hook reads one hook event from standard input, has a Gatehouse server
judge it, and prints what the agent's client is to do.

usage: gatehouse-hook [flags] <event.json

  --client claude       whose hooks these are
  --url URL             the server (GATEHOUSE_URL, AKTO_DATA_INGESTION_URL; default http://127.0.0.1:8700)
  --timeout DURATION    how long to wait for a verdict, in seconds or as 750ms
                        (GATEHOUSE_TIMEOUT, AKTO_TIMEOUT; default 5, at most 25)
  --fail-mode MODE      open or closed: what passes when there is no verdict
                        (GATEHOUSE_FAIL_MODE; default open)
  --observe             judge and record, never block, and do not wait (AKTO_SYNC_MODE=false)
  --agent NAME          the program that is guarded (GATEHOUSE_AGENT, AGENT_ID)
  --connector NAME      the source shown in the dashboard (AKTO_CONNECTOR; default claude_code_cli)
  --user NAME           on whose behalf it runs (GATEHOUSE_USER)
  --deliver             send the event and print nothing
  --help, --version

The token comes from GATEHOUSE_TOKEN, AKTO_TOKEN or AKTO_API_TOKEN, or from the file that the same name
with _FILE gives. The log is gatehouse-hook.log in LOG_DIR (default ~/.claude/akto/logs), at LOG_LEVEL
(DEBUG, INFO, WARNING, ERROR; default INFO), with full bodies only where LOG_PAYLOADS=true.
MODE and AKTO_HOST are accepted and have no effect.

Exit status: 0 and a JSON reply, whatever the verdict. 1 where the settings are wrong, which the client
shows as a failed hook and passes; with the closed fail mode the event is denied and the status is 0.
Never 2, by which the client would show this command line to the model.
`

// version returns the module's version, as the build knows it.
func version() string {
	if b, ok := debug.ReadBuildInfo(); ok && b.Main.Version != "" {
		return b.Main.Version
	}
	return "(devel)"
}
