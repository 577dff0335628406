// The page's numbers are the engine's, of the same tick.

import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";

import { live, number } from "./support/run.mjs";
import { claim } from "./support/scene.mjs";

/** How many snapshots are compared. */
const MOMENTS = 20;

/** The longest time until the page shows a state that no longer changes. */
const CATCH_UP_MS = 250;

claim("page, /metrics and the API say the same of the same tick", async (scene) => {
  const box = await scene.box();
  const page = await scene.open(box);
  await live(page);
  await number(page, "queue/jobs", /\d.*target/);
  await box.scale("producer", 3);
  const seen = new Set();
  const end = performance.now() + 60_000;
  let looks = 0;
  while (seen.size < MOMENTS) {
    assert.ok(performance.now() < end, `only ${seen.size} ticks were read at once`);
    looks += 1;
    const before = await box.state();
    const shown = await caughtUp(page, before);
    const metrics = await box.metrics();
    const { tick, uptime_s: at } = await box.state();
    // Containers also change between two ticks; then the three readings are of two states.
    if (at !== before.uptime_s) continue;
    assert.equal(metrics.get("microscaling_tick"), tick);
    assert.deepEqual(shown, inWords(before), `at tick ${tick}`);
    assert.deepEqual(counted(metrics, before), counted(expected(before), before));
    seen.add(tick);
  }
  scene.tell(`${MOMENTS} ticks compared, in ${looks} looks`);
});

/** What the page shows, as soon as it is this state, or after some time. */
async function caughtUp(page, state) {
  const end = performance.now() + CATCH_UP_MS;
  for (;;) {
    const shown = await page.evaluate(() => ({
      tick: Number(document.body.dataset.tick),
      numbers: Object.fromEntries([...document.querySelectorAll("[data-number*='/']")]
        .map((it) => [it.dataset.number, (it.innerText.match(/[\d.]+/g) ?? []).map(Number)])),
      taken: document.querySelectorAll("#slots > :not(.free)").length,
    }));
    if (performance.now() > end || isDeepStrictEqual(shown, inWords(state))) return shown;
  }
}

/** A state as the page writes it. */
function inWords({ tick, used, queues, workloads }) {
  const numbers = [
    ...queues.map(({ name, ready, target }) => [`queue/${name}`, [ready, target]]),
    // What is wanted is shown only where it differs.
    ...workloads.map(({ name, ready, desired }) =>
      [`workload/${name}`, ready === desired ? [ready] : [ready, desired]]),
  ];
  return { tick, numbers: Object.fromEntries(numbers), taken: used };
}

/** A state as Prometheus reads it. */
function expected({ tick, capacity, queues, workloads }) {
  const series = [["microscaling_tick", tick], ["microscaling_capacity", capacity]];
  for (const { name, target } of queues) {
    series.push([`microscaling_queue_target{queue="${name}"}`, target]);
  }
  for (const workload of workloads) {
    for (const state of ["desired", "ready", "starting", "terminating"]) {
      const labels = `state="${state}",workload="${workload.name}"`;
      series.push([`microscaling_replicas{${labels}}`, workload[state]]);
    }
  }
  return new Map(series);
}

const counted = (series, state) =>
  Object.fromEntries([...expected(state).keys()].map((name) => [name, series.get(name)]));
