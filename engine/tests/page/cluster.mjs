// A presenter's actions on the pages of an engine on a cluster, through a port-forward:
// node cluster.mjs URL. The cluster tests run this; it prints what it has seen.

import assert from "node:assert/strict";

import { chromium } from "playwright-core";

import { until } from "./support/box.mjs";

const SOON = 45_000;
/** A page that is not loaded by then was interrupted. */
const THERE = 10_000;
/**
 * The browser runs on the node itself. Each pod that starts or stops changes the node's network.
 * The browser then aborts whatever it is loading, and logs this error.
 */
const CUT_OFF = /ERR_NETWORK_CHANGED/;
const url = process.argv[2];
const errors = [];

const browser = await chromium.launch({
  executablePath: process.env.MICROSCALING_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-features=AutofillServerCommunication"],
});
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  context.on("console", (line) => {
    if (line.type() === "error" && !CUT_OFF.test(line.text())) errors.push(line.text());
  });
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

async function workload(name) {
  return (await state()).workloads.find((it) => it.name === name);
}

/** Opens a page again until it is complete, as a person would. */
async function open(page, path, is) {
  await until(`${path} is there`, SOON, async () => {
    await page.goto(url + path, { waitUntil: "commit" }).catch(() => {});
    return page.waitForFunction(is, null, { timeout: THERE }).then(() => true, () => false);
  });
}

function isLive() {
  return document.querySelector("#badge")?.textContent === "LIVE";
}

function isFilled() {
  return document.getElementById("consumer-target-queue-length")?.value === "20";
}

async function slider(page) {
  await open(page, "/", isLive);
  await page.locator("#producers").focus();
  for (let i = 0; i < 3; i += 1) await page.keyboard.press("ArrowRight");
  await until("consumers", SOON, async () => (await workload("consumer")).ready >= 5);
  console.log("the slider makes the load, and consumers come");
}

async function kill(page) {
  await page.locator("#kill").click();
  const log = () => page.locator("#log").textContent();
  await until("its entry", SOON, async () => /consumer-\S+ killed/.test(await log()));
  console.log("a consumer is killed, and the log says so");
}

async function annotate(page) {
  await open(page, "/configure", isFilled);
  const target = page.locator('[id="consumer-target-queue-length"]');
  await target.fill("7");
  await target.press("Enter");
  await until("the edit counts", SOON, async () => (await workload("consumer")).target === 7);
  console.log("an annotation is edited on Configure, and takes effect");
}

async function reset(page) {
  await open(page, "/", isLive);
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
