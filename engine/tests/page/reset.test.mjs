// Reset: back to second 0.

import assert from "node:assert/strict";

import { pause, until } from "./support/box.mjs";
import { live, number, points } from "./support/run.mjs";
import { claim } from "./support/scene.mjs";
import { Stream } from "./support/stream.mjs";

/** The promise is 5 s; a busy machine may take three times that. */
const RESET_MS = 15_000;
const HELD_MS = 1300;

/** A busy box: load, a long queue, a hold, entries in the log. */
async function busy(scene, args = []) {
  const box = await scene.box({ args });
  const page = await scene.open(box);
  await live(page);
  const stream = scene.ends(await Stream.open(box));
  await box.scale("producer", 4);
  await until("consumers", 30_000, () => stream.state.get("workload/consumer").ready >= 4);
  const held = await box.call("PUT", "/api/v1/hold", { held: true });
  assert.equal(held.status, 200, JSON.stringify(held.body));
  const burst = await box.call("POST", "/api/v1/burst", { jobs: 200 });
  assert.equal(burst.status, 200, JSON.stringify(burst.body));
  await until("a queue", 30_000, () => stream.state.get("queue/jobs").ready >= 100);
  await until("half a minute of it", 60_000, () => stream.t > 15);
  return { box, page, stream };
}

claim("r, held for a second, returns to second 0 in five seconds", async (scene) => {
  const { page, stream } = await busy(scene);
  const began = performance.now();
  await page.keyboard.down("r");
  await pause(HELD_MS);
  await page.keyboard.up("r");
  await until("all is as at the start", RESET_MS, () => {
    const of = (key) => stream.state.get(key);
    return stream.t < 10 && of("queue/jobs").ready === 0 && of("deployment/producer").ready === 0
      && of("deployment/producer").desired === 0 && of("status").mode === "live";
  });
  const took = performance.now() - began - HELD_MS;
  scene.tell(`reset after ${Math.round(took)} ms`);
  const time = stream.t;
  assert.equal(stream.state.get("lost"), 0);
  await until("the page follows", 5000, async () => (await points(page)).at(-1) < time + 20);
  const shown = await points(page);
  assert.ok(shown[0] < 10 && shown.at(-1) < time + 20, `points at ${shown.join(" ")}`);
  assert.equal(await page.locator("#producers").inputValue(), "0");
  assert.match(await page.locator('[data-number="lost"]').textContent(), /^\s*0/);
  const log = await page.locator("#log").textContent();
  assert.doesNotMatch(log, /burst/i, "entries from before");
});

claim("a short press resets nothing, and the held button restores the start", async (scene) => {
  const { page, stream } = await busy(scene, ["--opening-load", "producer=2"]);
  const button = page.locator("#reset");
  const before = stream.t;
  await page.keyboard.press("r", { delay: 300 });
  await button.click({ delay: 200 });
  await until("it says how", 5000, async () =>
    /hold/i.test(await page.locator("#answer").textContent()));
  await button.press("Enter", { delay: 200 });
  await until("two seconds more", 20_000, () => stream.t > before + 2 || stream.t < before);
  assert.ok(stream.t > before);
  assert.equal(stream.state.get("deployment/producer").desired, 4);
  await button.hover();
  await page.mouse.down();
  await page.locator("#ring").waitFor({ state: "visible", timeout: 1000 });
  await pause(HELD_MS);
  await page.mouse.up();
  const load = () => stream.state.get("deployment/producer").desired;
  await until("the load of the start", RESET_MS, () => stream.t < before && load() === 2);
  const log = await until("its entry", 5000, async () => {
    const told = await page.locator("#log").textContent();
    return told.includes("by the opening load") && told;
  });
  assert.doesNotMatch(log, /by a command/);
  // So that the next second 0 differs from this one until it is seen.
  await until("some seconds", 20_000, () => stream.t > 5);
  await button.focus();
  await page.keyboard.down("Space");
  const again = stream.t;
  await pause(HELD_MS);
  await page.keyboard.up("Space");
  await until("the keyboard holds it, too", RESET_MS, () => stream.t < again);
  await until("the load of the start again", 10_000, () => load() === 2);
});

claim("a box works after a reset as before", async (scene) => {
  const { box, page, stream } = await busy(scene);
  const answer = await box.call("POST", "/api/v1/reset");
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  await until("second 0", RESET_MS, () => stream.t < 10);
  await box.scale("producer", 3);
  await until("consumers again", 30_000, () => stream.state.get("workload/consumer").ready >= 7);
  await number(page, "workload/consumer", /^\D*([7-9]|10)/, 5000);
});
