// Many tabs of one browser, which opens at most six connections to a server.

import assert from "node:assert/strict";

import { until } from "./support/box.mjs";
import { live, tick } from "./support/run.mjs";
import { claim } from "./support/scene.mjs";

claim("the seventh tab works, and so do the six before it", async (scene) => {
  const box = await scene.box();
  const { context } = await scene.room([box]);
  const pages = [];
  for (let i = 1; i <= 7; i += 1) {
    const page = await context.newPage();
    const began = performance.now();
    await page.goto(box.url, { waitUntil: "commit" });
    await live(page);
    scene.tell(`tab ${i} is live after ${Math.round(performance.now() - began)} ms`);
    pages.push(page);
  }
  const ticks = await Promise.all(pages.map(tick));
  for (const [i, page] of pages.entries()) {
    await until(`tab ${i + 1} goes on`, 10_000, async () => await tick(page) > ticks[i] + 2);
  }
  const answer = await pages[6].evaluate(async () => (await fetch("/api/v1/state")).status);
  assert.equal(answer, 200);
});

claim("closing a tab leaves the stream to the others", async (scene) => {
  const box = await scene.box();
  const { context } = await scene.room([box]);
  const [first, second] = [await context.newPage(), await context.newPage()];
  for (const page of [first, second]) {
    await page.goto(box.url, { waitUntil: "commit" });
    await live(page);
  }
  await first.close();
  const before = await tick(second);
  await until("it goes on", 10_000, async () => await tick(second) > before + 4);
});
