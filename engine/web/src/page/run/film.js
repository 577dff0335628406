// Which frame of the film follows which, and what is said of the film. Nothing here depends on a
// browser.

import { count } from "../shell/words.js";
import { phrase } from "../shell/phrases.js";

/** How long a frame is shown: 12 frames a second. */
const FRAME_MS = 1000 / 12;
/** How long a short film takes at least; a few frames at full speed would only flicker. */
const SHORTEST_MS = 2000;

/** How long each of so many frames is shown, in milliseconds. */
export const frameMs = (many) => Math.max(FRAME_MS, SHORTEST_MS / Math.max(1, many - 1));

/**
 * The frame after `at` in a film that is played to its end and back, so that it never jumps.
 * @param frames finished frames in the order of the film, at least one
 * @param at {number, forward}: the frame that was shown and the direction; null at the beginning
 */
export function following(frames, at) {
  const last = frames.length - 1;
  if (!at || last === 0) return { number: frames[last].number, forward: false };
  const next = frames.findIndex(({ number }) => number > at.number);
  const before = frames.findLastIndex(({ number }) => number < at.number);
  const forward = at.forward ? next >= 0 : before < 0;
  return { number: frames[forward ? next : before].number, forward };
}

/** What was made: the number of frames, and the container time that the background had. */
export function saidOf(film) {
  const frames = film?.frames ?? null;
  return {
    frames: phrase(frames === 1 ? "film.frame" : "film.frames", { count: count(frames) }),
    time: phrase("film.time", { time: duration(film?.container_s ?? null) }),
  };
}

/** A time in seconds, from ten minutes on in minutes. */
function duration(seconds) {
  if (seconds === null) return phrase("seconds", { seconds: count(null) });
  return seconds < 600 ? phrase("seconds", { seconds: Math.round(seconds) })
    : phrase("minutes", { minutes: Math.round(seconds / 60) });
}
