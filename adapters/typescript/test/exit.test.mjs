// Programs that end, as processes of their own.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";

import { closedPort, reply, sleep, timed, world } from "./stub.mjs";

const PRELUDE = `
  import { createHooks, close, stats } from ${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)};
  const [hook] = createHooks();
  const send = (n) => hook({ hook_event_name: "UserPromptSubmit", n }, undefined, { signal: new AbortController().signal });
`;

async function program(w, text, env = {}) {
  const base = { PATH: process.env.PATH, GATEHOUSE_URL: w.stub.url, LOG_DIR: w.folder, AKTO_TIMEOUT: "2" };
  const child = spawn(process.execPath, ["--input-type=module", "-e", PRELUDE + text], { env: { ...base, ...env } });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (said += part));
  const [code, took] = await timed(() => new Promise((done) => child.on("close", done)));
  assert.deepEqual([code, said], [0, ""]);
  return took;
}

const recorded = (w) => w.stub.requests.map((r) => r.json.n);

test("exit waits for what is queued", async (t) => {
  const w = await world(t);
  w.stub.behave = (socket) => sleep(10).then(() => socket.write(reply({})));
  await program(w, "for (let n = 0; n < 60; n++) await send(n);", { AKTO_SYNC_MODE: "false" });
  assert.deepEqual(recorded(w), [...Array(60).keys()]);
});

test("exit waits for a server that comes back", async (t) => {
  const w = await world(t);
  w.stub.behave = (socket) => socket.write(reply({}, w.stub.requests.length < 3 ? { status: "503 Busy" } : {}));
  await program(w, "await send(1);", { AKTO_SYNC_MODE: "false" });
  assert.deepEqual(recorded(w), [1, 1, 1]);
});

test("exit waits no longer than the time-out", async (t) => {
  const w = await world(t);
  const url = `http://127.0.0.1:${await closedPort()}`;
  const took = await program(w, "for (let n = 0; n < 5; n++) await send(n);", { AKTO_SYNC_MODE: "false", AKTO_TIMEOUT: "0.5", GATEHOUSE_URL: url });
  assert.ok(took < 5000, `${took} ms`);
  assert.equal(w.log().match(/was not recorded: program ended/g).length, 5);
});

test("exit while the server hangs", async (t) => {
  const w = await world(t);
  w.stub.behave = () => {};
  for (const sync of ["true", "false"]) {
    const took = await program(w, "await send(1);", { AKTO_SYNC_MODE: sync, AKTO_TIMEOUT: "0.5" });
    assert.ok(took < 5000, `${took} ms`);
  }
});

test("process.exit after close loses nothing", async (t) => {
  const w = await world(t);
  await program(w, "for (let n = 0; n < 10; n++) await send(n); await close(); process.exit(0);", { AKTO_SYNC_MODE: "false" });
  assert.deepEqual(recorded(w), [...Array(10).keys()]);
});

test("process.exit without close says what it lost", async (t) => {
  const w = await world(t);
  w.stub.behave = () => {};
  await program(w, "for (let n = 0; n < 3; n++) await send(n); process.exit(0);", { AKTO_SYNC_MODE: "false" });
  assert.equal(w.log().match(/ERROR .*was not recorded: program ended/g).length, 3);
});
