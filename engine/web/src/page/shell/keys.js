// Keyboard shortcuts. They are off in text fields, with Ctrl, Alt and Meta, and where the user has
// switched them off.

import { place, settings } from "./dom.js";
import { hold, letGo } from "./hold.js";
import { phrase } from "./phrases.js";

const SETTING = "keys";
/** Inputs without text: shortcuts work while they have the focus. */
const WORDLESS = ["range", "checkbox", "radio", "button", "submit", "reset"];

export const keysOn = () => settings.get(SETTING) !== "off";

/** Whether an element takes all keys itself. */
export function isField(element) {
  if (!(element instanceof Element)) return false;
  const field = element.closest("input, textarea, select");
  return (field !== null && !WORDLESS.includes(field.type)) || element.isContentEditable;
}

/** Whether the space key already presses an element. */
const presses = (element) => element instanceof Element
  && element.closest("button, a, summary, select, input:not([type='range'])") !== null;

/** Characters for which only some keyboards need Shift. */
const SIGNS = { "+": "more", "-": "less", "?": "help" };

/**
 * The action of a key press, or null; a digit stands for itself.
 * @param event {key, shiftKey, ctrlKey, altKey, metaKey}
 */
export function meant({ key, shiftKey, ctrlKey, altKey, metaKey }) {
  if (ctrlKey || altKey || metaKey) return null;
  if (key in SIGNS) return SIGNS[key];
  if (/^[0-9]$/.test(key)) return key;
  if (shiftKey) return key === "B" ? "burst" : null;
  return {
    PageDown: "next", PageUp: "previous", k: "kill", h: "hold", f: "freeze", s: "stage",
    c: "comparison", e: "why", q: "code", p: "presenter", r: "reset",
    v: "worlds", o: "other", Escape: "leave", " ": "play",
    // The key of + on keyboards where + needs Shift.
    "=": "more",
  }[key] ?? null;
}

/**
 * Connects keys with actions; the key for "reset" must be held for a second. A key without an
 * action is the browser's.
 */
export function wireKeys(actions) {
  document.addEventListener("keydown", (event) => {
    const what = meant(event);
    if (event.repeat || !what || !keysOn() || isField(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const act = /^[0-9]$/.test(what) ? actions.load?.bind(null, Number(what)) : actions[what];
    if (!act || (what === "play" && presses(event.target))) return;
    if (what === "reset") {
      if (!place("reset").disabled) hold(phrase("reset.hold-key"), () => act());
      return;
    }
    if (act() !== false) event.preventDefault();
  });
  document.addEventListener("keyup", (event) => event.key === "r" && letGo());
  addEventListener("blur", letGo);
  const box = place("keys-on");
  box.checked = keysOn();
  box.addEventListener("change", () => settings.set(SETTING, box.checked ? "on" : "off"));
}
