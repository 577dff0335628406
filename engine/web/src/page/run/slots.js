// The grid: each slot and its container. A container keeps its slot while it lives.

import { el, hidden, keyed, mark, place, say } from "../shell/dom.js";
import { entries, slots } from "../shell/model.js";
import { phrase } from "../shell/phrases.js";
import { kindsOf } from "./panels.js";
import { deadInWords, forgetTiles, showDead, showTile } from "./turn.js";

const GAP = 10;
const LARGEST = 72;
const SMALLEST = 12;

/**
 * Shows the grid.
 * @param calm whether nothing may move: the state before this one was not shown
 */
export function showSlots(model, calm = true) {
  const workloads = entries(model, "workload");
  const kinds = kindsOf(workloads);
  const kind = new Map(workloads.map(({ name }, i) => [name, kinds[i]]));
  const letters = lettersOf(workloads);
  keyed(place("slots"), slots(model), (_, i) => i, blank, (item, slot, i) => {
    const dead = model.state[`dead/${i}`];
    const is = slot ? `${slot.name}, ${PHASES[slot.phase] ?? slot.phase}` : phrase("free");
    const said = [is, deadInWords(dead)].filter((it) => it !== null).join("; ");
    const face = {
      kind: slot ? `${kind.get(slot.workload) ?? "urgent-0"} ${slot.phase}` : "free",
      letter: slot ? letters.get(slot.workload) ?? "?" : "",
    };
    showTile(item, face, slot?.workload ?? null, { t: model.t, calm });
    showDead(item, dead);
    mark(item, "title", said);
    say(item.children[1], said);
  });
  forgetTiles();
  fit();
}

const PHASES = {
  starting: phrase("phase.starting"), ready: phrase("phase.ready"),
  terminating: phrase("phase.terminating"),
};
const blank = () => el("li", {}, el("span", { "aria-hidden": "true" }), hidden(""));

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

/** Fits the grid to its place. */
export function fit() {
  const list = place("slots");
  const many = list.children.length;
  if (many === 0) return;
  const style = getComputedStyle(list);
  const largest = parseFloat(style.getPropertyValue("--largest")) || LARGEST;
  const gap = parseFloat(style.columnGap) || 0;
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const rows = list.clientWidth < 35 * rem || many > 24 ? 2.2 : 1;
  const side = sideFor(many, list.clientWidth, rows * largest, largest, gap);
  list.style.setProperty("--side", `${side}px`);
  list.classList.toggle("small", side < 2.1 * rem);
}
