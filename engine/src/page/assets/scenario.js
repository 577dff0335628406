// The scenario that is played: what this step shows, and the way on.

import { call } from "./calls.js";
import { tell } from "./controls.js";
import { el, mark, place, say } from "./dom.js";
import { store } from "./store.js";

/** Shows the step. */
export function showScenario({ state }) {
  const box = place("scenario");
  const { scenario } = state;
  box.hidden = !scenario;
  if (!scenario) return;
  if (box.children.length === 0) build(box);
  const [step, caption, next, , forward] = box.children;
  say(step, `Step ${scenario.step} of ${scenario.of}`);
  say(caption, scenario.caption);
  const ends = scenario.ends_in_s;
  say(next, typeof ends === "number" ? `${Math.ceil(ends)} s left` : "");
  const last = scenario.step >= scenario.of;
  say(forward, last && scenario.waits ? "End" : "Next");
  mark(box.children[3], "disabled", scenario.step <= 1 || isRecording() ? "" : null);
  mark(forward, "disabled", isRecording() ? "" : null);
}

function build(box) {
  const back = el("button", { type: "button", id: "previous" }, "Previous");
  const forward = el("button", { type: "button", id: "next" }, "Next");
  back.addEventListener("click", () => go("previous"));
  forward.addEventListener("click", () => go("next"));
  box.append(el("span", { class: "step" }), el("strong"), el("span", { class: "left" }),
    back, forward);
}

const isRecording = () => store.model.state.status?.mode === "replay";

/** Goes to the next step or the one before; false where no scenario is played. */
export function go(way) {
  if (!store.model.state.scenario || isRecording()) return false;
  call("POST", `/api/v1/scenario/${way}`).then((result) => tell(result));
  return true;
}
