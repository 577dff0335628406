// A replay shows the same page again.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { Box, until } from "./support/box.mjs";
import { badge } from "./support/run.mjs";
import { claim, holds } from "./support/scene.mjs";
import { Stream } from "./support/stream.mjs";

claim("a replay shows the page as it was, says so, and cannot be changed", async (scene) => {
  const folder = await mkdtemp(path.join(tmpdir(), "microscaling-tape-"));
  scene.ends({ end: () => rm(folder, { recursive: true }) });
  const tape = path.join(folder, "run.ndjson");
  const box = await scene.box({ args: ["--record", tape] });
  const stream = scene.ends(await Stream.open(box));
  await box.scale("producer", 3);
  await until("consumers", 30_000, () => stream.state.get("workload/consumer")?.ready >= 5);
  await box.end();

  const again = scene.ends(await Box.run(["replay", tape, "--speed", "4", "--listen",
    "127.0.0.1:0"]));
  const page = await scene.open(again);
  await badge(page, "REPLAY");
  const last = stream.state.get("headline").replaceAll("->", "\u2192");
  await holds(page, `the headline ${last}`, 30_000, (last) =>
    document.querySelector("#headline").textContent === last, last);
  for (const place of ["#producers", "#burst", "#kill", "#hold", "#reset"]) {
    assert.ok(await page.locator(place).isDisabled(), place);
  }
  for (const key of ["Shift+B", "k", "h", "c", "PageDown"]) await page.keyboard.press(key);
  await holds(page, "the page is still there", 5000, () =>
    /REPLAY/.test(document.querySelector("#badge").textContent));
  const answer = await again.call("POST", "/api/v1/burst", { jobs: 10 });
  assert.equal(answer.status, 409);
});
