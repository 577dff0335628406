// The engine's state as this page knows it: a snapshot replaces it, a frame updates it. Nothing
// here depends on a browser.

import { addTile, takeFrames } from "./frames.js";

/** How many seconds of history are kept; the chart shows less. */
export const KEPT_S = 300;
/** How many log entries are kept. */
const LOG = 200;

/** The model before the first snapshot, with all fields that a snapshot has. */
export function empty() {
  return {
    run: null, seq: 0, t: 0, tick: 0, state: {}, log: [], step: false, open: false,
    // The number of the snapshot that began this model.
    began: 0,
    // The open frames of the film, and the finished ones.
    picture: null, frames: [],
    history: { t: [], queues: {}, live: {}, load: {} },
  };
}

/** A model from a snapshot. */
export function fromSnapshot(data) {
  const history = data.history ?? {};
  const model = {
    ...empty(), ...data, state: { ...data.state }, log: [...(data.log ?? [])],
    began: data.began ?? data.seq,
    history: {
      t: [...(history.t ?? [])], queues: copied(history.queues), live: copied(history.live),
      load: copied(history.load),
    },
  };
  takeFrames(model, data);
  return model;
}

const copied = (series) =>
  Object.fromEntries(Object.entries(series ?? {}).map(([name, values]) => [name, [...values]]));

/**
 * Updates the model with a frame of the same run. A repeated frame changes nothing.
 * @returns whether the frame was new
 */
export function applyFrame(model, frame) {
  if (frame.seq <= model.seq) return false;
  model.seq = frame.seq;
  model.t = frame.t ?? model.t;
  model.tick = frame.tick ?? model.tick;
  for (const [key, value] of Object.entries(frame.set ?? {})) {
    if (value === null) delete model.state[key];
    else model.state[key] = value;
  }
  addEntries(model, frame.log ?? []);
  for (const [number, shades] of frame.tiles ?? []) addTile(model, number, shades);
  model.step ||= Boolean(frame.step);
  model.open = Boolean(frame.more);
  if (model.step && !model.open) {
    model.step = false;
    addPoint(model);
  }
  return true;
}

function addEntries(model, entries) {
  const last = model.log.at(-1)?.id ?? -Infinity;
  model.log.push(...entries.filter((entry) => entry.id > last));
  if (model.log.length > LOG) model.log.splice(0, model.log.length - LOG);
}

/** Adds a point with the present state to the history. */
function addPoint(model) {
  const { history } = model;
  const length = history.t.length;
  history.t.push(model.t);
  const fresh = (queue) => (queue.status === "fresh" ? queue.ready : null);
  extend(history.queues, length, entries(model, "queue"), fresh);
  extend(history.live, length, entries(model, "workload"), live);
  const loads = entries(model, "deployment").filter(({ value }) => value.load);
  extend(history.load, length, loads, (load) => load.desired);
  const old = history.t.findIndex((t) => t >= model.t - KEPT_S);
  if (old > 0) forget(history, old);
}

function extend(series, length, sources, value) {
  for (const name of Object.keys(series)) {
    if (!sources.some((source) => source.name === name)) series[name].push(null);
  }
  for (const source of sources) {
    series[source.name] ??= Array(length).fill(null);
    series[source.name].push(value(source.value));
  }
}

function forget(history, many) {
  history.t.splice(0, many);
  for (const series of [history.queues, history.live, history.load]) {
    for (const [name, values] of Object.entries(series)) {
      values.splice(0, many);
      if (values.every((value) => value === null)) delete series[name];
    }
  }
}

/** How many containers a workload has; each takes a slot, in any phase. */
export const live = (workload) => workload.ready + workload.starting + workload.terminating;

/** All entries of a kind, such as "queue", as {name, value}, by priority, the background last. */
export function entries(model, kind) {
  const prefix = `${kind}/`;
  const all = Object.entries(model.state)
    .filter(([key, value]) => key.startsWith(prefix) && value !== null)
    .map(([key, value]) => ({ name: key.slice(prefix.length), value }));
  return all.sort((a, b) => order(a, b));
}

function order(a, b) {
  return Number(a.value.background ?? false) - Number(b.value.background ?? false)
    || (a.value.priority ?? 0) - (b.value.priority ?? 0)
    || (a.name < b.name ? -1 : 1);
}

/** The grid: an entry per slot, null for a free one; longer if more containers than slots exist. */
export function slots(model) {
  const taken = Object.keys(model.state)
    .filter((key) => key.startsWith("slot/") && model.state[key])
    .map((key) => Number(key.slice(5)));
  const many = Math.max(model.state.slots ?? model.state.capacity ?? 0, ...taken.map((i) => i + 1));
  return Array.from({ length: many }, (_, i) => model.state[`slot/${i}`] ?? null);
}

/** The first Deployment that makes the load, or null. */
export const firstLoad = (model) =>
  entries(model, "deployment").find(({ value }) => value.load) ?? null;

/** The points of the last `seconds`, and the point before them, from which the lines begin. */
export function windowed(history, seconds) {
  const end = history.t.at(-1) ?? 0;
  const first = history.t.findIndex((t) => t >= end - seconds);
  const from = Math.max(0, first - 1);
  const cut = (series) =>
    Object.fromEntries(Object.entries(series).map(([name, values]) => [name, values.slice(from)]));
  const [queues, lives, load] = [history.queues, history.live, history.load].map(cut);
  return { t: history.t.slice(from), queues, live: lives, load };
}
