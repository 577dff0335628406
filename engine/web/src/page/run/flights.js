// Draws dots that fly from one point to another, on one canvas: with an element for each dot, a
// browser without a graphics card draws a third fewer frames.

import { onStill } from "../shell/store.js";

/** How far paths are apart in the middle, in diameters of a dot. */
const BENDS = [0, 2, -1, 1, -2];
/** How much larger than the others a dot is that should be noticed. */
const LARGE = 1.4;

/** A canvas with dots. Its size, colours and the size of a dot (its font size) are in the CSS. */
export class Flights {
  #flying = new Set();
  #look = null;
  #begun = 0;
  #draws = false;

  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    onStill(() => this.clear());
  }

  /** Takes the canvas's size and colours from the page; called before dots are added. */
  prepare(width, height) {
    const { canvas } = this;
    const style = getComputedStyle(canvas);
    const scale = devicePixelRatio;
    const size = [Math.ceil(width * scale), Math.ceil(height * scale)];
    if (canvas.width !== size[0] || canvas.height !== size[1]) {
      [canvas.width, canvas.height] = size;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    this.#look = {
      scale, radius: parseFloat(style.fontSize) / 2, fill: style.color, edge: style.outlineColor,
    };
  }

  /**
   * Adds a dot.
   * @param from {x, y}, as `to`, in CSS pixels from the canvas's corner
   * @param after when it starts, in milliseconds from now
   */
  add({ from, to, after, takes, large = false }) {
    const bend = BENDS[this.#begun % BENDS.length] * 2 * this.#look.radius;
    this.#begun += 1;
    if (!this.#draws) requestAnimationFrame((now) => this.#draw(now));
    this.#draws = true;
    this.#flying.add({ from, to, bend, takes, large, starts: performance.now() + after, at: null });
    const kind = large ? "back" : "dots";
    this.canvas.dataset[kind] = Number(this.canvas.dataset[kind] ?? 0) + 1;
    this.canvas.dataset.flying = this.#flying.size;
  }

  /** Removes all dots. */
  clear() {
    this.#flying.clear();
    this.canvas.dataset.flying = 0;
    this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  #draw(now) {
    for (const dot of this.#flying) this.#erase(dot);
    for (const dot of this.#flying) {
      const part = (now - dot.starts) / dot.takes;
      if (part >= 1) this.#flying.delete(dot);
      else if (part >= 0) this.#put(dot, part);
    }
    this.canvas.dataset.flying = this.#flying.size;
    this.#draws = this.#flying.size > 0;
    if (this.#draws) requestAnimationFrame((next) => this.#draw(next));
  }

  /** Erases only a dot's own place, because the whole canvas is large. */
  #erase({ at }) {
    if (!at) return;
    const { radius, scale } = this.#look;
    const reach = (radius * LARGE + 4) * scale;
    this.pen.clearRect(at.x - reach, at.y - reach, 2 * reach, 2 * reach);
  }

  #put(dot, part) {
    const { from, to, bend, large } = dot;
    const { radius, scale, fill, edge } = this.#look;
    const { pen } = this;
    dot.at = {
      x: (from.x + (to.x - from.x) * part + bend * (1 - Math.abs(2 * part - 1))) * scale,
      y: (from.y + (to.y - from.y) * part) * scale,
    };
    pen.beginPath();
    pen.arc(dot.at.x, dot.at.y, radius * scale * (large ? LARGE : 1), 0, 2 * Math.PI);
    pen.fillStyle = fill;
    pen.fill();
    if (!large) return;
    pen.lineWidth = 3 * scale;
    pen.strokeStyle = edge;
    pen.stroke();
  }
}
