// The chart's data as a table for screen readers, and as CSV.

import { el } from "../shell/dom.js";
import { clock, count } from "../shell/words.js";
import { phrase } from "../shell/phrases.js";

/** All columns: {head, values}. */
export function columns({ t, queues, live, load }) {
  const named = (kind, series) =>
    Object.entries(series).map(([name, values]) => ({ head: `${kind} ${name}`, values }));
  return [
    { head: "seconds", values: t }, ...named("queue", queues), ...named("containers", live),
    ...named("load", load),
  ];
}

/** The data as CSV, with one line per tick. An unknown value is empty, never 0. */
export function csv(data) {
  const all = columns(data);
  const lines = data.t.map((_, i) => all.map(({ values }) => field(values[i])).join(","));
  return `${[all.map(({ head }) => field(head)).join(","), ...lines].join("\r\n")}\r\n`;
}

function field(value) {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Shows the table: a row for every fifth second, and the newest one. */
export function showTable(parent, data) {
  const all = columns(data);
  const last = data.t.length - 1;
  const kept = data.t.map((_, i) => i).filter((i) =>
    i === last || Math.floor(data.t[i] / 5) !== Math.floor(data.t[i + 1] / 5));
  const head = el("tr", {}, ...all.map(({ head: text }) => el("th", { scope: "col" }, text)));
  const rows = kept.reverse().map((i) => el("tr", {}, ...all.map(({ values }, column) =>
    (column === 0 ? el("th", { scope: "row" }, clock(values[i]))
      : el("td", {}, count(values[i]))))));
  parent.replaceChildren(el("table", {},
    el("caption", {}, phrase("table.caption")),
    el("thead", {}, head), el("tbody", {}, ...rows)));
}
