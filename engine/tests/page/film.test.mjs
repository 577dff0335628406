// The film that the background makes, as the Run page plays it.

import assert from "node:assert/strict";

import { AxeBuilder } from "@axe-core/playwright";

import { ask } from "./support/box.mjs";
import { Fake, shades, snapshot } from "./support/fake.mjs";
import { live } from "./support/run.mjs";
import { claim, holds } from "./support/scene.mjs";

const frames = (page, many) => holds(page, `${many} frames`, 15_000,
  (many) => document.querySelector("#picture").dataset.frames === String(many), many);
const shown = (page) => page.locator("#picture").getAttribute("data-frame");
/** Waits until the film shows the frame with this number. */
const shows = (page, number) => holds(page, `frame ${number}`, 15_000,
  (number) => document.querySelector("#picture").dataset.frame === String(number), number);
/** The colour in the middle of a canvas. */
const middle = (page) => page.locator("#picture").evaluate((canvas) => {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(width >> 1, height >> 1, 1, 1);
  return [...data].join();
});

async function faked(scene, { options = {}, ...more } = {}) {
  const fake = scene.ends(await Fake.start(await scene.box(), snapshot(more)));
  return { fake, page: await scene.open(fake, options) };
}

claim("a tab that comes late plays the engine's film, to its end and back", async (scene) => {
  const { page } = await faked(scene);
  await frames(page, 3);
  const colours = new Set();
  for (const number of [2, 1, 0, 1, 2]) {
    await shows(page, number);
    colours.add(await middle(page));
  }
  assert.equal(colours.size, 3, "each frame has its own shade");
  assert.equal(await page.locator("#film-frames").textContent(), "3 frames of film");
  assert.equal(await page.locator("#film-time").textContent(), "95 s of container time");
  const { violations } = await new AxeBuilder({ page }).include("#picture-place").analyze();
  assert.deepEqual(violations.map((it) => it.id), []);
});

claim("a frame joins the film with its last tile, and the next one is painted beside it",
  async (scene) => {
    const { fake, page } = await faked(scene);
    await frames(page, 3);
    const making = page.locator("#making");
    assert.equal(await making.getAttribute("data-tiles"), "22");
    const rest = Array.from({ length: 18 }, (_, i) => [3 * 40 + 22 + i, shades(9)]);
    fake.frame({ tiles: [...rest, [4 * 40, shades(9)]] });
    await frames(page, 4);
    assert.equal(await making.getAttribute("data-tiles"), "1");
    await shows(page, 3);
  });

claim("the film pauses and goes on where it was", async (scene) => {
  const { fake, page } = await faked(scene);
  await frames(page, 3);
  await shows(page, 1);
  await page.locator("#film-play").click();
  const at = await shown(page);
  fake.frame({ set: { headline: "Still." } });
  await holds(page, "a later moment", 5000,
    () => document.querySelector("#headline").textContent === "Still.");
  assert.equal(await shown(page), at);
  assert.equal(await page.locator("#film-play").textContent(), "Play");
  await page.locator("#film-play").click();
  await holds(page, "another frame", 5000,
    (at) => document.querySelector("#picture").dataset.frame !== at, at);
});

claim("with reduced motion the newest frame stands still until somebody plays the film",
  async (scene) => {
    const { page } = await faked(scene, { options: { reducedMotion: "reduce" } });
    await frames(page, 3);
    await shows(page, 2);
    assert.equal(await page.locator("#film-play").textContent(), "Play");
    const seen = await page.evaluate(async () => {
      const canvas = document.querySelector("#picture");
      const seen = new Set();
      const look = () => seen.add(canvas.dataset.frame);
      const observer = new MutationObserver(look);
      observer.observe(canvas, { attributes: true });
      look();
      // A playing film of three frames would change three times in this time.
      await new Promise((resolve) => setTimeout(resolve, 3000));
      observer.disconnect();
      return [...seen];
    });
    assert.deepEqual(seen, ["2"]);
    await page.locator("#film-play").click();
    await shows(page, 0);
  });

claim("another run begins another film", async (scene) => {
  const { fake, page } = await faked(scene);
  await frames(page, 3);
  fake.first = snapshot({ run: "other", seq: 3 });
  fake.first.picture = null;
  fake.first.state.film = { columns: 8, rows: 5, frames: 0, container_s: 0 };
  fake.film = { made: 0, columns: 8, rows: 5, frames: [] };
  fake.seq = 3;
  scene.expect(/ERR_/);
  for (const answer of fake.open) answer.end();
  await frames(page, 0);
  assert.equal(await shown(page), null);
  assert.equal(await page.locator("#film-frames").textContent(), "0 frames of film");
});

claim("a real box finishes frames, and its film plays", async (scene) => {
  const box = await scene.box();
  const page = await scene.open(box);
  await live(page);
  await holds(page, "two frames of film", 120_000,
    () => Number(document.querySelector("#picture").dataset.frames) >= 2);
  const first = await shown(page);
  await holds(page, "another frame", 10_000,
    (first) => document.querySelector("#picture").dataset.frame !== first, first);
  const { body } = await ask(box.url, "GET", "/page/film");
  scene.tell(`${JSON.parse(body).made} frames, ${body.length} bytes`);
});
