// How numbers, times and names are written.

import { phrase } from "./phrases.js";

/** Replaces the API's ASCII arrows by real ones. */
export const arrows = (text) => String(text ?? "").replaceAll("->", "\u2192");

/** Seconds as 2:41, or 1:02:41. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** The singular or plural of a name: consumer, consumers; batch, batches. */
export function plural(name, count) {
  if (count === 1 || name.endsWith("s")) return name;
  return /(ch|sh|x)$/.test(name) ? `${name}es` : `${name}s`;
}

/** A rate: one decimal below ten, none above. An unknown rate is a dash, never a zero. */
export function rate(value) {
  if (value === null || value === undefined) return "\u2013";
  return value < 9.95 && value > 0 ? value.toFixed(1) : String(Math.round(value));
}

/** A count, or a dash if it is unknown. */
export const count = (value) =>
  value === null || value === undefined ? "\u2013" : String(value);

/** A workload in a sentence about `n` containers: "background", or its name, singular or plural. */
export const called = (name, workload, n = 2) =>
  workload?.background ? phrase("background") : plural(name, n);

/**
 * The workloads' names for the audience, by their own names. A single urgent workload needs no name
 * of its own.
 */
export function audienceNames(workloads) {
  const urgent = workloads.filter(({ value }) => !value.background).length;
  const named = ({ name, value }) =>
    (value.background ? phrase("audience.spare") : urgent === 1 ? phrase("audience.urgent") : name);
  return new Map(workloads.map((workload) => [workload.name, named(workload)]));
}

/** A name cut for the chart: Kubernetes allows 63 characters, the chart has less room. */
export const short = (name) => (name.length > 22 ? `${name.slice(0, 21)}\u2026` : name);

/** A log text, with the background's Deployment named "background" as everywhere on the page. */
export function inPageWords(text, workloads) {
  const said = workloads
    .filter(({ value }) => value.background)
    .reduce((said, { name }) => said.replace(new RegExp(`(^|\\s)${escaped(name)}(?= )`, "g"),
      `$1${phrase("background")}`), text);
  return arrows(said);
}

const escaped = (name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
