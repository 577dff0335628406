// The comparison as lines for the chart and as rows of a table.

import { phrase } from "../shell/phrases.js";

/**
 * Dollars per million requests: Amazon SQS, standard queue, US East (N. Virginia), up to 100
 * billion requests a month, as of March 2026.
 */
export const PRICE = 0.4;
/** Seconds of 30 days. */
const MONTH = 30 * 24 * 3600;
/** Dash patterns tell the lines apart without colour, and are coarse enough for a projector. */
const DASHES = ["12 5", "4 8", "20 6", "12 5 3 5", "30 8", "20 5 3 5 3 5",
  "40 8"];

/** The lines of the contenders for which `isOn(label)`. This engine's is in the chart anyway. */
export function lines(answer, isOn) {
  const others = (answer?.contenders ?? []).slice(1);
  const drawn = others.map(({ label, queue }, i) => ({
    label: phrase("comparison.line", { label }), name: label, points: queue,
    dash: DASHES[i % DASHES.length],
  }));
  return drawn.filter(({ name }) => isOn(name));
}

/** Dollars per month, if polling goes on at the rate of `polls` in `seconds`. */
export const monthly = (polls, seconds, price) =>
  (seconds > 0 ? (polls / seconds) * MONTH * (price / 1e6) : 0);

/** The table's columns. With a background nothing is saved, because it uses all spare capacity. */
export function columns({ remainder }) {
  const work = remainder
    ? { head: phrase("comparison.work"), of: (it) => inSeconds(Math.round(it.spare_work_done)) }
    : { head: phrase("comparison.saved"), of: saved };
  return [
    { head: phrase("comparison.wait"), of: (it) => inSeconds(it.job_wait_p99.toFixed(1)) },
    work,
    { head: phrase("comparison.workers"), of: (it) => String(it.worker_polls) },
    { head: phrase("comparison.scaler"), of: (it) => String(it.scaler_polls) },
    {
      head: phrase("comparison.month"),
      of: (it, { seconds, price }) =>
        monthly(it.worker_polls + it.scaler_polls, seconds, price).toFixed(2),
    },
  ];
}

const saved = (it, { fixed }) =>
  (fixed ? inSeconds(Math.round(fixed.container_seconds - it.container_seconds)) : "\u2013");

const inSeconds = (seconds) => phrase("seconds", { seconds });

/** The rows: each contender's name, settings and cells. */
export function rows(answer, price) {
  const seconds = answer.until - answer.from;
  const fixed = answer.contenders.find(({ label }) => label.startsWith("fixed"));
  return answer.contenders.map((it) => ({
    label: it.label,
    settings: it.settings + (it.budget_violations > 0 ? phrase("comparison.over") : ""),
    cells: columns(answer).map(({ of }) => of(it, { seconds, price, fixed })),
  }));
}

/** The description of the table. */
export function about(answer) {
  const jobs = Object.entries(answer.job_s)
    .map(([name, s]) => `${name} ${inSeconds(s)}`).join(", ");
  const seconds = Math.round(answer.until - answer.from);
  return phrase("comparison.about", { seconds, jobs, seed: answer.seed });
}
