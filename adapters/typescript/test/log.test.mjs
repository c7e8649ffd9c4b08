// The log file: one line an entry, private, bounded, and never in the way.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { Log, oneLine } from "../dist/log.js";

const NAME = "akto-agent-sdk.log";

function folderOf(t) {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-log-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("one line", () => {
  for (const [text, want] of [
    ["plain ünï 漢字 \u{1f600}", "plain ünï 漢字 \u{1f600}"],
    ["a\nb\r\nc", "a\\u000ab\\u000d\\u000ac"],
    ["a\x00\t\x1b[31m\x7f\x85", "a\\u0000\\u0009\\u001b[31m\\u007f\\u0085"],
    ["a\u2028b\u2029c", "a\\u2028b\\u2029c"],
    ["a\u202eb\u2066c", "a\\u202eb\\u2066c"],
    ["a\ud800b", "a\\ud800b"],
  ]) {
    assert.equal(oneLine(text), want);
  }
  assert.equal(oneLine("x".repeat(10000)).length, 2051);
});

test("private, and in a new folder", (t) => {
  const folder = join(folderOf(t), "a", "b");
  new Log(folder).info("hello");
  assert.equal(statSync(join(folder, NAME)).mode & 0o777, 0o600);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.match(readFileSync(join(folder, NAME), "utf8"), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO \[\d+\] hello\n$/);
});

test("levels", (t) => {
  for (const [level, want] of [["DEBUG", 4], ["INFO", 3], ["WARNING", 2], ["ERROR", 1]]) {
    const folder = folderOf(t);
    const log = new Log(folder, level);
    for (const method of ["debug", "info", "warning", "error"]) log[method]("x");
    assert.equal(readFileSync(join(folder, NAME), "utf8").trimEnd().split("\n").length, want);
  }
});

test("rotation is bounded", (t) => {
  const folder = folderOf(t);
  const log = new Log(folder, "INFO", 1000);
  for (let n = 0; n < 200; n++) log.info(`line ${n} ${"x".repeat(50)}`);
  assert.deepEqual(readdirSync(folder).sort(), [NAME, `${NAME}.1`, `${NAME}.2`, `${NAME}.3`]);
  for (const name of readdirSync(folder)) assert.ok(statSync(join(folder, name)).size <= 1000);
  assert.match(readFileSync(join(folder, NAME), "utf8"), /line 199/);
});

test("a file moved by another is left alone", (t) => {
  const folder = folderOf(t);
  const log = new Log(folder);
  log.info("one");
  renameSync(join(folder, NAME), join(folder, "old"));
  log.info("two");
  assert.doesNotMatch(readFileSync(join(folder, NAME), "utf8"), /one/);
  rmSync(join(folder, NAME));
  log.info("three");
  assert.match(readFileSync(join(folder, NAME), "utf8"), /three/);
});

test("what cannot be written is given up", (t) => {
  const folder = folderOf(t);
  const blocked = join(folder, "file");
  writeFileSync(blocked, "");
  for (const bad of [blocked, join(blocked, "below"), "/proc/nowhere", "\0", ""]) new Log(bad).error("lost");
});

test("a pipe or a full disk in its place does not block", { skip: process.platform === "win32" && "no named pipes" }, (t) => {
  const pipe = folderOf(t);
  execFileSync("mkfifo", [join(pipe, NAME)]);
  new Log(pipe).error("lost");
  if (!existsSync("/dev/full")) return;
  const full = folderOf(t);
  symlinkSync("/dev/full", join(full, NAME));
  new Log(full).error("lost");
});
