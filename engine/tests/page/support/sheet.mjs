// One picture of a state for each look: the page at four sizes on one sheet.

import { writeFile } from "node:fs/promises";

import { pause } from "./box.mjs";

export const SIZES = [[1280, 720], [1920, 1080], [1024, 768], [390, 844]];
/** Where each size stands in the sheet: two are in each row. */
const PLACES = [0, 2, 1, 3];
/** By name: the colour scheme, and a filter on the whole page. */
const LOOKS = { light: ["light", ""], dark: ["dark", ""], faint: ["light", "contrast(0.5)"] };
/** Longer than a change of colours takes, in milliseconds. */
const SETTLE_MS = 300;
const HEIGHT = 500;
const MOST_BYTES = 150_000;

/** Pictures of a page, by look. */
export async function looks(page) {
  await page.bringToFront();
  const taken = {};
  for (const [look, [colorScheme, filter]] of Object.entries(LOOKS)) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate((filter) => { document.documentElement.style.filter = filter; }, filter);
    await pause(SETTLE_MS);
    taken[look] = await page.screenshot();
  }
  return taken;
}

/** Stops everything that moves, so that the pictures of all looks show one moment. */
export const still = (page) => page.evaluate(() => {
  globalThis.requestAnimationFrame = () => 0;
  for (const animation of document.getAnimations()) {
    if (animation.id === "turn") animation.currentTime = 290;
    animation.pause();
  }
});

/** Writes one sheet for each look into a folder; `all` has the pictures of each size. */
export async function sheets(browser, folder, name, all) {
  const page = await browser.newPage({ viewport: { width: 1600, height: 100 } });
  for (const look of Object.keys(LOOKS)) {
    const image = (shot, i) => `<img height="${HEIGHT}" style="order: ${PLACES[i]}"
      src="data:image/png;base64,${shot[look].toString("base64")}">`;
    await page.setContent(`<style>body { margin: 8px; background: #888; display: flex;
      flex-wrap: wrap; gap: 8px; }</style>${all.map(image).join("")}`);
    await page.evaluate(() =>
      Promise.all([...document.images].map((image) => image.decode())));
    const file = `${folder}/${name}-${look}.jpeg`;
    for (let quality = 80, size = Infinity; size > MOST_BYTES && quality >= 50; quality -= 10) {
      const jpeg = await page.screenshot({ type: "jpeg", quality, fullPage: true });
      size = jpeg.length;
      await writeFile(file, jpeg);
    }
    console.log(file);
  }
  await page.close();
}
