// The presenter's window.

import assert from "node:assert/strict";
import { test } from "node:test";

import { timesOf } from "../../web/src/page/presenter/plan.js";
import { until } from "./support/box.mjs";
import { badge, live } from "./support/run.mjs";
import { claim, holds } from "./support/scene.mjs";
import { Stream } from "./support/stream.mjs";

const SOON = 15_000;

test("the talk's time is planned as the sum of its steps, and goes on between two answers", () => {
  const talk = (step, elapsed_s, step_elapsed_s) =>
    ({ step, elapsed_s, step_elapsed_s, steps: [{ plan_s: 60 }, { plan_s: 90 }] });
  assert.deepEqual(timesOf(7, { talk: talk(2, 100, 20), age: 2.5 }), [
    { name: "talk", elapsed: 102.5, plan: 150 }, { name: "step", elapsed: 22.5, plan: 90 }]);
  assert.deepEqual(timesOf(7, { talk: talk(0, null, null), age: 9 }), [
    { name: "talk", elapsed: null, plan: 150 }, { name: "step", elapsed: null, plan: 60 }]);
  const [only, ...others] = timesOf(7, { talk: null, age: 9 });
  assert.deepEqual([only.elapsed, only.plan, others], [7, null, []]);
});

/** Presses p on the Run page; returns the window that it opens. */
async function open(page) {
  await live(page);
  const popup = page.waitForEvent("popup");
  await page.keyboard.press("p");
  const window = await popup;
  await live(window);
  return window;
}

const says = (page, place, words, withinMs = SOON) =>
  holds(page, `${place}: ${words}`, withinMs, ([place, words]) =>
    document.querySelector(place)?.textContent.includes(words), [place, words]);

claim("p opens a window with the notes, the next step and the time, and the audience sees none",
  async (scene) => {
    const box = await scene.box({ args: ["--stage"] });
    const page = await scene.open(box);
    const stream = scene.ends(await Stream.open(box));
    const window = await open(page);
    await says(window, "#notes", "These are the notes of the first step.", 30_000);
    await says(window, "#next-step", "Next, with PageDown: Nobody scales.");
    await says(window, "#times", "talk, planned 3:00");
    await window.keyboard.press("PageDown");
    await says(window, "#scenario", "Step 1 of 3");
    await says(window, "#notes", "Each square is an urgent worker.");
    await says(window, "#next-step", "Next, with PageDown: Microscaling on.");
    await holds(window, "two seconds of the talk", SOON, () =>
      [...document.querySelectorAll("#times dd")].every((it) => /^0:0[2-9]/.test(it.textContent)));
    await window.keyboard.press("PageDown");
    await says(window, "#next-step", "Next, with PageDown: The load is gone.");
    await window.keyboard.press("PageDown");
    await says(window, "#next-step", "This is the last step.");
    await window.keyboard.press("PageUp");
    await says(window, "#notes", "Scaling is on.");

    assert.ok(!(await page.content()).includes("Each square"), "the audience's window");
    const seen = JSON.stringify([[...stream.state], stream.log]);
    assert.ok(seen.includes("Microscaling on") && !seen.includes("Each square"), "the stream");
    const answer = await box.get("/api/v1/scenario/notes");
    assert.match(answer.talk.steps[0].notes, /Each square/);

    await page.bringToFront();
    await page.keyboard.press("p");
    await says(window, "#notes", "Scaling is on.");
    assert.equal(page.context().pages().length, 2, "there is one such window");
  });

