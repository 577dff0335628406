// An engine with a fake stream; all other answers are a real engine's.

import { createServer, request } from "node:http";

/** A state of a busy box, as the keys of the stream. */
export function state(changes = {}) {
  const workload = (priority, desired, ready, more) => ({
    priority, rule: "rate", queue: "jobs", target: 20, min: 1, max: 10, desired, ready,
    starting: desired - ready, terminating: 0, wanted: desired, limited_by: null, paused: false,
    background: false, ...more,
  });
  const background = { rule: "remainder", queue: null, target: null, background: true };
  const slot = (name, i, phase) => ({ name: `${name}-${i}`, workload: name, phase });
  const slots = Array.from({ length: 10 }, (_, i) =>
    i < 7 ? slot("consumer", i, "ready") : i === 7 ? slot("consumer", i, "starting")
      : slot("remainder", i, i === 8 ? "terminating" : "ready"));
  const open = ["load", "burst", "kill", "pause", "hold", "reset", "configure"];
  return {
    status: {
      scheduler: "process", namespace: null, context: null, containers: 12, standing: "alone",
      mode: "live", because: null, start_delay_s: 1, stage: false,
    },
    headline: "Producers 1 -> 3. Consumers 3 -> 8 in 2.5 s, taken from background.",
    capacity: 10, used: 10, slots: 10, lost: 0, tiles_s: 31.2, troubles: [],
    film: { columns: 8, rows: 5, frames: 3, container_s: 95.4 },
    "queue/jobs": {
      ready: 24, in_flight: 7, target: 20, age_s: 0.1, status: "fresh", arrive_s: 30.1,
      done_s: 28,
    },
    "workload/consumer": workload(1, 8, 7, {}),
    "workload/remainder": workload(2, 1, 1, { ...background, terminating: 1 }),
    "why/consumer":
      "30 jobs/s arrive, each worker does 5/s, kept at 80 % load: 9 needed, 1 for the backlog",
    "why/remainder": "uses spare capacity",
    "deployment/producer": { desired: 3, ready: 3, starting: 0, terminating: 0, load: true },
    "deployment/queue": { desired: 1, ready: 1, starting: 0, terminating: 0, load: false },
    ...Object.fromEntries(slots.map((it, i) => [`slot/${i}`, it])),
    controls: Object.fromEntries(open.map((name) => [name, null])),
    scenario: null, audience: null,
    ...changes,
  };
}

/** A snapshot with a minute of history, in which the load has just come. */
export function snapshot({ run = "fake", seq = 120, changes = {}, log = LOG } = {}) {
  const t = Array.from({ length: 120 }, (_, i) => (i + 1) / 2);
  const late = (before, after) => t.map((at) => (at < 52 ? before : after));
  const queue = t.map((at) => (at < 52 ? Math.round(at) % 3 : Math.min(36, 9 * (at - 52))));
  queue[queue.length - 1] = 24;
  return {
    run, seq, t: 60, tick: 120, state: state(changes), log, picture: PICTURE,
    history: {
      t, queues: { jobs: queue }, load: { producer: late(1, 3) },
      live: { consumer: late(3, 8), remainder: late(7, 2) },
    },
  };
}

const LOG = [
  { id: 1, at: 52, kind: "load", text: "producers 1 -> 3", by: "the page",
    mark: "producers 1 -> 3" },
  { id: 2, at: 52.5, kind: "decision", text: "remainder 7 -> 2: gives way to consumer", by: null,
    mark: null },
  { id: 3, at: 52.5, kind: "decision", by: null, mark: null,
    text: "consumer 3 -> 8: 30 jobs/s arrive, each worker does 5/s, kept at 80 % load: 8 needed" },
];

/** A tile of one shade. */
export const shades = (shade) => Buffer.alloc(144, shade).toString("base64");

const PICTURE = {
  number: 3, columns: 8, rows: 5, earlier: [],
  tiles: Array.from({ length: 22 }, (_, place) => [place, shades((place * 29) % 256)]),
};

/** The engine's film, as the fake serves it: three frames. */
const FILM = {
  made: 3, columns: 8, rows: 5,
  frames: [0, 1, 2].map((number) => [number, Array(40).fill(shades(30 + 60 * number))]),
};

/** Passes everything on to a box, except the stream. */
export class Fake {
  static async start(box, first = snapshot()) {
    const fake = new Fake(box, first);
    await new Promise((resolve) => fake.server.listen(0, "127.0.0.1", resolve));
    fake.address = `127.0.0.1:${fake.server.address().port}`;
    fake.url = `http://${fake.address}`;
    fake.film = FILM;
    // Without frames a page becomes stale.
    fake.beat = setInterval(() => fake.frame({}), 500);
    return fake;
  }

  constructor(box, first) {
    this.first = first;
    this.seq = first.seq;
    this.open = new Set();
    this.server = createServer((incoming, answer) => {
      if (incoming.url.startsWith("/page/stream")) this.#stream(answer);
      else if (incoming.url === "/page/film") this.#film(answer);
      else pass(box, incoming, answer);
    });
  }

  #stream(answer) {
    answer.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    this.open.add(answer);
    answer.on("close", () => this.open.delete(answer));
    this.#send(answer, "snapshot", { ...this.first, seq: this.seq });
  }

  #film(answer) {
    answer.writeHead(200, { "content-type": "application/json" });
    answer.end(JSON.stringify(this.film));
  }

  #send(answer, event, data) {
    answer.write(`event: ${event}\nid: ${this.first.run}-${this.seq}\n`);
    answer.write(`data: ${JSON.stringify(data)}\n\n`);
  }

  /** Sends a frame with these parts to all listeners. */
  frame(parts) {
    this.seq += 1;
    Object.assign(this.first.state, parts.set ?? {});
    const { t, tick } = this.first;
    const data = { seq: this.seq, t, tick, step: false, more: false, ...parts };
    for (const answer of this.open) this.#send(answer, "frame", data);
  }

  end() {
    clearInterval(this.beat);
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

function pass(box, incoming, answer) {
  const { method, headers, url } = incoming;
  const asked = { ...headers, host: box.address };
  if (asked.origin) asked.origin = box.url;
  const call = request(box.url + url, { method, headers: asked, agent: false }, (given) => {
    answer.writeHead(given.statusCode, given.headers);
    given.pipe(answer);
  });
  call.on("error", () => answer.destroy());
  incoming.pipe(call);
}
