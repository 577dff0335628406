// A shared worker with the browser's only connection to the engine. It passes all events on to
// every tab, and keeps the model, which each new tab gets first.

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
    // This frame belongs to a run whose snapshot is missing, so a snapshot is requested.
    link.open(true);
    return;
  } else {
    applyFrame(model, data);
  }
  // A repeated frame changes nothing, but tabs learn from it that the engine is there.
  for (const port of ports) port.postMessage({ kind, data });
});

self.addEventListener("connect", ({ ports: [port] }) => {
  ports.add(port);
  port.addEventListener("message", ({ data }) => {
    if (data === "bye") ports.delete(port);
  });
  port.start();
  // The age is sent with the model, so that a tab can tell whether the model is stale.
  if (model) port.postMessage({ kind: "snapshot", data: model, age: Date.now() - heard });
});
