// The film that the background makes: what is finished is played, and beside it the next frame is
// painted, tile by tile. Frames come fast, stall while urgent work needs the slots, and continue.

import { mark, place, say } from "../shell/dom.js";
import { gridOf, merged } from "../shell/frames.js";
import { entries } from "../shell/model.js";
import { store } from "../shell/store.js";
import { phrase } from "../shell/phrases.js";
import { drawTiles } from "./canvas.js";
import { following, frameMs, saidOf } from "./film.js";

/** The finished frames of this run that this tab knows, and the snapshot that they follow. */
let film = { run: null, began: null, frames: [] };
/** The frame that is shown and the direction; null before the first one. */
let at = null;
/** When the frame was shown, as the time of an animation frame. */
let since = 0;
/** The request for the next animation frame; null while the film stands still. */
let animation = null;

const still = matchMedia("(prefers-reduced-motion: reduce)");
/** Whether the film plays; a person may stop it, and start it in spite of the system's setting. */
let playing = !still.matches;

/** Shows the film, the frame in the making, and the figures. */
export function showPicture(model) {
  const spare = entries(model, "workload").some(({ value }) => value.background);
  place("picture-place").hidden = !spare && !model.picture;
  keep(model);
  const said = saidOf(model.state.film);
  say(place("film-frames"), said.frames);
  say(place("film-time"), said.time);
  place("film-time").hidden = !model.state.film;
  showMaking(model);
  if (!playing && !still.matches && at) showFrame(model, at.number);
  else if (!playing || !at) showNewest(model);
  play();
}

/** Takes over the model's finished frames; the engine has those from before this tab's stream. */
function keep(model) {
  const again = model.run !== film.run || model.began < film.began;
  if (again) {
    film = { run: model.run, began: null, frames: [] };
    at = null;
  }
  film.frames = merged(film.frames, model.frames);
  if (film.began === model.began) return;
  film.began = model.began;
  // A recording has no film but the one in its stream.
  if (model.state.status?.mode !== "replay") fetchFilm(film);
}

/** Asks for the engine's film. Without an answer the film has what came through the stream. */
async function fetchFilm(mine) {
  try {
    const answer = await fetch("/page/film");
    if (!answer.ok) return;
    const { frames } = await answer.json();
    if (film !== mine) return;
    film.frames = merged(film.frames, frames.map(([number, tiles]) => ({ number, tiles })));
  } catch {
    // The stream reconnects by itself, and its snapshot leads here again.
  }
}

function showNewest(model) {
  const newest = film.frames.at(-1);
  if (newest) at = { number: newest.number, forward: false };
  showFrame(model, newest?.number);
}

/** Shows a finished frame; before the first one, the frame in the making. */
function showFrame(model, number) {
  const canvas = place("picture");
  const frame = film.frames.find((it) => it.number === number);
  mark(canvas, "data-frame", frame ? frame.number : null);
  mark(canvas, "data-frames", film.frames.length);
  mark(canvas, "aria-label",
    frame ? phrase("film.shown", { many: film.frames.length }) : phrase("film.none"));
  const tiles = frame ? [...frame.tiles.entries()] : model.picture?.tiles ?? [];
  drawTiles(canvas, gridOf(model), tiles, Boolean(frame));
}

function showMaking(model) {
  const canvas = place("making");
  const tiles = model.picture?.tiles ?? [];
  const { columns, rows } = gridOf(model);
  canvas.hidden = film.frames.length === 0;
  mark(canvas, "data-tiles", tiles.length);
  mark(canvas, "aria-label",
    phrase("film.done", { tiles: tiles.length, all: columns * rows }));
  drawTiles(canvas, { columns, rows }, tiles, false);
  place("film-play").hidden = film.frames.length < 2;
  say(place("film-play"), phrase(playing ? "film.pause" : "film.play"));
}

/** Plays the film if there is something to play, and stops it otherwise. */
function play() {
  const canPlay = playing && film.frames.length > 1;
  if (canPlay && animation === null) animation = requestAnimationFrame(step);
}

function step(now) {
  animation = null;
  const canvas = place("picture");
  const visible = canvas.clientWidth > 0;
  if (!store.frozen && visible && now - since >= frameMs(film.frames.length)) {
    since = now;
    at = following(film.frames, at);
    showFrame(store.model, at.number);
  }
  // While the film is hidden or frozen it needs no animation; the next model starts it again.
  if (visible && !store.frozen) play();
}

/** Sets up the button and follows the system's setting for movement. */
export function wireFilm() {
  place("film-play").addEventListener("click", () => {
    playing = !playing;
    say(place("film-play"), phrase(playing ? "film.pause" : "film.play"));
    play();
  });
  still.addEventListener("change", () => {
    playing = !still.matches;
    if (store.known) showPicture(store.shown ?? store.model);
  });
}
