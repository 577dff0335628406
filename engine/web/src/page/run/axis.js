// Positions of times and counts on the chart.

/** Multiples of the target at which a queue's axis may end, round ones to be marked on it. */
const ROUND = [2, 5, 10];
/** More of them, for a curve without marks, so that it is always high enough to be seen; with the
 *  first one the target is below the numbers of the stage view. */
const CLOSE = [2.2, 3, 4, 6, 8, 10];

/** The largest value on a queue's axis: 2, 5, 10, 20, ... times the target, as needed. */
export function queueMax(target, largest, marked = true) {
  const unit = Math.max(target, 1);
  for (let decade = 1; decade <= 1e9; decade *= 10) {
    for (const n of marked ? ROUND : CLOSE) {
      if (n * decade * unit >= largest) return n * decade * unit;
    }
  }
  return largest;
}

/** The position of a time: `now` at the right edge, `seconds` before it at the left edge. */
export const timeAxis = ({ left, right, now, seconds }) => (at) =>
  round(right - ((now - at) / seconds) * (right - left));

/** The position of a count; a count above `max` is drawn at the edge. */
export const countAxis = ({ top, bottom, max }) => (value) =>
  round(bottom - Math.min(1, value / max) * (bottom - top));

/** The labelled steps of the time axis, in seconds before now: as many as have room. */
export function timeSteps(seconds, width) {
  const steps = [5, 10, 20, 30, 60, 120, 300];
  const step = steps.find((step) => (step / seconds) * width >= 110) ?? seconds;
  const marks = [];
  for (let back = step; back < seconds + step / 2 && back <= seconds; back += step) {
    marks.push(back);
  }
  return marks;
}

/** Rounds to one decimal: more digits only make the drawing longer. */
export const round = (place) => Math.round(place * 10) / 10;
