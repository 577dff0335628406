// States that a box seldom reaches, shown through a fake stream.

import assert from "node:assert/strict";

import { AxeBuilder } from "@axe-core/playwright";

import { Fake, snapshot, state } from "./support/fake.mjs";
import { GLANCE, outOfSight, tooSmall, tooWide } from "./support/look.mjs";
import { badge, live } from "./support/run.mjs";
import { claim, holds } from "./support/scene.mjs";

async function shown(scene, changes, options = {}) {
  const fake = scene.ends(await Fake.start(await scene.box(), snapshot({ changes })));
  const page = await scene.open(fake, options);
  await holds(page, "a state", 15_000, () => Number(document.body.dataset.tick) > 0);
  return { fake, page };
}

const says = (page, place, words) => holds(page, `${place} says ${words}`, 5000,
  ([place, words]) => document.querySelector(place)?.textContent.includes(words), [place, words]);

claim("a disabled control says why in visible text", async (scene) => {
  const reasons = Object.fromEntries(Object.keys(state().controls).map((name) =>
    [name, `${name} needs deploy/${name}`]));
  const { page } = await shown(scene, { controls: reasons });
  const buttons = { load: "#producers", burst: "#burst", kill: "#kill", hold: "#hold",
    pause: "#pause", reset: "#reset" };
  for (const [name, place] of Object.entries(buttons)) {
    assert.ok(await page.locator(place).isDisabled(), place);
    await says(page, "#controls", reasons[name]);
  }
  const { violations } = await new AxeBuilder({ page }).analyze();
  assert.deepEqual(violations.map((it) => it.id), []);
});

claim("stopping and starting slots look different, and the file buttons keep their size",
  async (scene) => {
    const slot = (i, phase) => ({ name: `consumer-${i}`, workload: "consumer", phase });
    const phases = ["ready", "starting", "terminating"];
    for (const [slots, viewport] of [[10, { width: 1280, height: 720 }],
      [120, { width: 1280, height: 720 }], [10, { width: 390, height: 844 }]]) {
      const all = Array.from({ length: slots }, (_, i) => [`slot/${i}`, slot(i, phases[i % 3])]);
      const { page } =
        await shown(scene, { slots, capacity: slots, ...Object.fromEntries(all) }, { viewport });
      const bars = await page.evaluate(() => [...document.querySelectorAll("#slots .slot")]
        .map((it) => getComputedStyle(it, "::after").backgroundImage !== "none"));
      assert.deepEqual(bars.slice(0, 6), [false, false, true, false, false, true]);
      await page.locator("#save summary").click();
      const sizes = await page.locator("#save button").evaluateAll((all) =>
        all.map((it) => [it.clientWidth, it.clientHeight, it.getBoundingClientRect().left]));
      for (const [wide, high, left] of sizes) {
        assert.ok(high < 48 && wide > 40 && left >= 0, `${viewport.width}: ${sizes}`);
      }
    }
  });

claim("unknown numbers are not zero", async (scene) => {
  const queue = { ready: null, in_flight: null, target: 20, age_s: null, status: "failed",
    arrive_s: null, done_s: null };
  const { page } = await shown(scene, { "queue/jobs": queue, lost: null });
  for (const name of ["queue/jobs", "lost"]) {
    const text = await page.locator(`[data-number="${name}"]`).textContent();
    assert.doesNotMatch(text.replace(/target 20/, ""), /\d/, name);
  }
});

for (const [mode, word, because] of [
  ["held", "HELD", null], ["replay", "REPLAY", null],
  ["looks_on", "", "engine-7f leads; this one looks on"],
]) {
  claim(`the mode ${mode} is shown`, async (scene) => {
    // The stream says replay, but the engine behind it is a live one, which has no such calls.
    if (mode === "replay") scene.expect(/404/);
    const { status } = state();
    const { page } = await shown(scene, { status: { ...status, mode, because } });
    await badge(page, word);
    if (because) await says(page, "body", because);
  });
}

claim("warnings are shown in full, and leave the first glance in sight", async (scene) => {
  const trouble = "queue jobs does not answer: connection refused; consumer is held";
  const { page } = await shown(scene, { troubles: [trouble] });
  await says(page, "main", trouble);
  assert.deepEqual(await outOfSight(page, GLANCE), []);
});

