// Slots that change hands, killed containers, and jobs as dots: what a page shows of them.

import assert from "node:assert/strict";
import { cpus, loadavg } from "node:os";

import { begin, measure, play, summary } from "./frames.mjs";
import { pause, until } from "./support/box.mjs";
import { Fake, snapshot } from "./support/fake.mjs";
import { badge, press } from "./support/run.mjs";
import { claim, holds } from "./support/scene.mjs";
import { Stream } from "./support/stream.mjs";

const SOON = 5000;
const B = { name: "remainder-9", workload: "remainder", phase: "ready" };
const C = { name: "consumer-9", workload: "consumer", phase: "starting" };
/** The slot that changes hands. */
const AT = 9;

async function shown(scene, options = {}) {
  const fake = scene.ends(await Fake.start(await scene.box(), snapshot()));
  const page = await scene.open(fake, options);
  await holds(page, "a state", 15_000, () => Number(document.body.dataset.tick) > 0);
  return { fake, page };
}

/** Sends a state at a time in seconds; each time must be later than the last one. */
const send = (fake, t, set) => {
  fake.first.t = t;
  fake.frame({ t, set });
};

const kindOf = (page, slot) => page.evaluate((slot) =>
  document.querySelector("#slots").children[slot].className, slot);
const becomes = (page, slot, kind) => holds(page, `slot ${slot} is ${kind}`, SOON,
  ([slot, kind]) => document.querySelector("#slots").children[slot].className.includes(kind),
  [slot, kind]);

/** Notes each turn with its tile and duration. */
const watch = (page) => page.evaluate(() => {
  globalThis.turns = [];
  const animate = Element.prototype.animate;
  Element.prototype.animate = function noted(frames, timing) {
    const animation = animate.call(this, frames, timing);
    if (timing.id === "turn") {
      animation.currentTime = 180;
      const narrow = this.getBoundingClientRect().width / this.offsetWidth;
      animation.currentTime = 0;
      const tile = [...this.parentElement.children].indexOf(this);
      const turn = { tile, narrow, at: performance.now() };
      animation.addEventListener("finish", () => { turn.took = performance.now() - turn.at; });
      globalThis.turns.push(turn);
    }
    return animation;
  };
});

/** The turns, and how many dots have set out, returned to the queue, and are under way. */
const seen = (page) => page.evaluate(() => {
  const { dots = 0, back = 0, flying = 0 } = document.querySelector("#dots").dataset;
  return {
    turns: globalThis.turns, dots: Number(dots), back: Number(back), flying: Number(flying),
  };
});

claim("a slot that changes hands turns once, in its place, within 400 ms", async (scene) => {
  const { fake, page } = await shown(scene);
  await watch(page);
  send(fake, 60.5, { [`slot/${AT}`]: { ...B, phase: "terminating" } });
  await becomes(page, AT, "terminating");
  const bar = await page.evaluate((slot) => getComputedStyle(
    document.querySelector("#slots").children[slot], "::after").backgroundImage, AT);
  assert.notEqual(bar, "none", "it is struck through while it stops");
  send(fake, 60.6, { [`slot/${AT}`]: C });
  await becomes(page, AT, "urgent-0 starting");
  await until("the turn ends", SOON, async () => (await seen(page)).turns[0]?.took);
  const { turns } = await seen(page);
  assert.deepEqual(turns.map(({ tile }) => tile), [AT]);
  assert.ok(turns[0].narrow < 0.5, `in the middle its width is ${turns[0].narrow} of the whole`);
  assert.ok(turns[0].took > 380 && turns[0].took < 1200, `it took ${turns[0].took} ms`);
  scene.tell(`the turn took ${Math.round(turns[0].took)} ms`);

  const fill = () => page.evaluate((slot) => getComputedStyle(
    document.querySelector("#slots").children[slot]).backgroundColor, AT);
  const pale = await fill();
  send(fake, 61.5, { [`slot/${AT}`]: { ...C, phase: "ready" } });
  await becomes(page, AT, "urgent-0 ready");
  await until("it is no longer pale", SOON, async () => await fill() !== pale);
  const neighbour = await page.evaluate(() => getComputedStyle(
    document.querySelector("#slots").children[0]).backgroundColor);
  await until("it is as its neighbour", SOON, async () => await fill() === neighbour);
  send(fake, 62, { [`slot/${AT}`]: { ...B, phase: "starting" } });
  await becomes(page, AT, "background starting");
  assert.equal((await seen(page)).turns.length, 2, "it turns back to the background");
});

