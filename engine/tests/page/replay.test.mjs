// A replay shows the same page again, from any moment.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

import { applyFrame, fromSnapshot } from "../../web/src/page/shell/model.js";
import { marksAround, momentIn, momentOf } from "../../web/src/page/shell/moments.js";
import { Box, until } from "./support/box.mjs";
import { badge } from "./support/run.mjs";
import { claim, holds } from "./support/scene.mjs";
import { Stream } from "./support/stream.mjs";

const SOON = 15_000;

test("a moment is read from the address", () => {
  const cases = { "#t=42": 42, "#t=4.5": 4.5, "#t=0": 0, "": null, "#stage": null, "#t=": null,
    "#t=-1": null, "#t=1e3": null, "#t=x": null };
  for (const [hash, moment] of Object.entries(cases)) assert.equal(momentIn(hash), moment, hash);
});

test("between two answers the moment goes on at the replay's speed, but not beyond the end", () => {
  const playing = { state: "playing", t: 10, length_s: 20, speed: 4 };
  assert.equal(momentOf(playing, 2), 18);
  assert.equal(momentOf(playing, 9), 20);
  assert.equal(momentOf({ ...playing, state: "paused" }, 9), 10);
});

test("a jump to the mark before goes back even shortly after a mark", () => {
  const marks = [{ t: 5 }, { t: 9 }];
  const at = (moment) => Object.values(marksAround(marks, moment)).map((it) => it?.t ?? null);
  assert.deepEqual(at(9.4), [5, 9, null]);
  assert.deepEqual(at(7), [5, 5, 9]);
  assert.deepEqual(at(0), [null, null, 5]);
});

/** Records a box whose load goes up and away; returns the file and the last headline. */
async function record(scene) {
  const folder = await mkdtemp(path.join(tmpdir(), "microscaling-tape-"));
  scene.ends({ end: () => rm(folder, { recursive: true }) });
  const tape = path.join(folder, "run.ndjson");
  const box = await scene.box({ args: ["--record", tape] });
  const stream = scene.ends(await Stream.open(box));
  await box.scale("producer", 3);
  await until("consumers", 30_000, () => stream.state.get("workload/consumer")?.ready >= 5);
  await box.call("POST", "/api/v1/workloads/consumer/kill");
  await box.scale("producer", 0);
  await until("a killed one", 30_000, () => stream.log.some((it) => it.kind === "kill"));
  await box.end();
  return { tape, headline: stream.state.get("headline").replaceAll("->", "\u2192") };
}

const replay = async (scene, tape, ...args) =>
  scene.ends(await Box.run(["replay", tape, "--listen", "127.0.0.1:0", ...args]));

claim("a replay shows the page as it was, says so, and cannot be changed", async (scene) => {
  const { tape, headline } = await record(scene);
  const again = await replay(scene, tape, "--speed", "4");
  assert.equal((await again.get("/api/v1/replay")).state, "waiting");
  const page = await scene.open(again);
  await badge(page, "REPLAY");
  await holds(page, `the headline ${headline}`, 30_000, (last) =>
    document.querySelector("#headline").textContent === last, headline);
  for (const place of ["#producers", "#burst", "#kill", "#hold", "#reset"]) {
    assert.ok(await page.locator(place).isDisabled(), place);
  }
  for (const key of ["Shift+B", "k", "h", "c", "PageDown"]) await page.keyboard.press(key);
  await holds(page, "the page is still there", 5000, () =>
    /REPLAY/.test(document.querySelector("#badge").textContent));
  await page.keyboard.press("v");
  const said = page.locator("#worlds-because");
  await said.waitFor({ timeout: 5000 });
  assert.match(await said.textContent(), /This is a recording/);
  const numbers = await page.locator("#worlds .most b").allTextContents();
  assert.deepEqual(numbers, ["\u2013", "\u2013"], "what is not known is a dash");
  await page.keyboard.press("Escape");
  const answer = await again.call("POST", "/api/v1/burst", { jobs: 10 });
  assert.equal(answer.status, 409);
});

