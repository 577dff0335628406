// The moments of a replay. Nothing here depends on a browser.

/** A mark that was passed less than this many seconds ago counts as the present one. */
const JUST_PASSED_S = 1;
/** Two moments with less than this between them, in seconds, are the same. */
const SAME_S = 0.05;

/** The moment in an address like #t=42, in seconds, or null. */
export function momentIn(hash) {
  const text = new URLSearchParams(hash.replace(/^#/, "")).get("t");
  return /^\d+(\.\d+)?$/.test(text ?? "") ? Number(text) : null;
}

/** The moment that is shown `age` seconds after the engine's answer {state, t, length_s, speed}. */
export function momentOf({ state, t, length_s: length, speed }, age) {
  return state === "playing" ? Math.min(length, t + age * speed) : t;
}

/**
 * The marks around a moment: {before, last, after}. A jump to `before` goes back even shortly after
 * the last mark. Null where there is none.
 */
export function marksAround(marks, moment) {
  const until = (end) => marks.filter((it) => it.t <= end).at(-1) ?? null;
  return {
    before: until(moment - JUST_PASSED_S),
    last: until(moment + SAME_S),
    after: marks.find((it) => it.t > moment + SAME_S) ?? null,
  };
}
