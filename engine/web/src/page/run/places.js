// The letters and the sizes of the slots. Nothing here depends on a browser.

import { phrase } from "../shell/phrases.js";

const GAP = 10;
export const LARGEST = 72;
const SMALLEST = 12;

/** One or two letters that tell workloads apart; the background is B. */
export function lettersOf(workloads) {
  const taken = new Set();
  const letters = new Map();
  const spareFirst = [...workloads].sort((a, b) =>
    Number(b.value.background ?? false) - Number(a.value.background ?? false));
  for (const { name, value } of spareFirst) {
    const from = value.background ? phrase("background") : name;
    const one = from.slice(0, 1).toUpperCase();
    const tries = [one, ...[...from.slice(1)].map((letter) => one + letter)];
    const letter = tries.find((it) => !taken.has(it)) ?? one;
    taken.add(letter);
    letters.set(name, letter);
  }
  return letters;
}

/** The largest side of a slot, in pixels, with which all slots fit into the height. */
export function sideFor(many, width, height, largest = LARGEST, gap = GAP) {
  for (let side = largest; side > SMALLEST; side -= 1) {
    const row = Math.max(1, Math.floor((width + gap) / (side + gap)));
    if (Math.ceil(many / row) * (side + gap) - gap <= height) return side;
  }
  return SMALLEST;
}
