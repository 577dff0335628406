// Prints how many frames a second the Run page and the stage view draw. `scripts/measure-frames`
// runs this.

import { chromium } from "playwright-core";

import { begin, measure, play, summary } from "./frames.mjs";
import { Box } from "./support/box.mjs";

const MEASURED_MS = 15_000;

const browser = await chromium.launch({
  executablePath: process.env.MICROSCALING_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
const box = await Box.start();
const fake = await begin(box);
const stop = play(fake);
try {
  for (const [width, height] of [[1280, 720], [1920, 1080]]) {
    for (const view of ["run", "stage"]) {
      const context = await browser.newContext({ viewport: { width, height } });
      const page = await context.newPage();
      await page.goto(fake.url + (view === "stage" ? "/#stage" : "/"));
      await page.locator("#dots[data-dots]").waitFor({ state: "attached" });
      const measured = await measure(page, MEASURED_MS);
      const { rate, p50, p95, max } = summary(measured);
      const dots = (measured.dots * 1000) / MEASURED_MS;
      console.log(`${view} ${width}x${height}: ${rate.toFixed(1)} frames/s, intervals `
        + `p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, max ${max.toFixed(1)} ms, `
        + `${dots.toFixed(0)} dots/s`);
      await context.close();
    }
  }
} finally {
  stop();
  await fake.end();
  await browser.close();
  await box.end();
}
