// The page for phones: shows the engine's state and adds a job with each press. Its texts are data
// of the body: phones can reach no other file of the engine, so not the file of texts either.
"use strict";

const STALE_AFTER_MS = 5000;
const place = (id) => document.getElementById(id);
const texts = document.body.dataset;
let heard = Date.now();
let stale = false;

function show({ headline, queue, target, slots }) {
  place("headline").textContent = headline.replaceAll("->", "\u2192");
  place("queue").textContent = queue ?? "\u2013";
  place("queue-words").textContent =
    queue === null ? texts.unknown : texts.queue.replace("{target}", target);
  place("slots").replaceChildren(...slots.map(slotLine));
}

function slotLine({ name, count }) {
  const line = document.createElement("li");
  const number = document.createElement("b");
  number.textContent = count;
  line.append(name, number);
  return line;
}

async function add() {
  place("said").textContent = texts.sent;
  try {
    const answer = await fetch("/job", { method: "POST" });
    place("said").textContent = answer.ok ? texts.added : (await answer.json()).error.message;
  } catch {
    place("said").textContent = texts.noAnswer;
  }
}

function watch() {
  const old = Date.now() - heard > STALE_AFTER_MS;
  if (old === stale) return;
  stale = old;
  document.body.classList.toggle("stale", stale);
  if (stale) place("headline").textContent = texts.noAnswer;
}

place("add").addEventListener("click", add);
new EventSource("/stream").addEventListener("message", (event) => {
  heard = Date.now();
  show(JSON.parse(event.data));
});
setInterval(watch, 500);
