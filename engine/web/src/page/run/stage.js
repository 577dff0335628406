// The stage view: the Run page, reduced to what an audience can read from the last row.

import { address, framed, withoutStage } from "../shell/address.js";
import { mark, place, say } from "../shell/dom.js";
import { momentIn } from "../shell/moments.js";
import { phrase } from "../shell/phrases.js";

const LINK = "#stage";
/** Sentences with more characters than this have smaller type, so that the rest stays in sight. */
const LONG = 76;

export const isStage = () => document.body.dataset.view === "stage";

/**
 * Enters or leaves the stage view. The page's address records it, so that a reload keeps it. In a
 * frame there is no other view.
 */
export function toggleStage(on = !isStage()) {
  const stage = on || framed;
  document.body.dataset.view = stage ? "stage" : "run";
  const inQuery = location.search !== withoutStage(location.search);
  const query = stage ? location.search : withoutStage(location.search);
  history.replaceState(null, "", location.pathname + query + (stage && !inQuery ? LINK : ""));
  say(place("stage-view"), phrase(stage ? "stage.leave" : "stage.open"));
}

/** Marks long sentences. */
export function fitSentences() {
  for (const sentence of [place("headline"), place("scenario").querySelector("strong")]) {
    if (sentence) mark(sentence, "data-long", sentence.textContent.length > LONG);
  }
}

const asked = () => address.stage || location.hash === LINK;

/** Sets up the button. `changed` is called after each change of the view. */
export function wireStage(changed) {
  place("stage-view")?.addEventListener("click", () => {
    toggleStage();
    changed();
  });
  addEventListener("hashchange", () => {
    // A moment of a replay changes no view.
    if (momentIn(location.hash) !== null) return;
    toggleStage(location.hash === LINK);
    changed();
  });
  toggleStage(asked());
}