claim("long names, many workloads and forty slots stay within the window", async (scene) => {
  const name = "invoices-of-the-last-quarter-and-reminders-for-those-who-did-not-pay";
  const base = state();
  const changes = { capacity: 40, used: 40, slots: 40, [`queue/${name}`]: base["queue/jobs"] };
  for (let i = 0; i < 3; i += 1) {
    changes[`workload/${name}-${i}`] = { ...base["workload/consumer"], priority: 2 + i };
    changes[`why/${name}-${i}`] = base["why/consumer"];
  }
  for (let i = 10; i < 40; i += 1) {
    changes[`slot/${i}`] = { name: `${name}-${i}`, workload: `${name}-1`, phase: "ready" };
  }
  for (const viewport of [undefined, { width: 390, height: 844 }]) {
    const { page } = await shown(scene, changes, { viewport });
    await live(page);
    assert.deepEqual(await tooWide(page), [], JSON.stringify(viewport));
    assert.deepEqual(await tooSmall(page, 18), []);
    assert.equal(await page.locator("#slots > *").count(), 40);
  }
});

claim("five numbers stay on one row at 1024", async (scene) => {
  const other = { ...state()["workload/consumer"], priority: 2 };
  const { page } =
    await shown(scene, { "workload/mail": other }, { viewport: { width: 1024, height: 768 } });
  await says(page, "#numbers", "mail");
  const tops = await page.locator(".number").evaluateAll((all) => all.map((it) => it.offsetTop));
  assert.equal(tops.length, 5);
  assert.equal(new Set(tops).size, 1, `${tops}`);
  assert.deepEqual(await outOfSight(page, GLANCE), []);
});

claim("a caption of a scenario and a long headline leave the first glance in sight",
  async (scene) => {
    const scenario = { name: "first-five-minutes", step: 1, of: 3, waits: true, ends_in_s: null,
      caption: "Nobody scales. Three producers, one consumer, and the queue grows." };
    const headline = "At the limit: 50 jobs/s arrive, 9 consumers do 45/s, and the tenth slot is "
      + "the background's minimum.";
    const { page } = await shown(scene, { scenario, headline });
    await says(page, "#scenario", scenario.caption);
    assert.deepEqual(await outOfSight(page, GLANCE), []);
  });

claim("only the headline is announced, at most every 5 s", async (scene) => {
  const { fake, page } = await shown(scene, {});
  const regions = await page.evaluate(() =>
    [...document.querySelectorAll("[aria-live], [role=alert], [role=status], [role=log], output")]
      .map((it) => it.id || it.outerHTML.slice(0, 80)));
  assert.deepEqual(regions, ["headline"]);
  await page.evaluate(() => {
    window.told = [];
    const headline = document.querySelector("#headline");
    const heard = () => {
      if (headline.getAttribute("aria-live") !== "off") window.told.push(performance.now());
    };
    const words = { childList: true, characterData: true, subtree: true };
    new MutationObserver(heard).observe(headline, words);
  });
  for (let i = 0; i < 24; i += 1) {
    fake.frame({ set: { headline: `Sentence ${i}.` } });
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const told = await page.evaluate(() => window.told);
  const gaps = told.slice(1).map((at, i) => at - told[i]);
  assert.ok(told.length > 1 && gaps.every((gap) => gap >= 4900), `told after ${gaps.join(" ")} ms`);
});

claim("another run replaces everything", async (scene) => {
  const { fake, page } = await shown(scene, {});
  await page.evaluate(() => { window.sameLoad = true; });
  fake.first = { ...snapshot({ run: "other", seq: 3, log: [] }), t: 1.5, tick: 3 };
  fake.first.history = { t: [0.5, 1, 1.5], queues: { jobs: [0, 0, 0] }, load: {}, live: {} };
  fake.seq = 3;
  scene.expect(/ERR_/);
  for (const answer of fake.open) answer.end();
  await holds(page, "the other run", 10_000, () => document.body.dataset.run === "other");
  const times = await page.evaluate(async () => {
    const { store } = await import("/assets/shell/store.js");
    return store.model.history.t;
  });
  assert.deepEqual(times, [0.5, 1, 1.5]);
  assert.equal(await page.evaluate(() => window.sameLoad), true);
  assert.equal(await page.locator("#log li").count(), 0);
});
