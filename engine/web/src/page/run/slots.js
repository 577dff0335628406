// The grid: each slot and its container. A container keeps its slot while it lives.

import { el, hidden, keyed, mark, place, say } from "../shell/dom.js";
import { entries, slots } from "../shell/model.js";
import { phrase } from "../shell/phrases.js";
import { kindsOf } from "./panels.js";
import { LARGEST, lettersOf, sideFor } from "./places.js";
import { deadInWords, forgetTiles, showDead, showTile } from "./turn.js";

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
  list.classList.toggle("small", side < 1.9 * rem);
}
