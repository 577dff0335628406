// The legend under the slots: what the squares and the circles are, and how many of each run.

import { el, keyed, mark, place, say } from "../shell/dom.js";
import { entries, slots } from "../shell/model.js";
import { phrase } from "../shell/phrases.js";
import { audienceNames, count } from "../shell/words.js";
import { lettersOf } from "./places.js";

/** Shows the legend. */
export function showLegend(model) {
  const items = legendOf(entries(model, "workload"), slots(model));
  keyed(place("legend"), items, ({ name }) => name, blank, (item, it) => {
    const [swatch, words, many] = item.children;
    mark(swatch, "class", `swatch ${it.kind}`);
    say(swatch, it.letter);
    say(words, it.label);
    say(many, ` ${[count(it.ready), ...it.changing].join(", ")}`);
  });
}

const blank = () => el("li", {},
  el("span", { "aria-hidden": "true" }), el("span"), el("b"));

/** What is said of the containers that are not ready, by their phase. */
const CHANGING = [["starting", "legend.starting"], ["terminating", "legend.stopping"]];

/** What a workload's containers are that neither run nor are gone: "6 starting". */
const changing = (name, slots) => CHANGING.flatMap(([phase, key]) => {
  const many = slots.filter((it) => it?.workload === name && it.phase === phase).length;
  return many > 0 ? [phrase(key, { many })] : [];
});

/** An entry for each workload, with the letter and the shape of its slots. */
export function legendOf(workloads, slots = []) {
  const names = audienceNames(workloads);
  const letters = lettersOf(workloads);
  return workloads.map(({ name, value }) => ({
    name, kind: value.background ? "background" : "urgent", ready: value.ready,
    letter: letters.get(name), label: names.get(name), changing: changing(name, slots),
  }));
}
