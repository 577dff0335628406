// The tests' own tools: what a page may not do is seen.

import assert from "node:assert/strict";

import { claim } from "./support/scene.mjs";
import { until } from "./support/box.mjs";

claim("a request to anybody but the engine is caught, also a worker's", async (scene) => {
  const box = await scene.box();
  const { context, trap } = await scene.room([box]);
  const page = await context.newPage();
  // A page of the engine's origin whose policy is not what stops it.
  await page.goto(`${box.url}/metrics`);
  const asked = async (url, from) => {
    await until(`${url} of ${from}`, 10_000, () => trap.caught.some((it) => it.startsWith(url)));
    trap.caught.length = 0;
  };
  scene.expect(/Failed to load resource/);
  const elsewhere = `http://127.0.0.1:${Number(box.address.split(":")[1]) ^ 1}/x`;
  for (const url of ["http://stranger.example/x", elsewhere]) {
    await page.evaluate((url) => { new Image().src = url; }, url);
    await asked(url, "a page");
    await page.evaluate((url) => {
      const code = `fetch(${JSON.stringify(url)}, { mode: "no-cors" }).catch(() => {})`;
      const place = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
      window.kept = [...(window.kept ?? []), new SharedWorker(place)];
    }, url);
    await asked(url, "a worker");
  }
});

claim("an error on the console is a fault", async (scene) => {
  const { context } = await scene.room([]);
  const page = await context.newPage();
  await page.evaluate(() => console.error("a test's own"));
  await until("it is seen", 10_000, () => scene.faults.includes("a test's own"));
  scene.expectSeen();
  assert.deepEqual(scene.faults, []);
});
