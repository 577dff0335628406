// The connection to the stream: no event is missed, and none comes twice.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Link } from "../../web/src/page/shell/link.js";

/** An EventSource that the test controls. */
class Fake {
  static all = [];
  constructor(url) {
    Object.assign(this, { url, handlers: {}, closed: false });
    Fake.all.push(this);
  }
  addEventListener(kind, handler) { this.handlers[kind] = handler; }
  close() { this.closed = true; }
  say(kind, id, data = {}) {
    this.handlers[kind]({ lastEventId: id, data: JSON.stringify(data) });
  }
}

function linked(context) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  Fake.all = [];
  const heard = [];
  const link = new Link((event) => heard.push(event), { url: "/s", Source: Fake });
  context.after(() => link.close());
  return { link, heard, last: () => Fake.all.at(-1), time: context.mock.timers };
}

test("it begins with a snapshot, and goes on after the last event", (context) => {
  const { heard, last, time } = linked(context);
  assert.equal(last().url, "/s");
  last().say("snapshot", "1a2b3c4d-7", { seq: 7 });
  last().say("frame", "1a2b3c4d-8", { seq: 8 });
  assert.deepEqual(heard.map(({ kind, run, data }) => [kind, run, data.seq]),
    [["snapshot", "1a2b3c4d", 7], ["frame", "1a2b3c4d", 8]]);
  last().handlers.error();
  time.tick(250);
  assert.equal(last().url, "/s?after=1a2b3c4d-8");
  assert.ok(Fake.all[0].closed);
});

test("a silent connection counts as lost", (context) => {
  const { last, time } = linked(context);
  last().say("snapshot", "r-1");
  time.tick(4000);
  time.tick(250);
  assert.equal(Fake.all.length, 2);
  assert.equal(last().url, "/s?after=r-1");
});

test("it tries again at least each second, for as long as it takes", (context) => {
  const { last, time } = linked(context);
  for (let i = 0; i < 20; i += 1) {
    last().handlers.error();
    time.tick(1000);
  }
  assert.equal(Fake.all.length, 21);
  assert.equal(Fake.all.filter(({ closed }) => !closed).length, 1);
});

test("with `anew` it asks for a snapshot", (context) => {
  const { link, last } = linked(context);
  last().say("snapshot", "r-1");
  link.open(true);
  assert.equal(last().url, "/s");
});
