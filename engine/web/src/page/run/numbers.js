// The large numbers: queues, workloads, lost jobs.

import { el, keyed, mark, place, say } from "../shell/dom.js";
import { entries } from "../shell/model.js";
import { audienceNames, count } from "../shell/words.js";
import { phrase } from "../shell/phrases.js";
import { bound, figure, hasLength, isMetric } from "./figures.js";

/** Shows the numbers. */
export function showNumbers(model) {
  keyed(place("numbers"), numbersOf(model), ({ key }) => key, blank, (box, number) => {
    mark(box, "class", `number ${number.kind}`);
    mark(box, "data-number", number.key);
    mark(box, "data-value", number.value);
    mark(box, "data-desired", number.of);
    const [value, label, stage] = box.children;
    const differs = number.of !== undefined && number.of !== number.value;
    say(value.firstElementChild, number.shown);
    say(value.lastElementChild, differs ? `/${number.of}` : "");
    say(label, number.label);
    number.stage.forEach((part, i) => say(stage.children[i], part));
  });
}

/** The stage view has other words than the Run page: few and large ones. */
const blank = () => el("div", {},
  el("b", {}, el("span"), el("small")),
  el("span", { class: "label" }),
  el("span", { class: "stage-label" }, el("strong"), el("span")));

/** All numbers, in the order of the page. */
export function numbersOf(model) {
  const workloads = entries(model, "workload");
  const { lost } = model.state;
  const queues = entries(model, "queue");
  const names = audienceNames(workloads);
  return [
    ...queues.map((queue) => queueNumber(queue, queues.length > 1)),
    ...workloads.map((workload) => workloadNumber(workload, names.get(workload.name))),
    {
      key: "lost", kind: lost > 0 ? "lost some" : "lost", value: lost, shown: count(lost),
      label: phrase("jobs.lost"), stage: [phrase(lost === 1 ? "job.lost" : "jobs.lost"), ""],
    },
  ];
}

function queueNumber({ name, value }, several) {
  const known = value.ready !== null && value.ready !== undefined;
  const old = value.status !== "fresh";
  const over = !old && hasLength({ value }) && value.ready > value.target;
  const age = phrase("seconds-ago", { seconds: Math.round(value.age_s ?? 0) });
  const words = isMetric(value) ? ofMetric(name, value, old) : ofQueue(name, value, old, several);
  const label = old ? `${words.what} ${age}` : words.label;
  return {
    key: `queue/${name}`, kind: `queue${old ? " old" : ""}${over ? " over" : ""}`,
    value: value.ready, shown: figure(value),
    label: known ? label : words.unknown,
    stage: known ? [words.what, old ? age : words.allowed] : ["", words.unknown],
  };
}

function ofQueue(name, value, old, several) {
  const said = phrase(old ? "jobs.waited" : value.ready === 1 ? "job.waits" : "jobs.wait");
  const what = several ? phrase("jobs.in-queue", { jobs: said, queue: name }) : said;
  // A rule for each container counts jobs, too, but keeps the queue to no length.
  const { target } = value;
  const label = hasLength({ value })
    ? phrase("jobs.target", { jobs: what, target }) : `${what}, ${bound(value)}`;
  const allowed = hasLength({ value }) ? phrase("allowed", { target }) : bound(value);
  return { what, label, allowed, unknown: phrase("jobs.unknown") };
}

function ofMetric(name, value, old) {
  const what = old ? phrase("metric.was", { metric: name }) : name;
  const allowed = hasLength({ value }) ? phrase("allowed", { target: value.target }) : bound(value);
  const unknown = phrase("metric.unknown", { metric: name });
  return { what, label: `${name}, ${bound(value)}`, allowed, unknown };
}

function workloadNumber({ name, value }, called) {
  const label = value.paused ? phrase("paused", { workload: called }) : called;
  return {
    key: `workload/${name}`, kind: value.background ? "workload spare" : "workload",
    value: value.ready, of: value.desired, shown: count(value.ready),
    label, stage: [label, ""],
  };
}
