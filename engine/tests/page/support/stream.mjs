// The page's stream, read without any of the page's own code.

import { request } from "node:http";

/** The largest size of a frame in bytes. */
const FRAME = 4096;

/** The stream, snapshot by snapshot. A snapshot may come in several frames. */
export class Stream {
  /** Calls `seen` after each complete snapshot; a frame that breaks the contract is a fault. */
  static async open(box, { after = null, seen = () => {} } = {}) {
    const stream = new Stream(seen);
    const place = after === null ? "/page/stream" : `/page/stream?after=${after}`;
    await new Promise((resolve, reject) => {
      stream.call = request(box.url + place, { agent: false }, (answer) => {
        answer.setEncoding("utf8");
        answer.on("data", (part) => stream.#take(part));
        answer.on("error", () => {});
        resolve();
      });
      stream.call.on("error", reject);
      stream.call.end();
    });
    return stream;
  }

  constructor(seen) {
    this.seen = seen;
    this.faults = [];
    this.events = [];
    this.moments = 0;
    this.state = new Map();
    this.log = [];
    this.points = [];
    this.rest = "";
  }

  #take(part) {
    const events = (this.rest + part).split("\n\n");
    this.rest = events.pop();
    for (const event of events) this.#event(event);
  }

  #event(text) {
    const event = { event: "message", data: "", id: null };
    for (const line of text.split("\n")) {
      const [, name, value] = /^(\w*): ?(.*)$/.exec(line) ?? [];
      if (name === "data") event.data += value;
      else if (name) event[name] = value;
    }
    if (event.data === "") return;
    event.json = JSON.parse(event.data);
    this.events.push({ event: event.event, id: event.id, at: performance.now() });
    if (event.event === "snapshot") this.#snapshot(event);
    else if (event.event === "frame") this.#frame(event, Buffer.byteLength(text) + 2);
    else this.faults.push(`an event of the kind ${event.event}`);
  }

  #snapshot({ json, id }) {
    this.#number(json, id, `${json.run}-${json.seq}`);
    this.run = json.run;
    this.state = new Map(Object.entries(json.state));
    this.points = [...json.history.t];
    this.log = [...json.log];
    this.#whole(json);
  }

  #frame(event, bytes) {
    const { json, id } = event;
    if (this.run === undefined && this.after === undefined) this.run = id.split("-")[0];
    this.#number(json, id, `${this.run}-${json.seq}`);
    if (bytes > FRAME) this.faults.push(`frame ${id} has ${bytes} bytes`);
    if (this.seq !== undefined && json.seq !== this.seq + 1) {
      this.faults.push(`frame ${json.seq} came after ${this.seq}`);
    }
    for (const [key, value] of Object.entries(json.set ?? {})) {
      if (value === null) this.state.delete(key);
      else this.state.set(key, value);
    }
    this.log.push(...(json.log ?? []));
    if (json.step) this.points.push(json.t);
    this.seq = json.seq;
    if (!json.more) this.#whole(json);
  }

  #number(json, id, expected) {
    if (id !== expected) this.faults.push(`the event ${expected} has the id ${id}`);
  }

  #whole({ seq, t, tick }) {
    Object.assign(this, { seq, t, tick });
    this.id = `${this.run}-${seq}`;
    this.moments += 1;
    this.seen(this);
  }

  /** Values of the keys with a prefix, by the rest of the key. */
  all(start) {
    const ours = [...this.state].filter(([key]) => key.startsWith(start));
    return new Map(ours.map(([key, value]) => [key.slice(start.length), value]));
  }

  /** Why this snapshot exceeds the capacity; empty if it does not. */
  get overBudget() {
    const capacity = this.state.get("capacity");
    const live = [...this.all("workload/").values()]
      .reduce((sum, it) => sum + it.ready + it.starting + it.terminating, 0);
    const held = [...this.all("slot/").values()].filter((slot) => slot !== null).length;
    const counts = { used: this.state.get("used"), live, slots: held };
    const over = Object.entries(counts).filter(([, count]) => !(count <= capacity));
    return over.map(([name, count]) => `${name} ${count} of ${capacity} at tick ${this.tick}`);
  }

  end() {
    this.call.on("error", () => {});
    this.call.destroy();
  }
}
