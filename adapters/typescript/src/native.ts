/**
 * Gatehouse's own wire: the hook's input goes out as it is, and the reply comes back in Claude's own format.
 * Another {@link Wire} can take this one's place.
 */
import type { OutgoingHttpHeaders } from "node:http";

import type { Config } from "./config.js";
import { Fault } from "./fault.js";
import { Pool, type Reply } from "./http.js";
import { flaw, type Fields } from "./replies.js";

const PATH = "/v1/hooks/claude";
const MAX_IDENTITY_CHARS = 256;

/** Who is behind an event, as far as the program knows. */
export interface Identity {
  readonly clientIp: string;
  readonly agent: string;
  readonly user: string;
  readonly model: string;
}

/** What a rule, or the client on reading a reply, does with an event; mildest first. */
export const ACTIONS = ["allow", "alert", "redact", "ask", "deny"] as const;
export type Action = (typeof ACTIONS)[number];

/** What was decided about one event. */
export interface Answer {
  readonly reply: Fields;
  /** What the client does on reading reply. */
  readonly action: Action;
  /** Name of the record. */
  readonly decision: string;
}

/** How events travel. All methods reject with, or throw, a Fault. */
export interface Wire {
  readonly connections: number;
  encode(data: Fields): Buffer;
  /** Has one event judged. */
  decide(event: string, body: Buffer, identity: Identity, seconds: number, signal?: AbortSignal): Promise<Answer>;
  /** Has one event judged for the record alone; it is durable once this resolves. */
  record(event: string, body: Buffer, identity: Identity, seconds: number): Promise<void>;
  close(): void;
}

/** Speaks `POST /v1/hooks/claude`. */
export class NativeWire implements Wire {
  readonly #config: Config;
  readonly #pool: Pool;

  constructor(config: Config) {
    this.#config = config;
    this.#pool = new Pool(config.url, config.caPath);
  }

  get connections(): number {
    return this.#pool.opened;
  }

  close(): void {
    this.#pool.close();
  }

  encode(data: Fields): Buffer {
    try {
      const text = JSON.stringify(data);
      // Lone surrogates, which JSON.stringify escapes and no other JSON reader need accept, become question marks.
      return Buffer.from(/\\ud[89a-f]/.test(text) ? JSON.stringify(wellFormed(data, 0)) : text);
    } catch {
      throw new Fault("event is not JSON", false, true);
    }
  }

  async decide(event: string, body: Buffer, identity: Identity, seconds: number, signal?: AbortSignal): Promise<Answer> {
    return await this.#ask(event, body, identity, false, seconds, signal);
  }

  async record(event: string, body: Buffer, identity: Identity, seconds: number): Promise<void> {
    await this.#ask(event, body, identity, true, seconds);
  }

  async #ask(event: string, body: Buffer, identity: Identity, observe: boolean, seconds: number, signal?: AbortSignal): Promise<Answer> {
    const path = `${PATH}?observe=${observe}&fail_mode=${this.#config.failClosed ? "closed" : "open"}`;
    const reply = await this.#pool.post(path, this.#headers(identity), body, seconds, signal);
    checkStatus(reply);
    // Any server answers something to a POST. Only Gatehouse says what it did, and without that word an empty object
    // from a stranger would pass for an allow.
    const action = reply.headers["x-gatehouse-action"] as Action;
    if (!ACTIONS.includes(action)) throw new Fault("reply is not from Gatehouse");
    let parsed: unknown;
    try {
      parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(reply.body));
    } catch {
      throw new Fault("reply is not JSON");
    }
    const wrong = flaw(event, parsed);
    if (wrong) throw new Fault(wrong);
    return { reply: parsed as Fields, action, decision: String(reply.headers["x-gatehouse-decision"] ?? "") };
  }

  #headers(identity: Identity): OutgoingHttpHeaders {
    const headers: OutgoingHttpHeaders = { "Content-Type": "application/json", "User-Agent": "gatehouse-typescript" };
    const token = this.#config.token;
    if (token) headers.Authorization = headerValue(/^bearer /i.test(token) ? token : `Bearer ${token}`, 65536);
    const named = {
      "X-Gatehouse-Agent": identity.agent || this.#config.agent,
      "X-Gatehouse-Connector": this.#config.connector,
      "X-Gatehouse-User": identity.user,
      "X-Gatehouse-Client-IP": identity.clientIp,
      "X-Gatehouse-Model": identity.model,
    };
    for (const [name, value] of Object.entries(named)) {
      if (value) headers[name] = headerValue(value, MAX_IDENTITY_CHARS);
    }
    return headers;
  }
}

/** Text as the value of a header: one line, bounded, in UTF-8. */
function headerValue(text: string, limit: number): string {
  const line = text.slice(0, limit).replace(/[\x00-\x1f\x7f]/g, "").trim();
  return Buffer.from(line).toString("latin1");
}

/** A copy of value without lone surrogates. */
function wellFormed(value: unknown, depth: number): unknown {
  if (depth > 5000) throw new Fault("event is not JSON", false, true);
  if (typeof value === "string") return value.replace(/\p{Surrogate}/gu, "?");
  if (Array.isArray(value)) return value.map((v) => wellFormed(v, depth + 1));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [wellFormed(k, depth), wellFormed(v, depth + 1)]));
  }
  return value;
}

function checkStatus({ status }: Reply): void {
  if (status === 200) return;
  if (status >= 300 && status < 400) throw new Fault("redirect refused");
  if (status === 401 || status === 403) throw new Fault(`token refused, status ${status}`, true, true);
  if (status === 413) throw new Fault("event is too large, status 413", true, true);
  if (status === 429 || status === 503) throw new Fault(`server is busy, status ${status}`, false);
  throw new Fault(`status ${status}`, true, status >= 400 && status < 500);
}
