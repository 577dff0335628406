// The stage view, through a fake stream: one sentence, the queue and its curve, the load.

import assert from "node:assert/strict";

import { AxeBuilder } from "@axe-core/playwright";

import { live } from "./support/run.mjs";
import { Fake, snapshot, state } from "./support/fake.mjs";
import { outOfSight, tooWide } from "./support/look.mjs";
import { ROOM, claim, holds } from "./support/scene.mjs";

async function stage(scene, changes = {}, options = {}) {
  const fake = scene.ends(await Fake.start(await scene.box(), snapshot({ changes })));
  const page = await scene.open(fake, { at: "/?stage", ...options });
  await holds(page, "a curve", 15_000, () => document.querySelector("#plot svg.curve") !== null);
  return { fake, page };
}

/** All texts that can be seen, as one. */
const seen = (page) => page.evaluate(() => document.body.innerText);

claim("the stage view has the queue, its curve, the load and one sentence", async (scene) => {
  const { page } = await stage(scene);
  const words = await seen(page);
  for (const text of ["Producers 1 \u2192 3.", "Workers (urgent) 7, 1 starting",
    "Spare work 1, 1 stopping", "jobs wait", "allowed 20", "Load", "producers send 30 jobs a second"]) {
    assert.ok(words.includes(text), `${text}: ${words}`);
  }
  for (const text of ["lost", "Decisions", "Kill", "target", "LIVE"]) {
    assert.ok(!words.includes(text), text);
  }
  const curve = await page.locator("#plot").textContent();
  assert.match(curve, /allowed 20/);
  assert.match(curve, /in the last 60 s.*now/);
  assert.equal(await page.locator("#plot .above").count(), 1);
});

claim("a scenario's caption takes the headline's place", async (scene) => {
  const caption = "Nobody scales. The queue grows.";
  const scenario = { name: "a", step: 1, of: 3, waits: true, ends_in_s: null, caption };
  const { fake, page } = await stage(scene, { scenario });
  const visible = (place) => page.evaluate((place) => {
    const { width, height } = document.querySelector(place).getBoundingClientRect();
    return width > 1 && height > 1;
  }, place);
  assert.ok(await visible("#scenario strong"));
  assert.ok(!await visible("#headline"));
  const heading = page.getByRole("heading", { level: 1 });
  assert.equal(await heading.count(), 1, "screen readers get both");
  assert.ok(!/Step 1|Next/.test(await seen(page)));
  fake.frame({ set: { scenario: null } });
  await holds(page, "the headline", 5000, () =>
    document.querySelector("#headline").getBoundingClientRect().height > 1);
  assert.ok(!await visible("#scenario"));
});

claim("a number over its target is white on dark orange, and a calm one is the page's",
  async (scene) => {
    for (const colorScheme of ["light", "dark"]) {
      const { fake, page } = await stage(scene, {}, { colorScheme });
      const looks = () => page.evaluate(() => {
        const { color, backgroundColor } = getComputedStyle(document.querySelector(".queue b"));
        return { color, backgroundColor };
      });
      const over = await looks();
      assert.ok(contrast(over.color, over.backgroundColor) >= 4.5, JSON.stringify(over));
      assert.equal(over.backgroundColor, "rgb(166, 68, 0)");
      const calm = { ...state()["queue/jobs"], ready: 20 };
      fake.frame({ set: { "queue/jobs": calm } });
      await holds(page, "20", 5000, () => document.querySelector(".queue b").innerText === "20");
      assert.equal((await looks()).backgroundColor, "rgba(0, 0, 0, 0)");
    }
  });

/** The contrast of two colours as WCAG defines it. */
function contrast(...colours) {
  const [one, other] = colours.map((colour) => {
    const [r, g, b] = colour.match(/\d+/g).map((part) => {
      const share = Number(part) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }).sort((a, b) => b - a);
  return (one + 0.05) / (other + 0.05);
}

claim("lost jobs are shown once there are any, and warnings always", async (scene) => {
  const { fake, page } = await stage(scene);
  fake.frame({ set: { lost: 1, troubles: ["queue jobs does not answer"] } });
  await holds(page, "both", 5000, () =>
    /1\s+job lost/.test(document.body.innerText)
      && document.body.innerText.includes("queue jobs does not answer"));
});

claim("several queues and workloads, a long sentence and the reasons stay in the window",
  async (scene) => {
    const base = state();
    const changes = {
      "queue/mail": { ...base["queue/jobs"], ready: 3, target: 10 },
      "workload/mail": { ...base["workload/consumer"], priority: 2, queue: "mail" },
      "why/mail": base["why/consumer"],
      headline: "At the limit: 50 jobs/s arrive, 9 consumers do 45/s, and the tenth slot is the "
        + "background's minimum.",
    };
    for (const viewport of [ROOM, { width: 1024, height: 768 }, { width: 390, height: 844 }]) {
      const { page } = await stage(scene, changes, { viewport });
      const words = await seen(page);
      for (const text of [/C\s*consumer/, /M\s*mail/, /B\s*Spare work/, /wait in mail/]) {
        assert.match(words, text);
      }
      assert.deepEqual(await tooWide(page), []);
      const places = ["#headline", "#slots", "#legend", "#numbers", "#load-now"];
      if (viewport.width > 700) {
        assert.deepEqual(await outOfSight(page, [...places, "#plot"]), []);
      }
      await page.keyboard.press("e");
      await holds(page, "reasons", 5000, () =>
        document.querySelector("#why").textContent.includes("30 jobs/s arrive"));
      assert.deepEqual(await tooWide(page), []);
      if (viewport.width > 700) {
        assert.deepEqual(await outOfSight(page, places), []);
      }
    }
  });

claim("without a queue there is no curve, and without a load no load", async (scene) => {
  const changes = { "queue/jobs": null, "deployment/producer": null };
  const fake = scene.ends(await Fake.start(await scene.box(), snapshot({ changes })));
  const page = await scene.open(fake, { at: "/?stage" });
  await holds(page, "a legend", 15_000, () =>
    document.querySelector("#legend").textContent.includes("Workers"));
  assert.equal(await page.locator("#plot svg").count(), 0);
  assert.equal(await page.locator("#load-now").isVisible(), false);
});

claim("c draws another autoscaler in the curve, with its name and without a table",
  async (scene) => {
    const box = await scene.box();
    const page = await scene.open(box, { at: "/?stage" });
    await live(page);
    await box.scale("producer", 2);
    await page.keyboard.press("c");
    await holds(page, "a line", 60_000, () =>
      document.querySelector("#plot svg.curve .contender") !== null
        && /simulated/.test(document.querySelector("#plot").textContent));
    assert.equal(await page.locator("#comparison").isVisible(), false);
    const { violations } = await new AxeBuilder({ page }).analyze();
    assert.deepEqual(violations.map((it) => it.id), []);
    await page.keyboard.press("c");
    await holds(page, "no line", 5000, () =>
      document.querySelector("#plot svg.curve .contender") === null);
  });
