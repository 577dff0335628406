// The chart's drawing, and its data in other forms.

import assert from "node:assert/strict";
import { test } from "node:test";

import { chart } from "../../web/src/page/run/chart.js";
import { curve } from "../../web/src/page/run/curve.js";
import { painted } from "../../web/src/page/run/export.js";
import { GAP } from "../../web/src/page/run/labels.js";
import { area, between, line, stacked } from "../../web/src/page/run/layers.js";
import { fromSnapshot } from "../../web/src/page/shell/model.js";
import { nodes, toText } from "../../web/src/page/shell/svg.js";
import { columns, csv } from "../../web/src/page/run/table.js";
import { valuesAt } from "../../web/src/page/run/values.js";

const count = (background, n) => ({
  ready: n, starting: 0, terminating: 0, desired: n, priority: background ? 2 : 1, background,
});

const model = (more = {}) => fromSnapshot({
  run: "1", seq: 1, t: 60, tick: 120,
  state: {
    capacity: 10, "queue/jobs": { ready: 24, target: 20, status: "fresh" },
    "workload/consumer": count(false, 8), "workload/remainder": count(true, 2), ...more,
  },
  history: {
    t: [59, 59.5, 60], queues: { jobs: [0, 36, 24] },
    live: { consumer: [3, 8, 8], remainder: [7, 2, 2] }, load: { producer: [1, 3, 3] },
  },
  log: [{ id: 1, at: 59.5, mark: "producers 1 -> 3" }],
});

const SIZE = { width: 850, height: 340 };
const drawn = (it = model(), more = {}) => chart(it, { size: SIZE, ...more });
const all = (tree, kind) =>
  [...nodes(tree)].filter(([, attributes]) => String(attributes?.class).split(" ").includes(kind));
const words = (tree) => [...nodes(tree)].filter(([name]) => name === "text").map((it) => it[2]);

test("each line has a label at its end", () => {
  const said = words(drawn().tree);
  for (const text of ["queue 24", "target 20", "capacity 10", "background 2", "consumers 8"]) {
    assert.ok(said.includes(text), `${text}: ${said}`);
  }
  assert.ok(said.includes("producers 1 \u2192 3") && said.includes("now"));
});

test("labels of lines have the large numbers' values, also between two ticks", () => {
  const it = model({
    "queue/jobs": { ready: 19, target: 20, status: "fresh" },
    "workload/consumer": { ...count(false, 8), starting: 1 },
  });
  const said = words(drawn(it).tree);
  assert.ok(said.includes("queue 19") && said.includes("consumers 9"), `${said}`);
  it.state["queue/jobs"].status = "stale";
  const old = words(drawn(it).tree);
  assert.ok(old.includes("queue \u2013"), `${old}`);
});

test("labels of lines never overlap", () => {
  for (const height of [200, 240, 340, 700]) {
    const { tree } = drawn(model(), { size: { width: 850, height } });
    const heights = all(tree, "label").map(([, { y }]) => y).sort((a, b) => a - b);
    heights.slice(1).forEach((y, i) => assert.ok(y - heights[i] >= GAP - 0.2, `${heights}`));
  }
});

test("nothing leaves the drawing", () => {
  for (const width of [320, 600, 1400]) {
    const { tree } = drawn(model(), { size: { width, height: 340 } });
    for (const [, { x, y }] of [...nodes(tree)].filter(([name]) => name === "text")) {
      assert.ok(x >= 0 && x <= width && y > 0 && y <= 340, `${width}: ${x} ${y}`);
    }
  }
});

test("layers are stacked, and stay under the capacity's line", () => {
  const { tree, frame } = drawn();
  assert.equal(all(tree, "layer").length, 2);
  const [, capacity] = all(tree, "capacity")[0];
  assert.equal(capacity.y1, frame.lower.top);
});

test("an overshoot is seen over the capacity's line", () => {
  const many = model();
  many.history.live.remainder = [7, 4, 4];
  const { tree, frame } = chart(many, { size: SIZE });
  assert.ok(all(tree, "capacity")[0][1].y1 > frame.lower.top);
});

test("lines that begin before the time span are clipped", () => {
  const { tree } = drawn(model(), { seconds: 0.8 });
  const lines = [...all(tree, "queue"), ...all(tree, "layer")];
  assert.equal(lines.length, 3);
  assert.ok(lines.every(([, attributes]) => attributes["clip-path"] === "url(#inside)"));
});

test("patterns have a period of at least 10 px", () => {
  const patterns = [...nodes(drawn().tree)].filter(([name]) => name === "pattern");
  assert.ok(patterns.length >= 3);
  for (const [, { width, height }] of patterns) assert.ok(width >= 10 && height >= 10);
});

test("several urgent workloads are told apart without colour", () => {
  const it = model({ "workload/other": { ...count(false, 1), priority: 2 } });
  it.history.live.other = [0, 0, 1];
  const fills = all(drawn(it).tree, "layer").map(([, { fill }]) => fill);
  assert.deepEqual(fills, [undefined, "url(#dots)", "url(#hatch)"]);
});

test("several queues are told apart without colour, and by name", () => {
  const it = model({ "queue/mail": { ready: 5, target: 20, status: "fresh" } });
  it.history.queues.mail = [5, 5, 5];
  const { tree } = drawn(it);
  const dashes = all(tree, "queue").map((path) => path[1]["stroke-dasharray"]);
  assert.equal(new Set(dashes).size, 2);
  assert.ok(words(tree).includes("queue mail 5"));
});

