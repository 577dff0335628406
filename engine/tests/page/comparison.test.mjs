// The comparison as lines and rows.

import assert from "node:assert/strict";
import { test } from "node:test";

import { chart } from "../../web/src/page/run/chart.js";
import { guess } from "../../web/src/page/run/labels.js";
import { fromSnapshot } from "../../web/src/page/shell/model.js";
import { PRICE, about, columns, lines, monthly, rows } from "../../web/src/page/run/contenders.js";
import { isOf } from "../../web/src/page/run/other.js";
import { nodes } from "../../web/src/page/shell/svg.js";

const contender = (label, more = {}) => ({
  label, simulated: true, settings: `how ${label} is set`, queue: [[0, 0], [0.5, 7]],
  job_wait_p99: 1.25, spare_work_done: 300.4, container_seconds: 100, worker_polls: 900,
  scaler_polls: 100, budget_violations: 0, ...more,
});

const all = () => true;

const answer = (more = {}) => ({
  seed: 7, from: 60, until: 160, job_s: { consumer: 0.2 }, remainder: true,
  contenders: [
    contender("ours"), contender("HPA", { budget_violations: 2 }),
    contender("fixed 3", { container_seconds: 300 }),
  ],
  ...more,
});

test("each line is called simulated, and ours is not drawn twice", () => {
  const drawn = lines(answer(), all);
  assert.deepEqual(drawn.map(({ label }) => label), ["HPA (simulated)", "fixed 3 (simulated)"]);
  assert.notEqual(drawn[0].dash, drawn[1].dash);
  const fixed = lines(answer(), (label) => label !== "HPA");
  assert.deepEqual(fixed.map(({ name }) => name), ["fixed 3"]);
  assert.equal(fixed[0].dash, drawn[1].dash, "a line keeps its dashes");
  assert.deepEqual(lines(null, all), []);
});

test("each choice is one contender of the table", () => {
  const labels = ["ours", "rule queue", "rule simple-queue", "HPA", "KEDA", "KEDA tuned", "fixed 3",
    "nobody"];
  const of = (name) => labels.filter((label) => isOf(name, label));
  assert.deepEqual(["hpa", "keda", "fixed", "nobody"].map(of),
    [["HPA"], ["KEDA"], ["fixed 3"], ["nobody"]]);
});

test("dashes are wide enough for a projector", () => {
  const many = answer({ contenders: Array.from({ length: 8 }, (_, i) => contender(`c${i}`)) });
  const dashes = lines(many, all).map(({ dash }) => dash);
  for (const dash of dashes) {
    const period = dash.split(" ").reduce((sum, n) => sum + Number(n), 0);
    assert.ok(period >= 10, dash);
  }
  assert.equal(new Set(dashes).size, 7, "as many as the engine's answer has others");
});

test("the price is that of a month of polls", () => {
  // 10 polls per second are 25.92 million in 30 days.
  assert.equal(monthly(1000, 100, 0.4).toFixed(3), "10.368");
  assert.equal(monthly(1000, 0, 0.4), 0);
  const cell = (price) => rows(answer(), price)[0].cells.at(-1);
  assert.equal(cell(PRICE), "10.37");
  assert.equal(cell(0), "0.00");
});

test("savings are shown only without a background", () => {
  const said = (it) => columns(it).map(({ head }) => head).join();
  assert.ok(!said(answer()).includes("saved"));
  assert.ok(said(answer()).includes("background work"));
  const alone = answer({ remainder: false });
  assert.ok(said(alone).includes("saved") && !said(alone).includes("background"));
  assert.equal(rows(alone, PRICE)[0].cells[1], "200 s");
});

test("each row has its settings, and says who went over the capacity", () => {
  const [ours, hpa] = rows(answer(), PRICE);
  assert.equal(ours.settings, "how ours is set");
  assert.equal(hpa.settings, "how HPA is set; it went over the capacity");
  assert.deepEqual(ours.cells, ["1.3 s", "300 s", "900", "100", "10.37"]);
});

test("the text describes the comparison", () => {
  assert.ok(/simulated, ours too, .*last 100 s.*consumer 0\.2 s.*Seed 7\./.test(about(answer())));
});

test("the axis fits the longest queue, and its labels stay in the drawing", () => {
  const model = fromSnapshot({
    run: "1", seq: 1, t: 1, tick: 2,
    state: { capacity: 10, "queue/jobs": { ready: 3, target: 20, status: "fresh" } },
    history: { t: [0, 0.5, 1], queues: { jobs: [1, 2, 3] }, live: {}, load: {} }, log: [],
  });
  const contenders = [{ label: "HPA (simulated)", name: "HPA", points: [[0, 0], [0.5, 4000]] }];
  const drawn = chart(model, { size: { width: 850, height: 340 }, contenders });
  const texts = [...nodes(drawn.tree)].filter(([name]) => name === "text");
  const top = texts.find((it) => String(it[2]) === "4000");
  assert.ok(top && top[1].x - guess("4000") >= 0, JSON.stringify(top));
});
