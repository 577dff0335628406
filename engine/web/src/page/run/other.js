// Which other autoscaler ours is compared with: in the two worlds, and at first in the chart.

import { settings } from "../shell/dom.js";
import { phrase } from "../shell/phrases.js";

const SETTING = "other";

/** The others by their names in the API, in the order in which the key goes through them. */
const OTHERS = {
  nobody: phrase("other.nobody"), hpa: phrase("other.hpa"), keda: phrase("other.keda"),
  fixed: phrase("other.fixed"),
};
const FIRST = "hpa";

/** Each window keeps its own choice; otherwise one order to two windows would count twice. */
let choice = null;

/** The chosen one's name in the API. This browser remembers the last choice. */
export function chosen() {
  const name = choice ?? settings.get(SETTING);
  choice = Object.hasOwn(OTHERS, name ?? "") ? name : FIRST;
  return choice;
}

/** The name on the page of an other one. */
export const called = (name) => OTHERS[name];

/** Chooses the next one. */
export function chooseNext() {
  const names = Object.keys(OTHERS);
  choice = names[(names.indexOf(chosen()) + 1) % names.length];
  settings.set(SETTING, choice);
}

/** Whether a contender of the tables is an other one; a fixed fleet has its size in its label. */
export const isOf = (name, label) => label.toLowerCase().split(" ")[0] === name
  && label !== "KEDA tuned";
