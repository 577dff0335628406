// What a presenter does on the pages of an engine that runs on a cluster, by way of a port-forward:
// node cluster.mjs URL. The tests on a cluster run this; it prints what it has seen.

import assert from "node:assert/strict";

import { chromium } from "playwright-core";

import { until } from "./support/box.mjs";
import { live, logged } from "./support/run.mjs";

const SOON = 45_000;
const url = process.argv[2];
const errors = [];

const browser = await chromium.launch({
  executablePath: process.env.MICROSCALING_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-features=AutofillServerCommunication"],
});
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  context.on("console", (line) => line.type() === "error" && errors.push(line.text()));
  context.on("weberror", (error) => errors.push(String(error.error())));
  const page = await context.newPage();
  await slider(page);
  await kill(page);
  await annotate(page);
  await reset(page);
  assert.deepEqual(errors, [], "errors on the console");
} finally {
  await browser.close();
}

async function state() {
  return (await fetch(`${url}/api/v1/state`)).json();
}

const workload = async (name) => (await state()).workloads.find((it) => it.name === name);

async function slider(page) {
  await page.goto(url, { waitUntil: "commit" });
  await live(page, SOON);
  await page.locator("#producers").focus();
  for (let i = 0; i < 3; i += 1) await page.keyboard.press("ArrowRight");
  await until("consumers", SOON, async () => (await workload("consumer")).ready >= 5);
  console.log("the slider makes the load, and consumers come");
}

async function kill(page) {
  await page.locator("#kill").click();
  await logged(page, /consumer-\S+ killed/, SOON);
  console.log("a consumer is killed, and the log says so");
}

async function annotate(page) {
  await page.goto(`${url}/configure`, { waitUntil: "commit" });
  const target = page.locator('[id="consumer-target-queue-length"]');
  await target.fill("7");
  await target.press("Enter");
  await until("the edit counts", SOON, async () => (await workload("consumer")).target === 7);
  console.log("an annotation is edited on Configure, and counts");
}

async function reset(page) {
  await page.goto(url, { waitUntil: "commit" });
  await live(page, SOON);
  const { run } = await state();
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.down("r");
  await until("another run", SOON, async () => (await state()).run !== run);
  await page.keyboard.up("r");
  const after = await until("second 0", SOON, async () => {
    const now = await state();
    return now.deployments.every((it) => !it.load || it.desired === 0) && now;
  });
  assert.equal(after.lost, 0);
  assert.equal((await workload("consumer")).target, 20, "the settings are as at the start");
  console.log("r, held, returns to second 0, settings and all");
}
