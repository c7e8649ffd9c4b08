// Every way in which a server can fail to give a verdict, in both fail modes.
import assert from "node:assert/strict";
import { test } from "node:test";

import { createHooks } from "../dist/index.js";
import { closedPort, reply, run, sleep, stripped, timed, world } from "./stub.mjs";

const PROMPT = { hook_event_name: "UserPromptSubmit", session_id: "s1", prompt: "canary-content" };
const TIMEOUT = 0.5;

const send = (data) => (socket) => void socket.write(data);
const end = (data) => (socket) => void socket.end(data);
const status = (line, extra = "", body = {}) => send(reply(body, { status: line, extra }));
const ok = (fields) => send(reply({ hookSpecificOutput: { hookEventName: "UserPromptSubmit" }, ...fields }));
const stranger = (body, head = "") => send(reply(body, { head }));

async function trickle(socket, data, pause) {
  for (const byte of data) {
    if (socket.destroyed) return;
    socket.write(Buffer.of(byte));
    await sleep(pause);
  }
}

async function hugeInChunks(socket) {
  socket.write("HTTP/1.1 200 OK\r\nX-Gatehouse-Action: allow\r\nTransfer-Encoding: chunked\r\n\r\n");
  const chunk = Buffer.concat([Buffer.from("100000\r\n"), Buffer.alloc(0x100000, " "), Buffer.from("\r\n")]);
  for (let n = 0; n < 40 && !socket.destroyed; n++) {
    if (!socket.write(chunk)) await new Promise((done) => socket.once("drain", done).once("close", done));
  }
}

