// When each dot starts. A dot is a job that the engine counted, or several if there are many.
// Nothing here depends on a browser.

/** The most dots a second; each second has 60 frames, and nobody can follow more dots. */
export const MOST_A_SECOND = 50;
/** The possible numbers of jobs in one dot. */
const FACTORS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
/** Dots are only made of fewer jobs again when that gives clearly fewer than the most. */
const DOWN = 0.8;
/** How many seconds of counts the rate is computed from: a single count is unsteady. */
const WINDOW_S = 2;

/** The number of jobs in one dot at this rate in jobs a second, if it was `before` until now. */
export function factorFor(rate, before = 1) {
  const fits = (factor, most) => rate / factor <= most;
  const needed = FACTORS.find((factor) => fits(factor, MOST_A_SECOND)) ?? FACTORS.at(-1);
  if (needed >= before) return needed;
  return FACTORS.find((factor) => fits(factor, DOWN * MOST_A_SECOND)) ?? before;
}

/** Turns counts into dots, and keeps what did not fill a dot for the next count. */
export class Schedule {
  constructor() {
    this.factor = 1;
    /** The last counts, as {at, jobs, over}. */
    this.counts = [];
    /** Jobs that are in no dot yet, by queue and slot. */
    this.rests = new Map();
  }

  /** Adds a count at `at` seconds, and chooses how many jobs a dot is. */
  add(at, jobs, over) {
    this.counts.push({ at, jobs, over });
    this.counts = this.counts.filter((count) => count.at > at - WINDOW_S);
    const sum = (of) => this.counts.reduce((all, count) => all + count[of], 0);
    const factor = factorFor(sum("jobs") / Math.max(sum("over"), 0.001), this.factor);
    if (factor !== this.factor) this.rests.clear();
    this.factor = factor;
  }

  /**
   * The dots of one count, in the order of their starts.
   * @param count {over_s, taken: [[slot, jobs]]}
   * @returns [{slot, after}], `after` in milliseconds from now
   */
  dots(queue, { over_s: over, taken }) {
    const lanes = taken.map(([slot, jobs]) => {
      const key = `${queue}/${slot}`;
      const all = (this.rests.get(key) ?? 0) + jobs;
      this.rests.set(key, all % this.factor);
      return { slot, dots: Math.floor(all / this.factor) };
    });
    return spread(lanes, over * 1000);
  }
}

/** Spreads dots evenly over a time, and those of each slot evenly among the others. */
export function spread(lanes, ms) {
  const turns = lanes.flatMap(({ slot, dots }) =>
    Array.from({ length: dots }, (_, i) => ({ slot, turn: (i + 0.5) / dots })));
  turns.sort((a, b) => a.turn - b.turn || a.slot - b.slot);
  return turns.map(({ slot }, i) => ({ slot, after: ((i + 0.5) * ms) / turns.length }));
}
