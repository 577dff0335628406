// Keys for the stage. They are dead while something is typed, with Ctrl, Alt and Meta, and where
// this browser has them switched off.

import { place, settings } from "../shell/dom.js";
import { hold, letGo } from "./hold.js";

const SETTING = "keys";
/** Inputs without words: keys that are not their own belong to the page. */
const WORDLESS = ["range", "checkbox", "radio", "button", "submit", "reset"];

export const keysOn = () => settings.get(SETTING) !== "off";

/** Whether keys belong to where the focus is. */
export function isField(element) {
  if (!(element instanceof Element)) return false;
  const field = element.closest("input, textarea, select");
  return (field !== null && !WORDLESS.includes(field.type)) || element.isContentEditable;
}

/** Signs that stand at other places on other keyboards, with Shift or without. */
const SIGNS = { "+": "more", "-": "less", "?": "help" };

/**
 * Which action a key press means, or null; a digit is itself.
 * @param event {key, shiftKey, ctrlKey, altKey, metaKey}
 */
export function meant({ key, shiftKey, ctrlKey, altKey, metaKey }) {
  if (ctrlKey || altKey || metaKey) return null;
  if (key in SIGNS) return SIGNS[key];
  if (/^[0-9]$/.test(key)) return key;
  if (shiftKey) return key === "B" ? "burst" : null;
  return {
    PageDown: "next", PageUp: "previous", k: "kill", h: "hold", f: "freeze", s: "stage",
    c: "comparison", e: "why", r: "reset",
    // Where + wants Shift.
    "=": "more",
  }[key] ?? null;
}

/** Wires the keys to actions; "reset" is done after its key was held for a second. */
export function wireKeys(actions) {
  document.addEventListener("keydown", (event) => {
    const what = meant(event);
    if (event.repeat || !what || !keysOn() || isField(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (what === "reset") {
      if (!place("reset").disabled) hold("Hold r to reset", () => actions.reset());
      return;
    }
    const done = /^[0-9]$/.test(what) ? actions.load(Number(what)) : actions[what]?.();
    if (done !== false) event.preventDefault();
  });
  document.addEventListener("keyup", (event) => event.key === "r" && letGo());
  addEventListener("blur", letGo);
  const box = place("keys-on");
  box.checked = keysOn();
  box.addEventListener("change", () => settings.set(SETTING, box.checked ? "on" : "off"));
}
