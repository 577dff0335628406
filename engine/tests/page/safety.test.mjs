// What strangers may do: read, from this machine, and nothing else.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import path from "node:path";

import { ROOT, ask, until } from "./support/box.mjs";
import { live, logged } from "./support/run.mjs";
import { claim, holds } from "./support/scene.mjs";

const EVIL = {
  producer: "<script>document.title='owned'</script>",
  consumer: "<img src=x onerror=document.title='owned'>",
  remainder: "javascript:document.title='owned'//\"><svg onload=document.title='owned'>",
};

/** The demo with these names. */
async function evilManifest(scene) {
  const folder = await mkdtemp(path.join(tmpdir(), "microscaling-names-"));
  scene.ends({ end: () => rm(folder, { recursive: true }) });
  let text = await readFile(path.join(ROOT, "demo.yaml"), "utf8");
  for (const [name, evil] of Object.entries(EVIL)) {
    const metadata = `kind: Deployment\nmetadata:\n  name: `;
    assert.ok(text.includes(`${metadata}${name}\n`), name);
    text = text.replace(`${metadata}${name}\n`, `${metadata}${JSON.stringify(evil)}\n`);
  }
  const file = path.join(folder, "demo.yaml");
  await writeFile(file, text);
  return file;
}

claim("markup in a Deployment's name is shown as text, and does nothing", async (scene) => {
  const box = await scene.box({ manifest: await evilManifest(scene) });
  const { context } = await scene.room([box]);
  const pages = [];
  for (const at of ["/", "/configure"]) {
    const page = await context.newPage();
    await page.goto(box.url + at);
    pages.push(page);
  }
  const [run, configure] = pages;
  await live(run);
  await box.scale(encodeURIComponent(EVIL.producer), 3);
  await logged(run, "producer|script");
  const shows = (page, name) => holds(page, `the name ${name} as it is`, 15_000, (name) =>
    document.body.textContent.includes(name)
      || [...document.querySelectorAll("input, select")].some((it) => it.value.includes(name)),
  name);
  await shows(run, EVIL.consumer);
  for (const key of ["e", "c"]) await run.keyboard.press(key);
  await shows(configure, EVIL.consumer);
  for (const page of pages) {
    assert.doesNotMatch(await page.title(), /owned/);
    const foreign = await page.evaluate(() =>
      document.querySelectorAll("body script, img[src='x'], svg[onload]").length);
    assert.equal(foreign, 0);
  }
});

/** Every call that changes something, with what it would change. */
const CHANGES = [
  ["PUT", "/api/v1/deployments/producer/scale", { replicas: 7 }],
  ["PUT", "/api/v1/hold", { held: true }],
  ["PUT", "/api/v1/workloads/consumer/pause", { paused: true }],
  ["POST", "/api/v1/workloads/consumer/kill", undefined],
  ["POST", "/api/v1/burst", { jobs: 100 }],
  ["POST", "/api/v1/reset", undefined],
  ["PUT", "/api/v1/config", {
    changes: [{ deployment: "consumer", annotations: { "microscaling.com/priority": "7" } }],
  }],
  ["DELETE", "/api/v1/config", undefined],
  ["PUT", "/api/v1/scenario", "name: x"],
  ["DELETE", "/api/v1/scenario", undefined],
  ["POST", "/api/v1/scenario/next", undefined],
  ["POST", "/api/v1/scenario/previous", undefined],
];

/** Where a change would show; without a load none of it changes by itself. */
async function situation(box) {
  const { troubles, workloads, deployments, queues, capacity } = await box.state();
  const settled = workloads.map(({ name, desired, paused, priority }) =>
    ({ name, desired, paused, priority }));
  const ready = queues.map((queue) => queue.ready);
  const processes = (await box.get("/api/v1/processes")).processes.map((it) => it.pid).sort();
  return { troubles, settled, deployments, ready, capacity, processes };
}

