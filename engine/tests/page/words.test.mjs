// The page's texts: numbers, slots, keys, sentences.

import assert from "node:assert/strict";
import { test } from "node:test";

import { meant } from "../../web/src/page/shell/keys.js";
import { legendOf } from "../../web/src/page/run/legend.js";
import { loadOf } from "../../web/src/page/run/load.js";
import { empty } from "../../web/src/page/shell/model.js";
import { numbersOf } from "../../web/src/page/run/numbers.js";
import { lettersOf, sideFor } from "../../web/src/page/run/places.js";
import { clock, inPageWords, rate } from "../../web/src/page/shell/words.js";

const key = (key, more = {}) =>
  ({ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...more });
const workloads = (...names) => names.map((name) =>
  ({ name, value: { background: name === "remainder" } }));

test("an unknown value is a dash, never a zero", () => {
  assert.equal(rate(null), "\u2013");
  assert.deepEqual([rate(0), rate(3.64), rate(31.2)], ["0", "3.6", "31"]);
  const state = { "queue/jobs": { ready: null, target: 20, status: "failed" } };
  const [queue, lost] = numbersOf({ ...empty(), state });
  assert.deepEqual([queue.shown, queue.label], ["\u2013", "waiting for the queue"]);
  assert.deepEqual(queue.stage, ["", "waiting for the queue"]);
  assert.equal(lost.shown, "\u2013");
});

test("an old reading shows its age", () => {
  const state = { "queue/jobs": { ready: 7, target: 20, status: "stale", age_s: 4.2 } };
  const [queue] = numbersOf({ ...empty(), state });
  assert.equal(queue.label, "waited 4 s ago");
  assert.deepEqual(queue.stage, ["waited", "4 s ago"]);
  assert.ok(queue.kind.includes("old"));
});

test("a metric has its own name and is never called jobs", () => {
  const metric = { source: "prometheus", status: "fresh", in_flight: null };
  const said = (value) => {
    const state = { "queue/sessions": { ...metric, ...value } };
    const [{ shown, label, stage, kind }] = numbersOf({ ...empty(), state });
    return { shown, label, stage, over: kind.includes("over") };
  };
  const each = { value: 23.46, ready: 24, target: null, target_per_container: 5 };
  const shared = "target 5 a container";
  assert.deepEqual(said(each),
    { shown: "23.5", label: `sessions, ${shared}`, stage: ["sessions", shared], over: false });
  const length = { value: 23, ready: 23, target: 20, target_per_container: null };
  assert.deepEqual(said(length), {
    shown: "23", label: "sessions, target 20", stage: ["sessions", "allowed 20"], over: true,
  });
  assert.equal(said({ ...each, status: "stale", age_s: 12 }).label, "sessions was 12 s ago");
  const unknown = { shown: "\u2013", label: "waiting for sessions" };
  assert.deepEqual(said({ ...each, value: null, ready: null, status: "failed" }),
    { ...unknown, stage: ["", unknown.label], over: false });
});

test("lost jobs are always shown, and workloads have the audience's names", () => {
  const spare = { ready: 2, desired: 2, background: true };
  const urgent = { ready: 7, desired: 8, background: false };
  const said = (state) =>
    numbersOf({ ...empty(), state }).map(({ label, of }) => `${label} ${of ?? ""}`);
  assert.deepEqual(said({ lost: 0 }), ["jobs lost "]);
  const one = { lost: 0, "workload/consumer": urgent, "workload/remainder": spare };
  assert.deepEqual(said(one), ["Workers (urgent) 8", "Spare work 2", "jobs lost "]);
  const two = { ...one, "workload/mail": { ...urgent, paused: true } };
  assert.deepEqual(said(two), ["consumer 8", "mail, paused 8", "Spare work 2", "jobs lost "]);
});

test("the legend has the shape, the letter and the name of each workload", () => {
  const all = (...names) => legendOf(workloads(...names))
    .map(({ kind, letter, label }) => [kind, letter, label]);
  assert.deepEqual(all("consumer", "remainder"),
    [["urgent", "C", "Workers (urgent)"], ["background", "B", "Spare work"]]);
  assert.deepEqual(all("consumer", "mail", "remainder"),
    [["urgent", "C", "consumer"], ["urgent", "M", "mail"], ["background", "B", "Spare work"]]);
});

