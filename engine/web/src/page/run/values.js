// A line on the chart that follows the pointer or the arrow keys, with the values at its place.

import { el, place, say } from "../shell/dom.js";
import { entries } from "../shell/model.js";
import { lineName } from "./figures.js";
import { called, count, short } from "../shell/words.js";
import { phrase } from "../shell/phrases.js";

/** How many points each key moves the line. */
const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

/** Adds the line to a chart. The caller must call `show` after each new drawing. */
export function reader(frame) {
  const line = el("div", { class: "cross", hidden: "" });
  const box = el("div", { class: "readout", hidden: "", "aria-hidden": "true" });
  let drawn = null;
  /** The line's position in seconds before now; it stays while the chart moves. Null hides it. */
  let back = null;

  const nearest = (at) => drawn.data.t.reduce((best, t, i) =>
    (Math.abs(t - at) < Math.abs(drawn.data.t[best] - at) ? i : best), 0);

  function update() {
    const shown = drawn !== null && back !== null;
    line.hidden = box.hidden = !shown;
    if (!drawn) return;
    const { data } = drawn;
    const end = data.t.at(-1);
    const i = shown ? nearest(end - back) : data.t.length - 1;
    const ago = Math.round((end - data.t[i]) * 2) / 2;
    const words = valuesAt(drawn.model, data, i);
    const when = ago === 0 ? phrase("now") : phrase("seconds-back", { seconds: ago });
    frame.setAttribute("aria-valuenow", -ago);
    frame.setAttribute("aria-valuetext", `${when}: ${words.join(", ")}`);
    if (shown) put(data.t[i], [when, ...words]);
  }

  function put(at, words) {
    const { frame, scale } = drawn;
    const x = frame.x(at) * scale;
    line.style.left = `${x}px`;
    line.style.top = `${frame.upper.top * scale}px`;
    line.style.height = `${(frame.lower.bottom - frame.upper.top) * scale}px`;
    while (box.children.length > words.length) box.lastElementChild.remove();
    while (box.children.length < words.length) box.append(el("div"));
    words.forEach((word, i) => say(box.children[i], word));
    // The box is shown on that side of the line where it does not cover the labels.
    const before = x + 12 + box.offsetWidth > frame.right * scale;
    box.style.left = `${Math.max(0, before ? x - 12 - box.offsetWidth : x + 12)}px`;
    box.style.top = `${(frame.lower.top - 20) * scale}px`;
  }

  frame.addEventListener("pointermove", (event) => {
    if (!drawn) return;
    const x = (event.clientX - frame.getBoundingClientRect().left) / drawn.scale;
    const { left, right, seconds } = drawn.frame;
    back = Math.max(0, ((right - x) / (right - left)) * seconds);
    update();
  });
  const leave = () => {
    back = null;
    update();
  };
  frame.addEventListener("pointerleave", leave);
  frame.addEventListener("blur", leave);
  frame.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !drawn) return;
    if (event.key === "Escape") leave();
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const times = drawn.data.t;
    const now = nearest(times.at(-1) - (back ?? 0));
    const next = Math.min(times.length - 1, Math.max(0, now + step * (event.shiftKey ? 10 : 1)));
    back = times.at(-1) - times[next];
    update();
  });
  return {
    show(drawing) {
      drawn = drawing;
      if (line.parentElement !== frame) frame.append(line, box);
      update();
    },
  };
}

/** All values at a point of time, as texts. */
export function valuesAt(model, data, i) {
  const queues = entries(model, "queue");
  const several = queues.length > 1;
  return [
    ...queues.map((queue) =>
      `${lineName(queue, several)} ${count(data.queues[queue.name]?.[i])}`),
    ...entries(model, "workload").map(({ name, value }) =>
      `${short(called(name, value))} ${count(data.live[name]?.[i])}`),
    ...Object.entries(data.load).map(([name, values]) =>
      `${called(name, null)} ${count(values[i])}`),
  ];
}