test("further lines are thin, dashed, and named", () => {
  const contenders = [{ label: "HPA, simulated", points: [[59, 50], [60, 60]], dash: "2 4" }];
  const { tree } = drawn(model(), { contenders });
  assert.equal(all(tree, "contender").length, 1);
  assert.ok(words(tree).includes("HPA, simulated"));
});

test("a missing reading leaves a gap in the line", () => {
  const x = (at) => at;
  assert.equal(line([0, 1, 2, 3], [1, null, 2, 3], x, x, 4), "M0 1M2 2L3 3H4");
  assert.equal(line([0, 1], [1, null], x, x, 4), "M0 1");
  assert.equal(line([], [], x, x, 4), "");
});

test("counts hold until the next one", () => {
  const [{ below, above }] = stacked([[1, 3]]);
  assert.equal(area([0, 5], below, above, (x) => x, (y) => y, 10), "M0 1H5L5 3H10L10 0H5L5 0H0Z");
});

test("before the first reading there is no chart", () => {
  const none = fromSnapshot({ run: "1", seq: 1, state: {}, history: { t: [] } });
  assert.equal(chart(none, { size: SIZE }), null);
});

test("a name cannot become markup in a file", () => {
  const evil = "<script>alert(1)</script>\"&";
  const it = model({ [`workload/${evil}`]: count(false, 1) });
  it.history.live[evil] = [1, 1, 1];
  const text = toText(painted(drawn(it).tree, SIZE));
  assert.ok(!text.includes("<script"));
  assert.ok(text.includes("&lt;script&gt;"));
});

test("a file contains its styles", () => {
  const text = toText(painted(drawn().tree, SIZE));
  assert.ok(!text.includes("class="));
  for (const look of ["#d55e00", "#0072b2", "url(#hatch)", "8 6", "font-family"]) {
    assert.ok(text.includes(look), look);
  }
});

test("the CSV has every tick, and empty values for unknown ones", () => {
  const it = model();
  it.history.queues.jobs[1] = null;
  const lines = csv(it.history).split("\r\n");
  assert.equal(lines[0],
    "seconds,queue jobs,containers consumer,containers remainder,load producer");
  assert.equal(lines[2], "59.5,,8,2,3");
  assert.equal(lines.length, 5);
});

test("a comma in a name makes no second column", () => {
  const data = { t: [1], queues: { '=1,"2"': [1] }, live: {}, load: {} };
  assert.equal(columns(data).length, 2);
  assert.equal(csv(data).split("\r\n")[0], 'seconds,"queue =1,""2"""');
});

test("all values at a point can be read", () => {
  const it = model();
  assert.deepEqual(valuesAt(it, it.history, 1),
    ["queue 36", "consumers 8", "background 2", "producers 3"]);
});

test("the longest name leaves room for the lines", () => {
  const long = "a".repeat(63);
  const it = model({
    [`workload/${long}`]: count(false, 1), [`queue/${long}`]: { ready: 1, target: 20 },
  });
  it.history.live[long] = [1, 1, 1];
  const { frame } = drawn(it);
  assert.ok(!frame.narrow && frame.right - frame.left > SIZE.width / 3);
});

test("a drawing with larger type has the same drawing in fewer units", () => {
  const small = drawn();
  const large = drawn(model(), { size: { width: 1700, height: 680 }, scale: 2 });
  assert.deepEqual(large.frame.upper, small.frame.upper);
  const [, { viewBox, width, height }] = large.tree;
  assert.deepEqual([viewBox, width, height], ["0 0 850 340", 1700, 680]);
});

test("only what is above the target is filled", () => {
  const { tree } = drawn();
  const [[, { d, "clip-path": clip }]] = all(tree, "above");
  const rects = [...nodes(tree)].filter(([name, attributes]) =>
    name === "clipPath" && attributes.id === "above-0");
  const [, , [, { height }]] = rects[0];
  const [[, line]] = all(tree, "target");
  assert.equal(clip, "url(#above-0)");
  assert.equal(height, line.y1, "the fill ends at the target's line");
  assert.ok(d.startsWith("M") && d.endsWith("Z"));
});

test("a missing reading ends the filled area", () => {
  const same = (at) => at;
  assert.equal(between([0, 1, 2, 3], [5, null, 6, 7], same, same, 4, 2),
    "M0 2L0 5L0 2ZM2 2L2 6L3 7L4 7L4 2Z");
  assert.equal(between([], [], same, same, 4, 2), "");
});

test("the stage view's curve says what is allowed, and names other autoscalers", () => {
  const contenders = [{ label: "HPA (simulated)", points: [[59, 50], [60, 60]], dash: "2 4" }];
  const { tree } = curve(model(), { size: SIZE, contenders });
  assert.deepEqual(words(tree).sort(),
    ["HPA (simulated)", "allowed 20", "jobs that waited in the last 60 s", "now"]);
  assert.equal(all(tree, "grid").length, 0);
  assert.equal(curve(fromSnapshot({ run: "1", seq: 1, state: {}, history: { t: [] } }),
    { size: SIZE }), null);
});

test("a metric's line has its name, and without a target length nothing is allowed", () => {
  const metric = { source: "http", ready: 24, value: 23.5, target: null, status: "fresh",
    target_per_container: 5 };
  const it = model({ "queue/jobs": metric });
  const said = words(drawn(it).tree);
  assert.ok(said.includes("jobs 23.5"), `${said}`);
  assert.ok(!said.some((text) => String(text).startsWith("target")), `${said}`);
  assert.deepEqual([all(drawn(it).tree, "target"), all(drawn(it).tree, "above")], [[], []]);
  assert.deepEqual(words(curve(it, { size: SIZE }).tree).sort(), ["jobs in the last 60 s", "now"]);
});
