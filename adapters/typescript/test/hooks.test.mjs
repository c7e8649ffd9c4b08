// What the callbacks send, return and log while all is well.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";

import { createHookMatchers, createHooks, defaultGuard, EVENTS, flush, stats } from "../dist/index.js";
import { env, reply, run, sleep, timed, world } from "./stub.mjs";

const PROMPT = { hook_event_name: "UserPromptSubmit", session_id: "s1", prompt: "hello" };
const CALL = { hook_event_name: "PreToolUse", session_id: "s1", tool_name: "Bash", tool_input: { command: "ls" }, tool_use_id: "t1" };
const RESULT = { ...CALL, hook_event_name: "PostToolUse", tool_response: { stdout: "x", stderr: "", interrupted: false } };
const STOP = { hook_event_name: "Stop", session_id: "s1", stop_hook_active: false, last_assistant_message: "bye" };

test("four hooks in the order of the Python adapter", async (t) => {
  const w = await world(t);
  const hooks = createHooks({ clientIp: "10.1.2.3", guard: w.guard() });
  const inputs = [{ prompt: "x" }, {}, { tool_name: "Bash" }, { tool_name: "Bash" }];
  for (const [n, hook] of hooks.entries()) assert.deepEqual(await run(hook, inputs[n]), {});
  assert.deepEqual(
    w.stub.requests.map((r) => r.json.hook_event_name),
    ["UserPromptSubmit", "Stop", "PreToolUse", "PostToolUse"],
  );
});

test("the request is the hook's input as it came", async (t) => {
  const w = await world(t);
  const [hook] = createHooks({ clientIp: "10.1.2.3", agent: "bot", user: "jörg\r\nX-Evil: 1", model: "m", guard: w.guard({ token: "k1" }) });
  const data = { ...PROMPT, prompt: 'ünï "quoted" \n\x00 \u{1f600}', extra: { deep: [1, 2.5, null, true] } };
  await run(hook, data);
  const [got] = w.stub.requests;
  assert.equal(got.method + " " + got.target, "POST /v1/hooks/claude?observe=false&fail_mode=open");
  assert.deepEqual(got.json, data);
  const want = {
    authorization: "Bearer k1",
    "content-type": "application/json",
    "x-gatehouse-agent": "bot",
    "x-gatehouse-connector": "claude_agent_sdk",
    "x-gatehouse-user": "jörgX-Evil: 1",
    "x-gatehouse-client-ip": "10.1.2.3",
    "x-gatehouse-model": "m",
    host: `127.0.0.1:${w.stub.port}`,
  };
  for (const [name, value] of Object.entries(want)) assert.equal(got.headers[name], value, name);
  assert.equal(got.headers["x-evil"], undefined);
});

test("without a client address", async (t) => {
  const w = await world(t);
  await run(createHooks({ guard: w.guard() })[0], PROMPT);
  assert.equal(w.stub.requests[0].headers["x-gatehouse-client-ip"], "0.0.0.0");
});

test("a lone surrogate is judged", async (t) => {
  const w = await world(t);
  const [hook] = createHooks({ guard: w.guard({ failClosed: true }) });
  assert.deepEqual(await run(hook, { ...PROMPT, prompt: "a\ud800b", list: ["\udfff", "\u{1f600}", "\\ud800"] }), {});
  assert.equal(w.stub.requests[0].json.prompt, "a?b");
  assert.deepEqual(w.stub.requests[0].json.list, ["?", "\u{1f600}", "\\ud800"]);
});

