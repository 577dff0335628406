// What the audience sees, as a small picture of a whole screen.

import { place } from "../shell/dom.js";

/** The width of the screen in the picture, in pixels. */
const SCREEN = 1280;

/** Keeps the picture as wide as its place. */
export function fitPreview() {
  const frame = place("preview");
  new ResizeObserver(() => {
    frame.style.setProperty("--shrink", String(frame.clientWidth / SCREEN));
  }).observe(frame);
}
