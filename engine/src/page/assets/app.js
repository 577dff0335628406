// Keeps the page live: puts the parts that the engine renders in their places, says when they
// are old, and sends the slider's value.
"use strict";

const STALE_AFTER_MS = 3000;
const place = (id) => document.getElementById(id);
let heard = Date.now();
let dragging = false;

// Changes what differs and leaves the rest, so that styles move and selections stay.
function morph(from, to) {
  if (from.nodeName !== to.nodeName) return from.replaceWith(to);
  if (from.nodeType === Node.TEXT_NODE) {
    if (from.data !== to.data) from.data = to.data;
    return undefined;
  }
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name)) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
  return morphChildren(from, to);
}

function morphChildren(from, to) {
  const [old, fresh] = [[...from.childNodes], [...to.childNodes]];
  fresh.forEach((node, i) => (i < old.length ? morph(old[i], node) : from.append(node)));
  old.slice(fresh.length).forEach((node) => node.remove());
}

function show(parts) {
  for (const [id, html] of Object.entries(parts)) {
    const element = place(id);
    if (!element || (id === "load-value" && dragging)) continue;
    const template = document.createElement("template");
    template.innerHTML = html;
    morphChildren(element, template.content);
    if (id === "load-value") place("load-slider").value = element.textContent;
  }
}

function badge() {
  const age = Date.now() - heard;
  const stale = age > STALE_AFTER_MS;
  document.body.classList.toggle("stale", stale);
  place("live").classList.toggle("stale", stale);
  place("live").textContent = stale ? `STALE ${Math.round(age / 1000)} s` : "LIVE";
}

async function setLoad(deployment, replicas) {
  const error = place("load-error");
  try {
    const answer = await fetch(`/api/v1/deployments/${deployment}/scale`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ replicas }),
    });
    error.textContent = answer.ok ? "" : (await answer.json()).error.message;
  } catch {
    error.textContent = "The engine does not answer.";
  }
}

const load = place("load");
if (load) {
  const slider = place("load-slider");
  slider.addEventListener("input", () => {
    dragging = true;
    place("load-value").textContent = slider.value;
  });
  slider.addEventListener("change", async () => {
    await setLoad(load.dataset.deployment, Number(slider.value));
    dragging = false;
  });
  load.addEventListener("submit", (event) => event.preventDefault());
}

new EventSource("/page/events").addEventListener("message", (event) => {
  heard = Date.now();
  show(JSON.parse(event.data));
  badge();
});
setInterval(badge, 500);
