// Actions whose key or button must be held for a second, so that nobody triggers them by accident.

import { fill } from "./ring.js";

const HOLD_MS = 1000;
/** Keys that press a button. */
const PRESSES = [" ", "Enter"];

let held = null;

/** Begins a hold. `done` is called after a second, or `short` at an earlier release. */
export function hold(words, done, short = () => {}) {
  letGo();
  const stop = fill(HOLD_MS, words, () => {
    held = null;
    done();
  });
  held = { stop, short };
}

/** Releases the key or button before the end. */
export function letGo() {
  if (!held) return;
  const { stop, short } = held;
  held = null;
  stop();
  short();
}

/** Makes a button act only after it was held by a mouse, a finger, or the keyboard. */
export function holdable(button, words, done, short) {
  const begin = () => button.disabled || hold(words, done, short);
  button.addEventListener("pointerdown", ({ button: which, isPrimary }) => {
    if (which === 0 && isPrimary) begin();
  });
  for (const end of ["pointerup", "pointercancel", "pointerleave", "blur"]) {
    button.addEventListener(end, letGo);
  }
  button.addEventListener("keydown", (event) => {
    if (!PRESSES.includes(event.key)) return;
    event.preventDefault();
    if (!event.repeat) begin();
  });
  button.addEventListener("keyup", ({ key }) => PRESSES.includes(key) && letGo());
  // Holding a finger on the button must not open the browser's menu.
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  // Assistive technology may click without a pointer or a key; `short` then shows the hint.
  button.addEventListener("click", ({ detail }) => detail === 0 && !button.disabled && short());
}
