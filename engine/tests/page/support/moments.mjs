// Moments of a box for pictures, as first snapshots of a fake stream, and what happens then.

import { snapshot, state } from "./fake.mjs";

const PHASES = { C: "ready", c: "starting", x: "terminating", B: "ready", b: "starting" };
const isWorker = (letter) => "Cc".includes(letter);
const nameOf = (letter) => (isWorker(letter) ? "consumer" : "remainder");
const slotOf = (letter, i) => (letter === "." ? null
  : { name: `${nameOf(letter)}-${i}`, workload: nameOf(letter), phase: PHASES[letter] });

/** The slots of a row such as `CCcxB.`: small letters start, an x is a B that stops. */
const slots = (row) =>
  Object.fromEntries([...row].map((letter, i) => [`slot/${i}`, slotOf(letter, i)]));

function workloads(row) {
  const count = (letter) => [...row].filter((it) => it === letter).length;
  const base = state();
  const counted = (name, ready, starting, terminating) => ({ [`workload/${name}`]: {
    ...base[`workload/${name}`], desired: ready + starting, wanted: ready + starting,
    ready, starting, terminating,
  } });
  return { ...counted("consumer", count("C"), count("c"), 0),
    ...counted("remainder", count("B"), count("b"), count("x")) };
}

/** A minute in which the load was 1 and became 3 some seconds ago; null: it is still 1. */
function history(ago, waiting) {
  const t = Array.from({ length: 120 }, (_, i) => (i + 1) / 2);
  const since = (at) => (ago === null ? -1 : at - (60 - ago));
  const late = (before, after) => t.map((at) => (since(at) < 0 ? before : after));
  const queue = t.map((at) => (since(at) < 0 ? Math.round(at) % 3
    : Math.round(waiting * (since(at) / ago))));
  return { t, queues: { jobs: queue }, load: { producer: late(1, 3) },
    live: { consumer: late(3, ago > 4 ? 9 : 3), remainder: late(7, ago > 4 ? 1 : 7) } };
}

/**
 * A first snapshot.
 * @param ago for how many seconds the load has been 3; null while it is 1
 */
function moment({ row, waiting, ago, headline, changes = {}, log = undefined }) {
  const load = ago === null ? 1 : 3;
  const queue = { ...state()["queue/jobs"], ready: waiting, arrive_s: 10 * load + 0.1 };
  const first = snapshot({ log, changes: {
    ...workloads(row), ...slots(row), headline, "queue/jobs": queue,
    "deployment/producer": { desired: load, ready: load, starting: 0, terminating: 0, load: true },
    ...changes,
  } });
  return { ...first, history: history(ago, waiting) };
}

const ROSE = "Producers 1 -> 3. Consumers 3 -> 9 in 2.5 s, taken from background.";
const RISES = "Producers 1 -> 3. Consumers 3 -> 9, taken from background.";
const CALM = { row: "CCCBBBBBBB", waiting: 2, ago: null, log: [],
  headline: "3 consumers keep up with 10 jobs/s; the queue is within its target of 20." };
const dead = { name: "consumer-0", workload: "consumer", how: "killed", queue: "jobs", jobs: 1,
  until: 63 };
/** 18 jobs that 6 containers took within half a second. */
const taken = { at: 60.45, over_s: 0.5, taken: [0, 1, 2, 3, 4, 5].map((slot) => [slot, 3]) };

export const calm = () => moment(CALM);
export const over = () =>
  moment({ row: "CCCCCCCCCB", waiting: 47, ago: 5, headline: ROSE });
export const swap = () =>
  moment({ row: "CCCccxxxxB", waiting: 33, ago: 2.5, headline: RISES });
export const starting = () =>
  moment({ row: "CCCccccccB", waiting: 41, ago: 3.5, headline: RISES });
export const kill = () => moment({ row: "cCCCCCCCCB", waiting: 6, ago: 12,
  headline: "Consumer-0 was killed. 8 consumers keep up with 30 jobs/s; the queue is within its "
    + "target of 20.",
  changes: { "dead/0": dead } });
export const held = () => {
  const { status } = state();
  return moment({ ...CALM, headline: "Nobody scales: the engine is held.",
    changes: { status: { ...status, mode: "held" } } });
};
export const captioned = () => {
  const caption = "Nobody scales. Three producers, one consumer, and the queue grows.";
  const scenario = { name: "first-five-minutes", step: 1, of: 3, waits: true, ends_in_s: null,
    caption };
  const { status } = state();
  return moment({ row: "CBBBBBBBB.", waiting: 183, ago: 12, headline: "Nobody scales.",
    changes: { scenario, status: { ...status, mode: "held" } } });
};

/** Jobs leave the queue for their workers. */
export const jobs = { t: 60.5, set: { "jobs/jobs": taken } };
/** One slot more changes hands, while jobs leave the queue for the first three workers. */
export const hands = { t: 60.5, set: {
  "slot/5": slotOf("c", 5),
  "jobs/jobs": { ...taken, taken: [0, 1, 2].map((slot) => [slot, 3]) },
} };
