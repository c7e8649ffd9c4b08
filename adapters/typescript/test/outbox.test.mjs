// The queue: order, bounds, what is tried again and what is given up.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Fault } from "../dist/fault.js";
import { MAX_TRIES, Outbox } from "../dist/outbox.js";
import { sleep, timed } from "./stub.mjs";

const parcel = (n, size = 1) => ({ event: "Stop", body: Buffer.alloc(size), identity: n });

function make(deliver, limits = {}) {
  const seen = { got: [], dropped: [] };
  const take = async (p) => void seen.got.push(p.identity);
  seen.box = new Outbox({
    deliver: deliver ? (p) => deliver(p, take) : take,
    dropped: (p, why) => seen.dropped.push([p.identity, why]),
    ...limits,
  });
  return seen;
}

test("order", async () => {
  const { box, got, dropped } = make();
  for (let n = 0; n < 500; n++) box.put(parcel(n));
  assert.equal(await box.flush(5), true);
  assert.deepEqual(got, [...Array(500).keys()]);
  assert.deepEqual([box.delivered, box.retried, box.size, dropped], [500, 0, 0, []]);
});

test("a full queue refuses what is new", async () => {
  const { box, got, dropped } = make((p, take) => sleep(5).then(() => take(p)), { maxEvents: 3 });
  for (let n = 0; n < 5; n++) box.put(parcel(n));
  assert.equal(await box.flush(5), true);
  assert.deepEqual(got, [0, 1, 2]);
  assert.deepEqual(dropped, [[3, "queue is full"], [4, "queue is full"]]);
});

test("bytes are bounded too, and what was delivered makes room", async () => {
  const { box, got } = make((p, take) => sleep(5).then(() => take(p)), { maxBytes: 10 });
  for (let n = 0; n < 4; n++) box.put(parcel(n, 4));
  assert.equal(await box.flush(5), true);
  assert.deepEqual(got, [0, 1]);
  box.put(parcel(9, 10));
  assert.equal(await box.flush(5), true);
  assert.deepEqual(got, [0, 1, 9]);
});

test("what the server did not get is tried until it does", async () => {
  const tries = [];
  const { box, dropped } = make(async (p) => {
    tries.push(p.identity);
    if (tries.length < MAX_TRIES + 3) throw new Fault("connection refused", false);
  });
  box.put(parcel(0));
  box.put(parcel(1));
  assert.equal(await box.flush(10), true);
  assert.deepEqual(tries, [...Array(MAX_TRIES + 3).fill(0), 1]);
  assert.deepEqual([box.retried, dropped], [MAX_TRIES + 2, []]);
});

test("what it may have got is tried a few times", async () => {
  const { box, got, dropped } = make(async (p, take) => {
    await take(p);
    throw new Fault("status 500");
  });
  box.put(parcel(0));
  assert.equal(await box.flush(10), true);
  assert.deepEqual([got, dropped], [Array(MAX_TRIES).fill(0), [[0, "status 500"]]]);
});

test("what it refused is given up at once", async () => {
  const { box, got, dropped } = make(async (p, take) => {
    await take(p);
    if (p.identity === 0) throw new Fault("status 400", true, true);
    if (p.identity === 1) throw new TypeError("our own mistake");
  });
  for (let n = 0; n < 3; n++) box.put(parcel(n));
  assert.equal(await box.flush(5), true);
  assert.deepEqual([got, dropped], [[0, 1, 2], [[0, "status 400"], [1, "internal error"]]]);
});

test("flush is bounded, and the rest can be abandoned", async () => {
  const { box, dropped } = make(() => Promise.reject(new Fault("connection refused", false)));
  for (let n = 0; n < 3; n++) box.put(parcel(n));
  const [done, took] = await timed(() => box.flush(0.3));
  assert.equal(done, false);
  assert.ok(took < 3000, `${took} ms`);
  box.abandon("program ended");
  assert.deepEqual(dropped, [0, 1, 2].map((n) => [n, "program ended"]));
  assert.equal(await box.flush(0), true);
  box.put(parcel(7));
  assert.equal(box.size, 1);
  box.abandon("test ended");
});

test("no new event hurries a pause", async () => {
  let tries = 0;
  const { box } = make(() => Promise.reject((tries++, new Fault("connection refused", false))));
  for (const end = performance.now() + 500; performance.now() < end; await sleep(1)) box.put(parcel(0));
  assert.ok(tries < 6, `${tries} tries`);
  box.abandon("test ended");
});

test("a queue that is abandoned and used again delivers", async () => {
  let down = true;
  const { box, got } = make(async (p, take) => {
    if (down) throw new Fault("connection refused", false);
    await take(p);
  });
  box.put(parcel(0));
  await sleep(20);
  box.abandon("gone");
  down = false;
  for (let n = 1; n < 4; n++) box.put(parcel(n));
  assert.equal(await box.flush(5), true);
  assert.deepEqual(got, [1, 2, 3]);
});
