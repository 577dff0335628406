// Positions on the chart: axes, labels, marks.

import assert from "node:assert/strict";
import { test } from "node:test";

import { countAxis, queueMax, timeAxis, timeSteps } from "../../web/src/page/run/axis.js";
import { GAP, guess, spread } from "../../web/src/page/run/labels.js";
import { marksOf, placed } from "../../web/src/page/run/marks.js";

test("the queue's axis begins at twice the target and grows in steps", () => {
  const cases = [[0, 40], [40, 40], [41, 100], [101, 200], [399, 400], [401, 1000]];
  for (const [largest, max] of cases) assert.equal(queueMax(20, largest), max, largest);
  assert.equal(queueMax(0, 0), 2);
});

test("now is at the right edge and a minute ago at the left", () => {
  const x = timeAxis({ left: 40, right: 700, now: 100, seconds: 60 });
  assert.deepEqual([x(100), x(40)], [700, 40]);
});

test("counts over the greatest one stay at the edge", () => {
  const y = countAxis({ top: 10, bottom: 110, max: 40 });
  assert.deepEqual([y(0), y(20), y(40), y(400)], [110, 60, 10, 10]);
});

test("the labels of the time axis have room", () => {
  for (const width of [200, 330, 600, 1200]) {
    const steps = timeSteps(60, width);
    assert.ok(steps.length > 0 && steps.length <= Math.max(1, width / 100), `${width}: ${steps}`);
    assert.equal(steps.at(-1), 60);
  }
});

test("labels keep their order and their distance", () => {
  for (const heights of [[10, 10, 10], [0, 95, 100], [50, 52, 54], [100, 100]]) {
    const labels = spread(heights.map((y) => ({ y })), 0, 100).map(({ y }) => y);
    labels.slice(1).forEach((y, i) => assert.ok(y - labels[i] >= GAP - 1e-9, `${labels}`));
    assert.ok(labels.every((y) => y >= 0 && y <= 100), `${labels}`);
    assert.equal(labels.length, heights.length);
  }
});

test("where there is no room for all labels, the last ones are left out", () => {
  const labels = ["a", "b", "c", "d", "e"].map((text) => ({ y: 0, text }));
  assert.deepEqual(spread(labels, 0, 2 * GAP).map(({ text }) => text), ["a", "b", "c"]);
});

const room = { left: 40, right: 700, rows: 2, width: (text) => guess(text) };

test("names of marks never touch, and no line runs through them where there is room", () => {
  const xs = [60, 280, 480, 690];
  const names = placed(xs.map((x, i) => ({ x, text: `producers ${i} -> ${i + 1}` })), room);
  const spans = names.filter(({ text }) => text).map(({ at, end, text, row }) => {
    const wide = guess(text);
    return { row, from: end ? at - wide : at, to: end ? at : at + wide };
  });
  assert.equal(spans.length, 4);
  for (const [i, a] of spans.entries()) {
    assert.ok(a.from >= 40 && a.to <= 700);
    assert.ok(!xs.some((x) => x > a.from && x < a.to));
    for (const b of spans.slice(i + 1)) {
      assert.ok(a.row !== b.row || a.to <= b.from || b.to <= a.from);
    }
  }
});

test("every mark has its line, with or without a name", () => {
  const marks = Array.from({ length: 30 }, (_, i) => ({ x: 100 + i, text: "producers 1 -> 2" }));
  assert.equal(placed(marks, room).length, 30);
});

test("a name goes where no line runs through it", () => {
  const [newer, older] = placed([{ x: 300, text: "a" }, { x: 320, text: "burst 100" }], room);
  assert.deepEqual([newer.at, newer.end], [326, false]);
  assert.deepEqual([older.at, older.end], [294, true]);
});

test("a name ends at its own line and at no other", () => {
  const crowds = [[300, 320], [300, 330, 390], [100, 160, 210, 240], [640, 670, 690]];
  for (const xs of [...crowds, Array.from({ length: 30 }, (_, i) => 50 + i * 21)]) {
    const marks = xs.map((x, i) => ({ x, text: `producers ${i} \u2192 1` }));
    for (const { x, at, end, text } of placed(marks, room).filter((it) => it.text)) {
      const wide = guess(text);
      const [from, to] = end ? [at - wide, at] : [at, at + wide];
      const ends = [from, to].map((place) => Math.min(...xs.map((it) => Math.abs(it - place))));
      const own = Math.abs(x - at);
      assert.ok(ends.every((near) => near >= own - 1e-9), `${xs}: ${text} at ${at}, ${ends}`);
    }
  }
});

test("a change back to the same value has no mark", () => {
  const change = (at, from, to, name = "producers") =>
    ({ at, mark: `${name} ${from} \u2192 ${to}` });
  assert.deepEqual(seen([change(50, 3, 3)]), []);
  assert.deepEqual(seen([change(50, 3, 5), change(51, 5, 4), change(52, 4, 3)]), []);
  const between = [change(50, 3, 5), { at: 51, mark: "burst" }, change(52, 5, 3)];
  assert.deepEqual(seen(between), [{ x: 50, text: "burst" }]);
  const others = [change(50, 1, 2, "a"), change(51, 1, 2, "b"), change(52, 2, 1, "a")];
  assert.deepEqual(seen(others), [{ x: 50, text: "b 1 \u2192 2" }]);
  const target = (at, from, to) => ({ at, mark: `target ${from} \u2192 ${to}, consumer` });
  assert.deepEqual(seen([target(50, 20, 10), target(51, 10, 20)]), []);
  assert.deepEqual(seen([target(50, 20, 10), target(51, 10, 5)]),
    [{ x: 50, text: "target 20 \u2192 5, consumer" }]);
});

test("names of crowded marks never touch", () => {
  const marks = Array.from({ length: 30 }, (_, i) => ({ x: 50 + i * 20, text: "burst 100" }));
  const rows = [[], []];
  for (const { at, end, text, row } of placed(marks, room).filter((it) => it.text)) {
    const wide = guess(text);
    rows[row].push(end ? [at - wide, at] : [at, at + wide]);
  }
  for (const row of rows) {
    row.sort(([a], [b]) => a - b);
    assert.ok(row.length > 1);
    row.slice(1).forEach(([from], i) => assert.ok(from > row[i][1]));
  }
});

const seen = (log) => marksOf(log, { from: 40, now: 100, x: (at) => at, words: (text) => text });

test("marks close together are one line, and old ones are left out", () => {
  const log = [
    { at: 2, mark: "old" }, { at: 50, mark: "a" }, { at: 52, mark: "b" }, { at: 53, mark: "b" },
    { at: 55, mark: null }, { at: 70, mark: "c" },
  ];
  assert.deepEqual(seen(log), [{ x: 50, text: "a, b" }, { x: 70, text: "c" }]);
});

test("a moving slider is one change", () => {
  const change = (at, from, to) => ({ at, mark: `producers ${from} \u2192 ${to}` });
  const log = [change(50, 1, 2), change(51, 2, 3), change(52, 3, 4)];
  assert.deepEqual(seen(log), [{ x: 50, text: "producers 1 \u2192 4" }]);
  const apart = [change(50, 1, 2), change(51, 5, 6)];
  const text = "producers 1 \u2192 2, producers 5 \u2192 6";
  assert.deepEqual(seen(apart), [{ x: 50, text }]);
});
