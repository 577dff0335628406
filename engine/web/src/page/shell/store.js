// What this tab knows, and who wants to hear of it.

import { Link } from "./link.js";
import { applyFrame, empty, fromSnapshot } from "./model.js";

/** Without a frame for so long, what is shown is old. Frames come twice a second. */
export const STALE_AFTER_MS = 2400;

const listeners = new Set();

export const store = {
  model: empty(),
  /** When the last word came, or this page began to wait for one. */
  heard: Date.now(),
  /** Whether anything came at all. */
  known: false,
  /** Whether this page's picture stands still; what comes is kept meanwhile. */
  frozen: false,
  /** The moment at which it stands still. */
  shown: null,
};

/** Calls `listener(model)` after each moment, and at once where something is known. */
export function subscribe(listener) {
  listeners.add(listener);
  if (store.known) listener(store.model);
  return () => listeners.delete(listener);
}

/** Milliseconds of silence. */
export const silence = () => Date.now() - store.heard;
export const isStale = () => silence() > STALE_AFTER_MS;

function take({ kind, data, age = 0 }) {
  store.heard = Date.now() - age;
  if (kind === "snapshot") store.model = fromSnapshot(data);
  else if (!applyFrame(store.model, data)) return;
  store.known = true;
  // The rest of the moment comes in the next frame.
  if (!store.model.open) tell();
}

function tell() {
  if (store.frozen || document.hidden) return;
  for (const listener of listeners) listener(store.model);
}

/** Lets the picture stand still, or catch up. */
export function freeze(frozen) {
  store.frozen = frozen;
  store.shown = frozen ? structuredClone(store.model) : null;
  if (store.known && !store.model.open) tell();
}

document.addEventListener("visibilitychange", () => store.known && tell());

/** Where there is no shared worker, a tab has a connection of its own. */
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
