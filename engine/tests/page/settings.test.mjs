// Configure, with the keyboard alone.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { until } from "./support/box.mjs";
import { live, logged } from "./support/run.mjs";
import { claim, holds } from "./support/scene.mjs";
import { Stream } from "./support/stream.mjs";

const SOON = 15_000;
const TARGET = "microscaling.com/target-queue-length";

async function form(scene) {
  const box = await scene.box();
  const page = await scene.open(box, { at: "/configure", acceptDownloads: true });
  const target = page.getByRole("group", { name: /consumer/ }).getByLabel(/target/i);
  await target.waitFor({ timeout: SOON });
  const stream = scene.ends(await Stream.open(box));
  await until("a state", SOON, () => stream.state.has("workload/consumer"));
  return { box, page, target, stream, of: (name) => stream.state.get(`workload/${name}`) };
}

/** Goes to a field by Tab, as who has no mouse does. */
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

claim("a target that is typed takes effect at once, is told, and marks the chart",
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

claim("what is wrong is said at its field in the engine's words, and changes nothing",
  async (scene) => {
    const { box, page, target, of } = await form(scene);
    const wrong = { changes: [{ deployment: "consumer", annotations: { [TARGET]: "-5" } }] };
    const refusal = await box.call("PUT", "/api/v1/config", wrong);
    assert.equal(refusal.status, 422, JSON.stringify(refusal.body));
    const { text } = refusal.body.error.problems[0];
    await tabTo(page, target);
    await retype(page, "-5");
    await page.keyboard.press("Enter");
    const described = (await target.getAttribute("aria-describedby")).split(" ");
    await holds(page, `at the field: ${text}`, SOON, ([ids, text]) =>
      ids.some((id) => document.getElementById(id)?.textContent.includes(text)), [described, text]);
    assert.equal(await target.getAttribute("aria-invalid"), "true");
    assert.equal(of("consumer").target, 20);
    scene.expect(/status of 422/);
  });

claim("another's edit shows up without a reload, and leaves what is being typed",
  async (scene) => {
    const { box, page, target, of } = await form(scene);
    await tabTo(page, target);
    await retype(page, "7");
    const most = page.getByRole("group", { name: /consumer/ }).getByLabel("At most");
    const annotations = { [TARGET]: "15", "microscaling.com/max-containers": "6" };
    const changes = [{ deployment: "consumer", annotations }];
    assert.equal((await box.call("PUT", "/api/v1/config", { changes })).status, 200);
    await until("it shows", SOON, async () => await most.inputValue() === "6");
    assert.equal(await target.inputValue(), "7");
    await page.keyboard.press("Enter");
    await until("what was typed counts", SOON, () => of("consumer").target === 7);
  });

claim("the manifest that is downloaded makes the same page again, and defaults come back",
  async (scene) => {
    const { box, page, target, of } = await form(scene);
    await tabTo(page, target);
    await retype(page, "12");
    await page.keyboard.press("Enter");
    await until("the engine has it", SOON, () => of("consumer").target === 12);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.locator("#download").press("Enter"),
    ]);
    assert.equal(download.suggestedFilename(), "demo.yaml");
    const file = await download.path();
    assert.match(await readFile(file, "utf8"), /target-queue-length: "12"/);
    const again = await scene.box({ manifest: file });
    const settings = async (box) => (await box.get("/api/v1/config")).workloads;
    assert.deepEqual(await settings(again), await settings(box));

    await page.locator("#defaults").press("Enter");
    await until("the defaults are back", SOON, () => of("consumer").target === 20);
    await holds(page, "no changes", SOON, () =>
      /No changes/.test(document.querySelector("#headline").textContent));
    assert.equal(await target.inputValue(), "20");
  });
