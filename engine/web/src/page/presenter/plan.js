// The elapsed and the planned times of a talk. Nothing here depends on a browser.

import { phrase } from "../shell/phrases.js";

/**
 * The times: {name, elapsed, plan} in seconds. `elapsed` is null before the first step, and `plan`
 * is null where nothing is planned.
 * @param uptime seconds since the start or the last reset
 * @param talk what the presenter sees, as the engine said `age` seconds ago; null without a talk
 */
export function timesOf(uptime, { talk, age }) {
  if (!talk) return [{ name: phrase("times.up"), elapsed: uptime, plan: null }];
  const later = (elapsed) => (elapsed === null ? null : elapsed + age);
  const plans = talk.steps.map((step) => step.plan_s);
  return [
    { name: phrase("times.talk"), elapsed: later(talk.elapsed_s),
      plan: plans.reduce((a, b) => a + b, 0) },
    { name: phrase("times.step"), elapsed: later(talk.step_elapsed_s),
      plan: plans[Math.max(1, talk.step) - 1] ?? null },
  ];
}
