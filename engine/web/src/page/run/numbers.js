// The large numbers: queues, workloads, tiles per second, lost jobs.

import { el, keyed, mark, place, say } from "../shell/dom.js";
import { entries } from "../shell/model.js";
import { called, count, rate } from "../shell/words.js";

/** Shows the numbers. */
export function showNumbers(model) {
  keyed(place("numbers"), numbersOf(model), ({ key }) => key, blank, (box, number) => {
    mark(box, "class", `number ${number.kind}`);
    mark(box, "data-number", number.key);
    mark(box, "data-value", number.value);
    mark(box, "data-desired", number.of);
    const [value, label] = box.children;
    say(value.firstElementChild, number.shown);
    say(value.lastElementChild, number.of === undefined ? "" : `/${number.of}`);
    // The stage view hides the label's first and last part, to make room for large type.
    number.label.forEach((part, i) => say(label.children[i], part));
  });
}

const blank = () => el("div", {},
  el("b", {}, el("span"), el("small")),
  el("span", {}, el("span", { class: "more" }), el("span"), el("span", { class: "more" })));

/** All numbers, in the order of the page. */
export function numbersOf(model) {
  const workloads = entries(model, "workload");
  const { tiles_s: tiles, lost } = model.state;
  const background = workloads.some(({ value }) => value.background);
  const gained = {
    key: "tiles", kind: "tiles", value: tiles, shown: rate(tiles),
    label: ["", "tiles per second", ""],
  };
  const queues = entries(model, "queue");
  return [
    ...queues.map((queue) => queueNumber(queue, queues.length > 1)),
    ...workloads.map(workloadNumber),
    ...(background ? [gained] : []),
    { key: "lost", kind: lost > 0 ? "lost some" : "lost", value: lost, shown: count(lost),
      label: ["jobs ", "lost", ""] },
  ];
}

function queueNumber({ name, value }, several) {
  const old = value.status !== "fresh";
  const over = !old && value.ready > value.target;
  const where = several ? `in ${name}` : "in the queue";
  const age = `${Math.round(value.age_s ?? 0)} s ago`;
  const known = value.ready !== null && value.ready !== undefined;
  const label = old ? `${where} ${age}` : `${where}, target ${value.target}`;
  return {
    key: `queue/${name}`, kind: `queue${old ? " old" : ""}${over ? " over" : ""}`,
    value: value.ready, shown: count(value.ready),
    label: ["", known ? label : "waiting for the queue", ""],
  };
}

function workloadNumber({ name, value }) {
  const ready = value.background ? "" : " ready";
  return {
    key: `workload/${name}`, kind: value.background ? "workload spare" : "workload",
    value: value.ready, of: value.desired, shown: count(value.ready),
    label: ["", called(name, value), value.paused ? ", paused" : ready],
  };
}