test("replies come back as they are", async (t) => {
  const w = await world(t);
  const replies = [
    [0, PROMPT, { decision: "block", reason: "no", hookSpecificOutput: { hookEventName: "UserPromptSubmit", suppressOriginalPrompt: true } }],
    [2, CALL, { hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision: "deny", permissionDecisionReason: "no" } }],
    [2, CALL, { hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision: "ask", updatedInput: { command: "ls -l" } } }],
    [3, RESULT, { hookSpecificOutput: { hookEventName: "PostToolUse", updatedToolOutput: { stdout: "***" } } }],
    [1, STOP, { decision: "block", reason: "again" }],
    [1, STOP, { continue: false, decision: "block", reason: "enough", newer: { field: 1 } }],
  ];
  for (const [n, data, want] of replies) {
    w.stub.behave = (socket) => socket.write(reply(want, { action: "deny" }));
    assert.deepEqual(await run(createHooks({ guard: w.guard() })[n], data), want);
  }
});

test("a tool-use id is added where the input lacks it, and the input is not changed", async (t) => {
  const w = await world(t);
  const hook = createHooks({ guard: w.guard() })[2];
  const data = Object.freeze({ tool_name: "Bash" });
  await run(hook, data, "toolu_9");
  await run(hook, CALL, "other");
  assert.deepEqual(w.stub.requests.map((r) => r.json.tool_use_id), ["toolu_9", "t1"]);
});

test("odd inputs never reject", async (t) => {
  const w = await world(t);
  const circular = {};
  circular.self = circular;
  for (const data of [null, undefined, [], "text", 7, {}, { hook_event_name: 5 }, circular, { n: 1n }, { toJSON() { throw new Error("x"); } }]) {
    for (const failClosed of [false, true]) {
      const got = await run(createHooks({ guard: w.guard({ failClosed }) })[0], data);
      assert.equal(typeof got, "object");
    }
  }
});

test("the connection is kept", async (t) => {
  const w = await world(t);
  const guard = w.guard();
  const [hook] = createHooks({ guard });
  for (let n = 0; n < 5; n++) await run(hook, PROMPT);
  assert.deepEqual([w.stub.accepted, w.stub.requests.length, guard.stats().connections], [1, 5, 1]);
});

test("log lines", async (t) => {
  const w = await world(t);
  w.stub.behave = (socket) => socket.write(reply({ decision: "block", reason: "no\nkeys" }, { action: "deny" }));
  const guard = w.guard({ token: "tok-secret" });
  await run(createHooks({ guard })[0], { ...PROMPT, session_id: "s1\nERROR forged" });
  const lines = w.log().trimEnd().split("\n");
  assert.equal(lines.length, 2);
  assert.match(lines[0], /INFO .*Akto Agent SDK hooks initialised: mode=sync fail_mode=open/);
  assert.match(lines[1], /WARNING .*BLOCKING UserPromptSubmit session=s1\\u000aERROR forged decision=0199-decision: no\\u000akeys/);
  assert.doesNotMatch(w.log(), /tok-secret|hello/);
  assert.equal(guard.stats().blocked, 1);
});

test("payloads are logged only where wanted", async (t) => {
  const w = await world(t);
  await run(createHooks({ guard: w.guard({ logPayloads: true }) })[0], { ...PROMPT, prompt: "canary\nline" });
  assert.match(w.log(), /"prompt":"canary\\nline"/);
  assert.match(w.log(), /reply to UserPromptSubmit \{\}/);
  assert.equal(w.log().trimEnd().split("\n").length, 3);
});

test("async: nothing blocks, and all is recorded in order", async (t) => {
  const w = await world(t);
  w.stub.behave = (socket) => socket.write(reply({ decision: "block", reason: "no" }, { action: "deny" }));
  const guard = w.guard({ sync: false });
  const hooks = createHooks({ guard });
  for (let n = 0; n < 50; n++) assert.deepEqual(await run(hooks[n % 4], { ...PROMPT, n }), {});
  assert.equal(await guard.flush(5), true);
  assert.deepEqual(w.stub.requests.map((r) => r.json.n), [...Array(50).keys()]);
  assert.deepEqual([...new Set(w.stub.requests.map((r) => r.target))], ["/v1/hooks/claude?observe=true&fail_mode=open"]);
  assert.equal(guard.stats().recorded, 50);
});

