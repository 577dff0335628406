// The chart's two panels: the queues with the zone up to their target, and the stacked containers
// with the capacity. Each function for a panel returns a drawing and the labels of its lines.

import { countAxis, queueMax } from "./axis.js";
import { figure, hasLength, lineName } from "./figures.js";
import { area, between, line, stacked } from "./layers.js";
import { live } from "../shell/model.js";
import { called, short } from "../shell/words.js";
import { phrase } from "../shell/phrases.js";

/** Dash patterns tell the queues' lines apart without colour. */
const DASHES = [null, "14 6", "3 5", "14 5 3 5"];

/** The looks of the queue panel on the Run page. */
const LOOKS = { axis: true, bound: "target" };

/** The clip path for lines that begin before the time span. */
const INSIDE = "url(#inside)";

const rule = (frame, y, kind) =>
  ["line", { class: kind, x1: frame.left, x2: frame.right, y1: y, y2: y }];

/** Grid lines and labels at some counts of a panel. */
export function grid(frame, y, counts) {
  return counts.flatMap((count) => [
    rule(frame, y(count), "grid"),
    ["text", { class: "axis", x: frame.left - 8, y: y(count) + 6, "text-anchor": "end" }, count],
  ]);
}

const ticks = (max, frame) => {
  const middle = frame.bottom - frame.top >= 66 && max % 2 === 0;
  return middle ? [0, max / 2, max] : [0, max];
};

/** The largest value on the queues' axis; `marked` is whether the axis has counts. */
export function greatest(data, queues, contenders, marked = true) {
  const target = Math.max(0, ...queues.map(({ value }) => value.target ?? 0));
  const seen = queues.flatMap(({ name }) => data.queues[name] ?? []);
  const others = contenders.flatMap(({ points }) =>
    points.filter(([t]) => t >= data.t[0]).map(([, n]) => n));
  return queueMax(target, Math.max(0, ...seen, ...others), marked);
}

/**
 * The queue panel. The zone up to the target is grey, and what a queue has above its target is
 * filled. `contenders` are further thin lines: {label, points: [[t, length]], dash}.
 * @param looks {axis: whether counts are marked, bound: what the target is called}
 */
export function queuePanel(data, queues, contenders, frame, x, looks = LOOKS) {
  if (queues.length === 0) return { drawing: [], labels: [], y: null };
  const target = Math.max(...queues.map(({ value }) => value.target ?? 0));
  const max = greatest(data, queues, contenders, looks.axis);
  const y = countAxis({ ...frame, max });
  const drawing = [
    ["rect", {
      class: "band", x: frame.left, y: y(target), width: frame.right - frame.left,
      height: frame.bottom - y(target),
    }],
    ...(looks.axis ? grid(frame, y, ticks(max, frame)) : []),
    ...queues.flatMap((queue, i) =>
      (hasLength(queue) ? aboveTarget(queue, i, data, frame, x, y) : [])),
    ...[...new Set(queues.filter(hasLength).map(({ value }) => value.target))].map((it) =>
      rule(frame, y(it), "target")),
    ...contenders.map((contender) => contenderLine(contender, data, frame, x, y)),
    ...queues.map(({ name }, i) => ["path", {
      class: "queue", "clip-path": INSIDE,
      d: line(data.t, data.queues[name] ?? [], x, y, frame.right),
      "stroke-dasharray": DASHES[i % DASHES.length],
    }]),
  ];
  return { drawing, labels: queueLabels(data, queues, contenders, y, looks), y };
}

/** The area between a queue's line and its target, where the line is above it. */
function aboveTarget({ name, value }, i, data, frame, x, y) {
  const { target } = value;
  const clip = `above-${i}`;
  const { left, right } = frame;
  return [
    ["clipPath", { id: clip },
      ["rect", { x: left, y: 0, width: Math.max(0, right - left), height: y(target) }]],
    ["path", {
      class: "above", "clip-path": `url(#${clip})`,
      d: between(data.t, data.queues[name] ?? [], x, y, right, target),
    }],
  ];
}

