// The Configure page: the cards, the resulting manifest, and the list of edits.

import { call } from "../shell/calls.js";
import { Capacity } from "./capacity.js";
import { Card } from "./card.js";
import { lines } from "./yaml.js";
import { Others } from "./others.js";
import { el, keyed, place, say } from "../shell/dom.js";
import { store, subscribe } from "../shell/store.js";
import { said } from "./form.js";
import { phrase } from "../shell/phrases.js";
import { wireToken } from "../shell/token.js";
import { arrows, clock } from "../shell/words.js";

const cards = new Map();
const capacity = new Capacity(edited, preview);
const others = new Others(edited);
let config = null;
let marked = "";

/** Shows a configuration, unless a newer one is already shown. */
function take(new_) {
  if (!new_ || (config && new_.run === config.run && new_.version < config.version)) return;
  config = new_;
  keyed(place("cards"), inOrder(config.workloads), (view) => view.deployment,
    (view) => {
      const card = new Card(view, edited, preview);
      cards.set(view.deployment, card);
      return card.form;
    },
    (_, view) => cards.get(view.deployment).show(view));
  for (const name of cards.keys()) {
    if (!config.workloads.some((view) => view.deployment === name)) cards.delete(name);
  }
  capacity.show(config.capacity);
  others.show(config);
  showWords();
  enable();
  preview();
}

/** Workloads by priority; while a card has the focus, all cards keep their places. */
function inOrder(workloads) {
  const parent = place("cards");
  if (!parent.contains(document.activeElement)) return workloads;
  const old = [...parent.children].map((card) => card.dataset.key);
  const at = ({ deployment }) => (old.indexOf(deployment) + old.length + 1) % (old.length + 1);
  return workloads.toSorted((a, b) => at(a) - at(b));
}

/** Shows the configuration after an edit; edits that were refused before may be valid now. */
function edited(new_) {
  take(new_);
  for (const part of [capacity, ...cards.values()]) part.retry();
}

function showWords() {
  const { differs, read_only } = config;
  const keys = ["configure.none-since", "configure.one-since"];
  const since = phrase(keys[differs.length] ?? "configure.many-since", { count: differs.length });
  const effect =
    phrase(read_only === null ? "configure.at-once" : "configure.read-only");
  say(place("headline"), `${effect} ${since}`);
  say(place("read-only"), read_only ?? "");
  place("defaults").disabled = differs.length === 0 || read_only !== null;
  const key = (entry, i) => config.edits - i;
  keyed(place("changes-list"), config.log, key, () => el("li", {}, el("time"), el("span")),
    (item, entry) => {
      say(item.firstChild, clock(entry.at));
      say(item.lastChild, ` ${phrase("by", { text: arrows(entry.text), actor: entry.by })}`);
    });
  place("changes").hidden = config.log.length === 0;
}

function enable() {
  const may = config.read_only === null;
  for (const card of cards.values()) card.enable(may);
  capacity.enable(may);
  place("another-all").disabled = !may;
}

/** Shows the manifest with all drafts applied. */
function preview() {
  if (!config) return;
  const parts = config.workloads.map(({ deployment, defaults }) =>
    lines(deployment, cards.get(deployment).annotations, defaults));
  for (const other of config.others.filter(({ defaults, annotations }) =>
    Object.keys({ ...defaults, ...annotations }).length > 0)) {
    parts.push(lines(other.deployment, other.annotations, other.defaults));
  }
  const { deployment, defaults } = config.capacity;
  if (deployment) parts.push(lines(deployment, capacity.annotations, defaults));
  const between = { text: "---", kind: null };
  const all = parts.flatMap((part, i) => (i > 0 ? [between, ...part] : part));
  const pre = place("preview");
  keyed(pre, all, (_, i) => i, () => el("span"), (span, line) => {
    say(span, `${line.text}\n`);
    span.className = line.kind ?? "";
  });
  show(pre, all.map((line) => (line.kind ? line.text : "")).join("\n"));
}

/** Scrolls the preview to the newest marked line, without scrolling the page. */
function show(pre, marks) {
  if (marks === marked) return;
  const [before, now] = [marked.split("\n"), marks.split("\n")];
  marked = marks;
  const at = now.findIndex((line) => line !== "" && !before.includes(line));
  const span = pre.children[at];
  if (span) pre.scrollTop = span.offsetTop - pre.clientHeight / 2;
}

async function copy() {
  const answer = await fetch("/api/v1/config/annotate").catch(() => null);
  const text = answer?.ok ? await answer.text() : null;
  if (text === null) return said(place("done"), phrase("no-answer"));
  try {
    await navigator.clipboard.writeText(text);
    said(place("done"), phrase("configure.copied"));
  } catch {
    // A browser may forbid the use of the clipboard; then people copy the lines by hand.
    const field = place("lines");
    field.value = text;
    field.hidden = false;
    field.select();
    said(place("done"), phrase("configure.press-to-copy"));
  }
}

async function back() {
  const answer = await call("DELETE", "/api/v1/config");
  said(place("done"), answer.ok ? phrase("configure.as-at-the-start") : answer.message);
  if (answer.ok) begin(answer.data);
}

/** Shows a configuration and drops all drafts. */
function begin(new_) {
  for (const card of cards.values()) card.forget(Object.keys(card.draft));
  capacity.forget();
  take(new_);
}

let tag = null;

/** Reads the configuration; thanks to the ETag an unchanged one is not sent again. */
async function read() {
  const headers = tag ? { "if-none-match": tag } : {};
  const answer = await fetch("/api/v1/config", { headers, cache: "no-store" }).catch(() => null);
  if (answer?.status !== 200) return;
  tag = answer.headers.get("etag");
  take(await answer.json());
}

place("copy").addEventListener("click", copy);
place("defaults").addEventListener("click", back);
wireToken((answer) => answer.ok && begin(answer.data));
// The stream announces new configurations; before its first event, the page polls.
let seen = null;
subscribe((model) => {
  const now = `${model.run} ${model.state.config}`;
  if (now === seen) return;
  seen = now;
  read();
});
setInterval(() => document.hidden || store.model.state.config !== undefined || read(), 1000);
read();
