// The opening of a talk, as the presenter's keys play it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";

import { ROOT, ask, until } from "./support/box.mjs";
import { badge, live } from "./support/run.mjs";
import { claim, holds } from "./support/scene.mjs";
import { Stream } from "./support/stream.mjs";

/** The time limit of each step, about three times what it needs. */
const CLIMB_MS = 25_000;
const IN_BAND_MS = 60_000;
/** The promise is 20 s. */
const BACKGROUND_MS = 60_000;

claim("the opening's three steps do what they say, and no frame exceeds the capacity",
  async (scene) => {
    const box = await scene.box();
    const page = await scene.open(box);
    await live(page);
    const { stream, over } = await watched(scene, box);
    const of = (name) => stream.state.get(`workload/${name}`);
    await until("the background has the slots", 20_000, () => of("remainder").ready >= 7);
    await play(box, "first-five-minutes");

    await caption(page, 1, "Nobody scales");
    await badge(page, "HELD");
    const before = of("consumer").desired;
    const climb = await timed("the queue climbs", CLIMB_MS, () => ready(stream) >= 150);
    assert.equal(of("consumer").desired, before, "nobody scales");
    scene.tell(`1: the queue is over 150 after ${climb} s`);

    const owners = [...stream.all("slot/").values()].map((slot) => slot?.workload);
    const from = stream.tick;
    await page.keyboard.press("PageDown");
    await caption(page, 2, "Microscaling on");
    const first = await until("slots change owner", 10_000, () => changed(stream, owners));
    const on = stream.seenSteps.get(2);
    scene.tell(`2: the first slot changes owner ${first.tick - on} ticks after the step began`);
    assert.ok(on >= from && first.tick - on <= 2, `step at ${on}, a slot at ${first.tick}`);
    const band = await timed("the queue is short", IN_BAND_MS, () => {
      const queue = stream.state.get("queue/jobs");
      return queue.ready !== null && queue.ready <= queue.target;
    });
    scene.tell(`2: the queue is back in its band after ${band} s`);

    await page.keyboard.press("PageDown");
    await caption(page, 3, "load is gone");
    const minimum = of("consumer").min;
    const all = stream.state.get("capacity") - minimum;
    const back = await timed("the background is back", BACKGROUND_MS, () =>
      of("remainder").ready === all);
    scene.tell(`3: the background is back after ${back} s`);

    await page.keyboard.press("PageUp");
    await caption(page, 2, "Microscaling on");
    const load = () => stream.state.get("deployment/producer").desired;
    await until("with its load", 10_000, () => load() === 3);
    await until("slots for it", CLIMB_MS, () => of("consumer").ready >= 5);
    await page.keyboard.press("PageUp");
    await caption(page, 1, "Nobody scales");
    await until("one consumer, as it says", 20_000, () =>
      of("consumer").ready === minimum && of("remainder").ready === all);
    assert.deepEqual([stream.state.get("status").mode, load()], ["held", 3]);
    for (let i = 0; i < 5; i += 1) await page.keyboard.press("PageDown");
    await caption(page, 3, "load is gone");
    await until("and it is", 10_000, () => load() === 0);
    await page.keyboard.press("PageDown");
    await page.keyboard.press("PageUp");
    await caption(page, 2, "Microscaling on");
    assert.deepEqual(over, []);
    assert.deepEqual(stream.faults, []);
    scene.tell(`${stream.moments} moments, ${stream.events.length} frames`);
  });

claim("no frame exceeds the capacity when the load changes with every tick", async (scene) => {
  const box = await scene.box();
  const { stream, over } = await watched(scene, box);
  const from = stream.tick;
  for (let i = 0; stream.tick < from + 60; i += 1) {
    await box.scale("producer", i % 2 === 0 ? 8 : 0);
    const tick = stream.tick;
    await until("a tick", 10_000, () => stream.tick > tick);
  }
  assert.deepEqual(over, []);
  assert.deepEqual(stream.faults, []);
  assert.ok(stream.state.get("used") > 0);
});

/** The stream, and all excesses over the capacity in any of its snapshots. */
async function watched(scene, box) {
  const over = [];
  const steps = new Map();
  const stream = scene.ends(await Stream.open(box, {
    seen: (stream) => {
      over.push(...stream.overBudget);
      const step = stream.state.get("scenario")?.step;
      if (step !== undefined && !steps.has(step)) steps.set(step, stream.tick);
    },
  }));
  stream.seenSteps = steps;
  await until("the first reading", 20_000, () => Number.isFinite(ready(stream)));
  return { stream, over };
}

async function play(box, name) {
  const yaml = await readFile(path.join(ROOT, "scenarios", `${name}.yaml`), "utf8");
  const headers = { "content-type": "application/yaml", "x-microscaling-client": "command" };
  const answer = await ask(box.url, "PUT", "/api/v1/scenario?step=true", headers, yaml);
  assert.equal(answer.status, 200, answer.body);
}

const caption = (page, step, words) =>
  holds(page, `step ${step}: ${words}`, 10_000, ([step, words]) => {
    const text = document.querySelector("#scenario").textContent;
    return text.includes(words) && new RegExp(`${step} (of|/) 3`).test(text);
  }, [step, words]);

const ready = (stream) => stream.state.get("queue/jobs")?.ready;

/** The tick, once a slot has changed its owner. */
function changed(stream, owners) {
  const slots = [...stream.all("slot/").values()];
  const moved = slots.some((slot, i) => slot?.workload !== owners[i]
    || (slot?.workload === "remainder" && slot.phase === "terminating"));
  return moved ? { tick: stream.tick } : null;
}

async function timed(what, withinMs, look) {
  const began = performance.now();
  await until(what, withinMs, look);
  return ((performance.now() - began) / 1000).toFixed(1);
}
