// Thin dashed lines where something was changed, each with its name.

import { round } from "./axis.js";

const PAD = 6;
/** Words nearer than this to another line would seem to be that line's. */
const CLEAR = 3 * PAD;

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
  const spots = (mark, wide, isClear) => {
    for (let row = 0; row < rows; row += 1) {
      // Before the line first: after it the change shows.
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
    // At best no line runs through the words; else rather that than no words.
    return spots(mark, wide, isBeside) ?? spots(mark, wide, endsAtItsOwn)
      ?? { ...mark, text: null, at: mark.x, end: false, row: 0 };
  });
}

const between = (x, from, to) => x > from && x < to;

/** Whether another line is neither in words nor at them. */
function isBeside({ from, to, end }, x, own) {
  return end ? !between(x, from - CLEAR, own) : !between(x, own, to + CLEAR);
}

/**
 * Whether another line is further from both ends of words than their own line is; it may run
 * through their middle.
 */
function endsAtItsOwn({ from, to, end }, x, own) {
  const [near, far] = end ? [to, from] : [from, to];
  const atOwn = end ? between(x, near - PAD, own) : between(x, own, near + PAD);
  return !atOwn && !between(x, far - PAD, far + PAD);
}

/** The log's entries that have a mark, within the chart; what is near together is one line. */
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
  const told = lines.filter(({ texts }) => texts.length > 0);
  return told.map(({ x: place, texts }) => ({ x: place, text: texts.join(", ") }));
}

/** The thing, what it was, what it is, and whose it is. */
const CHANGE = /^(.*?) (\S+) \u2192 (\S+?)(, .*)?$/;

/**
 * One more name at a line: a slider on its way is one change, none where it is back where it
 * began, and nothing is said twice.
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
