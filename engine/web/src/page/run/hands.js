// When a slot changes hands. Nothing here depends on a browser.

/** A slot that was free for at most this many seconds still passes from one to the next: a tick,
 *  and the round after it. */
const GAP_S = 0.65;

/** What a tile remembers before it has shown anything. */
export const fresh = () => ({ owner: null, freed: null });

/**
 * How a tile gets to its slot's next state: "show" it at once, "keep" the last one for a moment
 * because the slot has just become free, or "turn" to it because the slot changes hands.
 * @param memory of this tile; it is updated
 * @param owner the workload of the slot's container, or null for a free slot
 * @param t the engine's time in seconds
 */
export function step(memory, owner, t) {
  const { owner: before, freed } = memory;
  if (owner === null) {
    if (before === null || freed !== null) return "show";
    memory.freed = t;
    return "keep";
  }
  const passes = before !== null && before !== owner && (freed === null || t - freed <= GAP_S);
  Object.assign(memory, { owner, freed: null });
  return passes ? "turn" : "show";
}
