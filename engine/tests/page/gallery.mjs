// A gallery of the pages' states. States that must be caught exactly come from a fake stream, the
// others from a running box. `scripts/screenshots` runs this.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { Box, ROOT, pause, until } from "./support/box.mjs";
import { Fake } from "./support/fake.mjs";
import { holds, visited } from "./support/holds.mjs";
import * as moments from "./support/moments.mjs";
import { SIZES, looks, sheets, still } from "./support/sheet.mjs";
import { Stream } from "./support/stream.mjs";

const FOLDER = path.join(ROOT, "docs/src/pages/states");
const SOON = 30_000;
/** When half of the dots are on their way, in milliseconds. */
const MIDWAY_MS = 520;

const press = (...keys) => async (page) => {
  for (const key of keys) await page.keyboard.press(key);
};
const scrolled = (page, place) => page.locator(place).evaluate((it) =>
  it.scrollIntoView({ block: "start" }));
const happens = (frame, wait) => async (page, fake) => {
  fake.first.t = frame.t;
  fake.frame(structuredClone(frame));
  await pause(wait);
  await still(page);
};
const bubble = (many) => async (page) => {
  for (let i = 1; i <= many; i += 1) {
    await holds(page, `bubble ${i}`, SOON, (i) =>
      document.querySelector("#visit").textContent.includes(`${i} of 3`), i);
    if (i < many) await page.locator("#visit-next").click();
  }
};
/** The stage view hides the table, and draws a rival's line. */
async function compared(page) {
  await page.keyboard.press("c");
  await holds(page, "a rival's line", 60_000, () =>
    document.querySelector(":is(#plot, #chart) .contender") !== null);
}

/** States of a fake stream: where, the first snapshot, and what is done then. */
const FAKED = {
  run: ["/", moments.calm],
  "run-dots": ["/", moments.over, happens(moments.jobs, MIDWAY_MS)],
  "run-swap": ["/", moments.swap, happens(moments.hands, 250)],
  "run-starting": ["/", moments.starting],
  "run-kill": ["/", moments.kill],
  stage: ["/?stage", moments.calm],
  "stage-over": ["/?stage", moments.over, happens(moments.jobs, MIDWAY_MS)],
  "stage-swap": ["/?stage", moments.swap, happens(moments.hands, 250)],
  "stage-kill": ["/?stage", moments.kill],
  "stage-caption": ["/?stage", moments.captioned],
  "visit-1": ["/", moments.calm, bubble(1)],
  "visit-2": ["/", moments.calm, bubble(2)],
  "visit-3": ["/", moments.calm, bubble(3)],
  why: ["/", moments.over, press("e")],
  held: ["/", moments.held],
  stale: ["/", moments.over, async (page, fake) => {
    clearInterval(fake.beat);
    await holds(page, "STALE", SOON, () =>
      document.querySelector("#badge").textContent.startsWith("STALE"));
  }],
};

/** States of a box in the middle of a load: where, and what is done then. */
const REAL = {
  comparison: ["/", async (page) => {
    await compared(page);
    await scrolled(page, "#comparison");
  }],
  "stage-comparison": ["/?stage", compared],
  worlds: ["/?stage", async (page) => {
    await page.keyboard.press("v");
    await holds(page, "both numbers", SOON, () =>
      [...document.querySelectorAll("#worlds .most b")].every((it) => /^\d+$/.test(it.innerText)));
    await page.locator("#world-ours svg").waitFor();
  }],
  film: ["/", async (page) => {
    await holds(page, "a film", 120_000, () =>
      Number(document.querySelector("#picture").dataset.frames) >= 2);
    await scrolled(page, "#picture-place");
  }],
  configure: ["/configure"],
};

/** Whether a box in the middle of a load is needed for these states. */
export const needsLoad = (only) => only.some((name) => name === "report" || name in REAL);

