// The page's controls: load, bursts, kills, holds. Each change goes through the engine's API, and
// its effect comes back in the stream.

import { call } from "./calls.js";
import { el, keyed, mark, place, say } from "./dom.js";
import { holdable } from "./hold.js";
import { entries, firstLoad } from "./model.js";
import { freeze, store } from "./store.js";
import { wireToken } from "./token.js";
import { showFrozen } from "./windows.js";
import { phrase } from "./phrases.js";

/** Jobs of one burst. */
const BURST = 100;
/** The id of each control's element, by the control's key in the state. */
const WIRED = {
  load: "producers", burst: "burst", kill: "kill", pause: "pause", hold: "hold", reset: "reset",
};
/** How long the text of a success stays, in milliseconds. */
const SAID_MS = 6000;

/** The requested load, until the stream shows it. */
let wanted = null;
let sending = false;
let dragging = false;
let fading = null;

/** Updates all controls. */
export function showControls(model) {
  showLoad(firstLoad(model));
  const urgent = urgentOne(model);
  place("kill").hidden = urgent === null;
  say(place("kill"), urgent ? killText(urgent.name) : phrase("kill"));
  const held = model.state.status?.mode === "held";
  mark(place("hold"), "aria-pressed", String(held));
  say(place("hold"), phrase(held ? "unhold" : "hold"));
  showReasons(reasonsOf(model.state));
  showPauses(entries(model, "workload"));
}

const urgentOne = (model) =>
  entries(model, "workload").find(({ value }) => !value.background) ?? null;
const killText = (name) =>
  phrase(/^[aeiou]/i.test(name) ? "kill.an" : "kill.a", { workload: name });

function showLoad(load) {
  const slider = place("producers");
  // The Deployment's name helps only where several make load.
  const many = entries(store.model, "deployment").filter(({ value }) => value.load).length;
  say(place("producers-label"),
    many > 1 ? phrase("load.of", { name: load.name }) : phrase("load"));
  if (!load || dragging) return;
  if (wanted !== null && Date.now() < wanted.until && load.value.desired !== wanted.value) return;
  wanted = null;
  slider.max = Math.max(10, load.value.desired);
  showReplicas(load.value.desired);
}

function showReplicas(replicas) {
  place("producers").value = replicas;
  say(place("producers-value"), String(replicas));
}

/** The reasons why controls are disabled, by their key. A recording disables all controls. */
const reasonsOf = ({ status, controls }) => (status?.mode === "replay"
  ? Object.fromEntries(Object.keys(WIRED).map((key) => [key, phrase("recording")]))
  : controls ?? {});

/** Disables controls, and shows the reasons as visible text. */
function showReasons(controls) {
  const reasons = new Map();
  for (const [key, id] of Object.entries(WIRED)) {
    const why = controls[key] ?? null;
    const absent = id === "producers" && !firstLoad(store.model);
    place(id).disabled = why !== null || absent;
    mark(place(id), "aria-describedby", why === null ? null : "reasons");
    if (why !== null) reasons.set(why, [...(reasons.get(why) ?? []), name(id)]);
  }
  keyed(place("reasons"), [...reasons], ([why]) => why, () => el("li"), (item, [why, names]) =>
    say(item, `${names.join(", ")}: ${why}`));
}

const name = (id) =>
  place(id === "producers" ? "producers-label" : id).textContent.replace(" \u2026", "");

function showPauses(workloads) {
  const paused = workloads.filter(({ value }) => value.paused).map(({ name: it }) => it);
  say(place("pause"), phrase(paused.length > 0 ? "pause.some" : "pause", { many: paused.length }));
  keyed(place("pause-choices"), workloads, ({ name: it }) => it, pauseButton,
    (button, { name: it, value }) => {
      mark(button, "aria-pressed", String(value.paused));
      say(button, phrase(value.paused ? "pause.end" : "pause.begin", { workload: it }));
    });
}

const pauseButton = ({ name: it }) => {
  const button = el("button", { type: "button" });
  button.addEventListener("click", () => {
    const paused = !store.model.state[`workload/${it}`]?.paused;
    return change("PUT", `/api/v1/workloads/${encodeURIComponent(it)}/pause`, { paused });
  });
  return button;
};

