// The elapsed and the planned time of the talk and of its step. The engine measures them, so that
// two windows agree.

import { el, keyed, mark, place, say } from "../shell/dom.js";
import { store } from "../shell/store.js";
import { clock } from "../shell/words.js";
import { phrase } from "../shell/phrases.js";
import { known } from "./notes.js";
import { timesOf } from "./plan.js";

/** Shows the times. */
export function showTimes() {
  if (!store.known) return;
  keyed(place("times"), timesOf(store.model.t, known()), ({ name }) => name,
    () => el("div", {}, el("dt"), el("dd")), (item, { name, elapsed, plan }) => {
      const over = plan !== null && elapsed !== null && elapsed > plan;
      mark(item, "class", over ? "over" : null);
      const planned = plan === null ? "" : phrase("times.planned", { time: clock(plan) });
      say(item.firstElementChild, name + planned + (over ? phrase("times.over") : ""));
      say(item.lastElementChild, elapsed === null ? "\u2013" : clock(elapsed));
    });
}
