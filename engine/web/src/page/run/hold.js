// What is done only once its key or its button was held for a second, so that nothing is by chance.

import { fill } from "./ring.js";

const HOLD_MS = 1000;
/** Keys that press a button. */
const PRESSES = [" ", "Enter"];

let held = null;

/** Begins to hold; `done` is called at the end, `short` where it is let go of before. */
export function hold(words, done, short = () => {}) {
  letGo();
  const stop = fill(HOLD_MS, words, () => {
    held = null;
    done();
  });
  held = { stop, short };
}

/** Lets go; nothing is done then. */
export function letGo() {
  if (!held) return;
  const { stop, short } = held;
  held = null;
  stop();
  short();
}

/** Makes a button one that is held: by a mouse, a finger, or the keyboard. */
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
  // A finger that stays is no wish for a menu.
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  // Who presses it without a pointer and without keys cannot hold it, and is told the way.
  button.addEventListener("click", ({ detail }) => detail === 0 && !button.disabled && short());
}
