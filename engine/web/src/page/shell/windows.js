// Messages between the windows of one browser: the presenter's window changes what the audience's
// windows show. A window in a frame is the presenter's picture of the audience's window.

import { framed } from "./address.js";
import { mark, place, say } from "./dom.js";
import { phrase } from "./phrases.js";

/** The actions that change only what a window shows. */
export const VIEWS = ["stage", "why", "comparison", "worlds", "other", "code"];

const channel = new BroadcastChannel("windows");
let othersFrozen = false;

const heard = (what) => channel.addEventListener("message", ({ data }) => what(data));

/** For the presenter's window: asks the audience's windows to carry out an action of `VIEWS`. */
export const order = (view) => channel.postMessage({ view });

/** For the presenter's window: freezes the audience's windows, or unfreezes them. */
export const freezeOthers = () => channel.postMessage({ freeze: !othersFrozen });

/** For the presenter's window: shows on its button whether the audience's windows are frozen. */
export function whenOthersFreeze() {
  heard(({ frozen }) => {
    if (frozen === undefined) return;
    othersFrozen = frozen;
    showFrozen(frozen);
  });
  channel.postMessage({ ask: "frozen" });
}

/** Shows on the button whether a window is frozen; a read-only page has no button. */
export function showFrozen(frozen) {
  if (!place("freeze")) return;
  mark(place("freeze"), "aria-pressed", String(frozen));
  say(place("freeze"), phrase(frozen ? "unfreeze" : "freeze"));
}

/**
 * For the audience's windows: carries out what the presenter's window asks for.
 * @param actions functions by the names of `VIEWS`
 * @param freeze {get(), set(frozen)}
 * @returns a function that tells the other windows whether this one is frozen
 */
export function wireAudience(actions, freeze) {
  const report = () => channel.postMessage({ frozen: freeze.get() });
  heard(({ view, freeze: asked, frozen, ask }) => {
    // The picture always is the stage view.
    if (VIEWS.includes(view) && !(framed && view === "stage")) actions[view]?.();
    if (asked !== undefined) freeze.set(asked);
    if (asked !== undefined || (ask && !framed)) report();
    if (framed && frozen !== undefined && frozen !== freeze.get()) freeze.set(frozen);
  });
  if (framed) channel.postMessage({ ask: "frozen" });
  return report;
}
