// The page's model: a snapshot begins it, frames update it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { applyFrame, empty, entries, firstLoad, fromSnapshot, slots, windowed }
  from "../../web/src/page/shell/model.js";

const workload = (ready, more = {}) =>
  ({ ready, starting: 0, terminating: 0, desired: ready, priority: 1, background: false, ...more });

const begun = (more = {}) => fromSnapshot({
  run: "1a2b3c4d", seq: 10, t: 5, tick: 10,
  state: {
    "queue/jobs": { ready: 3, status: "fresh", target: 20 }, "workload/consumer": workload(2),
    "deployment/producer": { desired: 1, load: true },
  },
  history: {
    t: [4.5, 5], queues: { jobs: [2, 3] }, live: { consumer: [2, 2] }, load: { producer: [1, 1] },
  },
  log: [{ id: 1, at: 4, text: "one" }], picture: null, ...more,
});

const frame = (seq, more = {}) => ({ seq, t: seq / 2, tick: seq, step: true, ...more });

test("a frame sets what changed and leaves the rest", () => {
  const model = begun();
  applyFrame(model, frame(11, { set: { headline: "All quiet." } }));
  assert.equal(model.state.headline, "All quiet.");
  assert.equal(model.state["queue/jobs"].ready, 3);
  assert.equal(model.tick, 11);
});

test("null removes a key", () => {
  const model = begun({ state: { scenario: { step: 1 }, slots: 1, "slot/0": { name: "c" } } });
  applyFrame(model, frame(11, { set: { scenario: null, "slot/0": null } }));
  assert.ok(!("scenario" in model.state));
  assert.deepEqual(slots(model), [null]);
});

test("a step adds a point, from the state after it", () => {
  const model = begun();
  const queue = { ready: 9, status: "fresh", target: 20 };
  const set = { "queue/jobs": queue, "workload/consumer": workload(1, { terminating: 2 }) };
  applyFrame(model, frame(11, { set }));
  assert.deepEqual(model.history.t, [4.5, 5, 5.5]);
  assert.deepEqual(model.history.queues.jobs, [2, 3, 9]);
  assert.deepEqual(model.history.live.consumer, [2, 2, 3]);
  assert.deepEqual(model.history.load.producer, [1, 1, 1]);
});

test("a frame between steps adds no point", () => {
  const model = begun();
  applyFrame(model, frame(11, { step: false }));
  assert.equal(model.history.t.length, 2);
});

test("a snapshot in several frames is one point, after its last frame", () => {
  const model = begun();
  const queue = { ready: 9, status: "fresh", target: 20 };
  applyFrame(model, frame(11, { more: true }));
  assert.equal(model.history.t.length, 2);
  assert.ok(model.open);
  applyFrame(model, frame(12, { t: 5.5, step: false, set: { "queue/jobs": queue } }));
  assert.deepEqual(model.history.queues.jobs, [2, 3, 9]);
  assert.ok(!model.open);
});

test("a repeated frame changes nothing", () => {
  const model = begun();
  const again = frame(11, { log: [{ id: 2, at: 5, text: "two" }] });
  assert.ok(applyFrame(model, again));
  const before = structuredClone(model);
  assert.ok(!applyFrame(model, again));
  assert.ok(!applyFrame(model, frame(10)));
  assert.deepEqual(model, before);
});

test("a failed reading is not zero", () => {
  const model = begun();
  const stale = { ready: 3, status: "stale", target: 20 };
  applyFrame(model, frame(11, { set: { "queue/jobs": stale } }));
  assert.equal(model.history.queues.jobs.at(-1), null);
});

test("a new workload has no past, and a removed one no present", () => {
  const model = begun();
  const set = { "workload/consumer": null, "workload/later": workload(4) };
  applyFrame(model, frame(11, { set }));
  assert.deepEqual(model.history.live, { consumer: [2, 2, null], later: [null, null, 4] });
});

test("an entry of the log comes once", () => {
  const model = begun();
  applyFrame(model, frame(11, { log: [{ id: 1, text: "one" }, { id: 2, text: "two" }] }));
  assert.deepEqual(model.log.map(({ id }) => id), [1, 2]);
});

test("a model is a snapshot for the next tab", () => {
  const model = begun();
  applyFrame(model, frame(11, { tiles: [...Array(161).keys()].map((number) => [number, "a"]) }));
  const other = fromSnapshot(structuredClone(model));
  for (const one of [model, other]) applyFrame(one, frame(12, { tiles: [[6, "b"]] }));
  assert.deepEqual(other, model);
  assert.equal(other.began, 10, "it knows which snapshot its events follow");
});

test("urgent work comes first, by priority", () => {
  const state = {
    "workload/rest": workload(1, { priority: 1, background: true }),
    "workload/b": workload(1, { priority: 2 }), "workload/a": workload(1, { priority: 3 }),
  };
  const names = entries({ ...empty(), state }, "workload").map(({ name }) => name);
  assert.deepEqual(names, ["b", "a", "rest"]);
});

test("the load is the first Deployment that makes one", () => {
  const state = { "deployment/a": { load: false }, "deployment/b": { load: true, desired: 2 } };
  assert.equal(firstLoad({ ...empty(), state }).name, "b");
  assert.equal(firstLoad(empty()), null);
});

test("more containers than slots make the grid longer", () => {
  const state = { slots: 2, "slot/2": { name: "c" } };
  assert.deepEqual(slots({ ...empty(), state }), [null, null, { name: "c" }]);
});

test("a time span has one point before it, where the lines begin", () => {
  const model = begun();
  for (let seq = 11; seq < 200; seq += 1) applyFrame(model, frame(seq));
  const { t, queues } = windowed(model.history, 60);
  assert.equal(t.at(-1) - t[1], 60);
  assert.equal(t.length, 122);
  assert.equal(queues.jobs.length, 122);
});

test("old points are forgotten", () => {
  const model = begun();
  for (let seq = 11; seq < 2000; seq += 1) applyFrame(model, frame(seq));
  assert.equal(model.history.t.length, 601);
  assert.equal(model.history.live.consumer.length, 601);
});
