// The stage view in a frame of another page, and the settings in its address.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import { settingsIn, withoutStage } from "../../web/src/page/shell/address.js";
import { until } from "./support/box.mjs";
import { number } from "./support/run.mjs";
import { claim, holds } from "./support/scene.mjs";
import { Stream } from "./support/stream.mjs";

const REFUSED = /frame-ancestors|ERR_BLOCKED_BY_RESPONSE|violates the following Content Security/;
const CHANGES = ["5", "+", "-", "k", "h", "Shift+B", "PageDown", "PageUp", "?"];

test("settings are read from the address, and bad values count as missing", () => {
  const all = settingsIn("?stage&readonly&theme=dark&scale=1.5&window=120");
  assert.deepEqual(all,
    { stage: true, readOnly: true, theme: "dark", scale: 1.5, seconds: 120 });
  const none = { stage: false, readOnly: false, theme: null, scale: 1, seconds: 60 };
  const bad = ["", "?theme=red&scale=0.4&window=x", "?scale=3.1", "?scale=-1", "?scale=1e0",
    "?scale=NaN", "?scale=", "?theme=", "?scale=0x1", "?window="];
  for (const query of bad) assert.deepEqual(settingsIn(query), none, query);
  assert.deepEqual([settingsIn("?scale=0.5").scale, settingsIn("?scale=3").scale], [0.5, 3]);
  assert.deepEqual(["?window=1", "?window=900"].map((it) => settingsIn(it).seconds), [20, 300]);
});

test("leaving the stage view keeps all other settings of the address", () => {
  assert.equal(withoutStage("?stage"), "");
  assert.equal(withoutStage("?stage&theme=dark"), "?theme=dark");
  assert.equal(withoutStage("?a=1&stage=&b"), "?a=1&b");
  assert.equal(withoutStage(""), "");
});

/** A page of another origin, with a frame for each address. */
async function slides(scene) {
  const server = createServer((request, answer) => {
    const frames = new URL(request.url, "http://a").searchParams.getAll("frame")
      .map((place) => `<iframe src="${place}" width="900" height="600"></iframe>`);
    answer.writeHead(200, { "content-type": "text/html", connection: "close" });
    answer.end(`<!doctype html><link rel="icon" href="data:,">${frames.join("")}`);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  scene.ends({ end: () => new Promise((resolve) => server.close(resolve)) });
  const address = `127.0.0.1:${server.address().port}`;
  return { address, url: `http://${address}` };
}

async function shown(scene, host, box, places) {
  const { context } = await scene.room([host, box]);
  const page = await context.newPage();
  const query = places.map((place) => `frame=${encodeURIComponent(box.url + place)}`).join("&");
  await page.goto(`${host.url}/?${query}`);
  return page;
}

claim("a page of the given origin frames the stage view, and nothing in it changes the engine",
  async (scene) => {
    const host = await slides(scene);
    const box = await scene.box({ args: ["--embed", host.url] });
    const page = await shown(scene, host, box, ["/?stage&theme=dark&scale=0.5"]);
    const frame = page.frames()[1];
    await number(frame, "queue/jobs", /\d/);
    const view = () => frame.evaluate(() => ({
      view: document.body.dataset.view, theme: document.documentElement.dataset.theme,
      stored: localStorage.getItem("theme"),
    }));
    const expected = { view: "stage", theme: "dark", stored: null };
    assert.deepEqual(await view(), expected);
    const controls = await frame.locator(":is(button, input, a):visible").count();
    assert.equal(controls, 0, "a read-only page has no controls");

    const stream = scene.ends(await Stream.open(box));
    await until("a state", 15_000, () => stream.state.has("workload/consumer"));
    const entries = stream.log.length;
    await frame.locator("#headline").click();
    for (const key of [...CHANGES, "s"]) await page.keyboard.press(key);
    await page.keyboard.down("r");
    const from = stream.tick;
    await until("longer than a reset takes", 15_000, () => stream.tick > from + 4);
    await page.keyboard.up("r");
    const refused = await frame.evaluate(async () => {
      location.hash = "";
      const { call } = await import("/assets/shell/calls.js");
      return call("POST", "/api/v1/burst", { jobs: 10 });
    });
    assert.deepEqual([refused.ok, refused.message], [false, "This view is read-only."]);
    assert.deepEqual(stream.log.slice(entries).filter((it) => it.by === "the page"), []);
    assert.deepEqual(await view(), expected, "there is no way out of the stage view");
  });

claim("no other page may be framed, and no other origin may frame the stage view",
  async (scene) => {
    const [host, stranger] = [await slides(scene), await slides(scene)];
    const box = await scene.box({ args: ["--embed", host.url] });
    scene.expect(REFUSED);
    const tries = [[host, "/"], [host, "/#stage"], [host, "/?readonly"], [host, "/configure?stage"],
      [stranger, "/?stage"], [stranger, "/?stage&readonly"]];
    for (const [from, place] of tries) {
      const page = await shown(scene, from, box, [place]);
      await holds(page, "an answer", 10_000, () => document.readyState === "complete");
      const reached = await page.frames()[1].evaluate(() => document.querySelector("#headline"))
        .catch(() => null);
      assert.equal(reached, null, `${from === host ? "host" : "stranger"} ${place}`);
      await page.close();
    }
  });

claim("a read-only window follows the views' keys and changes nothing", async (scene) => {
  const box = await scene.box();
  const page = await scene.open(box, { at: "/?stage&readonly&theme=light" });
  await number(page, "queue/jobs", /\d/);
  const stream = scene.ends(await Stream.open(box));
  await until("a state", 15_000, () => stream.state.has("workload/consumer"));
  const entries = stream.log.length;
  for (const key of CHANGES) await page.keyboard.press(key);
  const view = (name) => holds(page, `the view ${name}`, 3000, (name) =>
    document.body.dataset.view === name, name);
  await page.keyboard.press("s");
  await view("run");
  assert.equal(new URL(page.url()).search, "?readonly&theme=light");
  assert.equal(await page.locator("#controls :is(button, input), nav").count(), 0);
  await page.keyboard.press("s");
  await view("stage");
  await page.keyboard.press("f");
  await holds(page, "FROZEN", 3000, () =>
    document.querySelector("#badge").textContent === "FROZEN");
  const from = stream.tick;
  await until("two ticks", 15_000, () => stream.tick > from + 2);
  assert.deepEqual(stream.log.slice(entries).filter((it) => it.by === "the page"), []);
});

claim("the address's theme and scale count more than stored ones, and are not stored",
  async (scene) => {
    const box = await scene.box();
    const { context } = await scene.room([box]);
    const page = await context.newPage();
    const at = async (place) => {
      await page.goto(box.url + place);
      await number(page, "queue/jobs", /\d/);
      return page.evaluate(() => ({
        theme: document.documentElement.dataset.theme, stored: localStorage.getItem("theme"),
        view: document.body.dataset.view,
        letters: parseFloat(getComputedStyle(document.querySelector("#headline")).fontSize),
      }));
    };
    const plain = await at("/");
    await page.evaluate(() => localStorage.setItem("theme", "light"));
    const asked = await at("/?theme=dark&scale=1.5");
    assert.deepEqual([asked.theme, asked.stored, asked.view], ["dark", "light", "run"]);
    assert.equal(asked.letters, 1.5 * plain.letters);
    const bad = await at("/?theme=red&scale=9");
    assert.deepEqual([bad.theme, bad.letters], ["light", plain.letters]);
    assert.equal((await at("/?stage")).view, "stage");
    assert.equal((await at("/#stage")).view, "stage");
  });
