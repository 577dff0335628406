// Marks: thin dashed lines at the times when something was changed, each with its name.

import { round } from "./axis.js";

const PAD = 6;
/** A name closer than this to another line would seem to belong to that line. */
const CLEAR = 3 * PAD;

/** Lines closer than this are merged: nobody could tell them apart. */
const NEAR = 8;

/**
 * Gives marks positions for their names, newest first. A name that would overlap another name
 * goes a row lower. If no row has room, the chart does not show the name (the log has it).
 * @param marks [{x, text}] @returns [{x, text|null, at, end, row}]; `end`: the name ends at `at`
 */
export function placed(marks, { left, right, rows, width }) {
  const taken = Array.from({ length: rows }, () => []);
  const newestFirst = [...marks].sort((a, b) => b.x - a.x);
  const spots = (mark, wide, isClear) => {
    for (let row = 0; row < rows; row += 1) {
      // The left of the line is tried first, because the change shows on its right.
      for (const end of [true, false]) {
        const from = end ? mark.x - PAD - wide : mark.x + PAD;
        const fits = from >= left && from + wide <= right;
        if (!fits || taken[row].some(([a, b]) => from < b + PAD && from + wide > a - PAD)) continue;
        const words = { from, to: from + wide, end };
        if (newestFirst.some(({ x }) => !isClear(words, x, mark.x))) continue;
        taken[row].push([from, from + wide]);
        return { ...mark, at: round(end ? mark.x - PAD : mark.x + PAD), end, row };
      }
    }
    return null;
  };
  return newestFirst.map((mark) => {
    const wide = width(mark.text);
    // A place where no line crosses the name is best; a crossed name is better than none.
    return spots(mark, wide, isBeside) ?? spots(mark, wide, endsAtItsOwn)
      ?? { ...mark, text: null, at: mark.x, end: false, row: 0 };
  });
}

const between = (x, from, to) => x > from && x < to;

/** Whether a name is clear of another line at `x`: not crossed by it and not close to it. */
function isBeside({ from, to, end }, x, own) {
  return end ? !between(x, from - CLEAR, own) : !between(x, own, to + CLEAR);
}

/**
 * Whether another line at `x` is far from both ends of a name, so that the name still seems to
 * belong to its own line. The other line may cross the middle of the name.
 */
function endsAtItsOwn({ from, to, end }, x, own) {
  const [near, far] = end ? [to, from] : [from, to];
  const atOwn = end ? between(x, near - PAD, own) : between(x, own, near + PAD);
  return !atOwn && !between(x, far - PAD, far + PAD);
}

/** The marks of log entries within the chart. Marks close together become one line. */
export function marksOf(log, { from, now, x, words }) {
  const lines = [];
  for (const entry of log) {
    if (!entry.mark || entry.at < from || entry.at > now) continue;
    const said = words(entry.mark);
    const [, , was, is] = said.match(CHANGE) ?? [];
    if (was !== undefined && was === is) continue;
    const mark = { x: x(entry.at), texts: [said] };
    const last = lines.at(-1);
    if (!last || mark.x - last.x >= NEAR) lines.push(mark);
    else last.texts = joined(last.texts, mark.texts[0]);
  }
  const marked = lines.filter(({ texts }) => texts.length > 0);
  return marked.map(({ x: place, texts }) => ({ x: place, text: texts.join(", ") }));
}

/** Matches "name old -> new, owner" with a real arrow; the owner may be missing. */
const CHANGE = /^(.*?) (\S+) \u2192 (\S+?)(, .*)?$/;

/**
 * Adds a text to a line's texts. The changes of a moving slider become one change, or none if it
 * returns to its first value. No text is added twice.
 */
function joined(texts, next) {
  const [, name, from, to, whose = ""] = next.match(CHANGE) ?? [];
  const at = texts.findLastIndex((text) => {
    const [, other, , end, others = ""] = text.match(CHANGE) ?? [];
    return name !== undefined && other === name && others === whose && end === from;
  });
  if (at < 0) return texts.includes(next) ? texts : [...texts, next];
  const [, , begin] = texts[at].match(CHANGE);
  const both = begin === to ? [] : [`${name} ${begin} \u2192 ${to}${whose}`];
  return texts.toSpliced(at, 1, ...both);
}
