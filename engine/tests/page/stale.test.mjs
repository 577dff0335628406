// The page of an engine that ends, and of one that comes back.

import assert from "node:assert/strict";

import { until } from "./support/box.mjs";
import { badge, live, points, tick } from "./support/run.mjs";
import { claim } from "./support/scene.mjs";
import { Stream } from "./support/stream.mjs";

/** The promise is 3 s; a busy machine may take three times that. */
const STALE_MS = 9000;
/** Each attempt to reach an engine that has ended is an error on the console. */
const GONE = /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/;

claim("the page says within three seconds that its engine has stopped", async (scene) => {
  const box = await scene.box();
  const page = await scene.open(box);
  await live(page);
  scene.expect(GONE);
  await box.kill();
  const began = performance.now();
  await badge(page, "STALE", STALE_MS);
  scene.tell(`STALE ${Math.round(performance.now() - began)} ms after a kill of the engine`);
  const words = () => page.locator("#badge").textContent();
  const first = await words();
  assert.match(first, /^STALE \d+ s$/);
  await until("the age grows", 5000, async () => await words() !== first);
});

claim("an engine that comes back is live without a reload, and no point comes twice",
  async (scene) => {
    const box = await scene.box();
    const page = await scene.open(box);
    await live(page);
    await box.scale("producer", 3);
    await until("twenty ticks", 30_000, async () => await tick(page) > 20);
    await page.evaluate(() => { window.sameLoad = true; });
    const run = await page.evaluate(() => document.body.dataset.run);
    scene.expect(GONE);
    await box.kill();
    await badge(page, "STALE", STALE_MS);

    const again = await scene.box({ listen: box.address });
    const began = performance.now();
    await badge(page, "LIVE");
    scene.tell(`live ${Math.round(performance.now() - began)} ms after the engine was there again`);
    assert.equal(await page.evaluate(() => window.sameLoad), true);
    assert.notEqual(await page.evaluate(() => document.body.dataset.run), run);
    await same(scene, page, again);
  });

claim("a tab that lost its connection misses nothing and gets nothing twice", async (scene) => {
  const box = await scene.box();
  const page = await scene.open(box);
  await live(page);
  await until("ten ticks", 30_000, async () => await tick(page) > 10);
  scene.expect(/ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED/);
  box.engine.kill("SIGSTOP");
  await badge(page, "STALE", STALE_MS);
  box.engine.kill("SIGCONT");
  await badge(page, "LIVE");
  await same(scene, page, box);
});

/** Checks that the page's points are the engine's. */
async function same(scene, page, box) {
  const stream = scene.ends(await Stream.open(box));
  await until("some ticks of both", 20_000, async () =>
    stream.points.length > 6 && await tick(page) >= stream.tick);
  const shown = await points(page);
  const rising = shown.every((t, i) => i === 0 || t > shown[i - 1]);
  assert.ok(rising, `the page's points are at ${shown.join(" ")}`);
  const both = Math.min(shown.at(-1), stream.points.at(-1));
  const upTo = (times) => times.filter((t) => t <= both);
  assert.deepEqual(upTo(shown), upTo(stream.points));
  assert.deepEqual(stream.faults, []);
}
