// Two worlds side by side: the same jobs with another autoscaler, or none, and with ours. The
// engine simulates both as the jobs come; this page asks for them only while it shows them.

import { call } from "../shell/calls.js";
import { el, hidden, keyed, mark, place, say } from "../shell/dom.js";
import { curve, scale, standing, words } from "./halves.js";
import { loadOf } from "./load.js";
import { entries } from "../shell/model.js";
import { called, chooseNext, chosen } from "./other.js";
import { kindsOf } from "./panels.js";
import { lettersOf, sideFor } from "./places.js";
import { store } from "../shell/store.js";
import { toDom } from "../shell/svg.js";
import { clock } from "../shell/words.js";
import { phrase } from "../shell/phrases.js";

const AGAIN_MS = 500;
/** The time span of the curves, in seconds. */
const SECONDS = 60;
/** Readings come twice a second; a world that is older than this waits for the queue. */
const LATE_S = 3;
const PHASES = {
  starting: phrase("phase.starting"), ready: phrase("phase.ready"),
  terminating: phrase("phase.terminating"),
};
/** With more slots than this, a half has two rows of them. */
const ONE_ROW = 24;
const HALVES = ["world-other", "world-ours"];

let answer = null;
let because = null;
let timer = null;
/** The number of the last question; an answer to an earlier one is not shown. */
let asked = 0;

export const isWorlds = () => !place("worlds").hidden;

/** Shows or hides the two worlds. */
export function toggleWorlds(on = !isWorlds()) {
  if (on === isWorlds()) return;
  place("worlds").hidden = !on;
  mark(document.body, "data-worlds", on ? "" : null);
  clearTimeout(timer);
  asked += 1;
  [answer, because] = [null, null];
  if (!on) return;
  showWorlds(store.shown ?? store.model);
  ask();
}

/** Puts the next one beside ours. */
export function nextOther() {
  chooseNext();
  if (!isWorlds()) return;
  [answer, because] = [null, null];
  showWorlds(store.model);
  ask();
}

async function ask() {
  clearTimeout(timer);
  asked += 1;
  const mine = asked;
  if (!store.frozen && !document.hidden) {
    const { ok, data, message } = await worlds();
    if (mine !== asked) return;
    answer = ok && data?.worlds ? data : null;
    because = answer ? null
      : message ?? phrase("worlds.none", { because: data?.because ?? phrase("worlds.empty") });
    showWorlds(store.model);
  }
  timer = setTimeout(ask, AGAIN_MS);
}

/** Asks the engine for the worlds; a recording has none. */
const worlds = () => (store.model.state.status?.mode === "replay"
  ? { ok: false, message: phrase("worlds.recording") }
  : call("GET", `/api/v1/worlds?other=${chosen()}`));

/** Shows the worlds, if they are to be seen. The model gives the load and the letters. */
export function showWorlds(model) {
  if (!isWorlds()) return;
  say(place("worlds-load"), phrase("worlds.load", { count: loadOf(model)?.count ?? "\u2013" }));
  showBecause(model);
  const names = [answer?.worlds[0].label ?? called(chosen()), phrase("worlds.ours")];
  // Both curves have the same height in pixels, too; otherwise their scales would differ.
  const height = Math.min(...HALVES.map((id) => curvePlace(id).clientHeight));
  HALVES.forEach((id, i) => {
    const [side, other] = [answer?.worlds[i] ?? null, answer?.worlds[1 - i] ?? null];
    const half = place(id);
    const said = words(side, answer?.window_s);
    say(half.querySelector("h2"), names[i]);
    say(half.querySelector(".most b"), said.most);
    say(half.querySelector(".most span"), said.jobs);
    say(half.querySelector(".waited"), said.waited);
    mark(half, "data-standing", standing(side, other) || null);
    showSlots(half.querySelector("ol"), side?.slots ?? [], names[i], model);
    showCurve(id, side, other, { height, isLate: lateBy(model) > LATE_S });
  });
  showSettings(names);
}

/** How many seconds the worlds are behind the page. */
const lateBy = (model) => (answer ? model.t - answer.until : 0);

/** Says why there are no worlds, or why they stand still. */
function showBecause(model) {
  const late = lateBy(model);
  const text = because ?? (late > LATE_S
    ? phrase("worlds.late", { seconds: Math.round(late) }) : "");
  say(place("worlds-because"), text);
  place("worlds-because").hidden = text === "";
}

function showSlots(list, slots, name, model) {
  const workloads = entries(model, "workload");
  const kinds = kindsOf(workloads);
  const kind = new Map(workloads.map(({ name: it }, i) => [it, kinds[i]]));
  const letters = lettersOf(workloads);
  mark(list, "aria-label", phrase("worlds.slots", { name }));
  const blank = () => el("li", {}, el("span", { "aria-hidden": "true" }), hidden(""));
  keyed(list, slots, (_, i) => i, blank, (item, slot) => {
    const shape = slot ? `${kind.get(slot.workload) ?? "urgent-0"} ${slot.phase}` : "free";
    mark(item, "class", `slot ${shape}`);
    say(item.firstElementChild, slot ? letters.get(slot.workload) ?? "?" : "");
    say(item.lastElementChild, slot ? `${slot.workload}, ${PHASES[slot.phase]}` : phrase("free"));
  });
  const style = getComputedStyle(list);
  const largest = parseFloat(style.getPropertyValue("--tallest")) || 50;
  const rows = slots.length > ONE_ROW ? 2.2 : 1;
  const gap = parseFloat(style.columnGap) || 0;
  const side = sideFor(slots.length, list.clientWidth, rows * largest, largest, gap);
  list.style.setProperty("--side", `${side}px`);
  list.classList.toggle("small", side < 28);
}

function showCurve(id, side, other, { height, isLate }) {
  const frame = curvePlace(id);
  const width = frame.clientWidth;
  if (!side || width < 50 || height < 50) {
    frame.replaceChildren();
    return;
  }
  const drawn = curve(side, other, {
    until: answer.until, end: isLate ? clock(answer.until) : phrase("now"),
    max: scale(answer.worlds), seconds: SECONDS, id: `${id}-area`, width, height,
    foot: footOf(frame),
  });
  frame.replaceChildren(toDom(drawn));
}

const curvePlace = (id) => place(id).querySelector(".curve-place");

/** The room for the times under a curve, by the size of their letters. */
const footOf = (frame) => 1.45 * (parseFloat(getComputedStyle(frame).fontSize) || 18);

function showSettings(names) {
  const lines = [...place("worlds-settings").children];
  lines.slice(0, 2).forEach((line, i) =>
    say(line, `${names[i]}: ${answer?.worlds[i].settings ?? "\u2013"}`));
  say(lines[2], answer ? about(answer) : "");
}

/** How the worlds came to be. */
function about({ since, job_s }) {
  const times = Object.entries(job_s)
    .map(([name, seconds]) => `${name} ${phrase("seconds", { seconds })}`);
  return phrase("worlds.about", { since: clock(since), jobs: times.join(", ") });
}

/** Sets up the buttons. `toggle` shows or hides the worlds, `next` changes who is on the left. */
export function wireWorlds({ toggle, next, tables }) {
  place("worlds-open").addEventListener("click", toggle);
  place("worlds-leave").addEventListener("click", toggle);
  place("other-next").addEventListener("click", next);
  place("worlds-tables").addEventListener("click", tables);
  const again = () => showWorlds(store.shown ?? store.model);
  HALVES.forEach((id) => new ResizeObserver(again).observe(curvePlace(id)));
}
