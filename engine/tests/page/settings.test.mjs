// The effect on the Run page of an edit on Configure by the keyboard alone.

import assert from "node:assert/strict";

import { until } from "./support/box.mjs";
import { live, logged } from "./support/run.mjs";
import { claim, holds } from "./support/scene.mjs";
import { Stream } from "./support/stream.mjs";

const SOON = 15_000;
const TARGET = "microscaling.com/target-queue-length";

async function form(scene) {
  const box = await scene.box();
  const page = await scene.open(box, { at: "/configure" });
  const consumer = page.getByRole("group", { name: /consumer/ });
  const target = consumer.getByLabel("Target", { exact: true });
  await target.waitFor({ timeout: SOON });
  const stream = scene.ends(await Stream.open(box));
  await until("a state", SOON, () => stream.state.has("workload/consumer"));
  return { box, page, target, stream, of: (name) => stream.state.get(`workload/${name}`) };
}

/** Goes to a field by Tab, without a mouse. */
async function tabTo(page, field) {
  const id = await field.getAttribute("id");
  for (let i = 0; i < 60; i += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement?.id) === id) return;
  }
  throw new Error(`Tab does not get to ${id}`);
}

async function retype(page, text) {
  await page.keyboard.press("Control+A");
  await page.keyboard.type(text);
}

claim("a typed target takes effect at once, is logged, and marks the chart",
  async (scene) => {
    const { box, page, target, stream, of } = await form(scene);
    await tabTo(page, target);
    await retype(page, "10");
    await page.keyboard.press("Enter");
    await until("the engine has it", SOON, () => of("consumer").target === 10);
    const edit = await until("an entry", SOON, () => stream.log.find((it) => it.kind === "edit"));
    assert.match(edit.mark, /target 20 -> 10/);
    assert.equal(edit.by, "the page");
    await holds(page, "one change", SOON, () =>
      /1 change since/.test(document.querySelector("#headline").textContent));
    await holds(page, "the preview", SOON, (name) =>
      document.querySelector("#preview").textContent.includes(`${name}: "10"`), TARGET);
    const run = await page.context().newPage();
    await run.goto(box.url);
    await live(run);
    await logged(run, "target 20 \u2192 10");
    await holds(run, "the mark on the chart", SOON, () =>
      /target 20 . 10/.test(document.querySelector("#chart").textContent));
  });
