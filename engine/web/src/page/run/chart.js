// The chart of the last minute: two panels on one time axis, with "now" at the right edge. It is
// drawn in units in which its type is 18 high; `scale` says how many pixels a unit has.

import { round, timeAxis, timeSteps } from "./axis.js";
import { lineName } from "./figures.js";
import { guess, spread } from "./labels.js";
import { marksOf, placed } from "./marks.js";
import { entries, windowed } from "../shell/model.js";
import { containerPanel, greatest, patterns, queuePanel } from "./panels.js";
import { arrows, called, short } from "../shell/words.js";
import { phrase } from "../shell/phrases.js";

const TOP = 12;
const FOOT = 28;
/** The height of the gap between the panels, with room for two axis labels on top of each other. */
const BETWEEN = 30;
/** If the lines have less width than this, the labels at their ends are drawn over the lines. */
const NARROWEST = 120;

/**
 * The chart as a tree of SVG elements.
 * @param size {width, height} in pixels, scale: pixels in a unit, seconds: the time span,
 *   contenders: further thin lines, width: measures the width of a text of 18 units
 * @returns {tree, frame, data}, or null before the first point; the frame is in units
 */
export function chart(model, options) {
  const { size: space, scale = 1, seconds = 60, contenders = [], width = guess } = options;
  const size = { width: space.width / scale, height: space.height / scale };
  const data = windowed(model.history, seconds);
  if (data.t.length === 0) return null;
  const queues = entries(model, "queue");
  const workloads = entries(model, "workload");
  const frame = framed(model, { size, width, contenders, queues, workloads, data, seconds });
  const upper = { ...frame, ...frame.upper };
  const lower = { ...frame, ...frame.lower };
  const queue = queuePanel(data, queues, contenders, upper, frame.x);
  const containers =
    containerPanel(data, workloads, model.state.capacity ?? 0, lower, frame.x);
  const tree = ["svg", {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${round(size.width)} ${round(size.height)}`,
    width: space.width, height: space.height, class: "chart", "aria-hidden": "true",
  },
  patterns(frame), ...queue.drawing, ...containers.drawing,
  ...markLines(model, frame, width),
  ...ends(queue.labels, upper), ...ends(containers.labels, lower),
  ...times(frame, size.height)];
  return { tree, frame, data, scale };
}

function framed(model, { size, width, contenders, queues, workloads, data, seconds }) {
  const strong = (text) => width(text, { strong: true });
  const words = [
    ...queues.map((queue) => strong(`${lineName(queue, queues.length > 1)} 0000`)),
    ...workloads.map(({ name, value }) => strong(`${short(called(name, value))} 00`)),
    width(phrase("capacity", { capacity: model.state.capacity }), {}),
    ...contenders.map(({ label }) => width(label, {})),
  ];
  const longest = Math.max(greatest(data, queues, contenders), 100);
  const left = Math.ceil(width(String(longest), {})) + 12;
  const beside = Math.round(size.width - Math.max(...words) - 12);
  const narrow = beside - left < NARROWEST;
  const right = narrow ? size.width - 4 : beside;
  const bottom = size.height - FOOT;
  const room = bottom - TOP - BETWEEN;
  const middle = Math.round(TOP + room * (queues.length > 0 ? 0.55 : 0));
  const gap = (data.t.at(-1) - (data.t.at(-2) ?? data.t.at(-1) - 0.5)) || 0.5;
  const now = data.t.at(-1) + Math.min(gap, 1);
  return {
    left, right, narrow, now, seconds, x: timeAxis({ left, right, now, seconds }),
    upper: { top: TOP, bottom: middle },
    lower: { top: queues.length > 0 ? middle + BETWEEN : TOP, bottom },
  };
}

/** Labels beside the right edge, or on the lines if there is no room beside it. */
export function ends(labels, frame) {
  const [x, anchor] = frame.narrow ? [frame.right - 4, "end"] : [frame.right + 10, "start"];
  const [top, lower] = frame.narrow ? [frame.top + 18, -5] : [frame.top, 6];
  return spread(labels, top, frame.bottom).map(({ y, text, strong, contender }) => ["text", {
    class: `label${strong ? " strong" : ""}${contender ? " axis" : ""}`,
    x, y: round(y + lower), "text-anchor": anchor,
  }, text]);
}

function markLines(model, frame, width) {
  const { left, right, now, seconds, x, upper, lower } = frame;
  const marks = marksOf(model.log, { from: now - seconds, now, x, words: arrows });
  const rows = Math.max(1, Math.floor((upper.bottom - upper.top) / 40));
  const names = placed(marks, { left, right, rows, width: (text) => width(text, {}) });
  const lines = names.map(({ x: at }) =>
    ["line", { class: "mark", x1: at, x2: at, y1: upper.top, y2: lower.bottom }]);
  const texts = names.filter(({ text }) => text !== null).map((mark) => ["text", {
    class: "mark-name", x: mark.at, y: upper.top + 16 + 22 * mark.row,
    "text-anchor": mark.end ? "end" : "start",
  }, mark.text]);
  return [...lines, ...texts];
}

function times(frame, height) {
  const { left, right, now, seconds, x } = frame;
  const word = (at, text, anchor) =>
    ["text", { class: "axis", x: at, y: height - 6, "text-anchor": anchor }, text];
  const steps = timeSteps(seconds, right - left)
    .map((back) => word(x(now - back), phrase("seconds-back", { seconds: back }),
      back === seconds ? "start" : "middle"));
  return [...steps, word(right, phrase("now"), "end")];
}