/** The page's model after each event of a stream, until `enough(models)`. */
function models(box, enough) {
  return new Promise((resolve, reject) => {
    const all = [];
    let [model, rest] = [null, ""];
    const call = request(`${box.url}/page/stream`, { agent: false }, (answer) => {
      answer.setEncoding("utf8");
      answer.on("data", (part) => {
        const events = (rest + part).split("\n\n");
        rest = events.pop();
        for (const event of events) {
          const lines = event.split("\n");
          const field = (name) => lines.find((line) => line.startsWith(`${name}: `))
            ?.slice(name.length + 2);
          const data = JSON.parse(field("data") ?? "null");
          if (!data) continue;
          if (field("event") === "snapshot") model = fromSnapshot(data);
          else applyFrame(model, data);
          if (!model.open) all.push(structuredClone(model));
        }
        if (enough(all)) {
          call.destroy();
          resolve(all);
        }
      });
    });
    call.on("error", (error) => (enough(all) ? null : reject(error)));
    call.end();
  });
}

/** Goes to moments all over a recording, and compares each with playing to it. */
async function compare(scene, tape, moments) {
  const again = await replay(scene, tape, "--speed", "100");
  const length = (await again.get("/api/v1/replay")).length_s;
  // After the end come frames that change nothing, with numbers that go on.
  let last = 0;
  const played = await models(again, (all) => {
    const over = all.length > 1 && all.at(-1).seq > last && all.at(-1).t === all.at(-2).t
      && all.at(-1).history.t.length === all.at(-2).history.t.length;
    last = all.at(-1)?.seq ?? 0;
    return over;
  });
  const bySeq = new Map(played.map((model) => [model.seq, model]));
  assert.equal((await again.call("PUT", "/api/v1/replay", { playing: false })).status, 200);
  // `began` is the snapshot with which a page began, so it differs. Tiles may be in any order.
  const whole = ({ began, ...model }) => {
    const copy = JSON.parse(JSON.stringify(model));
    for (const it of [copy.picture, ...(copy.picture?.earlier ?? [])]) {
      it?.tiles.sort(([a], [b]) => a - b);
    }
    return copy;
  };
  let slowest = 0;
  for (let i = 0; i <= moments; i += 1) {
    const t = Math.min(length, (length * i) / moments);
    const began = performance.now();
    const answer = await again.call("PUT", "/api/v1/replay", { t });
    slowest = Math.max(slowest, performance.now() - began);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.ok(Math.abs(answer.body.t - t) < 0.001 && answer.body.state === "paused");
    const [model] = await models(again, (all) => all.length >= 1);
    assert.ok(bySeq.has(model.seq), `there is no state ${model.seq}`);
    assert.deepEqual(whole(model), whole(bySeq.get(model.seq)), `at ${t} s`);
  }
  scene.tell(`${moments + 1} moments of ${length} s, ${played.length} states; the slowest jump `
    + `took ${slowest.toFixed(1)} ms`);
  return { again, length };
}

claim("to go to a moment gives the page that playing to it gives", async (scene) => {
  const { tape } = await record(scene);
  const { again, length } = await compare(scene, tape, 40);
  for (const bad of [{ t: length + 1 }, { t: -1 }, { speed: 0 }, { speed: 101 }, { play: true }]) {
    const { status, body } = await again.call("PUT", "/api/v1/replay", bad);
    assert.ok(status === 400 && !body.error.message.includes("\n"), JSON.stringify(body));
  }
});

/** A recording of seven minutes, in which everything comes and goes that a page keeps for a time. */
function long() {
  const line = (ms, event, data) => JSON.stringify({ ms, event, id: `00000007-${data.seq}`, data });
  const queue = (i) => ({ ready: i % 50, status: i % 7 === 0 ? "stale" : "fresh" });
  const lines = [line(0, "snapshot", {
    run: "00000007", seq: 1, t: 0, tick: 0, log: [],
    state: {
      status: { mode: "live" }, headline: "It begins.", "queue/old": queue(1),
      film: { columns: 2, rows: 2 },
    },
    history: { t: [], queues: {}, live: {}, load: {} },
  })];
  let seq = 1;
  for (let i = 1; i <= 840; i += 1) {
    const set = {
      headline: `Tick ${i}.`, [i > 40 ? "queue/jobs" : "queue/old"]: queue(i),
      "workload/consumer": { ready: i % 9, starting: i % 3, terminating: 0 },
      "deployment/producer": { desired: i % 4, load: true },
      "deployment/queue": { desired: 1, load: false },
    };
    if (i === 60) set["queue/old"] = null;
    const log = i % 3 === 0 ? [{ id: i, at: i / 2, kind: "load", text: `${i}`, mark: `${i}` }] : [];
    // A frame of the film every second; each ninth has a hole, and some of its tiles come late.
    const four = [0, 1, 2, 3].map((place) => [2 * i + place, `${place}AAA`]);
    const late = [[2 * i - 9, "BBBB"], [2 * i - 40, "CCCC"]].filter(([number]) => number >= 0);
    const tiles = i % 2 === 0 ? [...four.slice(i % 18 === 0 ? 1 : 0), ...late] : [];
    const head = { t: i / 2, tick: i };
    lines.push(line(i * 500, "frame",
      { seq: seq += 1, ...head, step: false, more: true, set: { troubles: [`${i}`] } }));
    lines.push(line(i * 500, "frame",
      { seq: seq += 1, ...head, step: true, more: false, set, log, tiles }));
  }
  return `${lines.join("\n")}\n`;
}

