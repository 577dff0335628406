// The two halves of the two worlds: their texts and their curves. Nothing here needs a browser.

import { round } from "./axis.js";
import { count } from "../shell/words.js";
import { phrase } from "../shell/phrases.js";

/** The width of the line, which must not be cut at the top. */
const LINE = 5;

/** A wait in seconds, or a dash if it is unknown. */
export function wait(seconds) {
  if (seconds === null || seconds === undefined) return "\u2013";
  return phrase("seconds", { seconds: seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds) });
}

/** The texts of a half: {most, jobs, waited}. Without an answer they are dashes. */
export function words(side, seconds) {
  const most = side?.waited_most ?? null;
  const within = side ? phrase("worlds.within", { seconds: Math.round(seconds) }) : "";
  return {
    most: count(most),
    jobs: phrase(most === 1 ? "worlds.job" : "worlds.jobs"),
    waited: phrase("worlds.waited", { time: wait(side?.longest_wait_s) }) + within,
  };
}

/** How a half stands beside the other one: "more", "fewer", or "" if equal or unknown. */
export function standing(side, other) {
  const [mine, theirs] = [side?.waited_most ?? null, other?.waited_most ?? null];
  if (mine === null || theirs === null || mine === theirs) return "";
  return mine > theirs ? "more" : "fewer";
}

/** The largest value of both curves, so that both have the same scale. */
export const scale = (worlds) =>
  Math.max(10, ...worlds.flatMap(({ queue }) => queue.map(([, n]) => n)));

/**
 * A half's curve of the last minute. Filled in is where more jobs wait than in the other half, and
 * in a second colour what waits in both.
 * @param side, other: the worlds, until: the time of the right edge in seconds, end: its name,
 *   max: the value at the top, seconds: the time span, id: a name for the definitions,
 *   foot: the height of the room for the times below
 */
export function curve(side, other, { until, end, max, seconds, id, width, height, foot }) {
  const [top, bottom] = [LINE, round(height - foot)];
  const x = (t) => round(width - ((until - t) / seconds) * width);
  const y = (n) => round(bottom - (n / max) * (bottom - top));
  const seen = ({ queue }) => queue.filter(([t]) => t >= until - seconds && t <= until);
  const path = (points) => points.map(([t, n], i) => `${i ? "L" : "M"}${x(t)} ${y(n)}`).join("");
  const area = (points) => (points.length === 0 ? ""
    : `${path(points)}L${x(points.at(-1)[0])} ${bottom}L${x(points[0][0])} ${bottom}Z`);
  const [mine, theirs] = [seen(side), seen(other)];
  const word = (at, text, anchor) =>
    ["text", { class: "axis", x: at, y: height - 4, "text-anchor": anchor }, text];
  return ["svg", {
    xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${width} ${height}`, width, height,
    class: "world-curve", "aria-hidden": "true",
  },
  ["defs", {}, ["clipPath", { id }, ["path", { d: area(mine) }]]],
  ["path", { class: "more", d: area(mine) }],
  ["path", { class: "both", d: area(theirs), "clip-path": `url(#${id})` }],
  ["line", { class: "ground", x1: 0, x2: width, y1: bottom, y2: bottom }],
  ["path", { class: "line", d: path(mine) }],
  word(0, phrase("seconds-back", { seconds }), "start"), word(width, end, "end")];
}
