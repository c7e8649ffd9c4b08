// What the environment means.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { configFromEnv } from "../dist/index.js";
import { deadline } from "../dist/config.js";

const URL = { GATEHOUSE_URL: "http://127.0.0.1:8700" };

test("defaults of the documented variables", () => {
  assert.deepEqual(configFromEnv({ AKTO_DATA_INGESTION_URL: "https://akto.example" }), {
    url: "https://akto.example",
    token: "",
    sync: true,
    failClosed: false,
    timeout: 5,
    connector: "claude_agent_sdk",
    agent: "",
    host: "api.anthropic.com",
    mode: "argus",
    caPath: "",
    logDir: join(homedir(), ".claude/akto/logs"),
    logLevel: "INFO",
    logPayloads: false,
    problems: [],
  });
});

test("each variable", () => {
  for (const [env, field, want] of [
    [{ GATEHOUSE_URL: "http://a", AKTO_DATA_INGESTION_URL: "http://b" }, "url", "http://a"],
    [{ GATEHOUSE_TOKEN: "g", AKTO_TOKEN: "a" }, "token", "g"],
    [{ AKTO_TOKEN: "a", AKTO_API_TOKEN: "b" }, "token", "a"],
    [{ AKTO_API_TOKEN: " b\n" }, "token", "b"],
    [{ AKTO_SYNC_MODE: "false" }, "sync", false],
    [{ AKTO_SYNC_MODE: "FALSE" }, "sync", false],
    [{ AKTO_SYNC_MODE: "0" }, "sync", false],
    [{ AKTO_SYNC_MODE: "" }, "sync", true],
    [{ AKTO_TIMEOUT: "2.5" }, "timeout", 2.5],
    [{ GATEHOUSE_FAIL_MODE: "Closed" }, "failClosed", true],
    [{ GATEHOUSE_FAIL_MODE: "open" }, "failClosed", false],
    [{ MODE: "ATLAS" }, "mode", "atlas"],
    [{ AKTO_HOST: "h" }, "host", "h"],
    [{ AKTO_CONNECTOR: "c" }, "connector", "c"],
    [{ AGENT_ID: "bot" }, "agent", "bot"],
    [{ LOG_DIR: "/x" }, "logDir", "/x"],
    [{ LOG_LEVEL: "debug" }, "logLevel", "DEBUG"],
    [{ LOG_PAYLOADS: "true" }, "logPayloads", true],
    [{ SSL_CERT_PATH: "/ca.pem" }, "caPath", "/ca.pem"],
  ]) {
    const config = configFromEnv({ ...URL, ...env });
    assert.equal(config[field], want, JSON.stringify(env));
    assert.deepEqual(config.problems, []);
  }
});

test("what cannot be read is told, and takes the strict side", () => {
  for (const [env, field, want] of [
    [{ GATEHOUSE_FAIL_MODE: "closd" }, "failClosed", true],
    [{ AKTO_SYNC_MODE: "maybe" }, "sync", true],
    [{ LOG_PAYLOADS: "maybe" }, "logPayloads", false],
    [{ AKTO_TIMEOUT: "5s" }, "timeout", 5],
    [{ AKTO_TIMEOUT: "0" }, "timeout", 5],
    [{ AKTO_TIMEOUT: "-1" }, "timeout", 5],
    [{ AKTO_TIMEOUT: "NaN" }, "timeout", 5],
    [{ AKTO_TIMEOUT: "Infinity" }, "timeout", 5],
    [{ MODE: "x" }, "mode", "argus"],
    [{ LOG_LEVEL: "loud" }, "logLevel", "INFO"],
    [{ GATEHOUSE_TOKEN_FILE: "/nowhere/token" }, "token", ""],
    [{ GATEHOUSE_URL: "" }, "url", ""],
  ]) {
    const config = configFromEnv({ ...URL, ...env });
    assert.equal(config[field], want, JSON.stringify(env));
    assert.equal(config.problems.length, 1, JSON.stringify(env));
  }
});

test("a token from a file", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-token-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "token"), "gh_1_secret\n");
  assert.equal(configFromEnv({ ...URL, GATEHOUSE_TOKEN_FILE: join(folder, "token"), AKTO_TOKEN: "other" }).token, "gh_1_secret");
});

test("deadlines stay below all others", () => {
  for (const timeout of [0.05, 1, 5, 30, 3600]) {
    for (const [event, limit] of [["UserPromptSubmit", 30], ["PreToolUse", 60], ["Stop", 60]]) {
      assert.ok(deadline({ timeout }, event) < Math.min(timeout, limit), `${event} ${timeout}`);
    }
  }
});