claim("so it does in a long recording, where a page forgets the oldest", async (scene) => {
  const folder = await mkdtemp(path.join(tmpdir(), "microscaling-tape-"));
  scene.ends({ end: () => rm(folder, { recursive: true }) });
  const tape = path.join(folder, "long.ndjson");
  await writeFile(tape, long());
  const { again } = await compare(scene, tape, 30);
  const { marks } = await again.get("/api/v1/replay/marks");
  assert.deepEqual([marks.length, marks[0]], [280, { t: 1.5, text: "3" }]);
});

claim("space pauses and plays, the bar and the marks go to any moment, in all windows",
  async (scene) => {
    const { tape } = await record(scene);
    const again = await replay(scene, tape, "--speed", "0.2");
    const { context } = await scene.room([again]);
    const [page, other] = [await context.newPage(), await context.newPage()];
    await page.goto(again.url, { waitUntil: "commit" });
    await badge(page, "REPLAY");
    const status = () => again.get("/api/v1/replay");
    const is = (state) => until(`it is ${state}`, SOON, async () =>
      (await status()).state === state);
    await page.keyboard.press("Space");
    await is("paused");
    await holds(page, "its button says so", SOON, () =>
      document.querySelector("#replay-play")?.textContent === "Play");
    const tick = () => page.evaluate(() => document.body.dataset.tick);
    const before = await tick();
    // A page calls itself stale after 2.4 s without a frame.
    const from = performance.now();
    await until("four seconds", SOON, () => performance.now() > from + 4000);
    assert.equal(await tick(), before, "nothing goes on");
    assert.match(await page.locator("#badge").textContent(), /REPLAY/);

    const { marks } = await again.get("/api/v1/replay/marks");
    assert.ok(marks.some((it) => /producer/.test(it.text)), JSON.stringify(marks));
    assert.ok(marks.some((it) => /consumer/.test(it.text)), JSON.stringify(marks));
    assert.equal(await page.locator("#replay-marks span").count(), marks.length);
    await page.goto(`${again.url}/#t=0`, { waitUntil: "commit" });
    await page.reload({ waitUntil: "commit" });
    await badge(page, "REPLAY");
    await until("the beginning", SOON, async () => (await status()).t === 0);
    await page.locator("#replay-on").click();
    const first = marks.find((it) => it.t > 0.05);
    await until("the first mark", SOON, async () => (await status()).t === first.t);
    await holds(page, "its name", SOON, (text) =>
      document.querySelector("#replay-last")?.textContent === text,
    marks.findLast((it) => it.t <= first.t + 0.05).text.replaceAll("->", "\u2192"));

    await page.locator("#replay-bar").focus();
    await page.keyboard.press("End");
    const { length_s: length } = await status();
    await until("the end", SOON, async () => Math.abs((await status()).t - length) < 0.11);
    await other.goto(`${again.url}/?stage#t=2`, { waitUntil: "commit" });
    await badge(other, "REPLAY");
    await until("the address's moment", SOON, async () => (await status()).t === 2);
    assert.equal((await status()).state, "paused");
    const at = () => page.evaluate(() => document.querySelector("#replay-time")?.textContent ?? "");
    await until("the other window, too", SOON, async () => /^0:02 of /.test(await at()));
    assert.equal(await other.evaluate(() => document.body.dataset.view), "stage");
    await other.evaluate(() => { location.hash = "#t=3"; });
    await until("another address", SOON, async () => (await status()).t === 3);
    assert.equal(await other.evaluate(() => document.body.dataset.view), "stage");
    await other.keyboard.press("Space");
    await is("playing");
    await page.bringToFront();
    await page.locator("#replay-play", { hasText: "Pause" }).click();
    await is("paused");
    await page.keyboard.press("Space");
    await is("playing");
  });