/** Shows the result of a change. */
export function tell({ ok, message }, good = "") {
  clearTimeout(fading);
  const answer = place("answer");
  answer.classList.toggle("wrong", !ok);
  say(answer, ok ? good : message);
  if (ok) fading = setTimeout(() => say(answer, ""), SAID_MS);
}

async function change(method, path, body, good = () => "") {
  const result = await call(method, path, body);
  tell(result, result.ok ? good(result.data) : "");
  return result;
}

/** Requests a load. While a request is under way, only the latest value is kept. */
async function setLoad(replicas) {
  const load = firstLoad(store.model);
  if (!load) return;
  wanted = { value: replicas, until: Date.now() + 3000 };
  showReplicas(replicas);
  if (sending) return;
  sending = true;
  const path = `/api/v1/deployments/${encodeURIComponent(load.name)}/scale`;
  let sent = null;
  let ok = true;
  while (ok && wanted && wanted.value !== sent) {
    sent = wanted.value;
    ({ ok } = await change("PUT", path, { replicas: sent }));
  }
  sending = false;
  if (!ok) wanted = null;
}

/** Requests the load that a key asks for, limited to the slider's range. */
function loadByKey(replicas) {
  const load = firstLoad(store.model);
  if (!load || !allowed("producers")) return;
  const value = Math.min(Number(place("producers").max), Math.max(0, replicas));
  if (value !== present(load)) setLoad(value);
}

const present = (load) => wanted?.value ?? load?.value.desired ?? 0;

/** The actions of buttons and keys. Each does nothing while its button is disabled. */
export const actions = {
  load: loadByKey,
  more: () => loadByKey(present(firstLoad(store.model)) + 1),
  less: () => loadByKey(present(firstLoad(store.model)) - 1),
  burst: () => allowed("burst") && change("POST", "/api/v1/burst", { jobs: BURST },
    () => phrase("burst.done", { jobs: BURST })),
  kill: () => {
    const urgent = urgentOne(store.model);
    if (!urgent || !allowed("kill")) return undefined;
    const path = `/api/v1/workloads/${encodeURIComponent(urgent.name)}/kill`;
    return change("POST", path, undefined,
      (data) => phrase("kill.done", { name: data?.killed ?? urgent.name }));
  },
  hold: () => allowed("hold") && change("PUT", "/api/v1/hold",
    { held: store.model.state.status?.mode !== "held" }),
  reset: async () => {
    if (!allowed("reset")) return undefined;
    tell({ ok: true }, phrase("reset.begun"));
    return change("POST", "/api/v1/reset", undefined, () => phrase("reset.done"));
  },
};

const allowed = (id) => store.known && !place(id).disabled;

/** Freezes this page, or unfreezes it. */
export function setFrozen(frozen) {
  freeze(frozen);
  showFrozen(frozen);
}

/** Takes all controls from a read-only page, but not the line for answers. */
export function removeControls() {
  place("controls").replaceChildren(place("answer"));
}

/** Sets up buttons and slider; what `freeze` does depends on the page. */
export function wireControls({ freeze: toggle }) {
  for (const id of ["burst", "kill", "hold"]) {
    place(id).addEventListener("click", () => actions[id]());
  }
  place("freeze").addEventListener("click", toggle);
  holdable(place("reset"), phrase("reset.hold"), () => actions.reset(),
    () => tell({ ok: true }, phrase("reset.how")));
  place("pause").addEventListener("click", () => {
    const choices = place("pause-choices");
    choices.hidden = !choices.hidden;
    mark(place("pause"), "aria-expanded", String(!choices.hidden));
  });
  const slider = place("producers");
  slider.addEventListener("input", () => {
    dragging = true;
    say(place("producers-value"), slider.value);
  });
  slider.addEventListener("change", () => {
    dragging = false;
    setLoad(Number(slider.value));
  });
  // After a drag the slider gives up the focus, so that all keys work again.
  slider.addEventListener("pointerup", () => setTimeout(() => slider.blur()));
  wireToken((result) => tell(result, phrase("done")));
}
