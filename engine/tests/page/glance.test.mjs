// What the Run page shows at the first glance.

import assert from "node:assert/strict";

import { ROOM, claim, holds } from "./support/scene.mjs";
import {
  GLANCE, cutOff, largest, letters, outOfSight, tooSmall, tooWide,
} from "./support/look.mjs";
import { badge, live, number } from "./support/run.mjs";

/** The promise is 2 s; a busy machine may take three times that. */
const FIRST_CHART_MS = 6000;
const QUEUE = '[data-number="queue/jobs"]';

claim("the first chart appears within 2 s", async (scene) => {
  const box = await scene.box();
  const { context } = await scene.room([box]);
  const page = await context.newPage();
  const began = performance.now();
  await page.goto(box.url, { waitUntil: "commit" });
  await holds(page, "a chart", FIRST_CHART_MS, () => {
    const chart = document.querySelector("#chart svg");
    return chart !== null && chart.querySelectorAll("path, polyline").length > 0;
  });
  scene.tell(`first chart after ${Math.round(performance.now() - began)} ms`);
});

claim("the first glance is in sight at 1280 x 720 without scrolling", async (scene) => {
  const box = await scene.box();
  const page = await scene.open(box);
  await live(page);
  await box.scale("producer", 3);
  await number(page, "workload/consumer", /^\D*[5-9]/);
  assert.deepEqual(await outOfSight(page, GLANCE), []);
  assert.deepEqual(await tooWide(page), []);
  assert.deepEqual(await tooSmall(page, 18), []);
  assert.ok(await letters(page, "#headline") >= 36);
  for (const name of ["queue/jobs", "workload/consumer", "workload/remainder", "lost"]) {
    assert.ok(await largest(page, `[data-number="${name}"]`) >= 48, name);
  }
});

/** Windows, and how many times larger than at 1280 x 720 their type is. */
const WINDOWS = [
  { ...ROOM, larger: 1 }, { width: 1024, height: 768, larger: 0.8 },
  { width: 1920, height: 1080, larger: 1.5 }, { width: 3840, height: 2160, larger: 3 },
];

for (const { width, height, larger } of WINDOWS) {
  const viewport = { width, height };
  claim(`the Run page fills ${width} x ${height} in proportion`, async (scene) => {
    const box = await scene.box();
    const page = await scene.open(box, { viewport });
    await live(page);
    await number(page, "queue/jobs", /\d/);
    const least = Math.max(1, larger);
    assert.deepEqual(await outOfSight(page, GLANCE), []);
    assert.deepEqual(await tooWide(page), []);
    assert.deepEqual(await tooSmall(page, 18 * least), []);
    assert.equal(await letters(page, "#headline"), 36 * least);
    const { side, tops } = await page.evaluate(() => ({
      side: document.querySelector("#slots .slot").offsetWidth,
      tops: [...document.querySelectorAll(".number")].map((it) => it.offsetTop),
    }));
    assert.ok(side >= (width < 1280 ? 40 : 70 * least), `slots of ${side} px`);
    assert.equal(new Set(tops).size, 1, "the numbers are in one row");
  });

  claim(`the stage view is read from the last row at ${width} x ${height}`, async (scene) => {
    const box = await scene.box();
    const page = await scene.open(box, { viewport });
    await live(page);
    await page.keyboard.press("s");
    await holds(page, "the stage view", 3000, () => document.body.dataset.view === "stage");
    await box.scale("producer", 3);
    await number(page, "workload/consumer", /^\D*[5-9]/);
    const places = ["#headline", "#slots", "#legend", QUEUE, "#load-now", "#plot"];
    assert.deepEqual(await outOfSight(page, places), []);
    assert.deepEqual(await tooWide(page), []);
    assert.deepEqual(await tooSmall(page, 28 * Math.max(1, larger)), []);
    assert.ok(await largest(page, QUEUE) >= 120 * larger);
    const filled = await page.evaluate(() => document.querySelector("header")
      .getBoundingClientRect().bottom / innerHeight);
    assert.ok(filled > 0.99 && filled <= 1.001, `the view ends at ${filled} of the window`);
  });
}

for (const [name, viewport] of [["phone", { width: 390, height: 844 }],
  ["page at 200 %", { width: 640, height: 360 }]]) {
  for (const at of ["/", "/#stage", "/configure"]) {
    claim(`${at} on a ${name} scrolls in one direction only, and cuts nothing`, async (scene) => {
      const box = await scene.box();
      const page = await scene.open(box, { viewport, at });
      await badge(page, "LIVE");
      await holds(page, "a tick", 15_000, () => Number(document.body.dataset.tick) > 0);
      assert.deepEqual(await tooWide(page), []);
      assert.deepEqual(await tooSmall(page, at === "/#stage" ? 24 : 16), []);
      assert.deepEqual(await cutOff(page), []);
    });
  }
}