test("the load is the number of producers, and what they make if that is known", () => {
  const producer = (desired) => ({ desired, load: true });
  const queue = (arrive_s) => ({ ready: 1, target: 20, status: "fresh", arrive_s });
  const load = (state) => loadOf({ ...empty(), state });
  assert.equal(load({ "queue/jobs": queue(3) }), null);
  const one = { "deployment/producer": producer(3), "queue/jobs": queue(30.1) };
  assert.deepEqual(load(one), { count: 3, said: "producers send 30 jobs a second" });
  assert.deepEqual(load({ ...one, "queue/jobs": queue(null) }), { count: 3, said: "" });
  assert.deepEqual(load({ ...one, "deployment/mailer": producer(1), "queue/mail": queue(2) }),
    { count: 4, said: "producers send 32 jobs a second" });
});

test("a queue over its target is marked, and one waiting job is singular", () => {
  const queue = (ready) => numbersOf({ ...empty(),
    state: { "queue/jobs": { ready, target: 20, status: "fresh" } } })[0];
  assert.deepEqual([queue(21), queue(20), queue(1)].map(({ kind }) => kind),
    ["queue over", "queue", "queue"]);
  assert.deepEqual([queue(1), queue(2)].map(({ label }) => label),
    ["job waits, target 20", "jobs wait, target 20"]);
});

test("letters tell workloads apart, and B is background", () => {
  const letters = (...names) => [...lettersOf(workloads(...names)).values()].sort();
  assert.deepEqual(letters("consumer", "remainder"), ["B", "C"]);
  assert.deepEqual(letters("batch", "remainder"), ["B", "Ba"]);
  assert.deepEqual(letters("alpha", "anton", "remainder"), ["A", "An", "B"]);
});

test("all slots fit: in one row if possible, smaller if there are many", () => {
  assert.equal(sideFor(10, 820, 72), 72);
  assert.equal(sideFor(10, 560, 72), 47);
  const side = sideFor(200, 820, 158);
  assert.ok(side >= 12 && Math.ceil(200 / Math.floor(830 / (side + 10))) * (side + 10) <= 168);
});

test("keys do what the help says", () => {
  const meanings = {
    PageDown: "next", PageUp: "previous", k: "kill", h: "hold", f: "freeze", s: "stage",
    c: "comparison", e: "why", q: "code", r: "reset", "?": "help",
  };
  for (const [name, what] of Object.entries(meanings)) assert.equal(meant(key(name)), what);
  assert.equal(meant(key("B", { shiftKey: true })), "burst");
});

test("with Ctrl, Alt or Meta a key is the browser's", () => {
  for (const modifier of ["ctrlKey", "altKey", "metaKey"]) {
    for (const name of ["r", "k", "f", "PageDown", "s"]) {
      assert.equal(meant(key(name, { [modifier]: true })), null, `${modifier} ${name}`);
    }
  }
  for (const shiftKey of [false, true]) {
    for (const digit of "0123456789") assert.equal(meant(key(digit, { shiftKey })), digit);
    assert.equal(meant(key("+", { shiftKey })), "more");
    assert.equal(meant(key("-", { shiftKey })), "less");
  }
  assert.equal(meant(key("=")), "more");
  assert.equal(meant(key("b")), null);
  assert.equal(meant(key("B")), null);
  assert.equal(meant(key("K", { shiftKey: true })), null);
});

test("times are read as on a clock", () => {
  assert.deepEqual([clock(0), clock(161.9), clock(3661)], ["0:00", "2:41", "1:01:01"]);
});

test("the background has its name, and arrows are arrows", () => {
  const said = inPageWords("remainder 7 -> 2: gives way to consumer",
    workloads("consumer", "remainder"));
  assert.equal(said, "background 7 \u2192 2: gives way to consumer");
  const odd = inPageWords("a+b 1 -> 2", [{ name: "a+b", value: { background: true } }]);
  assert.equal(odd, "background 1 \u2192 2");
});
