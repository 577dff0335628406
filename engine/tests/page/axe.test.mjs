// Accessibility: axe-core finds no violation on any page or view.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { AxeBuilder } from "@axe-core/playwright";

import { Box, until } from "./support/box.mjs";
import { badge, live, number } from "./support/run.mjs";
import { claim } from "./support/scene.mjs";

/** All violations of what a page shows now, one line each. */
async function wrong(page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary}`));
}

/** Views of the Run page, by the key that opens each. */
const VIEWS = [
  ["stage", "s"], ["whys", "e"], ["comparison", "c"], ["two worlds", "v"], ["help", "?"],
];

for (const colorScheme of ["light", "dark"]) {
  claim(`the Run page and its views have no violation, ${colorScheme}`, async (scene) => {
    const box = await scene.box();
    const page = await scene.open(box, { colorScheme, reducedMotion: "reduce" });
    await live(page);
    assert.deepEqual(await wrong(page), [], "at the start");
    await box.scale("producer", 3);
    await number(page, "workload/consumer", /^\D*[5-9]/);
    assert.deepEqual(await wrong(page), [], "under load");
    for (const [name, key] of VIEWS) {
      await page.keyboard.press(key);
      if (name === "comparison") await page.locator("#comparison").waitFor({ state: "visible" });
      if (name === "two worlds") await page.locator("#world-ours svg").waitFor({ timeout: 30_000 });
      assert.deepEqual(await wrong(page), [], `the view ${name}`);
      await page.keyboard.press(name === "help" ? "Escape" : key);
    }
    await page.keyboard.press("h");
    await badge(page, "HELD");
    await page.keyboard.press("f");
    assert.deepEqual(await wrong(page), [], "held and frozen");
    await page.keyboard.press("f");
    await page.setViewportSize({ width: 390, height: 844 });
    assert.deepEqual(await wrong(page), [], "on a phone");
    scene.expect(/ERR_/);
    await box.end();
    await badge(page, "STALE");
    assert.deepEqual(await wrong(page), [], "stale");
  });

  claim(`Configure has no violation, ${colorScheme}`, async (scene) => {
    const box = await scene.box();
    const page = await scene.open(box, { at: "/configure", colorScheme });
    await page.locator("#cards input:enabled").first().waitFor();
    assert.deepEqual(await wrong(page), []);
    await page.setViewportSize({ width: 390, height: 844 });
    assert.deepEqual(await wrong(page), [], "on a phone");
  });

  claim(`the presenter's window has no violation, ${colorScheme}`, async (scene) => {
    const box = await scene.box({ args: ["--stage"] });
    const page = await scene.open(box, { at: "/presenter", colorScheme });
    const step = (many) => page.locator("#scenario .step", { hasText: `Step ${many} of 3` });
    await step(0).waitFor();
    await page.keyboard.press("PageDown");
    await step(1).waitFor();
    await page.locator("#next-step").waitFor();
    assert.deepEqual(await wrong(page), [], "in a step");
    await page.setViewportSize({ width: 390, height: 844 });
    assert.deepEqual(await wrong(page), [], "on a phone");
    await page.keyboard.press("PageDown");
    await page.keyboard.press("PageDown");
    await step(3).waitFor();
    await page.locator("#next").click();
    await page.locator("#next-step").waitFor({ state: "hidden" });
    assert.deepEqual(await wrong(page), [], "without a scenario");
  });

  claim(`a replay has no violation, ${colorScheme}`, async (scene) => {
    const folder = await mkdtemp(path.join(tmpdir(), "microscaling-tape-"));
    scene.ends({ end: () => rm(folder, { recursive: true }) });
    const tape = path.join(folder, "run.ndjson");
    const box = await scene.box({ args: ["--record", tape] });
    await box.scale("producer", 3);
    await until("a change", 30_000, async () => (await box.state()).decisions.length > 0);
    await box.end();
    const again = scene.ends(await Box.run(["replay", tape, "--listen", "127.0.0.1:0"]));
    const page = await scene.open(again, { colorScheme });
    await badge(page, "REPLAY");
    await page.locator("#replay-marks span").first().waitFor({ state: "attached" });
    await page.keyboard.press("Space");
    assert.deepEqual(await wrong(page), []);
    await page.goto(`${again.url}/presenter`, { waitUntil: "commit" });
    await badge(page, "REPLAY");
    await page.locator("#replay-play").waitFor();
    assert.deepEqual(await wrong(page), [], "in the presenter's window");
  });
}
