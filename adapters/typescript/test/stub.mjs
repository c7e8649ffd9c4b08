// A stub of Gatehouse on loopback that can misbehave in every way that a server can, and what else the tests share.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import net from "node:net";
import tls from "node:tls";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { configOf, Guard } from "../dist/index.js";

export { sleep };

export const HEAD = (action) => `X-Gatehouse-Action: ${action}\r\nX-Gatehouse-Decision: 0199-decision\r\nContent-Type: application/json\r\n`;

/** Bytes of a reply; body is a Buffer, or is encoded as JSON. */
export function reply(body, { action = "allow", status = "200 OK", head = HEAD(action), extra = "" } = {}) {
  const raw = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status}\r\n${head}${extra}Content-Length: ${raw.length}\r\n\r\n`), raw]);
}

export const allow = (socket) => void socket.write(reply({}));

/** Serves on a free port. behave(socket, request) answers. */
export class Stub {
  requests = [];
  accepted = 0;
  sockets = new Set();

  static async start(behave = allow, secure) {
    const stub = new Stub();
    stub.behave = behave;
    const serve = (socket) => stub.#serve(socket);
    stub.server = secure ? tls.createServer(secure, serve) : net.createServer(serve);
    await new Promise((done) => stub.server.listen(0, "127.0.0.1", done));
    stub.port = stub.server.address().port;
    stub.url = `${secure ? "https" : "http"}://127.0.0.1:${stub.port}`;
    return stub;
  }

  hangUp() {
    for (const socket of this.sockets) socket.destroy();
  }

  async close() {
    this.hangUp();
    await new Promise((done) => this.server.close(done));
  }

  #serve(socket) {
    this.accepted++;
    this.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("error", () => {});
    let got = Buffer.alloc(0);
    socket.on("data", (part) => {
      got = Buffer.concat([got, part]);
      for (;;) {
        const end = got.indexOf("\r\n\r\n");
        if (end < 0) return;
        const [first, ...lines] = got.subarray(0, end).toString("utf8").split("\r\n");
        const headers = Object.fromEntries(lines.map((l) => [l.slice(0, l.indexOf(":")).toLowerCase(), l.slice(l.indexOf(":") + 1).trim()]));
        const size = Number(headers["content-length"] ?? 0);
        if (got.length < end + 4 + size) return;
        const body = got.subarray(end + 4, end + 4 + size);
        got = got.subarray(end + 4 + size);
        const [method, target] = first.split(" ");
        const request = { method, target, headers, body, get json() { return JSON.parse(body.toString()); } };
        this.requests.push(request);
        void this.behave(socket, request);
      }
    });
  }
}

/** A port that nobody listens on. */
export async function closedPort() {
  const server = net.createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** A stub, a folder for logs, and guards for the stub; all gone after the test t. */
export async function world(t) {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-test-"));
  const stub = await Stub.start();
  const guards = [];
  t.after(async () => {
    await Promise.all(guards.map((guard) => guard.close(0)));
    await stub.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    stub,
    guard(settings = {}) {
      const guard = new Guard(configOf({ url: stub.url, logDir: folder, timeout: 2, ...settings }));
      guards.push(guard);
      return guard;
    },
    log() {
      try {
        return readFileSync(join(folder, "akto-agent-sdk.log"), "utf8");
      } catch {
        return "";
      }
    },
  };
}

/** Calls a hook as the SDK does. */
export const run = (hook, data, id) => hook(data, id, { signal: new AbortController().signal });

export async function timed(work) {
  const begin = performance.now();
  const result = await work();
  return [result, performance.now() - begin];
}

/** Sets variables of the environment until the end of the test t. */
export function env(t, values) {
  for (const [name, value] of Object.entries(values)) {
    const before = process.env[name];
    t.after(() => (before === undefined ? delete process.env[name] : (process.env[name] = before)));
    process.env[name] = value;
  }
}

/** A reply with its sentences taken out. */
export function stripped(value) {
  if (Array.isArray(value)) return value.map(stripped);
  if (typeof value === "string" && value.startsWith("[withheld by Gatehouse")) return "NOTE";
  if (typeof value !== "object" || value === null) return value;
  const sentences = ["reason", "permissionDecisionReason", "message", "hookEventName"];
  return Object.fromEntries(Object.entries(value).filter(([k]) => !sentences.includes(k)).map(([k, v]) => [k, stripped(v)]));
}
