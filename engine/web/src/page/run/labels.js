// Labels at the ends of the chart's lines, moved apart so that no two labels overlap.

/** The smallest distance between two labels of 18 px, in pixels. */
export const GAP = 21;

/**
 * Moves labels apart, keeping their order and staying between top and bottom. If there is no room
 * for all, the last ones are left out: overlapping labels are unreadable.
 * @param labels [{y, text, ...}], the most important first
 */
export function spread(labels, top, bottom, gap = GAP) {
  const room = Math.max(0, Math.floor((bottom - top) / gap + 1e-6) + 1);
  const kept = labels.slice(0, room).map((label) => ({ ...label }));
  kept.sort((a, b) => a.y - b.y);
  let least = top;
  for (const label of kept) {
    label.y = Math.max(label.y, least);
    least = label.y + gap;
  }
  let most = bottom;
  for (const label of [...kept].reverse()) {
    label.y = Math.min(label.y, most);
    most = label.y - gap;
  }
  return kept;
}

/**
 * The estimated width of a text, for use outside a browser (a browser measures with a canvas). The
 * estimate is rather too large, so that labels do not overlap.
 */
export const guess = (text, { strong = false, size = 18 } = {}) =>
  text.length * size * (strong ? 0.68 : 0.62);
