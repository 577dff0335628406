// When dots start and how many jobs each one is, and when a slot changes hands. Without a browser.

import assert from "node:assert/strict";
import { test } from "node:test";

import { fresh, step } from "../../web/src/page/run/hands.js";
import { factorFor, MOST_A_SECOND, Schedule, spread } from "../../web/src/page/run/schedule.js";

test("dots start evenly over the time in which their jobs were counted", () => {
  const dots = spread([{ slot: 0, dots: 3 }, { slot: 4, dots: 2 }], 500);
  assert.deepEqual(dots.map(({ after }) => after), [50, 150, 250, 350, 450]);
  assert.deepEqual(dots.map(({ slot }) => slot), [0, 4, 0, 4, 0]);
  assert.deepEqual(spread([], 500), []);
});

test("each counted job is one dot to the container that took it", () => {
  const schedule = new Schedule();
  const count = { over_s: 0.5, taken: [[2, 3], [7, 1]] };
  schedule.add(10, 4, 0.5);
  const dots = schedule.dots("jobs", count);
  assert.equal(schedule.factor, 1);
  assert.equal(dots.filter(({ slot }) => slot === 2).length, 3);
  assert.equal(dots.filter(({ slot }) => slot === 7).length, 1);
  assert.ok(dots.every(({ after }) => after >= 0 && after < 500));
});

test("above fifty jobs a second a dot is several jobs, and none is forgotten", () => {
  const schedule = new Schedule();
  let dots = 0;
  for (let tick = 0; tick < 100; tick += 1) {
    schedule.add(tick / 2, 103, 0.5);
    dots += schedule.dots("jobs", { over_s: 0.5, taken: [[0, 51], [1, 52]] }).length;
  }
  assert.equal(schedule.factor, 5);
  assert.ok(Math.abs(dots * 5 - 10_300) <= 10, `${dots} dots of 5 jobs`);
});

test("no rate has more dots a second than can be followed", () => {
  assert.deepEqual([0, 50, 51, 100, 101, 250, 1000].map((rate) => factorFor(rate)),
    [1, 1, 2, 2, 5, 5, 20]);
  for (let rate = 0; rate < 40_000; rate += 7) {
    assert.ok(rate / factorFor(rate) <= MOST_A_SECOND, `${rate}`);
  }
});

test("a rate that wavers does not change what a dot is again and again", () => {
  let factor = 1;
  let changes = 0;
  for (let i = 0; i < 40; i += 1) {
    const next = factorFor(i % 2 === 0 ? 52 : 47, factor);
    changes += Number(next !== factor);
    factor = next;
  }
  assert.deepEqual([factor, changes], [2, 1]);
  assert.equal(factorFor(30, factor), 1);
});

/** What a tile does with each owner at these times. */
const steps = (...states) => {
  const memory = fresh();
  return states.map(([t, owner]) => step(memory, owner, t));
};

test("a tile turns when its slot passes to another workload, and only then", () => {
  const all = steps([0, "b"], [1, "b"], [2, "c"], [3, "c"], [4, "b"]);
  assert.deepEqual(all, ["show", "show", "turn", "show", "turn"]);
});

test("a slot that is free for a tick still passes from one workload to the next", () => {
  assert.deepEqual(steps([0, "b"], [1, null], [1.5, "c"]), ["show", "keep", "turn"]);
  assert.deepEqual(steps([0, "b"], [1, null], [1.3, null], [1.6, "c"]),
    ["show", "keep", "show", "turn"]);
  assert.deepEqual(steps([0, "b"], [1, null], [1.7, "c"]), ["show", "keep", "show"]);
  assert.deepEqual(steps([0, "c"], [1, null], [1.1, "c"]), ["show", "keep", "show"]);
});
