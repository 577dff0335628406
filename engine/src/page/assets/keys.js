// Keys for the stage. They are dead while something is typed, with Ctrl, Alt and Meta, and where
// this browser has them switched off.

import { place, settings } from "./dom.js";
import { fill } from "./ring.js";

const SETTING = "keys";
const HOLD_MS = 1000;

export const keysOn = () => settings.get(SETTING) !== "off";

/** Whether keys belong to where the focus is. */
export function isField(element) {
  return element instanceof Element
    && (element.closest("input, textarea, select") !== null || element.isContentEditable);
}

/**
 * Which action a key press means, or null.
 * @param event {key, shiftKey, ctrlKey, altKey, metaKey}
 */
export function meant({ key, shiftKey, ctrlKey, altKey, metaKey }) {
  if (ctrlKey || altKey || metaKey) return null;
  if (shiftKey) return { B: "burst", "?": "help" }[key] ?? null;
  return {
    PageDown: "next", PageUp: "previous", k: "kill", h: "hold", f: "freeze", s: "stage",
    c: "ghosts", e: "why", "?": "help", r: "reset",
  }[key] ?? null;
}

/** Wires the keys to actions; "reset" is done after its key was held for a second. */
export function wireKeys(actions) {
  let stop = null;
  const letGo = () => {
    stop?.();
    stop = null;
  };
  document.addEventListener("keydown", (event) => {
    const what = meant(event);
    if (event.repeat || !what || !keysOn() || isField(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (what === "reset") {
      letGo();
      if (place("reset").disabled) return;
      stop = fill(HOLD_MS, "Hold r to reset", () => actions.reset());
      return;
    }
    if (actions[what]?.() !== false) event.preventDefault();
  });
  document.addEventListener("keyup", (event) => event.key === "r" && letGo());
  addEventListener("blur", letGo);
  const box = place("keys-on");
  box.checked = keysOn();
  box.addEventListener("change", () => settings.set(SETTING, box.checked ? "on" : "off"));
}
