// How smoothly a page draws 10 slots and 50 jobs a second, with slots that change hands all the
// time, in both views. `scripts/measure-frames` prints it; a test holds a wider bound.

import { Fake, snapshot } from "./support/fake.mjs";
import { pause } from "./support/box.mjs";

/** Jobs a second, and ticks a second. */
const [JOBS, TICKS] = [50, 2];
/** How long dots fly before the page is measured, in milliseconds. */
const WARM_UP_MS = 2000;

/** Plays a busy box to the pages of a fake stream; returns what ends it. */
export function play(fake) {
  let [t, turn] = [fake.first.t, 0];
  const tick = () => {
    [t, turn] = [t + 1 / TICKS, turn + 1];
    fake.first.t = t;
    const taken = Array.from({ length: 8 }, (_, slot) => [slot, JOBS / TICKS / 8 | 0]);
    taken[turn % 8][1] += JOBS / TICKS - 8 * (JOBS / TICKS / 8 | 0);
    const name = turn % 4 < 2 ? "remainder" : "consumer";
    const phase = ["terminating", "starting", "terminating", "starting"][turn % 4];
    const workload = turn % 4 === 1 || turn % 4 === 2 ? "consumer" : "remainder";
    fake.frame({ t, tick: Math.round(t * TICKS), step: true, set: {
      "jobs/jobs": { at: t, over_s: 1 / TICKS, taken },
      "queue/jobs": { ...fake.first.state["queue/jobs"], ready: 20 + (turn % 30) },
      "slot/9": { name: `${name}-${turn}`, workload, phase },
    } });
  };
  const timer = setInterval(tick, 1000 / TICKS);
  return () => clearInterval(timer);
}

/** Starts a fake stream before a box, with the state that is played. */
export const begin = (box) => Fake.start(box, snapshot());

/** The intervals between a page's frames over a time, and how many dots flew. */
export async function measure(page, ms) {
  await pause(WARM_UP_MS);
  return page.evaluate((ms) => new Promise((resolve) => {
    const [began, intervals] = [performance.now(), []];
    let last = began;
    const flown = () => Number(document.querySelector("#dots")?.dataset.dots ?? 0);
    const before = flown();
    const next = (now) => {
      intervals.push(now - last);
      last = now;
      if (now - began < ms) requestAnimationFrame(next);
      else resolve({ intervals: intervals.slice(1), dots: flown() - before });
    };
    requestAnimationFrame((now) => {
      last = now;
      requestAnimationFrame(next);
    });
  }), ms);
}

/** Frames a second, and percentiles of the intervals in milliseconds. */
export function summary({ intervals }) {
  const sorted = [...intervals].sort((a, b) => a - b);
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
  const sum = intervals.reduce((all, it) => all + it, 0);
  return {
    rate: (1000 * intervals.length) / sum, p50: at(0.5), p95: at(0.95), max: sorted.at(-1),
  };
}
