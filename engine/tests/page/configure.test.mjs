// The Configure page: edits take effect at once, and errors are shown at their fields.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { until } from "./support/box.mjs";
import { focusables, walk } from "./support/focus.mjs";
import { tooSmall, tooWide } from "./support/look.mjs";
import { claim, holds } from "./support/scene.mjs";

const PREFIX = "microscaling.com/";
/** Three times what a busy machine needed. */
const SOON = 18_000;
/** The browser's own console line about a refusal. */
const REFUSED = /status of 422/;

/** The Configure page of a new box, once its fields are there. */
async function configure(scene, options = {}) {
  const box = await scene.box();
  const page = await scene.open(box, { at: "/configure", ...options });
  await holds(page, "cards", 15_000, () => document.querySelectorAll(".card").length === 2);
  return { box, page };
}

const field = (page, name) => page.locator(`[id="${name}"]`);

/** Types into a field and leaves it. */
async function type(page, name, text) {
  await field(page, name).fill(text);
  await field(page, name).press("Tab");
}

async function says(page, name, text) {
  await holds(page, `${name} says ${text}`, SOON,
    ([name, text]) => document.getElementById(name).textContent.includes(text), [name, text]);
}

async function settings(box, deployment) {
  const { workloads } = await box.get("/api/v1/config");
  return workloads.find((workload) => workload.deployment === deployment)?.settings;
}

const edit = (box, deployment, name, value) => box.call("PUT", "/api/v1/config", {
  changes: [{ deployment, annotations: { [PREFIX + name]: value } }],
});

claim("an edit takes effect once its field is left, or with Enter", async (scene) => {
  const { box, page } = await configure(scene);
  const target = "consumer-target-queue-length";
  await field(page, target).fill("10");
  const line = page.locator("#preview .changed");
  assert.equal((await line.textContent()).trim(), `${PREFIX}target-queue-length: "10"`);
  assert.equal((await settings(box, "consumer")).target, 20, "while it is typed");
  const began = performance.now();
  await field(page, target).press("Tab");
  await until("the engine has it", SOON, async () =>
    (await settings(box, "consumer")).target === 10);
  scene.tell(`an edit counts after ${Math.round(performance.now() - began)} ms`);
  await says(page, "headline", "Changes take effect at once. 1 change since the start.");
  await says(page, "changes-list", "target 20 \u2192 10, consumer, by the page");
  await field(page, target).fill("12");
  await field(page, target).press("Enter");
  await until("Enter does it", SOON, async () => (await settings(box, "consumer")).target === 12);
  await field(page, "consumer-paused").check();
  await until("it is paused", SOON, async () => (await settings(box, "consumer")).paused);
});

claim("edits of fields left in quick succession all take effect", async (scene) => {
  const { box, page } = await configure(scene);
  await field(page, "consumer-target-queue-length").fill("11");
  for (const text of ["work", "2", "8", "3", "9s", "4"]) {
    await page.keyboard.press("Tab");
    await page.keyboard.type(text);
  }
  await page.keyboard.press("Tab");
  await until("all of them are there", SOON, async () => {
    const { target, queue, min, max, max_delta, window_s, priority } =
      await settings(box, "consumer");
    const all = [target, queue, min, max, max_delta, window_s, priority];
    return all.join(" ") === "11 work 2 8 3 9 4";
  });
  const here = await page.evaluate(() => document.activeElement.id);
  assert.equal(here, "consumer-paused", "the focus stays though the card has another place");
});

claim("an invalid value is flagged at its field and has no effect", async (scene) => {
  scene.expect(REFUSED);
  const { box, page } = await configure(scene);
  await type(page, "remainder-min-containers", "11");
  await says(page, "remainder-min-containers-wrong", "min-containers is 11, more than max-cont");
  assert.equal(await field(page, "remainder-min-containers").getAttribute("aria-invalid"), "true");
  await type(page, "remainder-max-containers", "12");
  await says(page, "remainder-max-containers-wrong", "less than the minimums together");
  await type(page, "capacity-slots", "0");
  await says(page, "capacity-wrong", "capacity is 0; give 1 to 1000");
  assert.deepEqual((await box.get("/api/v1/config")).differs, []);
  await type(page, "capacity-slots", "12");
  await until("all of it fits now", SOON, async () =>
    (await settings(box, "remainder")).min === 11);
  await holds(page, "nothing is wrong any more", SOON,
    () => [...document.querySelectorAll(".wrong")].every((it) => it.textContent === ""));
});

