/** The guard of one program: has events judged, knows what to do without a verdict, keeps count, and never throws. */
import { deadline, type Config } from "./config.js";
import { Fault } from "./fault.js";
import { Log } from "./log.js";
import { NativeWire, type Answer, type Identity, type Wire } from "./native.js";
import { Outbox, type Parcel } from "./outbox.js";
import { closed, denies, isFields, reason, type Fields } from "./replies.js";

/** Counts since the program's start. */
export interface Stats {
  events: number;
  judged: number;
  blocked: number;
  redacted: number;
  asked: number;
  failedOpen: number;
  failedClosed: number;
  /** Events that will never be in the records. */
  dropped: number;
  queued: number;
  /** Events that nobody waited for and that are in the records. */
  recorded: number;
  retried: number;
  connections: number;
  /** Why there was no verdict, and how often. */
  failures: Record<string, number>;
}

/** One event on its way through the guard. */
interface Call {
  readonly event: string;
  readonly data: Fields;
  readonly identity: Identity;
}

/** Returns counts of nothing. */
export function noStats(): Stats {
  const judged = { events: 0, judged: 0, blocked: 0, redacted: 0, asked: 0, failedOpen: 0, failedClosed: 0 };
  return { ...judged, dropped: 0, queued: 0, recorded: 0, retried: 0, connections: 0, failures: {} };
}

// The guards that may have something queued.
const guards = new Set<Guard>();

/** Shares connections, queue and counts among all hooks of equal settings. */
export class Guard {
  readonly #log: Log;
  readonly #outbox: Outbox;
  readonly #wire: Wire | undefined;
  readonly #failures = new Map<string, number>();
  readonly #counts = noStats();
  #unusable = "";

