// The legend under the slots: what the squares and the circles are, and how many of each run.

import { el, keyed, mark, place, say } from "../shell/dom.js";
import { entries } from "../shell/model.js";
import { audienceNames, count } from "../shell/words.js";
import { lettersOf } from "./slots.js";

/** Shows the legend. */
export function showLegend(model) {
  const items = legendOf(entries(model, "workload"));
  keyed(place("legend"), items, ({ name }) => name, blank, (item, { kind, label, ready }) => {
    const [swatch, words, many] = item.children;
    mark(swatch, "class", `swatch ${kind}`);
    say(words, label);
    say(many, ` ${count(ready)}`);
  });
}

const blank = () => el("li", {},
  el("span", { "aria-hidden": "true" }), el("span"), el("b"));

/** An entry for each workload; letters stand beside the names where a shape has several. */
export function legendOf(workloads) {
  const names = audienceNames(workloads);
  const letters = lettersOf(workloads);
  const several = workloads.filter(({ value }) => !value.background).length > 1;
  return workloads.map(({ name, value }) => ({
    name, kind: value.background ? "background" : "urgent", ready: value.ready,
    label: several ? `${letters.get(name)}: ${names.get(name)}` : names.get(name),
  }));
}