claim("a rule asks for missing values field by field, then takes effect",
  async (scene) => {
    scene.expect(REFUSED);
    const { box, page } = await configure(scene);
    await field(page, "remainder-rule").selectOption("queue");
    await says(page, "remainder-queue-wrong", "queue is missing; the rule queue needs it");
    await type(page, "remainder-queue", "other");
    await says(page, "remainder-target-queue-length-wrong", "target-queue-length is missing");
    await type(page, "remainder-target-queue-length", "7");
    await until("it follows its queue", SOON, async () => {
      const { rule, queue, target } = await settings(box, "remainder");
      return rule === "queue" && queue === "other" && target === 7;
    });
  });

claim("another client's edit appears without a reload and keeps the draft",
  async (scene) => {
    const { box, page } = await configure(scene);
    const [target, most] = ["consumer-target-queue-length", "consumer-max-containers"];
    await field(page, target).pressSequentially("5");
    const typed = await field(page, target).inputValue();
    await edit(box, "consumer", "target-queue-length", "33");
    await edit(box, "consumer", "max-containers", "7");
    await holds(page, "the other field has it", SOON,
      (name) => document.getElementById(name).value === "7", most);
    assert.equal(await field(page, target).inputValue(), typed);
    await says(page, `${target}-note`, "changed elsewhere to 33");
    await field(page, target).press("Escape");
    assert.equal(await field(page, target).inputValue(), "33");
    await says(page, "changes-list", "by a command");
  });

claim("suitable Deployments that are not scaled are offered, with old settings", async (scene) => {
  const { box, page } = await configure(scene);
  assert.ok(await page.locator("#another").isHidden(), "the load is not offered");
  await page.getByRole("button", { name: "Stop scaling consumer" }).click();
  await holds(page, "its card goes", SOON, () => document.querySelectorAll(".card").length === 1);
  await page.locator("#another").waitFor({ state: "visible", timeout: SOON });
  const offered = await page.locator("#another-deployment option").allTextContents();
  assert.deepEqual(offered, ["consumer"]);
  await says(page, "another-cannot", "producer should not be scaled: it makes the load.");
  assert.equal(await field(page, "another-queue").inputValue(), "jobs");
  await field(page, "another-target-queue-length").fill('"500"');
  await page.getByRole("button", { name: "Scale it" }).click();
  await holds(page, "it has a card", SOON, () => document.querySelectorAll(".card").length === 2);
  assert.equal((await settings(box, "consumer")).target, 500);
});

claim("quotes are dropped, an unused queue gives a warning, one field can go back",
  async (scene) => {
    scene.expect(REFUSED);
    const { box, page } = await configure(scene);
    const has = (what, is) => until(what, SOON, async () => is(await settings(box, "consumer")));
    const [target, queue] = ["consumer-target-queue-length", "consumer-queue"];
    await type(page, target, '"30"');
    await has("a number in quotes", (it) => it.target === 30);
    await type(page, "consumer-scale-down-window", "\u201c9s\u201d");
    await has("a time in quotes", (it) => it.window_s === 9);
    await type(page, queue, "'jbos'");
    await has("a name in quotes", (it) => it.queue === "jbos");
    await type(page, "capacity-slots", "'12'");
    await says(page, "changes-list", "capacity 10 \u2192 12");
    await holds(page, "the field without them", SOON, (name) =>
      document.getElementById(name).value === "30", target);
    await says(page, `${queue}-note`, "the queue jbos has never been used");
    await page.getByRole("button", { name: "Queue: Back to jobs" }).click();
    await has("its queue again", (it) => it.queue === "jobs");
    await holds(page, "no warning", SOON, (name) =>
      document.getElementById(name).textContent === "", `${queue}-note`);
    assert.equal((await settings(box, "consumer")).target, 30, "and nothing else");
    await type(page, target, "many");
    await says(page, `${target}-wrong`, "whole number");
    await page.getByRole("button", { name: "Target: Back to 20" }).click();
    await has("the target again", (it) => it.target === 20);
    await says(page, `${target}-wrong`, "");
    await page.locator("#capacity-back").click();
    await until("one thing is left", SOON, async () => {
      const { differs } = await box.get("/api/v1/config");
      return differs.map((it) => it.annotation).join() === `${PREFIX}scale-down-window`;
    });
    assert.equal(await page.locator(".back:visible").count(), 1);
  });

