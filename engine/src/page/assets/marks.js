// Thin dashed lines where something was changed, each with its name.

import { round } from "./axis.js";

const PAD = 6;

/**
 * Marks with a place for their names, newest first. A name that would write over another one goes
 * a row lower; where no row is free it is left out of the chart (the log has it).
 * @param marks [{x, text}] @returns [{x, text|null, at, end, row}]; `end`: its words end at `at`
 */
export function placed(marks, { left, right, rows, width }) {
  const taken = Array.from({ length: rows }, () => []);
  const newestFirst = [...marks].sort((a, b) => b.x - a.x);
  return newestFirst.map((mark) => {
    const wide = width(mark.text);
    for (let row = 0; row < rows; row += 1) {
      for (const end of [mark.x + PAD + wide > right, mark.x + PAD + wide <= right]) {
        const from = end ? mark.x - PAD - wide : mark.x + PAD;
        const fits = from >= left && from + wide <= right;
        if (!fits || taken[row].some(([a, b]) => from < b + PAD && from + wide > a - PAD)) continue;
        // Its own line, and the newer ones', must not run through the words.
        if (marks.some(({ x }) => x > from && x < from + wide)) continue;
        taken[row].push([from, from + wide]);
        return { ...mark, at: round(end ? mark.x - PAD : mark.x + PAD), end, row };
      }
    }
    return { ...mark, text: null, at: mark.x, end: false, row: 0 };
  });
}

/** The log's entries that have a mark, within the chart; many at one moment are one line. */
export function marksOf(log, { from, now, x, words }) {
  const lines = new Map();
  for (const entry of log) {
    if (!entry.mark || entry.at < from || entry.at > now) continue;
    const place = x(entry.at);
    lines.set(place, [...(lines.get(place) ?? []), words(entry.mark)]);
  }
  return [...lines].map(([place, texts]) => ({ x: place, text: [...new Set(texts)].join(", ") }));
}
