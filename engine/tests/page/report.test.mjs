// The button that saves the report of a run, and the saved page.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { AxeBuilder } from "@axe-core/playwright";

import { Box, until } from "./support/box.mjs";
import { badge, live, number } from "./support/run.mjs";
import { claim, holds } from "./support/scene.mjs";

async function folder(scene) {
  const folder = await mkdtemp(path.join(tmpdir(), "microscaling-report-"));
  scene.ends({ end: () => rm(folder, { recursive: true }) });
  return folder;
}

/** Presses the button; returns the path of the saved file. */
async function save(page, into) {
  const saved = page.waitForEvent("download", { timeout: 60_000 });
  await page.locator("#report").click();
  const download = await saved;
  assert.match(download.suggestedFilename(), /^microscaling-\d{4}-\d\d-\d\d-\d{4}\.html$/);
  const file = path.join(into, "report.html");
  await download.saveAs(file);
  await holds(page, "the answer", 5000, () =>
    document.querySelector("#report-said").textContent === "Report saved.");
  return file;
}

/** Shows a file in a new browser, which may send no request at all. */
async function shown(scene, file, options) {
  const { context } = await scene.room([], options);
  const page = await context.newPage();
  await page.goto(pathToFileURL(file).href);
  return page;
}

claim("the button saves a page that needs no script and reads everywhere", async (scene) => {
  const into = await folder(scene);
  const box = await scene.box();
  const page = await scene.open(box);
  await live(page);
  await box.scale("producer", 3);
  await number(page, "workload/consumer", /^\D*[5-9]/);
  // The simulated rivals need the time of a job, which is known after 20 jobs.
  await until("a comparison", 60_000, async () =>
    (await box.get("/api/v1/ghosts")).contenders !== undefined);
  const file = await save(page, into);

  const plain = await shown(scene, file, { javaScriptEnabled: false });
  assert.match(await plain.locator("h1").innerText(), /^A run of /);
  for (const says of ["producers 0 \u2192 3", "gives way to consumer", "KEDA tuned"]) {
    assert.ok((await plain.locator("main").innerText()).includes(says), says);
  }
  for (const colorScheme of ["light", "dark"]) {
    for (const viewport of [{ width: 1280, height: 720 }, { width: 390, height: 844 }]) {
      const page = await shown(scene, file, { colorScheme, viewport });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.equal(wide, viewport.width, "nothing scrolls sideways but tables in their frames");
      const drawn = await page.locator("svg.course").evaluateAll((all) =>
        all.filter((svg) => svg.getBoundingClientRect().width > 0).map((svg) => svg.classList[1]));
      assert.deepEqual(drawn, [viewport.width > 700 ? "wide" : "narrow"]);
      const { violations } = await new AxeBuilder({ page }).analyze();
      assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes[0].html]), []);
    }
  }
});

claim("the report prints in light colours, with the rows that are folded", async (scene) => {
  const into = await folder(scene);
  const box = await scene.box();
  const page = await scene.open(box);
  await live(page);
  const text = await readFile(await save(page, into), "utf8");
  const folded = "<details><summary>1 more</summary><p id=\"folded\">x</p></details>";
  const sheet = await shown(scene, path.join(into, "report.html"), { colorScheme: "dark" });
  await sheet.setContent(text.replace("</main>", `${folded}</main>`));
  const ground = () => sheet.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const height = () => sheet.locator("#folded").evaluate((it) => it.checkVisibility({
    contentVisibilityAuto: true }));
  assert.deepEqual([await ground(), await height()], ["rgb(13, 17, 23)", false], "on the screen");
  await sheet.emulateMedia({ media: "print" });
  assert.deepEqual([await ground(), await height()], ["rgb(255, 255, 255)", true], "on paper");
  for (const format of ["A4", "Letter"]) {
    const pdf = await sheet.pdf({ format });
    assert.equal(pdf.subarray(0, 4).toString(), "%PDF", format);
  }
});

claim("the button of a replay saves the report of the recording", async (scene) => {
  const into = await folder(scene);
  const tape = path.join(into, "run.ndjson");
  const box = await scene.box({ args: ["--record", tape] });
  await box.scale("producer", 1);
  await until("jobs", 30_000, async () => (await box.state()).queues[0].acked_total > 5);
  await box.end();
  const args = ["replay", tape, "--speed", "4", "--listen", "127.0.0.1:0"];
  const again = scene.ends(await Box.run(args));
  const page = await scene.open(again);
  await badge(page, "REPLAY");
  const text = await readFile(await save(page, into), "utf8");
  assert.ok(text.includes(`from the recording ${tape}.`));
  assert.ok(text.includes("producers 0 \u2192 1"));
});