const contenderLine = (contender, data, frame, x, y) => {
  const points = contender.points.filter(([t]) => t >= (data.t[0] ?? 0) && t <= data.t.at(-1));
  const path = line(points.map(([t]) => t), points.map(([, n]) => n), x, y, frame.right);
  const dashes = { "stroke-dasharray": contender.dash };
  return ["path", { class: "contender", "clip-path": INSIDE, d: path, ...dashes }];
};

function queueLabels(data, queues, contenders, y, { bound }) {
  const several = queues.length > 1;
  const lines = queues.map((queue) => {
    const last = data.queues[queue.name]?.at(-1) ?? 0;
    // The label shows the same value as the large number, even if the last point is older.
    const now = queue.value.status === "fresh" ? figure(queue.value) : "\u2013";
    return { y: y(last), text: `${lineName(queue, several)} ${now}`, strong: true };
  });
  const bounded = queues.filter(hasLength);
  const targets = new Map(bounded.map(({ name, value }) => [value.target, name]));
  const bounds = [...targets].map(([target, name]) => {
    const whose = targets.size > 1 ? ` ${short(name)}` : "";
    return { y: y(target), text: `${phrase(bound, { target })}${whose}`, strong: false };
  });
  const others = contenders.map(({ label, points }) => ({
    y: y(points.at(-1)?.[1] ?? 0), text: label, strong: false, contender: true,
  }));
  return [...lines, ...bounds, ...others];
}

/** The container panel. */
export function containerPanel(data, workloads, capacity, frame, x) {
  const known = workloads.filter(({ name }) => data.live[name]);
  const sums = stacked(known.map(({ name }) => data.live[name]));
  const most = Math.max(capacity, 1, ...(sums.at(-1)?.above ?? []));
  const y = countAxis({ ...frame, max: most });
  const kinds = kindsOf(known);
  const drawing = [
    ...grid(frame, y, ticks(most, frame)),
    ...known.map((_, i) => ["path", {
      class: `layer ${kinds[i]}`, fill: FILLS[kinds[i]], "clip-path": INSIDE,
      d: area(data.t, sums[i].below, sums[i].above, x, y, frame.right),
    }]),
    rule(frame, y(capacity), "capacity"),
  ];
  const layers = known.map(({ name, value }, i) => {
    const middle = (y(sums[i].below.at(-1)) + y(sums[i].above.at(-1))) / 2;
    const many = live(value);
    return { y: middle, text: `${short(called(name, value))} ${many}`, strong: true, many };
  });
  const bound = { y: y(capacity), text: phrase("capacity", { capacity }), strong: false };
  const labels = [
    ...layers.filter(({ many }) => many > 0), bound, ...layers.filter(({ many }) => many === 0),
  ];
  return { drawing, labels, y };
}

/** The fill of each workload: hatched for the background; plain, dotted or barred for others. */
export function kindsOf(workloads) {
  let urgent = 0;
  return workloads.map(({ value }) => {
    if (value.background) return "background";
    urgent += 1;
    return `urgent-${(urgent - 1) % 3}`;
  });
}

const FILLS = { background: "url(#hatch)", "urgent-1": "url(#dots)", "urgent-2": "url(#bars)" };

const tile = (id, turn, ...inside) => ["pattern", {
  id, width: 12, height: 12, patternUnits: "userSpaceOnUse", patternTransform: turn,
}, ...inside];
const ground = (kind) => ["rect", { class: kind, width: 12, height: 12 }];

/** The drawing's definitions. Patterns repeat every 12 px: a projector shows no finer ones. */
export const patterns = (frame) => ["defs", {},
  ["clipPath", { id: "inside" }, ["rect", {
    x: frame.left, y: 0, width: frame.right - frame.left, height: frame.lower.bottom + 3,
  }]],
  tile("hatch", "rotate(45)", ground("hatch-ground"),
    ["line", { class: "hatch-line", x1: 0, x2: 0, y1: 0, y2: 12 }]),
  tile("dots", null, ground("dots-ground"), ["circle", { class: "dot", cx: 6, cy: 6, r: 3.4 }]),
  tile("bars", null, ground("bars-ground"),
    ["line", { class: "bar", x1: 0, x2: 12, y1: 3, y2: 3 }]),
];
