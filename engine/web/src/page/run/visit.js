// A first visit: three bubbles, one after the other, each beside what it explains. They are gone
// for good once they were closed, and never come where somebody shows the page to others.

import { address } from "../shell/address.js";
import { el, mark, place, say, settings } from "../shell/dom.js";
import { entries, firstLoad } from "../shell/model.js";
import { store } from "../shell/store.js";
import { phrase } from "../shell/phrases.js";
import { placeBeside } from "./beside.js";
import { isStage } from "./stage.js";

const SETTING = "first-visit";
const DONE = "done";

/** What each bubble points at, and what it says. */
const BUBBLES = [
  {
    at: "slots", title: phrase("visit.slots-title"), text: () => phrase("visit.slots"),
  },
  {
    at: "why-open", title: phrase("visit.why-title"), text: () => phrase("visit.why"),
  },
  {
    at: "producers", title: phrase("visit.load-title"),
    text: (load) => phrase("visit.load", { load: aim(load) }),
  },
];

/** Another load than the present one. */
const aim = (load) => (load === 3 ? 6 : 3);

let done = settings.get(SETTING) === DONE;
let number = 0;
/** The load when the last bubble came; a change of it ends the visit. */
let began = null;

/**
 * For how many updates in a row all containers must be at work before the first bubble. A scenario
 * that the engine was started with begins then, too, and a bubble would only flash before it.
 */
const CALM = 6;
let calm = 0;

/** Whether all containers are at work, as when a scenario begins. */
export function isSettled(model) {
  const workloads = entries(model, "workload");
  const read = entries(model, "queue").every(({ value }) => typeof value.ready === "number");
  const atWork = ({ value: { ready, desired, starting, terminating } }) =>
    ready === desired && starting === 0 && terminating === 0;
  return read && workloads.length > 0 && workloads.every(atWork);
}

/** Whether this is a page that a new visitor uses, and not one that is shown to others. */
export const isWanted = ({ state }, { stage, readOnly }) => Boolean(state.status)
  && !stage && !readOnly && state.status.mode !== "replay" && !state.scenario;

/** Shows the present bubble, or none. */
export function showVisit(model) {
  const bubble = place("visit");
  if (done) return;
  if (calm < CALM) {
    calm = isSettled(model) ? calm + 1 : 0;
    return;
  }
  const page = { stage: isStage(), readOnly: address.readOnly };
  const { at, title, text } = BUBBLES[number];
  const target = place(at);
  const load = firstLoad(model)?.value.desired ?? null;
  const last = at === "producers";
  if (last && began !== null && load !== began) {
    finish();
    return;
  }
  if (!isWanted(model, page) || target.disabled) {
    bubble.hidden = true;
    return;
  }
  if (last) began ??= load;
  const [heading, words, steps] = bubble.children;
  say(heading, title);
  say(words, text(last ? began : load));
  say(steps.firstElementChild, phrase("visit.number", { number: number + 1, of: BUBBLES.length }));
  say(place("visit-next"), phrase(last ? "close" : "next"));
  place("visit-close").hidden = last;
  const news = bubble.hidden;
  bubble.hidden = false;
  put(bubble, target);
  if (news) place("visit-next").focus({ preventScroll: true });
}

function put(bubble, target) {
  const { x, y, side, arrow } = placeBeside(target.getBoundingClientRect(),
    { width: bubble.offsetWidth, height: bubble.offsetHeight },
    { width: document.documentElement.clientWidth, height: innerHeight });
  mark(bubble, "data-side", side);
  bubble.style.left = `${x + scrollX}px`;
  bubble.style.top = `${y + scrollY}px`;
  bubble.style.setProperty("--arrow", `${arrow}px`);
}

function next() {
  if (number === BUBBLES.length - 1) {
    finish();
    return;
  }
  number += 1;
  showVisit(store.model);
  place("visit").scrollIntoView({ block: "nearest" });
}

/** Ends the visit for good, and gives the focus back to the page. */
function finish() {
  done = true;
  settings.set(SETTING, DONE);
  const bubble = place("visit");
  if (bubble.contains(document.activeElement)) document.activeElement.blur();
  bubble.hidden = true;
}

/** Sets up the bubbles' buttons and the key Escape. */
export function wireVisit() {
  if (done) return;
  place("visit").append(
    el("h2", { id: "visit-title" }),
    el("p", { id: "visit-words" }),
    el("div", { class: "row" },
      el("span", { class: "quiet" }),
      el("button", { type: "button", id: "visit-close" }, phrase("close")),
      el("button", { type: "button", id: "visit-next" }, phrase("next"))));
  place("visit-next").addEventListener("click", next);
  place("visit-close").addEventListener("click", finish);
  document.addEventListener("keydown", ({ key }) => {
    const open = !place("visit").hidden && !document.querySelector("dialog[open]");
    if (key === "Escape" && open) finish();
  });
}
