// This tab's copy of the engine's state, and the functions to call when it changes.

import { Link } from "./link.js";
import { applyFrame, empty, fromSnapshot } from "./model.js";

/** The page counts as stale after this time without a frame. Frames come twice a second. */
export const STALE_AFTER_MS = 2400;

const listeners = new Set();

export const store = {
  model: empty(),
  /** When the last event came; before the first event, when this page began to wait. */
  heard: Date.now(),
  /** Whether any event has come. */
  known: false,
  /** Whether the page is frozen; events still update the model. */
  frozen: false,
  /** A copy of the model at the moment the page was frozen. */
  shown: null,
};

/** Calls `listener(model)` after each change, and at once if an event has come. */
export function subscribe(listener) {
  listeners.add(listener);
  if (store.known) listener(store.model);
  return () => listeners.delete(listener);
}

const stills = new Set();

/** Calls `listener` when all movement must end: the page was frozen, or cannot be seen. */
export const onStill = (listener) => stills.add(listener);

const still = () => stills.forEach((listener) => listener());

/** Milliseconds since the last event. */
export const silence = () => Date.now() - store.heard;
export const isStale = () => silence() > STALE_AFTER_MS;

function take({ kind, data, age = 0 }) {
  store.heard = Date.now() - age;
  if (kind === "snapshot") store.model = fromSnapshot(data);
  else if (!applyFrame(store.model, data)) return;
  store.known = true;
  // An open model is incomplete: the next frame has more changes of the same snapshot.
  if (!store.model.open) tell();
}

function tell() {
  if (store.frozen || document.hidden) return;
  for (const listener of listeners) listener(store.model);
}

/** Freezes the page, or shows the latest model again. */
export function freeze(frozen) {
  store.frozen = frozen;
  store.shown = frozen ? structuredClone(store.model) : null;
  if (frozen) still();
  if (store.known && !store.model.open) tell();
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) still();
  if (store.known) tell();
});

/** Gives the tab its own connection, for browsers without shared workers. */
function direct() {
  const link = new Link((event) => {
    const other = event.run !== null && event.run !== store.model.run;
    if (event.kind === "frame" && other) link.open(true);
    else take(event);
  });
  addEventListener("pagehide", () => link.close());
  addEventListener("pageshow", ({ persisted }) => persisted && link.open());
}

function shared() {
  const worker = new SharedWorker("/assets/shell/worker.js", { type: "module", name: "stream" });
  worker.addEventListener("error", direct, { once: true });
  const { port } = worker;
  port.addEventListener("message", ({ data }) => take(data));
  port.start();
  addEventListener("pagehide", () => port.postMessage("bye"));
  addEventListener("pageshow", ({ persisted }) => persisted && shared());
}

try {
  shared();
} catch {
  direct();
}
