// How numbers, times and names are said.

/** Arrows as people write them; the API keeps to ASCII. */
export const arrows = (text) => String(text ?? "").replaceAll("->", "\u2192");

/** Seconds as 2:41, or 1:02:41. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** The name for so many: consumer, consumers; batch, batches. */
export function plural(name, count) {
  if (count === 1 || name.endsWith("s")) return name;
  return /(ch|sh|x)$/.test(name) ? `${name}es` : `${name}s`;
}

export const capitalised = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

/** A rate: one place below ten, none above. Unknown is a dash, never a zero. */
export function rate(value) {
  if (value === null || value === undefined) return "\u2013";
  return value < 9.95 && value > 0 ? value.toFixed(1) : String(Math.round(value));
}

/** A count, or a dash where it is not known. */
export const count = (value) =>
  value === null || value === undefined ? "\u2013" : String(value);

/** What a workload is called: background work by what it is. */
export const called = (name, workload, n = 2) =>
  workload?.background ? "background" : plural(name, n);

/** A name with room for its line's words; Kubernetes allows 63 characters, the chart does not. */
export const short = (name) => (name.length > 22 ? `${name.slice(0, 21)}\u2026` : name);

/** A sentence of the log, with background work called as everywhere on the page. */
export function inPageWords(text, workloads) {
  const said = workloads
    .filter(({ value }) => value.background)
    .reduce((said, { name }) => said.replace(new RegExp(`(^|\\s)${escaped(name)}(?= )`, "g"),
      "$1background"), text);
  return arrows(said);
}

const escaped = (name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