/** Waits until nothing changes by itself any more. */
async function atRest(box) {
  await until("a box at rest", 20_000, async () => {
    const { used, capacity, queues, workloads } = await box.state();
    return used === capacity && queues.every((it) => it.ready === 0)
      && workloads.every((it) => it.ready === it.desired);
  });
}

/** Checks that all changes with these headers are refused and have no effect. */
async function refused(box, url, headers, why) {
  await atRest(box);
  const before = await situation(box);
  for (const [method, place, body] of CHANGES) {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const all = { "content-type": "application/json", ...headers };
    const answer = await ask(url, method, place, all, text);
    assert.ok([401, 403].includes(answer.status), `${why}: ${method} ${place}: ${answer.status}`);
    assert.equal(typeof JSON.parse(answer.body).error.message, "string");
  }
  assert.deepEqual(await situation(box), before, why);
}

claim("a forged Host or Origin changes nothing, and reads nothing", async (scene) => {
  const box = await scene.box();
  const host = box.address;
  const forged = [
    { host: "evil.example" },
    { host: `127.0.0.1.evil.example:${host.split(":")[1]}` },
    { host, origin: "http://evil.example" },
    { host, origin: "null" },
    { host, origin: `http://localhost:${Number(host.split(":")[1]) + 1}` },
    { host, origin: `https://${host}` },
  ];
  for (const headers of forged) {
    const why = JSON.stringify(headers);
    await refused(box, box.url, headers, why);
    for (const place of ["/", "/page/stream", "/api/v1/state", "/api/v1/config", "/configure"]) {
      const answer = await ask(box.url, "GET", place, headers);
      assert.equal(answer.status, 403, `${why}: GET ${place}`);
    }
  }
});

claim("a page elsewhere can neither read the engine nor change it", async (scene) => {
  const [box, other] = [await scene.box(), await scene.box()];
  const { context } = await scene.room([box, other]);
  const page = await context.newPage();
  // A document of another origin without a policy of its own, so that no policy stops it.
  await page.goto(`${other.url}/metrics`);
  scene.expect(/Failed to load resource|CORS policy/);
  await atRest(box);
  const before = await situation(box);
  const outcomes = await page.evaluate(async (url) => {
    const tries = [
      () => fetch(`${url}/api/v1/state`),
      () => fetch(`${url}/api/v1/reset`, { method: "POST" }),
      () => fetch(`${url}/api/v1/burst`, { method: "POST", body: '{"jobs":50}' }),
    ];
    const all = tries.map(async (go) => {
      const answer = await go();
      return answer.status;
    });
    return (await Promise.allSettled(all)).map((it) => it.status);
  }, box.url);
  assert.deepEqual(outcomes, ["rejected", "rejected", "rejected"]);
  const simple = { mode: "no-cors", method: "POST", body: '{"jobs":50}' };
  await page.evaluate(([url, simple]) => fetch(`${url}/api/v1/burst`, simple), [box.url, simple]);
  assert.deepEqual(await situation(box), before);
});

claim("a client that is not on this machine changes nothing without a token", async (scene) => {
  const own = Object.values(networkInterfaces()).flat()
    .find((it) => it.family === "IPv4" && !it.internal);
  if (!own) {
    scene.tell("not tried: this machine has no address besides the loopback's");
    return;
  }
  // From its own address to its own address: nothing leaves the machine.
  const box = await scene.box({ listen: `${own.address}:0` });
  const headers = { host: "localhost" };
  const inside = Object.create(box);
  inside.get = async (place) => JSON.parse((await ask(box.url, "GET", place, headers)).body);
  for (const extra of [{}, { authorization: "Bearer wrong" }, { authorization: "Bearer " }]) {
    await refused(inside, box.url, { ...headers, ...extra }, JSON.stringify(extra));
  }
  const seen = await ask(box.url, "GET", "/api/v1/state", headers);
  assert.equal(seen.status, 200);
});
