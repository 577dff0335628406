// The bubbles of a first visit.

import assert from "node:assert/strict";
import { test } from "node:test";

import { AxeBuilder } from "@axe-core/playwright";

import { placeBeside } from "../../web/src/page/run/beside.js";
import { until } from "./support/box.mjs";
import { Fake, snapshot, state } from "./support/fake.mjs";
import { live } from "./support/run.mjs";
import { claim, holds } from "./support/scene.mjs";
import { Stream } from "./support/stream.mjs";

const SOON = 30_000;
/** What each bubble points at. */
const TARGETS = ["#slots", "#why-open", "#producers"];

test("a bubble never covers what it points at, and stays in the window where it has room", () => {
  const bubble = { width: 300, height: 150 };
  const cases = [
    [{ left: 20, top: 100, right: 800, bottom: 180 }, "below"],
    [{ left: 20, top: 500, right: 800, bottom: 700 }, "above"],
    [{ left: 900, top: 10, right: 1250, bottom: 700 }, "left"],
    [{ left: 10, top: 10, right: 400, bottom: 700 }, "right"],
    [{ left: 0, top: 0, right: 1280, bottom: 720 }, "below"],
  ];
  for (const [target, side] of cases) {
    const it = placeBeside(target, bubble, { width: 1280, height: 720 });
    assert.equal(it.side, side);
    assert.ok(it.x >= 0 && it.x + bubble.width <= 1280, `${it.x}`);
    assert.ok(!overlaps(target, { left: it.x, top: it.y, right: it.x + 300, bottom: it.y + 150 }));
  }
});

const overlaps = (a, b) =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

const shown = (page, step) => holds(page, `bubble ${step}`, SOON, (step) => {
  const bubble = document.querySelector("#visit");
  return !bubble.hidden && bubble.textContent.includes(`${step} of 3`);
}, step);
const gone = (page) => holds(page, "no bubble", 5000, () =>
  document.querySelector("#visit").hidden);

async function beside(page, place) {
  const [bubble, target] = await page.evaluate((place) => ["#visit", place].map((it) => {
    const { left, top, right, bottom } = document.querySelector(it).getBoundingClientRect();
    return { left, top, right, bottom };
  }), place);
  assert.ok(!overlaps(bubble, target), `${place}: ${JSON.stringify([bubble, target])}`);
}

for (const viewport of [{ width: 1280, height: 720 }, { width: 390, height: 844 }]) {
  claim(`a first visit has three bubbles at ${viewport.width}, and the load ends it for good`,
    async (scene) => {
      const box = await scene.box();
      const { context } = await scene.room([box], { firstVisit: true, viewport });
      const page = await context.newPage();
      await page.goto(box.url);
      for (const [i, place] of TARGETS.entries()) {
        await shown(page, i + 1);
        await beside(page, place);
        assert.equal(await page.evaluate(() => document.activeElement.id), "visit-next");
        const { violations } = await new AxeBuilder({ page }).analyze();
        assert.deepEqual(violations.map((it) => it.id), []);
        if (i < 2) await page.keyboard.press("Enter");
      }
      assert.match(await page.locator("#visit").textContent(), /Now move this to 3\./);
      const stream = scene.ends(await Stream.open(box));
      await page.keyboard.press("3");
      await until("the load", SOON, () => stream.state.get("deployment/producer")?.desired === 3);
      await gone(page);
      await page.reload();
      await live(page);
      const at = stream.tick;
      await until("some ticks", SOON, () => stream.tick > at + 8);
      await gone(page);
    });
}

claim("Escape closes the bubbles for good, and gives the focus back", async (scene) => {
  const box = await scene.box();
  const { context } = await scene.room([box], { firstVisit: true });
  const page = await context.newPage();
  await page.goto(box.url);
  await shown(page, 1);
  await page.keyboard.press("Escape");
  await gone(page);
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "BODY");
  assert.equal(await page.evaluate(() => localStorage.getItem("first-visit")), "done");
});

claim("the bubbles make room for the stage view, and come back after it", async (scene) => {
  const box = await scene.box();
  const { context } = await scene.room([box], { firstVisit: true });
  const page = await context.newPage();
  await page.goto(box.url);
  await shown(page, 1);
  await page.keyboard.press("s");
  await gone(page);
  await page.keyboard.press("s");
  await shown(page, 1);
});

const calm = {
  "workload/consumer": { ...state()["workload/consumer"], desired: 7, ready: 7, starting: 0 },
  "workload/remainder": {
    ...state()["workload/remainder"], desired: 3, ready: 3, starting: 0, terminating: 0,
  },
};
const { status } = state();
const scenario = { name: "a", step: 1, of: 3, waits: true, ends_in_s: null, caption: "Words." };

for (const [what, at, changes, comes] of [
  ["a calm box", "/", {}, true],
  ["the stage view", "/?stage", {}, false],
  ["a read-only page", "/?readonly", {}, false],
  ["a recording", "/", { status: { ...status, mode: "replay" } }, false],
  ["a scenario", "/", { scenario }, false],
]) {
  claim(`on a first visit, ${what} has ${comes ? "bubbles" : "none"}`, async (scene) => {
    const first = snapshot({ changes: { ...calm, ...changes } });
    const fake = scene.ends(await Fake.start(await scene.box(), first));
    // The page asks for the recording, which the fake engine does not have.
    if (changes.status) scene.expect(/404/);
    const page = await scene.open(fake, { at, firstVisit: true });
    await holds(page, "a tick", SOON, () => Number(document.body.dataset.tick) > 0);
    const from = fake.seq;
    await until("enough frames", SOON, () => fake.seq > from + 10);
    assert.equal(await page.locator("#visit").isVisible(), comes);
  });
}
