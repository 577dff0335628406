// The scenario that is played: its present step, and the buttons to other steps.

import { address } from "./address.js";
import { call } from "./calls.js";
import { tell } from "./controls.js";
import { el, mark, place, say } from "./dom.js";
import { store } from "./store.js";
import { phrase } from "./phrases.js";

/** Shows the scenario's present step. */
export function showScenario({ state }) {
  const box = place("scenario");
  const { scenario } = state;
  box.hidden = !scenario;
  if (!scenario) return;
  if (box.children.length === 0) build(box);
  const [step, caption, next, , forward] = box.children;
  say(step, phrase("scenario.step", { step: scenario.step, of: scenario.of }));
  say(caption, scenario.caption);
  const ends = scenario.ends_in_s;
  say(next, typeof ends === "number" ? phrase("scenario.left", { seconds: Math.ceil(ends) }) : "");
  if (address.readOnly) return;
  say(forward, phrase(isLast(scenario) ? "scenario.end" : "next"));
  mark(box.children[3], "disabled", scenario.step <= 1 || isRecording() ? "" : null);
  mark(forward, "disabled", isRecording() ? "" : null);
}

function build(box) {
  box.append(el("span", { class: "step" }), el("strong"), el("span", { class: "left" }));
  if (address.readOnly) return;
  const back = el("button", { type: "button", id: "previous" },
    phrase("scenario.previous"));
  const forward = el("button", { type: "button", id: "next" }, phrase("next"));
  back.addEventListener("click", () => go("previous"));
  forward.addEventListener("click", () => go(isLast(store.model.state.scenario) ? "end" : "next"));
  box.append(back, forward);
}

/** Only the button ends the scenario, no key: a clicker is easily pressed once too often. */
const isLast = (scenario) => scenario?.step >= scenario?.of;

const isRecording = () => store.model.state.status?.mode === "replay";

let before = Promise.resolve();

/**
 * Goes to the next or previous step, or ends the scenario; presses are sent one after the other.
 * Returns false if no scenario is played.
 */
export function go(way) {
  if (!store.model.state.scenario || isRecording() || address.readOnly) return false;
  before = before.then(() => call("POST", `/api/v1/scenario/${way}`)).then(tell);
  return true;
}
