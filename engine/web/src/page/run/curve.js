// The stage view's curve: the queue of the last minute without axes, in large type. It is drawn in
// units in which its type is 18 high, as the chart is.

import { timeAxis } from "./axis.js";
import { ends } from "./chart.js";
import { hasLength, isMetric } from "./figures.js";
import { guess } from "./labels.js";
import { entries, windowed } from "../shell/model.js";
import { patterns, queuePanel } from "./panels.js";
import { short } from "../shell/words.js";
import { phrase } from "../shell/phrases.js";

/** Room above the curve for half a label, and below it for the time. */
const TOP = 10;
const FOOT = 24;
const LOOKS = { axis: false, bound: "allowed" };

/**
 * The curve as a tree of SVG elements; options and answer are those of `chart`. Null without a
 * queue.
 */
export function curve(model, options) {
  const { size: space, scale = 1, seconds = 60, contenders = [], width = guess } = options;
  const size = { width: space.width / scale, height: space.height / scale };
  const data = windowed(model.history, seconds);
  const queues = entries(model, "queue");
  if (data.t.length === 0 || queues.length === 0) return null;
  const frame = framed(size, { queues, contenders, width, now: data.t.at(-1) + 0.5, seconds });
  const panel = queuePanel(data, queues, contenders, { ...frame, ...frame.upper }, frame.x, LOOKS);
  // The large number says how long the queue is; a label only tells several queues apart.
  const labels = queues.length > 1 ? panel.labels : panel.labels.filter(({ strong }) => !strong);
  const tree = ["svg", {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${size.width.toFixed(1)} ${size.height.toFixed(1)}`,
    width: space.width, height: space.height, class: "chart curve", "aria-hidden": "true",
  },
  patterns(frame), ...panel.drawing, ...ends(labels, { ...frame, ...frame.upper }),
  ...times(frame, size.height, queues, width)];
  return { tree, frame, data, scale };
}

function framed(size, { queues, contenders, width, now, seconds }) {
  const words = [
    ...queues.filter(hasLength).map(({ name, value }) =>
      phrase("allowed", { target: value.target })
        + (queues.length > 1 ? ` ${short(name)}` : "")),
    ...contenders.map(({ label }) => label),
  ];
  const beside = Math.round(size.width - Math.max(0, ...words.map((it) => width(it, {}))) - 12);
  const narrow = beside < size.width / 2;
  const right = narrow ? size.width : beside;
  const [left, bottom] = [0, size.height - FOOT];
  return {
    left, right, narrow, now, seconds, x: timeAxis({ left, right, now, seconds }),
    upper: { top: TOP, bottom }, lower: { top: bottom, bottom },
  };
}

/** When the curve begins and ends; what it shows is said where there is room. */
function times({ left, right, seconds }, height, queues, width) {
  const word = (x, text, anchor) =>
    ["text", { class: "axis", x, y: height - 5, "text-anchor": anchor }, text];
  const room = right - left - width(phrase("now"), {}) - 12;
  const metric = queues.map(({ name }) => short(name)).join(", ");
  const whole = queues.every(({ value }) => isMetric(value))
    ? phrase("curve.began-metric", { metric, seconds }) : phrase("curve.began", { seconds });
  const began = width(whole, {}) <= room ? whole : phrase("curve.ago", { seconds });
  return [word(left, began, "start"), word(right, phrase("now"), "end")];
}
