// Two worlds side by side.

import assert from "node:assert/strict";
import { test } from "node:test";

import { until } from "./support/box.mjs";
import { outOfSight, tooSmall, tooWide } from "./support/look.mjs";
import { badge, live } from "./support/run.mjs";
import { claim, holds } from "./support/scene.mjs";
import { Stream } from "./support/stream.mjs";
import { curve, scale, standing, wait, words } from "../../web/src/page/run/halves.js";
import { nodes } from "../../web/src/page/shell/svg.js";

const SOON = 30_000;
const side = (queue, more = {}) => ({
  queue, waited_most: Math.max(...queue.map(([, n]) => n)), longest_wait_s: 2.71, ...more,
});
const [tall, low] = [side([[0, 0], [30, 203], [60, 10]]), side([[0, 0], [30, 34], [60, 40]])];

test("what is not known is a dash, and the time for which a number holds is said", () => {
  assert.deepEqual(words(null, undefined),
    { most: "\u2013", jobs: "jobs waited at most", waited: "a job waited up to \u2013" });
  assert.deepEqual(words(tall, 60),
    { most: "203", jobs: "jobs waited at most", waited: "a job waited up to 2.7 s (last 60 s)" });
  assert.equal(words({ ...low, waited_most: 1 }, 5).jobs, "job waited at most");
  assert.deepEqual([0, 9.94, 9.96, 16.4, null].map(wait), ["0.0 s", "9.9 s", "10 s", "16 s",
    "\u2013"]);
});

test("the side where more jobs waited is marked, whichever it is", () => {
  assert.deepEqual([standing(tall, low), standing(low, tall)], ["more", "fewer"]);
  assert.deepEqual([standing(low, low), standing(null, low)], ["", ""]);
});

test("both curves have one scale, and what waits on one side alone is filled in", () => {
  const worlds = [tall, low];
  assert.equal(scale(worlds), 203);
  const size = { until: 60, end: "now", seconds: 60, width: 600, height: 126, foot: 26 };
  const drawn = (one, two) => [...nodes(curve(one, two,
    { ...size, max: scale(worlds), id: "it" }))];
  const path = (tree, kind) => tree.find(([, it]) => it?.class === kind)[1];
  const [left, right] = [drawn(tall, low), drawn(low, tall)];
  assert.match(path(left, "line").d, /^M0 100L300 5L600 95/);
  assert.match(path(right, "line").d, /^M0 100L300 84/);
  // The second colour lies over the first where both wait: the other's area within this one's.
  for (const [mine, other] of [[left, right], [right, left]]) {
    assert.equal(path(mine, "both").d, path(other, "more").d);
    assert.equal(path(mine, "both")["clip-path"], "url(#it)");
  }
});

async function opened(scene, options) {
  const box = await scene.box();
  const page = await scene.open(box, options);
  await live(page);
  await box.scale("producer", 2);
  const said = (place) => page.locator(place).textContent();
  return { box, page, said };
}

const known = (page) => holds(page, "both numbers", SOON, () =>
  [...document.querySelectorAll("#worlds .most b")].every((it) => /^\d+$/.test(it.textContent)));

claim("v shows two simulated worlds, from the Run page and from the stage view", async (scene) => {
  const { box, page, said } = await opened(scene);
  const stream = scene.ends(await Stream.open(box));
  await page.keyboard.press("v");
  await known(page);
  assert.equal(await said("#worlds-title"), "The same load, twice.");
  assert.deepEqual(await page.locator("#worlds h2").allTextContents(), ["HPA", "Microscaling"]);
  for (const half of await page.locator("#worlds .sub").allTextContents()) {
    assert.match(half, /^simulated, /);
  }
  for (const half of ["#world-other", "#world-ours"]) {
    assert.equal(await page.locator(`${half} .slot`).count(), 10, half);
    assert.equal(await page.locator(`${half} svg .line`).count(), 1, half);
  }
  assert.ok(!await page.locator("#headline").isVisible());
  assert.match(await said("#worlds-settings"), /HPA: .*down-stabilisation 300 s.*Microscaling: /);

  await page.keyboard.press("7");
  await until("7 producers", SOON, () => stream.state.get("deployment/producer").desired === 7);
  await holds(page, "the load", SOON, () =>
    document.querySelector("#worlds-load").textContent === "Load 7");
  await holds(page, "that more jobs wait on the left", SOON, () =>
    document.querySelector("#world-other").dataset.standing === "more");
  await page.keyboard.press("0");
  await page.keyboard.press("Escape");
  await holds(page, "the Run page", 5000, () => document.querySelector("#worlds").hidden
    && document.querySelector("#headline").checkVisibility());

  await page.keyboard.press("s");
  await page.keyboard.press("v");
  await known(page);
  await page.keyboard.press("v");
  await holds(page, "the stage view", 5000, () =>
    document.querySelector("#worlds").hidden && document.body.dataset.view === "stage");
});

