// A ring that fills while a key is held, so that nobody resets by accident.

import { place } from "./dom.js";
import { toDom } from "./svg.js";

const RADIUS = 34;
const AROUND = 2 * Math.PI * RADIUS;

/** Fills the ring, then calls `done`; the returned function stops and hides the ring. */
export function fill(milliseconds, words, done) {
  const ring = place("ring");
  const circle = (kind, dash) => ["circle", {
    class: kind, cx: 40, cy: 40, r: RADIUS, "stroke-dasharray": AROUND, "stroke-dashoffset": dash,
    transform: "rotate(-90 40 40)",
  }];
  const size = { viewBox: "0 0 80 80", width: 80, height: 80, "aria-hidden": true };
  const drawing = toDom(["svg", size, circle("track", 0), circle("filled", AROUND)]);
  const text = document.createElement("span");
  text.textContent = words;
  ring.replaceChildren(drawing, text);
  ring.hidden = false;
  const began = performance.now();
  let handle = requestAnimationFrame(step);
  function step() {
    const share = Math.min(1, (performance.now() - began) / milliseconds);
    drawing.lastElementChild.setAttribute("stroke-dashoffset", AROUND * (1 - share));
    if (share < 1) {
      handle = requestAnimationFrame(step);
      return;
    }
    stop();
    done();
  }
  function stop() {
    cancelAnimationFrame(handle);
    ring.hidden = true;
  }
  return stop;
}
