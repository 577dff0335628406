// The page for phones: shows the engine's state and adds a job with each press.
"use strict";

const STALE_AFTER_MS = 5000;
const place = (id) => document.getElementById(id);
let heard = Date.now();
let stale = false;

function show({ headline, queue, target, slots }) {
  place("headline").textContent = headline.replaceAll("->", "\u2192");
  place("queue").textContent = queue ?? "\u2013";
  place("queue-words").textContent =
    queue === null ? "waiting for the queue" : `in the queue, target ${target}`;
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
  place("said").textContent = "Sent.";
  try {
    const answer = await fetch("/job", { method: "POST" });
    place("said").textContent = answer.ok ? "Added." : (await answer.json()).error.message;
  } catch {
    place("said").textContent = "The engine does not answer.";
  }
}

function watch() {
  const old = Date.now() - heard > STALE_AFTER_MS;
  if (old === stale) return;
  stale = old;
  document.body.classList.toggle("stale", stale);
  if (stale) place("headline").textContent = "The engine does not answer.";
}

place("add").addEventListener("click", add);
new EventSource("/stream").addEventListener("message", (event) => {
  heard = Date.now();
  show(JSON.parse(event.data));
});
setInterval(watch, 500);
