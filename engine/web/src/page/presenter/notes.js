// The notes of the present step, and the next step. The engine answers with the notes only on its
// own machine or with the token, so they are not in the stream.

import { call } from "../shell/calls.js";
import { el, place, say } from "../shell/dom.js";
import { store } from "../shell/store.js";
import { token } from "../shell/token.js";
import { phrase } from "../shell/phrases.js";

/** How often the notes are read again, in milliseconds; a new step reads them at once. */
const AGAIN_MS = 5000;

/** The engine's answer {name, step, elapsed_s, step_elapsed_s, steps}, and when it came. */
let talk = null;
let heard = 0;
/** The step for which the notes were read last. */
let asked = null;
/** The token with which the engine refused the notes, so that nobody is asked twice; or false. */
let refused = false;
let tell = () => {};

/** What the presenter sees, or null, and how long ago the engine said so, in seconds. */
export const known = () => ({ talk, age: (performance.now() - heard) / 1000 });

/** `told` shows the error of a call. */
export function wireTalk(told) {
  tell = told;
  setInterval(() => store.known && read(store.model), AGAIN_MS);
}

/** Shows the step, and reads the notes if it is another one. */
export function showTalk(model) {
  const { scenario } = model.state;
  const key = scenario ? `${model.run} ${scenario.name} ${scenario.step}` : null;
  if (key !== asked) {
    asked = key;
    read(model);
  }
  show(model);
}

const isRecording = ({ state }) => state.status?.mode === "replay";

async function read(model) {
  if (!model.state.scenario || isRecording(model)) {
    talk = null;
    return;
  }
  if (refused !== false && refused === token()) return;
  refused = false;
  const sent = token();
  const answer = await call("GET", "/api/v1/scenario/notes");
  if (!answer.ok) {
    refused = sent;
    tell(answer);
  }
  talk = answer.data?.talk ?? null;
  heard = performance.now();
  show(store.model);
}

function show(model) {
  const { scenario } = model.state;
  const lines = scenario ? notesOf(scenario) : withoutScenario(model);
  const text = lines.join("\n\n");
  const notes = place("notes");
  if (notes.dataset.text !== text) {
    notes.dataset.text = text;
    notes.replaceChildren(...lines.map((line) => el("p", {}, line)));
    notes.scrollTop = 0;
  }
  showNext(scenario);
}

/** The paragraphs of the step's notes; a blank line in the file begins one. */
function notesOf(scenario) {
  if (isRecording(store.model)) return [phrase("notes.recording")];
  if (!talk) return refused === false ? [] : [phrase("notes.token")];
  const step = talk.steps[Math.max(1, scenario.step) - 1];
  const notes = step?.notes ? step.notes.split(/\n{2,}/) : [phrase("notes.none")];
  return scenario.step === 0 ? [phrase("notes.first"), ...notes] : notes;
}

function withoutScenario(model) {
  if (isRecording(model)) return [phrase("notes.not-now")];
  return [
    phrase("notes.no-scenario"), phrase("notes.to-play"),
    phrase("notes.command", { url: location.origin }), phrase("notes.or"),
  ];
}

function showNext(scenario) {
  const next = scenario && talk?.steps[scenario.step];
  place("next-step").hidden = !scenario || !talk;
  if (!scenario || !talk) return;
  say(place("next-when"), next ? when(scenario) : phrase("notes.last"));
  say(place("next-caption"), next?.caption ?? "");
}

const when = ({ ends_in_s: ends }) =>
  (typeof ends === "number"
    ? phrase("notes.next-in", { seconds: Math.ceil(ends) }) : phrase("notes.next"));
