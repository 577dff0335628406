// The turn of a tile when its slot changes hands: one movement, from one container to the next.

import { el, mark, say } from "../shell/dom.js";
import { fresh, step } from "./hands.js";
import { onStill } from "../shell/store.js";
import { phrase } from "../shell/phrases.js";

/** How long a turn takes, in milliseconds. */
export const TURN_MS = 400;
/** How long a tile keeps its last container after the slot became free, in milliseconds, so that
 *  the next container's turn begins with it. */
const KEEP_MS = 250;

/** For each tile: its memory, the timer of what comes next, and the turn that is under way. */
const tiles = new Map();

/**
 * Shows a slot's state on its tile.
 * @param face {kind, letter}: the tile's classes and its letter
 * @param calm whether nothing may move: the state before this one was not shown
 */
export function showTile(item, face, owner, { t, calm }) {
  const tile = tiles.get(item) ?? { memory: fresh(), face: null, turn: null, timer: null };
  tiles.set(item, tile);
  if (calm) tile.memory = fresh();
  const way = step(tile.memory, owner, t);
  tile.face = face;
  if (calm) settle(item, tile);
  else if (way === "turn") turn(item, tile);
  else if (way === "keep") later(item, tile, KEEP_MS);
  // A tile that turns, or that keeps its last container, shows this face in a moment.
  else if (tile.timer === null || (tile.turn === null && owner !== null)) now(item, tile);
}

function now(item, tile) {
  clearTimeout(tile.timer);
  tile.timer = null;
  put(item, tile.face);
}

function turn(item, tile) {
  tile.turn?.cancel();
  const deep = `perspective(${item.offsetWidth * 5}px)`;
  const edge = (degrees, offset) => ({ transform: `${deep} rotateY(${degrees}deg)`, offset });
  tile.turn = item.animate([
    { ...edge(0, 0), easing: "ease-in" }, { ...edge(90, 0.5), easing: "steps(1, start)" },
    { ...edge(-90, 0.5), easing: "ease-out" }, edge(0, 1),
  ], { duration: TURN_MS, id: "turn" });
  item.classList.add("turning");
  // The tile changes its face when its edge is towards us.
  later(item, tile, TURN_MS / 2);
  tile.turn.addEventListener("finish", () => {
    tile.turn = null;
    item.classList.remove("turning");
  });
}

function later(item, tile, ms) {
  clearTimeout(tile.timer);
  tile.timer = setTimeout(() => {
    tile.timer = null;
    put(item, tile.face);
  }, ms);
}

function put(item, { kind, letter }) {
  const turning = item.classList.contains("turning") ? " turning" : "";
  mark(item, "class", `slot ${kind}${turning}`);
  say(item.firstElementChild, letter);
}

/** Ends a tile's movement in its last state. */
function settle(item, tile) {
  clearTimeout(tile.timer);
  tile.turn?.cancel();
  Object.assign(tile, { timer: null, turn: null });
  item.classList.remove("turning");
  if (tile.face) put(item, tile.face);
}

/** Forgets tiles that are no longer in the grid. */
export function forgetTiles() {
  for (const item of tiles.keys()) if (!item.isConnected) tiles.delete(item);
}

onStill(() => tiles.forEach((tile, item) => settle(item, tile)));

const DEAD = { killed: phrase("dead.killed"), lost: phrase("dead.lost") };
/** The most jobs that are drawn one by one at a cross. */
const MOST_JOBS = 3;

/** What a dead container in a slot is, in words; null without one. */
export function deadInWords(dead) {
  if (!dead) return null;
  const what = `${dead.name} ${DEAD[dead.how] ?? dead.how}`;
  if (!dead.jobs) return what;
  return phrase(dead.jobs === 1 ? "dead.job" : "dead.jobs", { dead: what, jobs: dead.jobs });
}

/** Shows a cross on the tile of a dead container, and the jobs that wait for their leases' end. */
export function showDead(item, dead) {
  let cross = item.querySelector(":scope > .dead");
  if (!dead) return void cross?.remove();
  if (!cross) {
    cross = el("span", { class: "dead", "aria-hidden": "true" });
    item.append(cross);
  }
  const jobs = Math.min(dead.jobs ?? 0, MOST_JOBS);
  while (cross.children.length > jobs) cross.lastElementChild.remove();
  while (cross.children.length < jobs) cross.append(el("i", { class: "job" }));
}