claim("demo.yaml re-creates the same page, and the kubectl lines are copied", async (scene) => {
  const { box, page } = await configure(scene);
  await type(page, "consumer-target-queue-length", "10");
  await type(page, "consumer-max-delta", "2");
  await type(page, "capacity-slots", "14");
  await until("all is there", SOON, async () =>
    (await box.get("/api/v1/config")).differs.length === 3);
  const download = page.waitForEvent("download");
  await page.locator("#download").click();
  const folder = await mkdtemp(path.join(tmpdir(), "configure-"));
  scene.ends({ end: () => rm(folder, { recursive: true }) });
  const file = path.join(folder, "demo.yaml");
  await (await download).saveAs(file);
  const text = await readFile(file, "utf8");
  assert.match(text, /# Short, so that an audience sees the scale-down\./);
  const again = await scene.box({ manifest: file });
  const all = async (box) => {
    const { workloads, capacity } = await box.get("/api/v1/config");
    return [workloads.map((it) => [it.deployment, it.annotations, it.settings]), capacity.value];
  };
  assert.deepEqual(await all(again), await all(box));
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.locator("#copy").click();
  await says(page, "done", "Copied");
  const lines = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(lines, await box.text("/api/v1/config/annotate"));
  assert.match(lines, /deployment consumer .*microscaling\.com\/max-delta=2/);
});

claim("Back to defaults undoes all edits", async (scene) => {
  const { box, page } = await configure(scene);
  assert.equal(await page.locator("#defaults").isDisabled(), true);
  await type(page, "consumer-target-queue-length", "10");
  await type(page, "consumer-priority", "3");
  await says(page, "headline", "2 changes since the start.");
  await page.locator("#defaults").click();
  await says(page, "headline", "No changes since the start.");
  assert.equal(await field(page, "consumer-target-queue-length").inputValue(), "20");
  assert.deepEqual((await box.get("/api/v1/config")).differs, []);
});

claim("a read-only page says why", async (scene) => {
  const box = await scene.box();
  const { context } = await scene.room([box]);
  const page = await context.newPage();
  const because = "the engine may not edit annotations; grant it with kubectl apply -k deploy/x";
  await page.route("**/api/v1/config", async (route) => {
    const config = await box.get("/api/v1/config");
    await route.fulfill({ json: { ...config, read_only: because } });
  });
  await page.goto(`${box.url}/configure`);
  await says(page, "read-only", because);
  await says(page, "headline", "Nothing can be changed here.");
  const open = await page.locator("main :is(input, select, button):enabled:visible").all();
  const names = await Promise.all(open.map((it) => it.textContent()));
  assert.deepEqual(names, ["Copy kubectl annotate lines"]);
});

claim("Configure is legible, reached by the keyboard alone, and fits a phone", async (scene) => {
  const { page } = await configure(scene);
  await type(page, "consumer-target-queue-length", "10");
  await says(page, "headline", "1 change");
  assert.deepEqual(await tooSmall(page, 18), []);
  const names = await focusables(page);
  const { reached, unseen } = await walk(page, names.length + 2);
  assert.deepEqual(names.filter((name) => !reached.includes(name)), [], "not reached");
  assert.deepEqual(unseen, [], "the focus is not seen");
  for (const width of [1024, 640, 390]) {
    await page.setViewportSize({ width, height: 844 });
    assert.deepEqual(await tooWide(page), [], `${width} px wide`);
  }
});
