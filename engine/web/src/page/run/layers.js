// SVG paths of lines and areas.

import { round } from "./axis.js";

/** A line through readings, with gaps for missing ones. The last value extends to `end`. */
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

/** The areas between a line through readings and a level; a missing reading ends an area. */
export function between(times, values, x, y, end, level) {
  const runs = [];
  values.forEach((value, i) => {
    const known = value !== null && value !== undefined;
    const before = values[i - 1] !== null && values[i - 1] !== undefined && i > 0;
    if (known && !before) runs.push([]);
    if (known) runs.at(-1).push([x(times[i]), y(value)]);
  });
  const last = values.at(-1);
  if (runs.length > 0 && last !== null && last !== undefined) {
    runs.at(-1).push([round(end), y(last)]);
  }
  const ground = y(level);
  return runs.map((points) => {
    const upper = points.map(([at, height]) => `L${at} ${height}`).join("");
    return `M${points[0][0]} ${ground}${upper}L${points.at(-1)[0]} ${ground}Z`;
  }).join("");
}

/**
 * The area of one layer of stacked counts. A count holds until the next one, so edges are steps.
 * @param below, above: the sums without and with this layer, one for each point
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

/** The sums {below, above} of each layer; an unknown count adds 0. */
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
