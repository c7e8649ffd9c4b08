/**
 * The log file: one event a line, whatever the values hold; bounded in size; never in the agent's way.
 *
 * Several processes may write to one file: a line is one appending write. A file that cannot be written is given up
 * for a while; nothing else happens.
 */
import { closeSync, constants, existsSync, fstatSync, mkdirSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";

const FILE_NAME = "akto-agent-sdk.log";
const MAX_FILE_BYTES = 10 * 2 ** 20;
const KEPT_FILES = 3;
const MAX_LINE_CHARS = 2048;
const MAX_PAYLOAD_CHARS = 256 * 2 ** 10;
const RETRY_MS = 30_000;
const LEVELS = { DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40 } as const;

type Level = keyof typeof LEVELS;

// Control characters, line and paragraph separators, lone surrogates, and what turns the direction of text.
const UNSAFE = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/gu;

/** Text without anything that could start a second line or steer a terminal, cut at limit characters. */
export function oneLine(text: string, limit = MAX_LINE_CHARS): string {
  const cut = text.length <= limit ? text : text.slice(0, limit) + "...";
  return cut.replace(UNSAFE, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
}

/** Writes lines of at least one level to the log file in a folder. Never throws. */
export class Log {
  readonly #path: string;
  readonly #least: number;
  readonly #maxFileBytes: number;
  #fd = -1;
  #givenUpAt = -Infinity;

  constructor(folder: string, level: Level = "INFO", maxFileBytes = MAX_FILE_BYTES) {
    this.#path = folder ? join(folder, FILE_NAME) : "";
    this.#least = LEVELS[level];
    this.#maxFileBytes = maxFileBytes;
  }

  debug(text: string): void {
    this.#write("DEBUG", text);
  }

  info(text: string): void {
    this.#write("INFO", text);
  }

  warning(text: string): void {
    this.#write("WARNING", text);
  }

  error(text: string): void {
    this.#write("ERROR", text);
  }

  /** Writes content, for those who asked for it. */
  payload(what: string, text: string): void {
    this.#write("INFO", `${what} ${text}`, MAX_PAYLOAD_CHARS);
  }

  #write(level: Level, text: string, limit = MAX_LINE_CHARS): void {
    if (!this.#path || LEVELS[level] < this.#least || performance.now() - this.#givenUpAt < RETRY_MS) return;
    try {
      const line = Buffer.from(`${new Date().toISOString()} ${level} [${process.pid}] ${oneLine(text, limit)}\n`);
      this.#open();
      if (fstatSync(this.#fd).size + line.length > this.#maxFileBytes) this.#rotate();
      writeSync(this.#fd, line);
      this.#givenUpAt = -Infinity;
    } catch {
      this.#givenUpAt = performance.now();
      this.#close();
    }
  }

  /** Has the file open that the path names now: another process may have moved ours aside. */
  #open(): void {
    if (this.#fd >= 0) {
      if (this.#isOurs()) return;
      this.#close();
    }
    makeFolder(dirname(this.#path));
    // Without O_NONBLOCK a pipe that lies there instead of a file would hold the agent up.
    const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0);
    this.#fd = openSync(this.#path, flags, 0o600);
  }

  #isOurs(): boolean {
    const there = statSync(this.#path, { throwIfNoEntry: false });
    const ours = fstatSync(this.#fd);
    return there !== undefined && there.ino === ours.ino && there.dev === ours.dev;
  }

  #rotate(): void {
    if (this.#isOurs()) {
      this.#close();
      for (let n = KEPT_FILES; n > 0; n--) {
        const newer = n === 1 ? this.#path : `${this.#path}.${n - 1}`;
        if (existsSync(newer)) renameSync(newer, `${this.#path}.${n}`);
      }
    }
    this.#open();
  }

  #close(): void {
    if (this.#fd < 0) return;
    const fd = this.#fd;
    this.#fd = -1;
    try {
      closeSync(fd);
    } catch {
      // It is gone either way.
    }
  }
}

/** Makes a folder and those above it. (The recursive mode of mkdirSync never returns from a path below /proc.) */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}