claim("o and its button change who stands on the left, and whom the chart draws", async (scene) => {
  const { page, said } = await opened(scene);
  await page.keyboard.press("o");
  await page.keyboard.press("v");
  await known(page);
  const left = (name) => holds(page, `${name} on the left`, SOON, (name) =>
    document.querySelector("#world-other h2").textContent.startsWith(name)
      && document.querySelector("#world-other svg") !== null, name);
  await left("HPA");
  await page.keyboard.press("o");
  await left("KEDA");
  await page.locator("#other-next").click();
  await left("Fixed fleet of ");
  assert.match(await said("#worlds-settings"), /sized for the mean of the load until \d+:\d\d/);
  await page.keyboard.press("o");
  await left("Nobody scales");

  await page.keyboard.press("c");
  await page.locator("#comparison-table input:checked").waitFor({ timeout: SOON });
  const below = await page.evaluate(() => {
    const [worlds, tables] = ["worlds", "comparison"].map((id) =>
      document.getElementById(id).getBoundingClientRect());
    return tables.top >= worlds.bottom;
  });
  assert.ok(below, "the tables come after the worlds");
  const drawn = () => page.locator("#chart .contender:not(.label)").count();
  await page.keyboard.press("v");
  await holds(page, "nobody's line alone", SOON, () =>
    document.querySelectorAll("#chart path.contender").length === 1
      && /nobody \(simulated\)/.test(document.querySelector("#chart svg").textContent));
  await page.keyboard.press("o");
  await holds(page, "the HPA's line alone", SOON, () =>
    document.querySelectorAll("#chart path.contender").length === 1
      && /HPA \(simulated\)/.test(document.querySelector("#chart svg").textContent));
  await page.getByRole("checkbox", { name: "KEDA", exact: true }).check();
  await until("two lines", SOON, async () => await drawn() === 2);
});

claim("the two worlds fit every window, and stand still with the box", async (scene) => {
  const { box, page, said } = await opened(scene, { reducedMotion: "reduce" });
  await page.keyboard.press("v");
  await known(page);
  const parts = ["#worlds-title", "#world-other", "#world-ours", "#worlds-leave",
    "#world-other svg", "#world-ours svg"];
  for (const [width, height] of [[1280, 720], [1920, 1080], [1024, 768], [390, 844]]) {
    await page.setViewportSize({ width, height });
    await page.locator("#world-ours svg").waitFor();
    const all = [...await outOfSight(page, parts), ...await tooWide(page),
      ...await tooSmall(page, 18)];
    assert.deepEqual(all, [], `${width} x ${height}`);
    const heights = await page.locator("#worlds .world-curve").evaluateAll((all) =>
      all.map((it) => it.getBoundingClientRect().height));
    assert.equal(heights[0], heights[1], "curves of different heights have different scales");
  }
  scene.expect(/ERR_/);
  await box.end();
  await badge(page, "STALE");
  assert.ok(await page.locator("#badge").isVisible());
  await holds(page, "dashes", SOON, () =>
    document.querySelector("#world-ours .most b").textContent === "\u2013");
  assert.match(await said("#worlds-because"), /does not answer/);
});
