// Lines and areas from counts.

import { round } from "./axis.js";

/** A line through readings; where there was none, there is no line. It holds until `end`. */
export function line(times, values, x, y, end) {
  let path = "";
  let drawing = false;
  values.forEach((value, i) => {
    if (value === null || value === undefined) {
      drawing = false;
      return;
    }
    path += `${drawing ? "L" : "M"}${x(times[i])} ${y(value)}`;
    drawing = true;
  });
  return drawing ? `${path}H${round(end)}` : path;
}

/**
 * The area of one layer of counts that stand on one another; each holds until the next, so its
 * edges are steps.
 * @param below, above: sums under and with this layer, a number a point
 */
export function area(times, below, above, x, y, end) {
  if (times.length === 0) return "";
  const right = (i) => (i + 1 < times.length ? x(times[i + 1]) : round(end));
  let upper = "";
  let lower = "";
  times.forEach((time, i) => {
    upper += `${i === 0 ? "M" : "L"}${x(time)} ${y(above[i])}H${right(i)}`;
    lower = `L${right(i)} ${y(below[i])}H${x(time)}${lower}`;
  });
  return `${upper}${lower}Z`;
}

/** Sums of the layers up to each, a list a layer; an unknown count stands on nothing. */
export function stacked(layers) {
  const sums = [];
  let below = (layers[0] ?? []).map(() => 0);
  for (const layer of layers) {
    const above = layer.map((value, i) => below[i] + (value ?? 0));
    sums.push({ below, above });
    below = above;
  }
  return sums;
}