claim("a slot that is free in between turns from one to the next", async (scene) => {
  const { fake, page } = await shown(scene);
  await watch(page);
  send(fake, 60.5, { [`slot/${AT}`]: null });
  send(fake, 60.9, { [`slot/${AT}`]: C });
  await becomes(page, AT, "urgent-0 starting");
  assert.equal((await seen(page)).turns.length, 1);
  send(fake, 61.4, { [`slot/${AT}`]: null });
  await becomes(page, AT, "free");
  send(fake, 62.4, { [`slot/${AT}`]: { ...B, phase: "starting" } });
  await becomes(page, AT, "background starting");
  assert.equal((await seen(page)).turns.length, 1, "nothing passed from one to the other");
});

const DEAD = { name: "consumer-0", workload: "consumer", how: "killed", queue: "jobs", jobs: 1,
  until: 63 };

claim("a job waits at the cross until its lease ends, and then goes back", async (scene) => {
  const { fake, page } = await shown(scene);
  await watch(page);
  const cross = () => page.locator("#slots > :first-child > .dead");
  const again = { name: "consumer-0", workload: "consumer", phase: "starting" };
  const unknown = { ...DEAD, queue: null, jobs: null, until: null };
  send(fake, 60.5, { "slot/0": again, "dead/0": unknown });
  await cross().waitFor();
  assert.equal(await cross().locator(".job").count(), 0, "its job is not known yet");
  const large = await cross().boundingBox();
  send(fake, 61, { "dead/0": DEAD });
  await cross().locator(".job").waitFor();
  const title = await page.locator("#slots > :first-child").getAttribute("title");
  assert.match(title, /consumer-0 was killed; its job waits until its lease ends/);
  send(fake, 61.5, { "slot/0": { ...again, phase: "ready" } });
  await becomes(page, 0, "ready");
  assert.equal(await cross().locator(".job").count(), 1, "it still waits beside the next one");
  assert.ok((await cross().boundingBox()).width < 0.7 * large.width, "it is in the corner");
  assert.equal((await seen(page)).back, 0);
  send(fake, 62, { "dead/0": null });
  await cross().waitFor({ state: "detached" });
  await until("one job goes back", SOON, async () => (await seen(page)).back === 1);
});

const TAKEN = { at: 60.45, over_s: 0.5, taken: [[0, 3], [2, 1]] };

claim("each counted job is a dot, and the legend says so", async (scene) => {
  const { fake, page } = await shown(scene);
  await watch(page);
  assert.equal(await page.locator("#dots-legend").textContent(), "", "nothing is counted yet");
  send(fake, 60.5, { "jobs/jobs": TAKEN });
  await until("four dots", SOON, async () => (await seen(page)).dots === 4);
  assert.equal(await page.locator("#dots-legend").textContent(), "each dot is a job on its way");
  await until("they arrive", SOON, async () => (await seen(page)).flying === 0);
  for (let i = 1; i < 5; i += 1) {
    const taken = [[0, 60], [1, 60]];
    send(fake, 60.5 + i / 2, { "jobs/jobs": { at: 60.45 + i / 2, over_s: 0.5, taken } });
  }
  await holds(page, "a dot is several jobs", SOON, () =>
    document.querySelector("#dots-legend").textContent === "each dot is 5 jobs on their way");
  send(fake, 70, { "jobs/jobs": null });
  await holds(page, "no promise", SOON, () =>
    document.querySelector("#dots-legend").textContent === "");
});