  constructor(
    readonly config: Config,
    wire?: Wire,
  ) {
    this.#log = new Log(config.logDir, config.logLevel);
    this.#wire = wire ?? this.#nativeWire();
    this.#outbox = new Outbox({
      deliver: (parcel) => this.#deliver(parcel),
      dropped: (parcel, why) => this.#lost(parcel.event, why),
    });
    this.#greet();
  }

  #nativeWire(): Wire | undefined {
    try {
      if (!this.config.url) throw new Fault("no address is set");
      return new NativeWire(this.config);
    } catch (error) {
      this.#unusable = error instanceof Fault ? error.why : "internal error";
      return undefined;
    }
  }

  #greet(): void {
    const { sync, failClosed, timeout, problems, url } = this.config;
    const mode = `mode=${sync ? "sync" : "async"} fail_mode=${failClosed ? "closed" : "open"} timeout=${timeout}s`;
    this.#log.info(`Akto Agent SDK hooks initialised: ${mode}`);
    for (const problem of problems) this.#log.error(`configuration error: ${problem}`);
    if (this.#unusable && url) this.#log.error(`configuration error: ${this.#unusable}`);
  }

  /**
   * Takes what the SDK handed to a hook that is registered for event, and resolves to the reply for the client, always
   * before the client's own time-out. Never rejects.
   */
  async handle(event: string, input: unknown, toolUseId: string | undefined, identity: Identity, signal?: AbortSignal): Promise<Fields> {
    this.#counts.events++;
    const call = callOf(event, input, toolUseId, identity);
    if (this.config.sync) return await this.#judge(call, signal);
    this.#observe(call);
    return {};
  }

  async #judge(call: Call, signal?: AbortSignal): Promise<Fields> {
    try {
      const body = this.#encode(call);
      const answer = await this.#wire!.decide(call.event, body, call.identity, deadline(this.config, call.event), signal);
      this.#judged(call, answer);
      return answer.reply;
    } catch (error) {
      if (signal?.aborted) return {}; // the client has gone on without us, and reads no reply
      return this.#fail(call, error instanceof Fault ? error : new Fault("internal error", true, true));
    }
  }

  #judged(call: Call, { reply, action, decision }: Answer): void {
    const { log, counts } = { log: this.#log, counts: this.#counts };
    counts.judged++;
    if (this.config.logPayloads) log.payload(`reply to ${call.event}`, JSON.stringify(reply));
    const record = `decision=${decision.slice(0, 64)}`;
    if (action === "deny" || denies(reply)) {
      counts.blocked++;
      // A reason is made of the policies' own words, never of content.
      log.warning(`BLOCKING ${nameOf(call)} ${record}: ${reason(reply)}`);
    } else if (action === "redact" || action === "ask") {
      counts[action === "redact" ? "redacted" : "asked"]++;
      log.info(`${action} ${nameOf(call)} ${record}`);
    } else log.debug(`${action} ${nameOf(call)} ${record}`);
  }

  /** Reports call without waiting for anything but its turn in the queue. */
  #observe(call: Call): void {
    try {
      guards.add(this);
      this.#outbox.put({ event: call.event, body: this.#encode(call), identity: call.identity });
    } catch (error) {
      this.#lost(call.event, error instanceof Fault ? error.why : "internal error");
    }
  }

  /** The reply to call where there is no verdict: what the fail mode says. */
  #fail(call: Call, fault: Fault): Fields {
    this.#failed(fault.why);
    const reply = this.config.failClosed ? closed(call.event, call.data, fault.why) : {};
    if (Object.keys(reply).length > 0) {
      this.#counts.failedClosed++;
      this.#log.error(`BLOCKING ${nameOf(call)} fail-closed: ${fault.why}`);
      return reply;
    }
    this.#counts.failedOpen++;
    this.#log.error(`fail-open: error judging ${nameOf(call)}: ${fault.why}`);
    if (!fault.sent && !fault.permanent) this.#observe(call); // it passed unseen; the record of it can still come in later
    return reply;
  }

  #encode(call: Call): Buffer {
    if (!this.#wire) throw new Fault(this.#unusable, false, true);
    const body = this.#wire.encode(call.data);
    if (this.config.logPayloads) this.#log.payload(`event ${call.event}`, body.toString());
    return body;
  }

  async #deliver(parcel: Parcel): Promise<void> {
    await this.#wire!.record(parcel.event, parcel.body, parcel.identity, deadline(this.config, parcel.event));
  }

  #lost(event: string, why: string): void {
    this.#counts.dropped++;
    this.#failed(why);
    this.#log.error(`error: event ${event.slice(0, 64)} was not recorded: ${why}`);
  }

  #failed(why: string): void {
    this.#failures.set(why, (this.#failures.get(why) ?? 0) + 1);
  }

  /** Counts since the program's start. */
  stats(): Stats {
    return {
      ...this.#counts,
      queued: this.#outbox.size,
      recorded: this.#outbox.delivered,
      retried: this.#outbox.retried,
      connections: this.#wire?.connections ?? 0,
      failures: Object.fromEntries(this.#failures),
    };
  }

  /** Resolves once queued events are recorded or given up, at most after so long; to whether they are. */
  async flush(seconds = this.config.timeout): Promise<boolean> {
    return await this.#outbox.flush(seconds);
  }

  /** Flushes for the last time, gives up what is left, and closes connections. A guard that is used again opens new ones. */
  async close(seconds = this.config.timeout): Promise<void> {
    if (!(await this.flush(seconds))) this.abandon();
    guards.delete(this);
    this.#wire?.close();
  }

  /** Gives up what is queued. */
  abandon(): void {
    this.#outbox.abandon("program ended");
  }
}

function callOf(event: string, input: unknown, toolUseId: string | undefined, identity: Identity): Call {
  let data = isFields(input) ? input : {};
  const named = typeof data.hook_event_name === "string" && data.hook_event_name !== "";
  if (!named) data = { ...data, hook_event_name: event };
  if (toolUseId && "tool_name" in data && !("tool_use_id" in data)) data = { ...data, tool_use_id: toolUseId };
  return { event: named ? (data.hook_event_name as string) : event, data, identity };
}

/** Event, tool and session of call, for the log. */
function nameOf(call: Call): string {
  const parts = [call.event.slice(0, 64)];
  const { tool_name: tool, session_id: session } = call.data;
  if (typeof tool === "string" && tool) parts.push(`tool=${tool.slice(0, 128)}`);
  if (typeof session === "string" && session) parts.push(`session=${session.slice(0, 128)}`);
  return parts.join(" ");
}

// A program whose last work is done waits for its queues; one that calls process.exit cannot, and says what it lost.
process.on("beforeExit", () => {
  for (const guard of guards) {
    if (guard.stats().queued > 0) void guard.close();
  }
});
process.on("exit", () => {
  for (const guard of guards) guard.abandon();
});
