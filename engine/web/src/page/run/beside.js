// The place of a bubble beside what it points at.

/** The distance of the bubble from what it points at, and from the window's edges, in pixels. */
const GAP = 14;
const EDGE = 8;

/**
 * The place of a bubble, which never covers what it points at: below, above, to the left or to the
 * right, where the window has room; below if it has none, where the page can scroll.
 * @param target, window: {left, top, right, bottom} and {width, height}
 * @returns {x, y, side, arrow}: `arrow` is how far along its side the bubble's arrow is
 */
export function placeBeside(target, { width, height }, window) {
  const [across, down] = [(target.left + target.right) / 2, (target.top + target.bottom) / 2];
  const kept = (at, size, room) => Math.max(EDGE, Math.min(room - EDGE - size, at - size / 2));
  const x = kept(across, width, window.width);
  const y = kept(down, height, window.height);
  const places = [
    { side: "below", x, y: target.bottom + GAP },
    { side: "above", x, y: target.top - GAP - height },
    { side: "left", x: target.left - GAP - width, y },
    { side: "right", x: target.right + GAP, y },
  ];
  const fits = (it) => it.x >= 0 && it.y >= 0
    && it.x + width <= window.width && it.y + height <= window.height;
  const best = places.find(fits) ?? places[0];
  const upright = best.side === "below" || best.side === "above";
  return { ...best, arrow: upright ? across - best.x : down - best.y };
}