claim("a frozen page does not move, and shows no old jobs afterwards", async (scene) => {
  const { fake, page } = await shown(scene);
  await watch(page);
  send(fake, 60.5, { "jobs/jobs": TAKEN });
  await until("dots fly", SOON, async () => (await seen(page)).dots === 4);
  await press(page, "f");
  await badge(page, "FROZEN");
  assert.equal((await seen(page)).flying, 0);
  send(fake, 61, { "jobs/jobs": { ...TAKEN, at: 60.95 }, [`slot/${AT}`]: C });
  await holds(page, "the page has heard of it", SOON, () => import("/assets/shell/store.js")
    .then(({ store }) => store.model.t === 61));
  await press(page, "f");
  await badge(page, "LIVE");
  send(fake, 64, {});
  await becomes(page, AT, "urgent-0 starting");
  await pause(600);
  const { dots, turns } = await seen(page);
  assert.deepEqual([dots, turns], [4, []]);
});

claim("with reduced motion states change without movement", async (scene) => {
  const { fake, page } = await shown(scene, { reducedMotion: "reduce" });
  await watch(page);
  send(fake, 60.5, { "jobs/jobs": TAKEN, [`slot/${AT}`]: C, "dead/0": DEAD });
  await becomes(page, AT, "urgent-0 starting");
  await page.locator("#slots > :first-child > .dead .job").waitFor();
  send(fake, 61, { "dead/0": null });
  await page.locator(".dead").waitFor({ state: "detached" });
  assert.deepEqual(await seen(page), { turns: [], dots: 0, back: 0, flying: 0 });
  assert.equal(await page.locator("#dots-legend").textContent(), "");
  assert.match(await kindOf(page, AT), /starting/);
});

claim("a killed consumer's job waits at a cross until its lease ends", async (scene) => {
  const box = await scene.box();
  const stream = scene.ends(await Stream.open(box));
  const page = await scene.open(box);
  await holds(page, "a state", 15_000, () => Number(document.body.dataset.tick) > 0);
  await box.scale("producer", 3);
  const taken = () => stream.state.get("jobs/jobs")?.taken.length > 0;
  await until("jobs are counted", 30_000, taken);
  await watch(page);
  await until("dots fly", SOON, async () => (await seen(page)).dots > 0);
  // A consumer that has no job at that moment leaves a cross without a job.
  const dead = () => [...stream.all("dead/")][0];
  await until("a job waits", 60_000, async () => {
    await until("no cross", 15_000, () => dead() === undefined);
    await press(page, "k");
    await page.locator(".dead").first().waitFor();
    await until("the list of workers", SOON, () => dead() === undefined || dead()[1].jobs !== null);
    return dead()?.[1].jobs === 1;
  });
  await page.locator(".dead .job").first().waitFor();
  const ends = dead()[1].until;
  await until("the lease ends", 15_000, () => dead() === undefined);
  assert.ok(Math.abs(stream.t - ends) < 1.5, `${ends} was foretold, it was ${stream.t}`);
  await page.locator(".dead").waitFor({ state: "detached" });
  await until("the job goes back", SOON, async () => (await seen(page)).back >= 1);
  assert.deepEqual(stream.faults, []);
});

/** The longest interval that 95 % of the frames may take, in milliseconds, where the machine has
 *  time for the page; and the part of a core that the page's own work may take, on any machine. */
const [P95_MS, CORE] = [50, 0.2];
const isBusy = () => loadavg()[0] > 2 * cpus().length;

claim("50 jobs a second and slots that change hands are drawn smoothly", async (scene) => {
  const fake = scene.ends(await begin(await scene.box()));
  scene.ends({ end: play(fake) });
  const page = await scene.open(fake, { at: "/#stage" });
  await page.locator("#dots[data-dots]").waitFor({ state: "attached" });
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  const work = async () => (await devtools.send("Performance.getMetrics")).metrics
    .find(({ name }) => name === "TaskDuration").value;
  const [began, before] = [performance.now(), await work()];
  const measured = await measure(page, 5000);
  const core = (await work() - before) / ((performance.now() - began) / 1000);
  const { rate, p95 } = summary(measured);
  scene.tell(`${rate.toFixed(1)} frames a second, p95 ${p95.toFixed(1)} ms, `
    + `${(100 * core).toFixed(0)} % of a core${isBusy() ? ", on a busy machine" : ""}`);
  assert.ok(measured.dots > 200, `only ${measured.dots} dots flew`);
  assert.ok(core < CORE, `the page's work takes ${core} of a core`);
  if (!isBusy()) assert.ok(p95 < P95_MS, `p95 ${p95} ms`);
});
