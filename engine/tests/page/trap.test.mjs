// The tests' own tools: they notice what a page may not do.

import assert from "node:assert/strict";

import { until } from "./support/box.mjs";
import { Fake } from "./support/fake.mjs";
import { claim } from "./support/scene.mjs";
import { Stream } from "./support/stream.mjs";

claim("a request to any other server is caught, also a worker's", async (scene) => {
  const box = await scene.box();
  const { context, trap } = await scene.room([box]);
  const page = await context.newPage();
  // A page of the engine's origin whose policy does not stop the request.
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

claim("a frame over the capacity, over its size, or out of order is a fault", async (scene) => {
  const fake = scene.ends(await Fake.start(await scene.box()));
  const over = [];
  const seen = (stream) => over.push(...stream.overBudget);
  const stream = scene.ends(await Stream.open(fake, { seen }));
  await until("some frames", 10_000, () => stream.moments > 2);
  assert.deepEqual([stream.faults, over], [[], []]);

  fake.frame({ set: { used: 11 } });
  await until("it is seen", 10_000, () => over.some((it) => it.startsWith("used 11 of 10")));
  fake.frame({ set: { used: 10, headline: "x".repeat(4096) } });
  await until("it is seen", 10_000, () => stream.faults.some((it) => /has \d{4} bytes/.test(it)));
  fake.seq += 1;
  await until("it is seen", 10_000, () => stream.faults.some((it) => /came after/.test(it)));
});
