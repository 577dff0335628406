// The keyboard alone is enough for everything.

import assert from "node:assert/strict";

import { pause, until } from "./support/box.mjs";
import { focusables, walk } from "./support/focus.mjs";
import { badge, live, tick } from "./support/run.mjs";
import { claim, holds } from "./support/scene.mjs";
import { Stream } from "./support/stream.mjs";

const SOON = 15_000;

async function stage(scene) {
  const box = await scene.box();
  const page = await scene.open(box);
  await live(page);
  const stream = scene.ends(await Stream.open(box));
  await until("a state", SOON, () => stream.state.has("workload/consumer"));
  const entry = (kind) => until(`an entry of the kind ${kind}`, SOON, () =>
    stream.log.find((it) => it.kind === kind));
  return { box, page, stream, entry };
}

for (const [at, last] of [["/", "#producers:enabled"], ["/configure", "#cards input:enabled"]]) {
  claim(`Tab reaches every control of ${at}, shows where it is, and gets out again`,
    async (scene) => {
      const box = await scene.box();
      const page = await scene.open(box, { at });
      await page.locator(last).first().waitFor({ timeout: SOON });
      const wanted = await focusables(page);
      const { reached, unseen } = await walk(page, wanted.length + 3);
      assert.deepEqual(wanted.filter((it) => !reached.includes(it)), []);
      assert.deepEqual(unseen, [], "focus that is not seen");
      scene.tell(`${wanted.length} controls`);
    });
}

claim("load, burst, kill, hold and freeze have keys, and the log says who pressed them",
  async (scene) => {
    const { page, stream, entry } = await stage(scene);
    await page.locator("#producers").focus();
    for (let i = 0; i < 3; i += 1) await page.keyboard.press("ArrowRight");
    await until("three producers", SOON, () =>
      stream.state.get("deployment/producer").desired === 3);
    const told = await entry("load");
    assert.equal(told.by, "the page");
    assert.match(told.mark, /producer/);
    const load = (n) => until(`${n} producers`, SOON, () =>
      stream.state.get("deployment/producer").desired === n);
    // The slider keeps the focus; the page gets all keys that the slider does not use.
    for (const [key, n] of [["7", 7], ["+", 8], ["=", 9], ["NumpadSubtract", 8], ["5", 5]]) {
      await page.keyboard.press(key);
      await load(n);
    }
    for (let i = 0; i < 9; i += 1) await page.keyboard.press("+");
    await load(10);
    await page.keyboard.press("s");
    await page.keyboard.press("0");
    await load(0);
    await page.keyboard.press("6");
    await load(6);
    await page.keyboard.press("s");
    assert.ok(await page.evaluate(() => document.querySelector("#producers").value === "6"));
    await page.locator("#producers").focus();
    await until("consumers", 30_000, () => stream.state.get("workload/consumer").ready >= 5);

    await page.keyboard.press("Shift+B");
    assert.equal((await entry("burst")).by, "the page");
    await page.keyboard.press("k");
    assert.equal((await entry("kill")).by, "the page");
    const story = await until("the killed one's story", 30_000, () =>
      stream.log.find((it) => it.kind === "story"));
    assert.match(story.text, /consumer-\d+/);
    await until("and it is on the page", SOON, async () =>
      (await page.locator("#log").textContent()).includes(/consumer-\d+/.exec(story.text)[0]));

    await page.keyboard.press("h");
    await badge(page, "HELD");
    assert.equal((await entry("hold")).by, "the page");
    await page.keyboard.press("h");
    await badge(page, "LIVE");

    await page.keyboard.press("f");
    await badge(page, "FROZEN");
    const [frozen, at] = [await page.locator("#chart").innerHTML(), stream.tick];
    await until("the engine goes on", SOON, () => stream.tick > at + 4);
    assert.equal(await page.locator("#chart").innerHTML(), frozen);
    await page.keyboard.press("f");
    await badge(page, "LIVE");
    await until("the page catches up", SOON, async () => await tick(page) >= at + 4);
    assert.equal(stream.state.get("lost"), 0);
  });

claim("s, e, c, v and ? open their views and close them again", async (scene) => {
  const { page } = await stage(scene);
  const view = (name) => holds(page, `the view ${name}`, 3000, (name) =>
    (document.body.dataset.view ?? "run") === name, name);
  await page.keyboard.press("s");
  await view("stage");
  await page.keyboard.press("s");
  await view("run");
  const views = { e: "#why", c: "#comparison", v: "#worlds", "?": "#help-dialog" };
  for (const [key, place] of Object.entries(views)) {
    await page.keyboard.press(key);
    await page.locator(place).waitFor({ state: "visible", timeout: 10_000 });
    await page.keyboard.press(key === "?" ? "Escape" : key);
    await page.locator(place).waitFor({ state: "hidden", timeout: 5000 });
  }
});

claim("e shows the engine's explanation of each workload", async (scene) => {
  const { box, page, stream } = await stage(scene);
  await box.scale("producer", 2);
  await until("a need", 30_000, () => stream.state.get("workload/consumer").desired >= 4);
  await page.keyboard.press("e");
  const plain = (text) => text.replaceAll("\u2192", "->");
  await until("the same words", SOON, async () => {
    const shown = plain(await page.locator("#why").textContent());
    return [...stream.all("why/").values()].every((why) => shown.includes(why));
  });
});

claim("the arrows read the chart's values, and a table has them for screen readers",
  async (scene) => {
    const { page, stream } = await stage(scene);
    await until("twelve seconds of points", 30_000, () => stream.points.length > 24);
    const chart = page.locator('#chart [tabindex="0"]').first();
    await chart.focus();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await holds(page, "values", 5000, () =>
      /queue|jobs/i.test(document.querySelector("#chart").textContent));
    const rows = await page.locator("#chart table tr").count();
    assert.ok(rows >= 4, `a head and ${rows - 1} rows`);
  });

claim("shortcuts are off in fields, with modifiers, and when switched off",
  async (scene) => {
    const { page, stream } = await stage(scene);
    const quiet = async (what) => {
      const [entries, from] = [stream.log.length, stream.tick];
      for (const key of ["h", "k", "f", "Shift+B", "PageDown", "+", "7"]) {
        await page.keyboard.press(key);
      }
      await until("two ticks", SOON, () => stream.tick > from + 2);
      const news = stream.log.slice(entries).filter((it) => it.by === "the page");
      assert.deepEqual(news, [], what);
      assert.doesNotMatch(await page.locator("#badge").textContent(), /FROZEN|HELD/, what);
    };
    await page.evaluate(() => {
      const field = document.createElement("input");
      document.querySelector("main").append(field);
      field.focus();
    });
    await quiet("in a field");
    await page.evaluate(() => document.activeElement.remove());
    for (const key of ["Control+h", "Alt+h", "Meta+k", "Alt+3", "Control+0"]) {
      const entries = stream.log.length;
      await page.keyboard.press(key);
      await pause(300);
      assert.deepEqual(stream.log.slice(entries).filter((it) => it.by === "the page"), [], key);
    }
    await page.keyboard.press("?");
    await page.locator("#keys-on").uncheck();
    await page.keyboard.press("Escape");
    await quiet("switched off");
    await page.reload();
    await live(page);
    await quiet("switched off, after a reload");
  });
