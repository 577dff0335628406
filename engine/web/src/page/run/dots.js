// Jobs as dots: each travels from its queue's number to the container that took it. The job of a
// dead container travels back when its lease has ended.

import { el, place, say } from "../shell/dom.js";
import { entries } from "../shell/model.js";
import { phrase } from "../shell/phrases.js";
import { Flights } from "./flights.js";
import { Schedule } from "./schedule.js";

/** How long a dot travels, in milliseconds. */
const FLIGHT_MS = 600;
/** How long the job of a dead container travels back; longer, because it should be noticed. */
const BACK_MS = 900;
/** The most dots that travel back at once; the cross shows no more, either. */
const MOST_BACK = 3;
/** A count that is older than this many seconds is not drawn: its jobs are not taken now. */
const OLD_S = 1.5;

const slow = matchMedia("(prefers-reduced-motion: reduce)");
/** Within the slots' section, so that dots in flight move with it when the headline grows. */
const layer = place("slots").parentElement
  .appendChild(el("canvas", { id: "dots", "aria-hidden": "true" }));
const flights = new Flights(layer);

let schedule = new Schedule();
let run = null;
/** The time of the last count that was drawn or skipped, by queue. */
let counted = new Map();
/** The dead containers that were shown last, by slot. */
let dead = new Map();
let promised = false;

/** What a dot is, for the legend; null while no dots can be drawn. */
export function dotsLegend() {
  if (!promised || slow.matches) return null;
  return phrase(schedule.factor === 1 ? "dots.one" : "dots.many", { jobs: schedule.factor });
}

/**
 * Draws the jobs of the counts that are new in this model.
 * @param calm whether nothing may move: the state before this one was not shown
 */
export function showDots(model, calm) {
  if (model.run !== run) begin(model.run);
  const queues = entries(model, "jobs");
  promised = queues.length > 0;
  const news = queues.filter(({ name, value }) => counted.get(name) !== value.at);
  news.forEach(({ name, value }) => counted.set(name, value.at));
  const now = news.filter(({ value }) => model.t - value.at <= OLD_S);
  const jobs = ({ taken }) => taken.reduce((sum, [, many]) => sum + many, 0);
  const all = now.reduce((sum, { value }) => sum + jobs(value), 0);
  const over = Math.max(0, ...now.map(({ value }) => value.over_s));
  if (all > 0) schedule.add(model.t, all, over);
  const returned = ended(model);
  if (!calm && !slow.matches) {
    now.forEach(({ name, value }) => send(name, schedule.dots(name, value)));
    returned.forEach(back);
  }
  showLegend();
}

function showLegend() {
  const words = dotsLegend();
  say(place("dots-legend"), words ?? "");
  const { factor } = schedule;
  place("dots-brief").hidden = words === null;
  say(place("dots-brief").lastElementChild,
    phrase(factor === 1 ? "dots.brief.one" : "dots.brief.many", { jobs: factor }));
}

function begin(next) {
  run = next;
  schedule = new Schedule();
  counted = new Map();
  dead = new Map();
}

/** The jobs of dead containers whose leases have ended since the last model. */
function ended(model) {
  const shown = new Map(Object.entries(model.state)
    .filter(([key, value]) => key.startsWith("dead/") && value)
    .map(([key, value]) => [Number(key.slice(5)), value]));
  const returned = [...dead].flatMap(([slot, { name, queue, jobs }]) => {
    const now = shown.get(slot);
    // After another death in the slot, nothing is known about these jobs.
    const left = now ? (now.name === name ? now.jobs : null) ?? jobs : 0;
    return queue && jobs > left ? [{ slot, queue, jobs: jobs - left }] : [];
  });
  dead = shown;
  return returned;
}

/**
 * A point in the middle of an element, in the layer; null if the element is not shown.
 * @param down how far down the point is: 0 at the upper edge, 1 at the lower one
 */
function point(element, down) {
  if (!element) return null;
  const { left, top, width, height } = element.getBoundingClientRect();
  if (width === 0 || height === 0) return null;
  const origin = layer.getBoundingClientRect();
  return { x: left + width / 2 - origin.left, y: top + down * height - origin.top };
}

const numberOf = (queue) =>
  point(document.querySelector(`[data-number="${CSS.escape(`queue/${queue}`)}"] b`), 0);
const tileOf = (slot, down) => point(place("slots").children[slot], down);

/** Makes the canvas reach down to a point. */
const reach = ({ y }) => flights.prepare(layer.parentElement.clientWidth, y + 40);

function send(queue, dots) {
  const from = numberOf(queue);
  if (!from || dots.length === 0) return;
  reach(from);
  const tiles = new Map();
  for (const { slot, after } of dots) {
    if (!tiles.has(slot)) tiles.set(slot, tileOf(slot, 1));
    const to = tiles.get(slot);
    if (to) flights.add({ from, to, after, takes: FLIGHT_MS });
  }
}

function back({ slot, queue, jobs }) {
  const [from, to] = [tileOf(slot, 0.5), numberOf(queue)];
  if (!from || !to) return;
  reach(to);
  for (let i = 0; i < Math.min(jobs, MOST_BACK); i += 1) {
    flights.add({ from, to, after: i * 120, takes: BACK_MS, large: true });
  }
}