claim("keys and buttons of the window work as on the Run page, and views change the audience's",
  async (scene) => {
    const box = await scene.box();
    const page = await scene.open(box);
    const stream = scene.ends(await Stream.open(box));
    const window = await open(page);
    const load = (n) => until(`${n} producers`, SOON, () =>
      stream.state.get("deployment/producer").desired === n);
    await window.keyboard.press("3");
    await load(3);
    await window.keyboard.press("+");
    await load(4);
    for (const [key, kind] of [["Shift+B", "burst"], ["k", "kill"], ["h", "hold"]]) {
      await window.keyboard.press(key);
      const entry = await until(kind, SOON, () => stream.log.find((it) => it.kind === kind));
      assert.equal(entry.by, "the page");
    }
    await badge(window, "HELD");
    await window.locator("#hold").click();
    await badge(window, "LIVE");
    await window.locator("#pause").click();
    await window.locator("#pause-choices button").first().click();
    await says(window, "#pause", "Paused: 1");
    await window.keyboard.down("r");
    await until("second 0", SOON, () => stream.log.some((it) => it.kind === "reset"));
    await window.keyboard.up("r");

    const view = (name) => holds(page, `the view ${name}`, SOON, (name) =>
      (document.body.dataset.view ?? "run") === name, name);
    await window.keyboard.press("s");
    await view("stage");
    await window.keyboard.press("s");
    await view("run");
    await window.keyboard.press("e");
    await page.locator("#why").waitFor({ state: "visible" });
    await window.keyboard.press("f");
    await badge(page, "FROZEN");
    await badge(window, "LIVE");
    await says(window, "#freeze", "Unfreeze");
    const picture = window.frameLocator("#preview iframe");
    await until("the picture is frozen, too", SOON, async () =>
      await picture.locator("#badge").textContent() === "FROZEN");
    await page.keyboard.press("f");
    await says(window, "#freeze", "Freeze");
    await badge(page, "LIVE");
    await until("and goes on", SOON, async () =>
      await picture.locator("#badge").textContent() !== "FROZEN");
  });

claim("the window shows what the audience sees, and nothing can be pressed in it",
  async (scene) => {
    const box = await scene.box();
    const window = await scene.open(box, { at: "/presenter" });
    await live(window);
    const picture = window.frameLocator("#preview iframe");
    await until("the same headline as the engine's", SOON, async () => {
      const { headline } = await box.state();
      return (await picture.locator("#headline").textContent()) === headline
        .replaceAll("->", "\u2192");
    });
    const { width, height } = await window.locator("#preview").boundingBox();
    assert.ok(Math.abs(width / height - 16 / 9) < 0.02, `${width} x ${height}`);
    for (let i = 0; i < 30; i += 1) {
      await window.keyboard.press("Tab");
      const inFrame = await window.evaluate(() => document.activeElement?.tagName === "IFRAME");
      assert.ok(!inFrame, "the frame takes no keys");
    }
  });

claim("without a scenario the window has its controls and its time, and says how to start one",
  async (scene) => {
    const box = await scene.box();
    const window = await scene.open(box, { at: "/presenter" });
    await live(window);
    await says(window, "#notes", "No scenario is played");
    await says(window, "#notes", `engine play FILE --step --engine-url ${box.url}`);
    await says(window, "#times", "since the start or the last reset");
    assert.ok(await window.locator("#burst").isEnabled());
    assert.ok(await window.locator("#next-step").isHidden());
  });

claim("a blocked window is said in the line for answers", async (scene) => {
  const box = await scene.box();
  const page = await scene.open(box);
  await live(page);
  await page.evaluate(() => { globalThis.open = () => null; });
  await page.keyboard.press("p");
  await says(page, "#answer", "The browser has blocked the presenter window.");
});

claim("where the notes need the token, the window asks for it once", async (scene) => {
  scene.expect(/401/);
  const box = await scene.box({ args: ["--stage"] });
  const { context } = await scene.room([box]);
  const window = await context.newPage();
  let asked = 0;
  await window.route("**/api/v1/scenario/notes", (route) => {
    asked += 1;
    if (route.request().headers().authorization === "Bearer secret") return route.continue();
    const error = { code: "unauthorized", message: "reading the notes needs the token" };
    return route.fulfill({ status: 401, json: { error } });
  });
  await window.goto(`${box.url}/presenter`, { waitUntil: "commit" });
  await window.locator("#token-field").waitFor({ state: "visible", timeout: 30_000 });
  await says(window, "#notes", "The notes are shown once the token is entered.");
  const before = asked;
  // The page reads the notes again every five seconds, but not with a token that was refused.
  await until("six seconds", SOON, () => window.evaluate(() => performance.now() > 6000));
  assert.ok(asked <= before + 1, `${asked} after ${before}`);
  await window.locator("#token-field").fill("secret");
  await window.locator("#token button").click();
  await says(window, "#notes", "Each square is an urgent worker.");
});
