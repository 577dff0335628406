// The comparison as lines for the chart and as rows of a table.

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
    label: `${label} (simulated)`, name: label, points: queue, dash: DASHES[i % DASHES.length],
  }));
  return drawn.filter(({ name }) => isOn(name));
}

/** Dollars per month, if polling goes on at the rate of `polls` in `seconds`. */
export const monthly = (polls, seconds, price) =>
  (seconds > 0 ? (polls / seconds) * MONTH * (price / 1e6) : 0);

/** The table's columns. With a background nothing is saved, because it uses all spare capacity. */
export function columns({ remainder }) {
  const work = remainder
    ? { head: "background work", of: (it) => `${Math.round(it.spare_work_done)} s` }
    : { head: "saved against the fixed fleet", of: saved };
  return [
    { head: "job wait p99", of: (it) => `${it.job_wait_p99.toFixed(1)} s` },
    work,
    { head: "workers\u2019 polls", of: (it) => String(it.worker_polls) },
    { head: "scaler\u2019s polls", of: (it) => String(it.scaler_polls) },
    {
      head: "polls, $ per month",
      of: (it, { seconds, price }) =>
        monthly(it.worker_polls + it.scaler_polls, seconds, price).toFixed(2),
    },
  ];
}

const saved = (it, { fixed }) =>
  (fixed ? `${Math.round(fixed.container_seconds - it.container_seconds)} s` : "\u2013");

/** The rows: each contender's name, settings and cells. */
export function rows(answer, price) {
  const seconds = answer.until - answer.from;
  const fixed = answer.contenders.find(({ label }) => label.startsWith("fixed"));
  return answer.contenders.map((it) => ({
    label: it.label,
    settings: it.settings + (it.budget_violations > 0 ? "; it went over the capacity" : ""),
    cells: columns(answer).map(({ of }) => of(it, { seconds, price, fixed })),
  }));
}

/** The description of the table. */
export function about(answer) {
  const jobs = Object.entries(answer.job_s).map(([name, s]) => `${name} ${s} s`).join(", ");
  const time = Math.round(answer.until - answer.from);
  return `All are simulated, ours too, with the jobs that arrived in the last ${time} s and the`
    + ` times measured here (one job: ${jobs}). Seed ${answer.seed}.`;
}