const HTML = Buffer.from("<!doctype html><title>Sign in</title>");
const FAULTS = [
  ["slow", () => {}, "timed out"],
  ["trickled head", (s) => trickle(s, reply({}), 20), "timed out"],
  ["trickled body", (s) => trickle(s, Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + " ".repeat(5000)), 5), "timed out"],
  ["hangs up", (s) => s.end(), "connection was cut"],
  ["reset", (s) => s.resetAndDestroy(), "connection was cut"],
  ["cut in the head", end("HTTP/1.1 200 OK\r\nX-Gate"), ["connection was cut", "reply is not HTTP"]],
  ["cut in the body", end(reply(Buffer.from('{"decision":"block"}')).subarray(0, -5)), "connection was cut"],
  ["cut in a chunk", end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"), "connection was cut"],
  ["not HTTP", end("SSH-2.0-OpenSSH_9.2\r\n"), "reply is not HTTP"],
  ["not HTTP for long", end("x".repeat(200000)), "reply is not HTTP"],
  ["many headers", end("HTTP/1.1 200 OK\r\n" + "A: b\r\n".repeat(50000) + "\r\n"), "reply is not HTTP"],
  ["two lengths", end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"), "reply is not HTTP"],
  ["500", status("500 Oops"), "status 500"],
  ["500 with a verdict", status("500 Oops", "", { decision: "approve" }), "status 500"],
  ["404", status("404 Not Found"), "status 404"],
  ["401", status("401 Unauthorized"), "token refused, status 401"],
  ["413", status("413 Too Large"), "event is too large, status 413"],
  ["204", send("HTTP/1.1 204 No Content\r\nX-Gatehouse-Action: allow\r\n\r\n"), "status 204"],
  ["redirect", status("302 Found", "Location: http://127.0.0.1:1/\r\n"), "redirect refused"],
  ["permanent redirect", status("308 Moved", "Location: /login\r\n"), "redirect refused"],
  ["upgrade", send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"), "status 101"],
  ["stranger", stranger({ status: "ok" }), "reply is not from Gatehouse"],
  ["stranger with {}", stranger({}), "reply is not from Gatehouse"],
  ["unknown action", send(reply({}, { action: "permit" })), "reply is not from Gatehouse"],
  ["HTML", send(reply(HTML)), "reply is not JSON"],
  ["HTML of a stranger", stranger(HTML, "Content-Type: text/html\r\n"), "reply is not from Gatehouse"],
  ["empty", send(reply(Buffer.alloc(0))), "reply is not JSON"],
  ["half JSON", send(reply(Buffer.from('{"decision":'))), "reply is not JSON"],
  ["not UTF-8", send(reply(Buffer.from('{"reason":"\xff"}', "latin1"))), "reply is not JSON"],
  ["deep", send(reply(Buffer.alloc(200000, "["))), "reply is not JSON"],
  ["huge", send("HTTP/1.1 200 OK\r\nX-Gatehouse-Action: allow\r\nContent-Length: 99999999999\r\n\r\n"), "reply is too large"],
  ["huge in chunks", hugeInChunks, "reply is too large"],
  ["array", send(reply([])), "reply is not an object"],
  ["null", send(reply(null)), "reply is not an object"],
  ["string", send(reply("allow")), "reply is not an object"],
  ["error", send(reply({ error: { code: "internal" } })), "reply is an error"],
  ["continue as word", ok({ continue: "false" }), "reply has no valid continue"],
  ["continue null", ok({ continue: null }), "reply has no valid continue"],
  ["unknown decision", ok({ decision: "deny" }), "reply has no valid decision"],
  ["reason as object", ok({ decision: "block", reason: {} }), "reply has no valid text"],
  ["other event", ok({ hookSpecificOutput: { hookEventName: "Stop" } }), "reply is for another event"],
  ["no event", ok({ hookSpecificOutput: {} }), "reply is for another event"],
  ["null output", ok({ hookSpecificOutput: null }), "reply is for another event"],
];

for (const [name, behave, why] of FAULTS) {
  for (const failClosed of [false, true]) {
    test(`${name}, fail-${failClosed ? "closed" : "open"}`, async (t) => {
      const w = await world(t);
      w.stub.behave = behave;
      const timeout = why === "timed out" ? TIMEOUT : 5;
      const guard = w.guard({ timeout, failClosed });
      const [hook] = createHooks({ guard });
      const [got, took] = await timed(() => run(hook, PROMPT));
      assert.ok(took < timeout * 1000 + 1000, `${took} ms`); // a busy machine is late by more than the margin
      const [[said, n]] = Object.entries(guard.stats().failures);
      assert.ok([why].flat().includes(said) && n === 1, `failures = ${JSON.stringify(guard.stats().failures)}, want ${why}`);
      if (failClosed) {
        assert.equal(got.decision, "block");
        assert.ok(got.reason.includes(said));
        assert.equal(guard.stats().failedClosed, 1);
        assert.match(w.log(), new RegExp(`ERROR .*BLOCKING UserPromptSubmit session=s1 fail-closed: ${said}`));
      } else {
        assert.deepEqual(got, {});
        assert.equal(guard.stats().failedOpen, 1);
        assert.match(w.log(), new RegExp(`ERROR .*fail-open: error judging UserPromptSubmit session=s1: ${said}`));
      }
      // The next event is judged as if nothing had been.
      w.stub.behave = ok({ decision: "block", reason: "no" });
      assert.equal((await run(hook, PROMPT)).reason, "no");
      assert.doesNotMatch(w.log(), /canary/);
    });
  }
}

test("down, or no address", async (t) => {
  const w = await world(t);
  const port = await closedPort();
  for (const [url, why] of [
    [`http://127.0.0.1:${port}`, "connection refused"],
    [`http://localhost:${port}`, "connection refused"],
    ["http://nowhere.invalid", "host name not found"],
    ["", "no address is set"],
    ["ftp://127.0.0.1", "address is neither http nor https"],
    ["127.0.0.1:8700", "address is neither http nor https"],
    ["http://127.0.0.1:99999", "address is neither http nor https"],
    ["http://user:pass@127.0.0.1", "address holds more than scheme, host, port and path"],
  ]) {
    const guard = w.guard({ url, failClosed: true, timeout: 5 });
    assert.equal((await run(createHooks({ guard })[0], PROMPT)).decision, "block", url);
    assert.deepEqual(guard.stats().failures, { [why]: 1 });
  }
});

test("what passed while the server was down is recorded later", async (t) => {
  const w = await world(t);
  const { port } = w.stub;
  await w.stub.close();
  const guard = w.guard();
  assert.deepEqual(await run(createHooks({ guard })[0], PROMPT), {});
  assert.equal(guard.stats().queued, 1);
  await new Promise((done) => w.stub.server.listen(port, "127.0.0.1", done)); // the server comes back
  assert.equal(await guard.flush(5), true);
  assert.equal(w.stub.requests[0].target, "/v1/hooks/claude?observe=true&fail_mode=open");
  assert.deepEqual(w.stub.requests[0].json, PROMPT);
});

test("what the server may have seen is not sent twice", async (t) => {
  const w = await world(t);
  w.stub.behave = status("500 Oops");
  const guard = w.guard();
  await run(createHooks({ guard })[0], PROMPT);
  await guard.flush(1);
  assert.equal(w.stub.requests.length, 1);
});

test("what was denied is not sent later", async (t) => {
  const w = await world(t);
  const guard = w.guard({ url: `http://127.0.0.1:${await closedPort()}`, failClosed: true });
  assert.equal((await run(createHooks({ guard })[0], PROMPT)).decision, "block");
  assert.equal(guard.stats().queued, 0);
});

const bash = { tool_name: "Bash", tool_response: { stdout: "SECRET", stderr: "SECRET", interrupted: false } };
const output = (updatedToolOutput) => ({ decision: "block", hookSpecificOutput: { updatedToolOutput } });
const CLOSED = [
  ["UserPromptSubmit", {}, { decision: "block", hookSpecificOutput: { suppressOriginalPrompt: true } }],
  ["UserPromptExpansion", {}, { decision: "block", hookSpecificOutput: { suppressOriginalPrompt: true } }],
  ["PreToolUse", {}, { hookSpecificOutput: { permissionDecision: "deny" } }],
  ["PermissionRequest", {}, { hookSpecificOutput: { decision: { behavior: "deny" } } }],
  ["PostToolUse", bash, output({ stdout: "NOTE", stderr: "", interrupted: false, isImage: false })],
  ["PostToolUse", { tool_name: "mcp__db__query", tool_response: [{ type: "text", text: "SECRET" }] }, output([{ type: "text", text: "NOTE" }])],
  [
    "PostToolUse",
    { tool_name: "Read", tool_input: { file_path: "/a" }, tool_response: { type: "image", file: { base64: "SECRET" } } },
    output({ type: "text", file: { filePath: "/a", content: "NOTE", numLines: 1, startLine: 1, totalLines: 1 } }),
  ],
  [
    "PostToolUse",
    { tool_name: "Agent", tool_response: { status: "completed", content: [{ type: "text", text: "SECRET" }], totalTokens: 5 } },
    output({ status: "completed", content: [{ type: "text", text: "NOTE" }], totalTokens: 5 }),
  ],
  [
    "PostToolUse",
    { tool_name: "Grep", tool_response: { mode: "content", content: "SECRET", lines: ["SECRET", { type: "x", n: 2, ok: true, no: null }] } },
    output({ mode: "content", content: "NOTE", lines: ["NOTE", { type: "x", n: 2, ok: true, no: null }] }),
  ],
  ["PostToolUse", { tool_name: "Odd", tool_response: "SECRET" }, output("NOTE")],
  ["PostToolUseFailure", { error: "SECRET" }, {}],
  ["PostToolBatch", { tool_calls: [] }, { decision: "block" }],
  ["MessageDisplay", { delta: "SECRET" }, { hookSpecificOutput: { displayContent: "NOTE" } }],
  ["Stop", {}, { decision: "block", continue: false }],
  ["SubagentStop", {}, {}],
  ["PreModelSwitch", {}, { hookSpecificOutput: { permissionDecision: "deny" } }],
  ["Elicitation", {}, { hookSpecificOutput: { action: "decline" } }],
  ["PreCompact", {}, { decision: "block" }],
  ["ConfigChange", {}, { decision: "block" }],
  ["Notification", {}, {}],
  ["SubagentStart", {}, {}],
  ["SomethingNew", {}, {}],
];

test("the form of each event where the fail mode is closed", async (t) => {
  const w = await world(t);
  const guard = w.guard({ url: `http://127.0.0.1:${await closedPort()}`, failClosed: true });
  const [hook] = createHooks({ guard });
  for (const [event, more, want] of CLOSED) {
    const got = await run(hook, { ...more, hook_event_name: event });
    assert.deepEqual(stripped(got), want, event);
    assert.doesNotMatch(JSON.stringify(got), /SECRET/);
    if (got.hookSpecificOutput) assert.equal(got.hookSpecificOutput.hookEventName, event);
    if (got.decision) assert.match(got.reason, /connection refused/);
  }
});

test("a deep result", async (t) => {
  const w = await world(t);
  let deep = "SECRET";
  for (let n = 0; n < 5000; n++) deep = [deep];
  const got = await run(createHooks({ guard: w.guard({ url: "", failClosed: true }) })[3], { tool_name: "Odd", tool_response: deep });
  assert.doesNotMatch(JSON.stringify(got), /SECRET/);
  assert.equal(got.decision, "block");
});
