// The one connection of a browser: a shared worker that has it, and passes on to every tab what
// comes. It keeps the last state, so that a further tab begins with it.

import { Link } from "./link.js";
import { applyFrame, fromSnapshot } from "./model.js";

const ports = new Set();
let model = null;
let heard = 0;

const link = new Link(({ kind, run, data }) => {
  heard = Date.now();
  if (kind === "snapshot") {
    model = fromSnapshot(data);
  } else if (!model || (run !== null && run !== model.run)) {
    // Frames of a run that we have no beginning of.
    link.open(true);
    return;
  } else if (!applyFrame(model, data)) {
    return;
  }
  for (const port of ports) port.postMessage({ kind, data });
});

self.addEventListener("connect", ({ ports: [port] }) => {
  ports.add(port);
  port.addEventListener("message", ({ data }) => {
    if (data === "bye") ports.delete(port);
  });
  port.start();
  // The age goes with it: a state from before a silence is no news.
  if (model) port.postMessage({ kind: "snapshot", data: model, age: Date.now() - heard });
});
