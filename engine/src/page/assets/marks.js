// Thin dashed lines where something was changed, each with its name.

import { round } from "./axis.js";

const PAD = 6;

/** Lines nearer than this are one: nobody could tell them apart. */
const NEAR = 8;

/**
 * Marks with a place for their names, newest first. A name that would write over another one goes
 * a row lower; where no row is free it is left out of the chart (the log has it).
 * @param marks [{x, text}] @returns [{x, text|null, at, end, row}]; `end`: its words end at `at`
 */
export function placed(marks, { left, right, rows, width }) {
  const taken = Array.from({ length: rows }, () => []);
  const newestFirst = [...marks].sort((a, b) => b.x - a.x);
  const spots = (mark, wide, lines) => {
    for (let row = 0; row < rows; row += 1) {
      // Before the line first: after it the change shows.
      for (const end of [true, false]) {
        const from = end ? mark.x - PAD - wide : mark.x + PAD;
        const fits = from >= left && from + wide <= right;
        if (!fits || taken[row].some(([a, b]) => from < b + PAD && from + wide > a - PAD)) continue;
        if (lines.some(({ x }) => x > from && x < from + wide)) continue;
        taken[row].push([from, from + wide]);
        return { ...mark, at: round(end ? mark.x - PAD : mark.x + PAD), end, row };
      }
    }
    return null;
  };
  return newestFirst.map((mark) => {
    const wide = width(mark.text);
    // At best no line runs through the words; else rather that than no words.
    return spots(mark, wide, marks) ?? spots(mark, wide, [])
      ?? { ...mark, text: null, at: mark.x, end: false, row: 0 };
  });
}

/** The log's entries that have a mark, within the chart; what is near together is one line. */
export function marksOf(log, { from, now, x, words }) {
  const lines = [];
  for (const entry of log) {
    if (!entry.mark || entry.at < from || entry.at > now) continue;
    const mark = { x: x(entry.at), texts: [words(entry.mark)] };
    const last = lines.at(-1);
    if (!last || mark.x - last.x >= NEAR) lines.push(mark);
    else last.texts = joined(last.texts, mark.texts[0]);
  }
  return lines.map(({ x: place, texts }) => ({ x: place, text: texts.join(", ") }));
}

const CHANGE = /^(.*) (\d+) \u2192 (\d+)$/;

/** One more name at a line: a slider on its way is one change, and nothing is said twice. */
function joined(texts, next) {
  const [, name, from, to] = next.match(CHANGE) ?? [];
  const before = texts.at(-1).match(CHANGE);
  if (name !== undefined && before && before[1] === name && before[3] === from) {
    return [...texts.slice(0, -1), `${name} ${before[2]} \u2192 ${to}`];
  }
  return texts.includes(next) ? texts : [...texts, next];
}
