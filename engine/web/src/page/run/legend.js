// The legend under the slots: what the squares and the circles are, and how many of each run.

import { el, keyed, mark, place, say } from "../shell/dom.js";
import { entries } from "../shell/model.js";
import { audienceNames, count } from "../shell/words.js";
import { lettersOf } from "./places.js";

/** Shows the legend. */
export function showLegend(model) {
  const items = legendOf(entries(model, "workload"));
  keyed(place("legend"), items, ({ name }) => name, blank, (item, it) => {
    const [swatch, words, many] = item.children;
    mark(swatch, "class", `swatch ${it.kind}`);
    say(swatch, it.letter);
    say(words, it.label);
    say(many, ` ${count(it.ready)}`);
  });
}

const blank = () => el("li", {},
  el("span", { "aria-hidden": "true" }), el("span"), el("b"));

/** An entry for each workload, with the letter and the shape of its slots. */
export function legendOf(workloads) {
  const names = audienceNames(workloads);
  const letters = lettersOf(workloads);
  return workloads.map(({ name, value }) => ({
    name, kind: value.background ? "background" : "urgent", ready: value.ready,
    letter: letters.get(name), label: names.get(name),
  }));
}
