// The load in the stage view: how many producers run, and how many jobs arrive.

import { place, say } from "../shell/dom.js";
import { entries } from "../shell/model.js";
import { rate } from "../shell/words.js";
import { phrase } from "../shell/phrases.js";

/** Shows the load; without a Deployment that makes load, there is nothing to show. */
export function showLoad(model) {
  const load = loadOf(model);
  place("load-now").hidden = load === null;
  if (load === null) return;
  say(place("load-count"), String(load.count));
  say(place("load-rate"), load.said);
}

/** The load as {count, said}, or null. An unknown rate is left out. */
export function loadOf(model) {
  const loads = entries(model, "deployment").filter(({ value }) => value.load);
  if (loads.length === 0) return null;
  const arriving = entries(model, "queue").map(({ value }) => value.arrive_s ?? null);
  const known = arriving.length > 0 && !arriving.includes(null);
  const count = loads.reduce((sum, { value }) => sum + value.desired, 0);
  const key = count === 1 ? "load.rate.one" : "load.rate";
  const said = known ? phrase(key, { rate: rate(arriving.reduce((sum, n) => sum + n, 0)) }) : "";
  return { count, said };
}
