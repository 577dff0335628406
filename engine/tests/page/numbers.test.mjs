// The page's numbers are the engine's own, of the same tick.

import assert from "node:assert/strict";

import { live } from "./support/run.mjs";
import { claim } from "./support/scene.mjs";

/** So many moments are compared. */
const MOMENTS = 20;

claim("page, /metrics and the API say the same of the same tick", async (scene) => {
  const box = await scene.box();
  const page = await scene.open(box);
  await live(page);
  await box.scale("producer", 3);
  const seen = new Set();
  const end = performance.now() + 60_000;
  let tries = 0;
  while (seen.size < MOMENTS) {
    assert.ok(performance.now() < end, `only ${seen.size} ticks were read at once`);
    tries += 1;
    const moment = await atOneTick(page, box);
    if (moment === null || seen.has(moment.state.tick)) continue;
    seen.add(moment.state.tick);
    compare(moment);
  }
  scene.tell(`${MOMENTS} ticks compared, of ${tries} looks`);
});

/** All three, where none of them moved on meanwhile. */
async function atOneTick(page, box) {
  const before = await box.state();
  const shown = await page.evaluate(() => ({
    tick: Number(document.body.dataset.tick),
    numbers: Object.fromEntries([...document.querySelectorAll("[data-number]")]
      .map((place) => [place.dataset.number, place.textContent.match(/[\d.]+/g) ?? []])),
    slots: [...document.querySelectorAll("#slots > *")].map((slot) => slot.dataset.phase ?? "free"),
  }));
  const metrics = await box.metrics();
  const state = await box.state();
  const ticks = [before.tick, shown.tick, metrics.get("microscaling_tick"), state.tick];
  return ticks.every((tick) => tick === state.tick) ? { shown, metrics, state } : null;
}

function compare({ shown, metrics, state }) {
  const at = `at tick ${state.tick}: ${JSON.stringify(shown.numbers)}`;
  for (const queue of state.queues) {
    const [ready, target] = shown.numbers[`queue/${queue.name}`].map(Number);
    assert.equal(ready, queue.ready, at);
    assert.equal(target, queue.target, at);
    assert.equal(target, metrics.get(`microscaling_queue_target{queue="${queue.name}"}`), at);
  }
  for (const workload of state.workloads) {
    const { name } = workload;
    const [ready, desired] = shown.numbers[`workload/${name}`].map(Number);
    assert.deepEqual({ ready, desired }, { ready: workload.ready, desired: workload.desired }, at);
    for (const count of ["ready", "desired"]) {
      const series = `microscaling_replicas{state="${count}",workload="${name}"}`;
      assert.equal(metrics.get(series), workload[count], at);
    }
  }
  assert.equal(shown.slots.filter((phase) => phase !== "free").length, state.used, at);
}