test("async: hooks do not wait for the server", async (t) => {
  const w = await world(t);
  w.stub.behave = (socket) => sleep(500).then(() => socket.write(reply({})));
  const [hook] = createHooks({ guard: w.guard({ sync: false }) });
  const [, took] = await timed(async () => {
    for (let n = 0; n < 20; n++) await run(hook, PROMPT);
  });
  assert.ok(took < 3000, `${took} ms`);
});

test("events are judged side by side", async (t) => {
  const w = await world(t);
  w.stub.behave = (socket) => sleep(500).then(() => socket.write(reply({})));
  const hook = createHooks({ guard: w.guard({ timeout: 10 }) })[2];
  const [, took] = await timed(() => Promise.all(Array.from({ length: 8 }, () => run(hook, CALL))));
  assert.ok(took < 3000, `${took} ms`);
});

test("more at once than connections are answered in time", async (t) => {
  const w = await world(t);
  w.stub.behave = (socket) => sleep(500).then(() => socket.write(reply({})));
  const guard = w.guard({ timeout: 0.4, failClosed: true });
  const hook = createHooks({ guard })[2];
  const [got, took] = await timed(() => Promise.all(Array.from({ length: 80 }, () => run(hook, CALL))));
  assert.ok(took < 3000, `${took} ms`);
  assert.deepEqual([...new Set(got.map((r) => r.hookSpecificOutput.permissionDecision))], ["deny"]);
  assert.equal(guard.stats().failedClosed, 80);
});

test("an aborted hook ends at once and counts as no failure", async (t) => {
  const w = await world(t);
  w.stub.behave = () => {};
  const guard = w.guard();
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 30);
  const [got, took] = await timed(() => createHooks({ guard })[0](PROMPT, undefined, { signal: controller.signal }));
  assert.deepEqual(got, {});
  assert.ok(took < 1500, `${took} ms`);
  assert.equal(guard.stats().failedOpen, 0);
  assert.deepEqual(await createHooks({ guard })[0](PROMPT, undefined, { signal: controller.signal }), {});
});

test("matchers for all events, with a time-out above our deadline", async (t) => {
  const w = await world(t);
  for (const [timeout, prompt, other] of [[5, 10, 10], [3600, 30, 60]]) {
    const matchers = createHookMatchers({ guard: w.guard({ timeout }) });
    assert.deepEqual(Object.keys(matchers), [...EVENTS]);
    for (const [event, [matcher]] of Object.entries(matchers)) {
      assert.equal(matcher.timeout, event === "UserPromptSubmit" ? prompt : other);
      assert.equal("onFailure" in matcher, false);
    }
  }
  const matchers = createHookMatchers({ guard: w.guard() });
  for (const [matcher] of Object.values(matchers)) await run(matcher.hooks[0], { session_id: "s" });
  assert.deepEqual(w.stub.requests.map((r) => r.json.hook_event_name), [...EVENTS]);
});

test("equal environments share a guard, and its counts add up", async (t) => {
  const w = await world(t);
  env(t, { GATEHOUSE_URL: w.stub.url, LOG_DIR: w.folder });
  for (const clientIp of ["1.1.1.1", "2.2.2.2"]) await run(createHooks({ clientIp })[0], PROMPT);
  assert.equal(defaultGuard(), defaultGuard());
  assert.equal(stats().events, 2);
  assert.equal(await flush(1), true);
  assert.equal(w.stub.accepted, 1);
  assert.equal(w.log().match(/initialised/g).length, 1);
  await defaultGuard().close();
});

test("CommonJS", async (t) => {
  const w = await world(t);
  const { createHooks, Guard } = createRequire(import.meta.url)("../dist/cjs/index.js");
  const guard = new Guard(w.guard().config);
  assert.deepEqual(await run(createHooks({ guard })[0], PROMPT), {});
  await guard.close();
});
