// The audience's listener: a page with one button.

import assert from "node:assert/strict";

import { AxeBuilder } from "@axe-core/playwright";

import { ask, until } from "./support/box.mjs";
import { letters, outOfSight, tooSmall, tooWide } from "./support/look.mjs";
import { live } from "./support/run.mjs";
import { ROOM, claim, holds } from "./support/scene.mjs";

/** A box with an audience, and a phone in the room. */
async function room(scene, options = {}) {
  const box = await scene.box({ args: ["--audience", "127.0.0.1:0"] });
  const { url } = (await box.state()).audience;
  const phones = { url: url.replace(/\/$/, ""), address: new URL(url).host };
  const viewport = { width: 390, height: 844 };
  const page = await scene.open(phones, { viewport, ...options });
  await holds(page, "the queue's number", 15_000, () =>
    /\d/.test(document.querySelector("#queue").textContent));
  return { box, phones, page };
}

const published = async (box) => {
  const { queue_url: url } = await box.get("/api/v1/processes");
  return (await (await fetch(`${url}v1/queues/jobs`)).json()).published_total;
};

claim("a press on a phone sends a job, and the stage view shows the phones' address",
  async (scene) => {
    const { box, page } = await room(scene);
    const before = await published(box);
    await page.locator("#add").press("Enter");
    await until("a job more", 10_000, async () => await published(box) === before + 1);
    const stage = await scene.open(box);
    await live(stage);
    await stage.keyboard.press("s");
    const code = stage.locator("#audience img");
    await code.waitFor({ state: "visible", timeout: 10_000 });
    assert.ok(await code.evaluate((img) => img.complete && img.naturalWidth > 0));
    assert.ok(await code.getAttribute("alt"));
  });

for (const viewport of [ROOM, { width: 1024, height: 768 }, { width: 390, height: 844 }]) {
  claim(`q fills a window ${viewport.width} wide with the QR code, and q or Escape leaves it`,
    async (scene) => {
      const box = await scene.box({ args: ["--audience", "127.0.0.1:0"] });
      const page = await scene.open(box, { viewport, at: "/?stage" });
      await live(page);
      const { url } = (await box.state()).audience;
      for (const leave of ["q", "Escape"]) {
        await page.keyboard.press("q");
        const image = page.locator("#code img");
        await image.waitFor({ state: "visible", timeout: 5000 });
        await holds(page, "the code", 5000, () =>
          document.querySelector("#code img").naturalWidth > 0);
        const { width, height } = await image.boundingBox();
        assert.ok(Math.min(width, height) > 0.6 * Math.min(viewport.width, viewport.height));
        assert.ok(url.includes(await page.locator("#code p").textContent()));
        assert.deepEqual(await outOfSight(page, ["#code", "#code img", "#code p"]), []);
        assert.ok(await letters(page, "#code p") >= 28);
        await page.keyboard.press(leave);
        await image.waitFor({ state: "hidden", timeout: 5000 });
        assert.equal(await page.evaluate(() => document.body.dataset.view), "stage");
      }
    });
}

claim("without an audience q says so, also in the stage view", async (scene) => {
  const box = await scene.box();
  for (const at of ["/", "/?stage", "/?stage&readonly"]) {
    const page = await scene.open(box, { at });
    await live(page);
    await page.keyboard.press("q");
    await holds(page, "an answer", 5000, () => {
      const answer = document.querySelector("#answer");
      return answer.checkVisibility() && /--audience/.test(answer.textContent);
    });
    assert.equal(await page.locator("#code").isVisible(), false, at);
  }
});

claim("the phones' listener serves only its page and its button", async (scene) => {
  const { box, phones } = await room(scene);
  const before = await box.state();
  const own = { host: phones.address, origin: phones.url };
  const places = ["/api/v1/state", "/api/v1/deployments/producer/scale", "/api/v1/hold",
    "/api/v1/reset", "/api/v1/burst", "/api/v1/config", "/api/v1/scenario", "/metrics", "/livez",
    "/page/stream", "/configure", "/assets/run/app.js", "/job/", "//job", "/%6aob/../api/v1/reset"];
  for (const method of ["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"]) {
    for (const place of places) {
      const body = method === "GET" ? undefined : '{"replicas":5,"held":true,"jobs":9}';
      const answer = await ask(phones.url, method, place, own, body);
      assert.equal(answer.status, 404, `${method} ${place}`);
    }
  }
  const total = await published(box);
  for (const headers of [{ host: phones.address, origin: "http://evil.example" },
    { host: phones.address, origin: "null" }, { host: phones.address }]) {
    const answer = await ask(phones.url, "POST", "/job", headers, "");
    assert.equal(answer.status, 403, JSON.stringify(headers));
  }
  const after = await box.state();
  assert.deepEqual(after.deployments, before.deployments);
  assert.equal(await published(box), total);
});

for (const colorScheme of ["light", "dark"]) {
  claim(`the phones' page has no violation, ${colorScheme}`, async (scene) => {
    const { page } = await room(scene, { colorScheme });
    const { violations } = await new AxeBuilder({ page }).analyze();
    assert.deepEqual(violations.map((it) => `${it.id}: ${it.nodes[0].target}`), []);
    assert.deepEqual(await tooWide(page), []);
    assert.deepEqual(await tooSmall(page, 18), []);
  });
}
