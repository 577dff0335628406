// The comparison with other contenders, simulated with the same load: lines and a table.

import { call } from "../shell/calls.js";
import { el, keyed, place, say } from "../shell/dom.js";
import { PRICE, about, columns, lines, rows } from "./contenders.js";
import { chosen, isOf } from "./other.js";
import { store } from "../shell/store.js";
import { toDom } from "../shell/svg.js";
import { phrase } from "../shell/phrases.js";

/** How often the page asks for the comparison; the engine computes one every two seconds. */
const AGAIN_MS = 2500;

let answer = null;
let price = PRICE;
let timer = null;
let changed = () => {};
/** Lines that were switched on or off in the table, by label. */
const switched = new Map();

/** Whether a contender's line is drawn; if nothing else is said, only the chosen one's is. */
const isOn = (label) => switched.get(label) ?? isOf(chosen(), label);

/** Whether the comparison is open. */
export const isCompared = () => isShown();
const isShown = () => !place("comparison").hidden;

/** The contenders' lines for the chart: [{label, points: [[t, length]], dash}]. */
export const comparisonLines = () => (isShown() ? lines(answer, isOn) : []);

/** Shows or hides the comparison. `draw` is called when the chart has to be redrawn. */
export function toggleComparison(draw) {
  const box = place("comparison");
  changed = draw;
  box.hidden = !box.hidden;
  clearTimeout(timer);
  if (isShown()) {
    if (box.children.length === 0) build(box);
    ask();
  }
  changed();
}

/** Draws the line of another contender, after another one was chosen. */
export function choiceChanged() {
  switched.clear();
  if (!isShown()) return;
  show();
  changed();
}

async function ask() {
  if (!store.frozen && !document.hidden) {
    const { ok, data, message } = await compared();
    if (!isShown()) return;
    answer = ok && data.contenders ? data : null;
    const because = message ?? data?.because;
    say(place("comparison-about"),
      answer ? about(answer) : phrase("comparison.nothing", { because }));
    show();
    changed();
  }
  clearTimeout(timer);
  timer = setTimeout(ask, AGAIN_MS);
}

/** Asks the engine for its comparison; a recording has none. */
const compared = () =>
  (store.model.state.status?.mode === "replay"
    ? { ok: false, message: phrase("recording") } : call("GET", "/api/v1/ghosts"));

function build(box) {
  const field = el("input", {
    id: "poll-price", type: "number", min: "0", step: "0.01", value: PRICE, inputmode: "decimal",
  });
  field.addEventListener("input", () => {
    if (field.value !== "" && field.validity.valid) price = Number(field.value);
    show();
  });
  box.append(
    el("h2", {}, phrase("comparison.title")),
    el("p", { id: "comparison-about" }, phrase("comparison.begun")),
    el("div", {
      class: "scrolls", tabindex: "0", role: "region", "aria-label": phrase("comparison.table"),
    },
      el("table", { id: "comparison-table" },
        el("thead", {}, el("tr")), el("tbody"))),
    el("p", {}, el("label", { for: "poll-price" }, `${phrase("comparison.price")} `), field),
    formula(),
  );
}

const formula = () => el("details", {}, el("summary", {}, phrase("comparison.how")),
  el("p", {}, phrase("comparison.formula")), el("p", {}, phrase("comparison.default")));

function show() {
  const table = place("comparison-table");
  table.hidden = answer === null;
  if (answer === null) return;
  const heads = ["", ...columns(answer).map(({ head }) => head)];
  keyed(table.tHead.rows[0], heads, (head) => head || "name", blankHead, (cell, head) => {
    say(cell, head || phrase("comparison.who"));
  });
  keyed(table.tBodies[0], rows(answer, price), ({ label }) => label, blankRow, fillRow);
}

const blankHead = () => el("th", { scope: "col" });

/** Makes a row. All lines can be switched on, except the measured line of this engine. */
function blankRow({ label, cells }, i) {
  const box = el("input", { type: "checkbox" });
  box.addEventListener("change", () => {
    switched.set(label, box.checked);
    changed();
  });
  const name = i === 0 ? el("b", {}, label)
    : el("label", {}, box, sample(label), el("b", {}, label));
  return el("tr", {},
    el("th", { scope: "row" }, name, el("span", { class: "settings" })),
    ...cells.map(() => el("td")));
}

/** A short sample of a contender's line, as the chart draws it. */
function sample(label) {
  const dash = lines(answer, () => true).find(({ name }) => name === label)?.dash ?? null;
  return toDom(["svg", { class: "chart sample", width: 48, height: 12, "aria-hidden": "true" },
    ["path", { class: "contender", d: "M0 6H48", "stroke-dasharray": dash }]]);
}

function fillRow(row, { label, settings, cells }) {
  const box = row.querySelector("input");
  if (box) box.checked = isOn(label);
  say(row.querySelector(".settings"), settings);
  cells.forEach((text, column) => say(row.cells[column + 1], text));
}
