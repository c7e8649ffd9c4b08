// The hook calls and replies that the Go, Python and TypeScript sides share, in testdata/vectors/claude.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { createHooks } from "../dist/index.js";
import { closedPort, reply, run, stripped, world } from "./stub.mjs";

const folder = new URL("../../../testdata/vectors/claude/", import.meta.url);
const every = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => ({ file: name.slice(0, -".json".length), ...JSON.parse(readFileSync(new URL(name, folder), "utf8")) }));

// Vectors whose reply to a denial is also, but for its sentences, what stands in for a verdict that is missing.
const DENIALS = (
  "batch_deny config_change_deny display_deny elicitation_deny failure_deny_passes model_switch_deny permission_deny " +
  "prompt_deny prompt_expansion_deny result_agent_deny result_bash_deny result_grep_deny result_mcp_deny " +
  "result_read_deny result_read_image_deny result_webfetch_deny session_start_deny_passes stop_deny_used_up " +
  "subagent_stop_deny_used_up tool_call_deny tool_call_mcp_deny unknown_event_deny_passes"
).split(" ");

test("each input arrives and each reply comes back", async (t) => {
  assert.ok(every.length > 50);
  const w = await world(t);
  const guard = w.guard({ timeout: 10 });
  const [hook] = createHooks({ guard });
  for (const v of every) {
    w.stub.behave = (socket) => socket.write(reply(v.want_reply, { action: v.want_applied }));
    assert.deepEqual(await run(hook, v.input), v.want_reply, v.file);
    assert.deepEqual(w.stub.requests.at(-1).json, v.input, v.file);
  }
  assert.equal(guard.stats().judged, every.length);
  assert.ok(guard.stats().blocked >= every.filter((v) => v.want_applied === "deny").length);
});

test("fail-closed denies in the form that the server does", async (t) => {
  const w = await world(t);
  const [hook] = createHooks({ guard: w.guard({ url: `http://127.0.0.1:${await closedPort()}`, failClosed: true }) });
  for (const file of DENIALS) {
    const v = every.find((v) => v.file === file);
    assert.deepEqual(stripped(await run(hook, v.input)), stripped(v.want_reply), file);
  }
});