/** Takes the gallery of a box in the middle of a load; `only` names states, or none for all. */
export async function gallery(browser, box, only = []) {
  await mkdir(FOLDER, { recursive: true });
  const wanted = (name) => only.length === 0 || only.includes(name);
  for (const [name, [at, first, act]] of Object.entries(FAKED)) {
    const source = () => Fake.start(box, first());
    if (wanted(name)) await take(browser, name, { at, act, source });
  }
  for (const [name, [at, act]] of Object.entries(REAL)) {
    if (wanted(name)) await take(browser, name, { at, act, source: () => box });
  }
  if (wanted("report")) await report(browser, box);
  if (["presenter", "code", "replay"].some(wanted)) await talk(browser, wanted);
}

/** Opens a state at each size, each in a browser window of its own. */
async function take(browser, name, { at, act = () => {}, source }) {
  const all = [];
  for (const [width, height] of SIZES) {
    const context = await browser.newContext({ viewport: { width, height } });
    if (!name.startsWith("visit")) await context.addInitScript(visited);
    const from = await source();
    const page = await context.newPage();
    await page.goto(at.startsWith("file:") ? at : from.url + at, { waitUntil: "commit" });
    if (!at.startsWith("file:")) {
      await holds(page, `${name}: a state`, SOON, () => document.querySelector("#badge")
        && /LIVE|HELD|REPLAY/.test(document.querySelector("#badge").textContent));
    }
    await page.bringToFront();
    await act(page, from);
    all.push(await looks(page));
    await context.close();
    if (from instanceof Fake) await from.end();
  }
  await sheets(browser, FOLDER, name, all);
}

async function report(browser, box) {
  const folder = await mkdtemp(path.join(tmpdir(), "microscaling-report-"));
  const file = path.join(folder, "report.html");
  await writeFile(file, await box.text("/api/v1/report"));
  await take(browser, "report", { at: pathToFileURL(file).href, source: () => box });
  await rm(folder, { recursive: true });
}

/** The opening of a talk: its presenter's window, the audience's code, and its recording. */
async function talk(browser, wanted) {
  const folder = await mkdtemp(path.join(tmpdir(), "microscaling-talk-"));
  const tape = path.join(folder, "run.ndjson");
  const box = await Box.start({ args: ["--stage", "--audience", "127.0.0.1:0", "--record", tape] });
  try {
    await spoken(browser, box, wanted);
  } finally {
    await box.end();
  }
  if (wanted("replay")) await replayed(browser, tape);
  await rm(folder, { recursive: true });
}

async function spoken(browser, box, wanted) {
  const stream = await Stream.open(box);
  const page = await browser.newPage();
  await page.goto(box.url);
  const step = async (n) => {
    await page.bringToFront();
    await page.keyboard.press("PageDown");
    await until(`step ${n}`, SOON, () => stream.state.get("scenario")?.step === n);
  };
  await until("a scenario", SOON, () => stream.state.get("scenario"));
  await holds(page, "a state", SOON, () => Number(document.body.dataset.tick) > 0);
  await step(1);
  await until("a queue", 60_000, () => stream.state.get("queue/jobs")?.ready > 100);
  const at = "/presenter";
  const notes = (page) => holds(page, "notes and a preview", SOON, () =>
    document.querySelector("#notes")?.textContent.length > 80
      && document.querySelector("#preview iframe")?.contentDocument?.querySelector("#plot svg"));
  if (wanted("presenter")) await take(browser, "presenter", { at, act: notes, source: () => box });
  await step(2);
  const code = async (page) => {
    await page.keyboard.press("q");
    await holds(page, "the code", SOON, () =>
      document.querySelector("#code img")?.naturalWidth > 0);
  };
  if (wanted("code")) await take(browser, "code", { at: "/?stage", act: code, source: () => box });
  await until("many workers", 60_000, () => stream.state.get("workload/consumer")?.ready >= 8);
  stream.end();
  await page.close();
}

async function replayed(browser, tape) {
  const box = await Box.run(["replay", tape, "--listen", "127.0.0.1:0"]);
  try {
    const { length_s: length } = await box.get("/api/v1/replay");
    await box.call("PUT", "/api/v1/replay", { playing: false });
    await box.call("PUT", "/api/v1/replay", { t: 0.8 * length });
    const act = (page) => page.locator("#replay-bar").waitFor({ timeout: SOON });
    await take(browser, "replay", { at: "/", act, source: () => box });
  } finally {
    await box.end();
  }
}
