/** A bounded queue of events that nobody waits for, delivered one after the other. */
import { Fault } from "./fault.js";
import type { Identity } from "./native.js";

const MAX_EVENTS = 10_000;
const MAX_BYTES = 64 * 2 ** 20;
/** Deliveries of one event whose fate the server left open. One that it certainly did not get does not count. */
export const MAX_TRIES = 5;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** One event on its way. */
export interface Parcel {
  readonly event: string;
  readonly body: Buffer;
  readonly identity: Identity;
}

/** What an {@link Outbox} works with. */
export interface Delivery {
  /** Rejects with a Fault. */
  deliver(parcel: Parcel): Promise<void>;
  /** Is told of every parcel that is given up. */
  dropped(parcel: Parcel, why: string): void;
  readonly maxEvents?: number;
  readonly maxBytes?: number;
}

/** Delivers in order, so that a session's events arrive as they happened. A full queue refuses what is new. */
export class Outbox {
  /** Deliveries that had to be tried again. */
  retried = 0;
  /** Parcels delivered. */
  delivered = 0;
  readonly #delivery: Delivery;
  #queue: Parcel[] = [];
  #bytes = 0;
  #running = false;
  #flushes = 0;
  #wake: (() => void) | undefined;
  #emptied: (() => void)[] = [];

  constructor(delivery: Delivery) {
    this.#delivery = delivery;
  }

  get size(): number {
    return this.#queue.length;
  }

  /** Queues a parcel; never waits. */
  put(parcel: Parcel): void {
    const { maxEvents = MAX_EVENTS, maxBytes = MAX_BYTES } = this.#delivery;
    if (this.#queue.length >= maxEvents || this.#bytes + parcel.body.length > maxBytes) {
      this.#delivery.dropped(parcel, "queue is full");
      return;
    }
    this.#queue.push(parcel);
    this.#bytes += parcel.body.length;
    if (!this.#running) void this.#run();
  }

  /** Resolves once all is delivered or given up, at most after so long; to whether it is. Keeps the program alive. */
  async flush(seconds: number): Promise<boolean> {
    if (this.#queue.length === 0) return true;
    this.#flushes++;
    let timer: NodeJS.Timeout | undefined;
    try {
      const empty = new Promise<void>((resolve) => this.#emptied.push(resolve));
      this.#wake?.();
      await Promise.race([empty, new Promise((resolve) => (timer = setTimeout(resolve, seconds * 1000)))]);
    } finally {
      clearTimeout(timer);
      this.#flushes--;
    }
    return this.#queue.length === 0;
  }

  /** Gives up all that is queued. */
  abandon(why: string): void {
    const parcels = this.#queue;
    this.#queue = [];
    this.#bytes = 0;
    for (const parcel of parcels) this.#delivery.dropped(parcel, why);
    this.#wake?.();
    this.#tellEmpty();
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let parcel; (parcel = this.#queue[0]); ) {
      await this.#step(parcel);
      if (this.#queue[0] === parcel) {
        this.#queue.shift();
        this.#bytes -= parcel.body.length;
      }
    }
    this.#running = false;
    this.#tellEmpty();
  }

  /** Delivers one parcel, or gives it up. */
  async #step(parcel: Parcel): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    for (let tries = 0; ; ) {
      try {
        await this.#delivery.deliver(parcel);
        this.delivered++;
        return;
      } catch (error) {
        const fault = error instanceof Fault ? error : new Fault("internal error", true, true);
        if (this.#queue[0] !== parcel) return; // abandoned meanwhile
        if (fault.sent) tries++;
        if (fault.permanent || tries >= MAX_TRIES) return this.#delivery.dropped(parcel, fault.why);
      }
      await this.#pause(this.#flushes > 0 ? FIRST_PAUSE_MS : pause);
      if (this.#queue[0] !== parcel) return;
      this.retried++;
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
  }

  /** Waits before the next try, without keeping the program alive; a flush cuts it short. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      timer.unref();
      this.#wake = done;
    });
  }

  #tellEmpty(): void {
    const waiting = this.#emptied;
    this.#emptied = [];
    for (const tell of waiting) tell();
  }
}
