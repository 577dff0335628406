// What the numbers and the chart call a queue or a metric. A metric is a value that is no queue: it
// has a name of its own, and no jobs wait in it.

import { count, short } from "../shell/words.js";
import { phrase } from "../shell/phrases.js";

/** Whether the value of a key `queue/NAME` is that of a metric. */
export const isMetric = ({ source }) => source !== undefined && source !== "queue";

/** Whether its rule keeps it to a length. */
export const hasLength = ({ value }) => value.target !== null && value.target !== undefined;

/** What a line of the chart is called; `several`: whether there are others. */
export function lineName({ name, value }, several) {
  if (isMetric(value)) return short(name);
  return several ? phrase("queue-of", { queue: short(name) }) : phrase("queue");
}

/** What is said until the first reading. */
export function unread(queues) {
  const metrics = queues.length > 0 && queues.every(({ value }) => isMetric(value));
  return metrics ? phrase("metric.unknown", { metric: queues[0].name }) : phrase("jobs.unknown");
}

/** The value as a text: a queue's length, or a metric's value with its fraction. */
export function figure(value) {
  if (!isMetric(value)) return count(value.ready);
  const known = value.value !== null && value.value !== undefined;
  return known ? String(Math.round(value.value * 10) / 10) : count(null);
}

/** What is allowed of a metric: a length, or so much for each container. */
export function bound({ target, target_per_container: each }) {
  if (each === null || each === undefined) return phrase("target", { target });
  return phrase("target-each", { target: each });
}
