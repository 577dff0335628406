// Sets up the header of all pages: the status, the badge, and the theme.

import { address } from "./address.js";
import { el, place, say, settings } from "./dom.js";
import { isStale, silence, store, subscribe } from "./store.js";
import { clock } from "./words.js";
import { phrase } from "./phrases.js";

const MODES = {
  held: phrase("badge.held"), replay: phrase("badge.replay"),
  looks_on: phrase("badge.looks-on"), live: phrase("badge.live"),
};

function where(status) {
  const many = status.containers;
  if (status.scheduler !== "kubernetes") return phrase("status.box", { many });
  const context = status.context ? `${status.context}, ` : "";
  return context + phrase("status.cluster", { namespace: status.namespace, many });
}

function showStatus({ state, t }) {
  const status = state.status;
  if (!status) return;
  const alone = status.standing === "alone" || !status.standing;
  const takes = status.start_delay_s;
  const delay = takes > 0 ? phrase("status.start", { seconds: takes }) : null;
  const known = status.mode === "live" || status.standing?.includes(status.because);
  const because = known ? null : status.because;
  const up = phrase("status.up", { time: clock(t) });
  const words = [where(status), alone ? null : status.standing, up, delay, because];
  const said = words.filter((word) => word);
  const strip = place("status");
  while (strip.children.length > said.length) strip.lastElementChild.remove();
  while (strip.children.length < said.length) strip.append(el("span"));
  said.forEach((word, i) => say(strip.children[i], word));
}

/** The badge's kind and text. If several states are true, it shows the most important one. */
export function badgeWord() {
  const seconds = Math.floor(silence() / 1000);
  if (isStale()) return ["stale", phrase("badge.stale", { seconds })];
  if (!store.known) return ["waiting", phrase("badge.waiting")];
  if (store.frozen) return ["frozen", phrase("badge.frozen")];
  const mode = store.model.state.status?.mode ?? "live";
  return [mode, MODES[mode] ?? mode.toUpperCase()];
}

/** Shows whether the page is up to date. */
export function showBadge() {
  const [kind, word] = badgeWord();
  const badge = place("badge");
  say(badge, word);
  badge.dataset.badge = kind;
  document.body.classList.toggle("stale", kind === "stale");
  const since = new Date(store.heard).toLocaleTimeString([], { hour12: false });
  say(place("since"), kind === "stale" ? phrase("badge.since", { time: since }) : "");
}

const KEY = "theme";

/** The theme of this page: the address's, or else the one chosen for this browser. */
export const theme = () => document.documentElement.dataset.theme;

/** Chooses a theme for this browser; empty is the system's theme. */
export function chooseTheme(choice) {
  settings.set(KEY, choice);
  document.documentElement.dataset.theme = choice;
}

document.documentElement.dataset.theme = address.theme ?? settings.get(KEY) ?? "";
document.documentElement.style.setProperty("--scale", address.scale);
if (address.readOnly) document.querySelector("nav").remove();
subscribe((model) => {
  document.body.dataset.tick = model.tick;
  document.body.dataset.run = model.run;
  document.body.dataset.mode = model.state.status?.mode ?? "live";
  showStatus(model);
  showBadge();
});
setInterval(showBadge, 200);
