// One connection to the engine's stream. It reconnects by itself and continues after the last event
// that it received, so that no event is missed and none comes twice.

/** A connection without events for this time counts as dead; frames come twice a second. */
const SILENCE_MS = 4000;
const AGAIN_MS = [250, 500, 1000, 1000];

export class Link {
  /** @param onEvent called with {kind: "snapshot" | "frame", run, data} */
  constructor(onEvent, { url = "/page/stream", Source = globalThis.EventSource } = {}) {
    Object.assign(this, { onEvent, url, Source, after: null, tries: 0 });
    this.open();
  }

  /** Connects: continues after the last event, or begins with a snapshot if `fromStart` is set. */
  open(fromStart = false) {
    this.close();
    if (fromStart) this.after = null;
    const query = this.after ? `?after=${encodeURIComponent(this.after)}` : "";
    this.source = new this.Source(this.url + query);
    for (const kind of ["snapshot", "frame"]) {
      this.source.addEventListener(kind, (event) => this.heard(kind, event));
    }
    this.source.addEventListener("error", () => this.again());
    this.watch();
  }

  heard(kind, event) {
    this.tries = 0;
    if (event.lastEventId) this.after = event.lastEventId;
    this.watch();
    const run = event.lastEventId?.slice(0, event.lastEventId.lastIndexOf("-")) || null;
    this.onEvent({ kind, run, data: JSON.parse(event.data) });
  }

  again() {
    this.close();
    const wait = AGAIN_MS[Math.min(this.tries, AGAIN_MS.length - 1)];
    this.tries += 1;
    this.timer = setTimeout(() => this.open(), wait);
  }

  watch() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.again(), SILENCE_MS);
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }
}
