// Pictures of the pages at four sizes, of a box in the middle of a load, and a gallery of states.
// `scripts/screenshots` runs this; docs/src/pages has them, target/page one without colours to look
// at. With names of states as arguments it takes only these.

import { mkdir } from "node:fs/promises";
import path from "node:path";

import { chromium } from "playwright-core";

import { gallery, needsLoad } from "./gallery.mjs";
import { Box, KEPT, ROOT, pause, until } from "./support/box.mjs";
import { SIZES } from "./support/sheet.mjs";
import { Stream } from "./support/stream.mjs";

const FOLDER = path.join(ROOT, "docs/src/pages");
/** By name: the address, and the key that opens the view. */
const VIEWS = { run: ["/", null], stage: ["/", "s"], configure: ["/configure", null] };

const browser = await chromium.launch({
  executablePath: process.env.MICROSCALING_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
const box = await Box.start();
try {
  const only = process.argv.slice(2);
  if (only.length === 0) await whole();
  else if (needsLoad(only)) await middle();
  await gallery(browser, box, only);
} finally {
  await browser.close();
  await box.end();
}

/** The Run page, the stage view and Configure, of one state. */
async function whole() {
  await mkdir(FOLDER, { recursive: true });
  await mkdir(KEPT, { recursive: true });
  const pages = await open();
  await middle();
  for (const { name, page } of pages) {
    // A tab in the background is not drawn, and its transitions stop.
    await page.bringToFront();
    await pause(400);
    await page.screenshot({ path: path.join(FOLDER, `${name}.png`) });
    console.log(path.join("docs/src/pages", `${name}.png`));
  }
  await grey(pages.find(({ name }) => name === "run-1280x720").page);
  for (const { page } of pages) await page.close();
}

/** All pages, open from the start, so that all show the same state. */
async function open() {
  const pages = [];
  for (const [width, height] of SIZES) {
    const context = await browser.newContext({ viewport: { width, height } });
    // These are no first visits.
    await context.addInitScript(() => localStorage.setItem("first-visit", "done"));
    for (const [name, [at, key]] of Object.entries(VIEWS)) {
      const page = await context.newPage();
      await page.goto(box.url + at);
      await page.waitForFunction(() => document.querySelector("#badge").textContent === "LIVE");
      if (key) await page.keyboard.press(key);
      pages.push({ name: `${name}-${width}x${height}`, page });
    }
  }
  return pages;
}

/** A small load for a while, then three times as much, until slots have changed hands. */
async function middle() {
  const stream = await Stream.open(box);
  await box.scale("producer", 1);
  await until("a while", 120_000, () => stream.t > 42);
  await box.scale("producer", 3);
  await until("slots that change hands", 30_000, () =>
    /taken from background/.test(stream.state.get("headline")));
  await pause(1000);
  stream.end();
}

async function grey(page) {
  await page.bringToFront();
  await page.evaluate(() => { document.documentElement.style.filter = "grayscale(1)"; });
  await page.screenshot({ path: path.join(KEPT, "run-grey.png") });
  console.log(path.join(KEPT, "run-grey.png"));
}
