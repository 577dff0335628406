// The headline. It is shown at once; screen readers announce it at most every 5 s.

import { place } from "../shell/dom.js";
import { arrows } from "../shell/words.js";
import { phrase } from "../shell/phrases.js";

const QUIET_MS = 5000;
let spoken = -Infinity;
let timer = null;

/** Shows the headline. */
export function showHeadline({ state }) {
  const headline = place("headline");
  const text = arrows(state.headline ?? phrase("waiting"));
  if (headline.textContent === text) return;
  const wait = spoken + QUIET_MS - performance.now();
  headline.setAttribute("aria-live", wait > 0 ? "off" : "polite");
  headline.textContent = text;
  keepRoom(headline);
  if (wait <= 0) {
    spoken = performance.now();
  } else if (timer === null) {
    timer = setTimeout(speak, wait);
  }
}

/** Keeps room for two lines once a text needed two, so that the page below does not jump. */
function keepRoom(headline) {
  const line = parseFloat(getComputedStyle(headline).lineHeight);
  if (headline.offsetHeight > 1.5 * line) headline.classList.add("two-lines");
}

addEventListener("resize", () => place("headline").classList.remove("two-lines"));

/** Inserts the text again, so that screen readers announce it now. */
function speak() {
  timer = null;
  spoken = performance.now();
  const headline = place("headline");
  headline.setAttribute("aria-live", "polite");
  headline.replaceChildren(document.createTextNode(headline.textContent));
}

/** Shows the engine's warnings. */
export function showTroubles({ state }) {
  const list = place("troubles");
  const troubles = state.troubles ?? [];
  while (list.children.length > troubles.length) list.lastElementChild.remove();
  while (list.children.length < troubles.length) list.append(document.createElement("li"));
  troubles.forEach((trouble, i) => {
    const text = arrows(trouble);
    if (list.children[i].textContent !== text) list.children[i].textContent = text;
  });
}
