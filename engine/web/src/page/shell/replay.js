// The controls of a replay: pause, the marks, and a bar that goes to any moment. The engine knows
// the moment, so all windows show the same one.

import { call } from "./calls.js";
import { el, keyed, mark, place, say } from "./dom.js";
import { marksAround, momentIn, momentOf } from "./moments.js";
import { store } from "./store.js";
import { arrows, clock } from "./words.js";
import { phrase } from "./phrases.js";

/** How often the engine is asked where the replay is, in milliseconds; between, time goes on. */
const ASK_MS = 1000;
const SHOW_MS = 200;
/** The engine's answer {state, t, length_s, speed, loop}, and when it came. */
let status = null;
let heard = 0;
let marks = [];
let dragging = false;
/** Whether the controls were asked for; they appear once the engine has answered. */
let begun = false;
let tell = () => {};

/** The moment of the address. It is read at once, because the stage view changes the address. */
let wanted = momentIn(globalThis.location?.hash ?? "");

const isReplay = () => store.model.state.status?.mode === "replay";

/** Sets up the controls; they appear once the stream says that this is a replay. */
export function wireReplay(told) {
  tell = told;
  addEventListener("hashchange", () => {
    wanted = momentIn(location.hash);
    if (wanted !== null && begun) goTo(wanted);
  });
  setInterval(() => begun && !document.hidden && ask(), ASK_MS);
  setInterval(() => status && !place("replay").hidden && showMoment(), SHOW_MS);
}

/** Shows the controls of a replay, and nothing for a live engine. */
export function showReplay() {
  if (begun || !isReplay()) return;
  begun = true;
  begin(place("replay"));
}

async function begin(box) {
  if (wanted !== null) await change({ t: wanted });
  if (!status) await ask();
  const answer = await call("GET", "/api/v1/replay/marks");
  marks = answer.data?.marks ?? [];
  build(box);
  box.hidden = false;
  showMarks();
  if (status) showMoment();
}

function build(box) {
  const button = (id, text, act) => {
    const it = el("button", { type: "button", id }, text);
    it.addEventListener("click", act);
    return it;
  };
  const bar = el("input", {
    type: "range", id: "replay-bar", min: "0", max: "0", step: "0.1", value: "0",
    "aria-label": phrase("replay.moment"), autocomplete: "off",
  });
  bar.addEventListener("input", () => {
    dragging = true;
    say(place("replay-time"), timeText(Number(bar.value)));
  });
  bar.addEventListener("change", () => {
    dragging = false;
    goTo(Number(bar.value));
  });
  box.append(
    button("replay-play", phrase("replay.pause"), togglePlay),
    button("replay-back", phrase("replay.back"), () => toMark("before")),
    button("replay-on", phrase("replay.on"), () => toMark("after")),
    el("div", { class: "bar" }, el("div", { id: "replay-marks" }), bar),
    el("span", { id: "replay-time" }),
    el("span", { id: "replay-last" }),
  );
}

const ask = () => take(call("GET", "/api/v1/replay"));

async function change(what) {
  const answer = await take(call("PUT", "/api/v1/replay", what));
  if (!answer.ok) tell(answer);
}

async function take(calling) {
  const answer = await calling;
  if (answer.ok) {
    status = answer.data;
    heard = performance.now();
    if (!place("replay").hidden) showMoment();
  }
  return answer;
}

const goTo = (t) => change({ t });

/** Plays or pauses. Returns false for a live engine. */
export function togglePlay() {
  if (!isReplay() || !status) return false;
  change({ playing: status.state !== "playing" });
  return true;
}

const present = () => momentOf(status, (performance.now() - heard) / 1000);

function toMark(which) {
  if (!status) return;
  const it = marksAround(marks, present())[which];
  if (it) goTo(it.t);
  else if (which === "before") goTo(0);
}

const PLAY = { playing: phrase("replay.pause"), ended: phrase("replay.again") };

function showMoment() {
  const moment = present();
  say(place("replay-play"), PLAY[status.state] ?? phrase("replay.play"));
  const { last, after } = marksAround(marks, moment);
  say(place("replay-last"), last ? arrows(last.text) : "");
  mark(place("replay-on"), "disabled", after === null ? "" : null);
  if (dragging) return;
  const bar = place("replay-bar");
  mark(bar, "max", status.length_s);
  bar.value = moment;
  mark(bar, "aria-valuetext", timeText(moment));
  say(place("replay-time"), timeText(moment));
}

function timeText(moment) {
  const fast = status && status.speed !== 1;
  const speed = fast ? phrase("replay.speed", { times: status.speed }) : "";
  return phrase("replay.time", { time: clock(moment), of: clock(status?.length_s ?? 0) }) + speed;
}

function showMarks() {
  const length = status?.length_s || 1;
  keyed(place("replay-marks"), marks, (_, i) => i, () => el("span"), (tick, { t }) =>
    tick.style.setProperty("--at", String(t / length)));
}
