// The stage view: the Run page, reduced to what an audience can read from the last row.

import { mark, place, say } from "../shell/dom.js";

const LINK = "#stage";

export const isStage = () => document.body.dataset.view === "stage";

/** Enters or leaves the stage view. The page's address records it, so that a reload keeps it. */
export function toggleStage(on = !isStage()) {
  document.body.dataset.view = on ? "stage" : "run";
  history.replaceState(null, "", on ? LINK : location.pathname + location.search);
  say(place("stage-view"), on ? "Leave stage view (s)" : "Stage view (s)");
}

/** Sets up the button. `changed` is called after each change of the view. */
export function wireStage(changed) {
  place("stage-view").addEventListener("click", () => {
    toggleStage();
    changed();
  });
  addEventListener("hashchange", () => {
    toggleStage(location.hash === LINK);
    changed();
  });
  toggleStage(location.hash === LINK);
}

/** Shows the QR code and the address for the audience, if an audience can take part. */
export function showAudience({ state }) {
  const box = place("audience");
  const { audience } = state;
  box.hidden = !audience;
  if (!audience) {
    box.replaceChildren();
    return;
  }
  if (box.children.length === 0) {
    const image = document.createElement("img");
    const words = document.createElement("p");
    box.append(image, words);
  }
  const [image, words] = box.children;
  mark(image, "src", "/page/audience.svg");
  mark(image, "alt", `QR code of ${audience.url}`);
  say(words, audience.url.replace(/^http:\/\//, "").replace(/\/$/, ""));
}
