// A test as a claim about a page, with its own boxes and tabs.
//
// Every claim fails if a page sent a request to any other server than its engine, if something
// threw, or if the console has an error that the claim did not expect.

import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";

import { Box, KEPT } from "./box.mjs";
import { visited } from "./holds.mjs";
import { Trap } from "./trap.mjs";

export { holds, visited } from "./holds.mjs";

const LIMIT_MS = 180_000;
/** The window of a projector. */
export const ROOM = { width: 1280, height: 720 };

let browser;

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.MICROSCALING_CHROMIUM ?? "/usr/bin/chromium",
    // Otherwise the browser would ask its vendor's server about the fields of a form.
    args: ["--no-sandbox", "--disable-gpu", "--disable-features=AutofillServerCommunication"],
  });
});
after(() => browser?.close());

/** A test of this name; `tell` prints what was measured. */
export function claim(name, play) {
  test(name, { timeout: LIMIT_MS }, async (t) => {
    const scene = new Scene((text) => t.diagnostic(text));
    try {
      await play(scene);
      scene.check();
    } catch (error) {
      await scene.keep(name).catch((why) => t.diagnostic(`nothing could be kept: ${why}`));
      throw error;
    } finally {
      await scene.end();
    }
  });
}

class Scene {
  #ends = [];
  #rooms = [];
  #expected = [];
  #errors = [];

  constructor(tell) {
    this.tell = tell;
  }

  /** Registers something that must be ended after the test. */
  ends(thing) {
    this.#ends.push(thing);
    return thing;
  }

  async box(options) {
    return this.ends(await Box.start(options));
  }

  /** Allows console errors that the claim causes, such as an engine that ends. */
  expect(pattern) {
    this.#expected.push(pattern);
  }

  /**
   * A new browser, which may send requests only to the given boxes. Its user has been on the page
   * before, unless `firstVisit` says otherwise: then bubbles explain the page.
   */
  async room(boxes, { viewport = ROOM, firstVisit = false, ...options } = {}) {
    const trap = this.ends(await Trap.start());
    const bypass = boxes.map((box) => box.address).join(",");
    const proxy = { server: trap.url, bypass };
    const context = await browser.newContext({ viewport, proxy, ...options });
    if (!firstVisit) await context.addInitScript(visited);
    await context.tracing.start({ snapshots: true });
    context.on("console", (line) => line.type() === "error" && this.#note(line.text()));
    context.on("weberror", (error) => this.#note(String(error.error())));
    const room = { context, trap };
    this.#rooms.push(room);
    return room;
  }

  /** A tab of a new browser, at an address of a box. */
  async open(box, { at = "/", ...options } = {}) {
    const { context } = await this.room([box], options);
    const page = await context.newPage();
    await page.goto(box.url + at, { waitUntil: "commit" });
    return page;
  }

  #note(text) {
    if (!this.#expected.some((pattern) => pattern.test(text))) this.#errors.push(text);
  }

  /** Forgets what was recorded. */
  expectSeen() {
    this.#errors.length = 0;
  }

  /** Requests to other servers, and errors of the console. */
  get faults() {
    const elsewhere = this.#rooms.flatMap((room) => room.trap.caught);
    return [...elsewhere.map((url) => `asked ${url}`), ...this.#errors];
  }

  check() {
    const faults = this.faults;
    if (faults.length > 0) throw new Error(faults.join("\n"));
  }

  /** Keeps what the tabs show, and what they did. */
  async keep(name) {
    const stem = path.join(KEPT, name.replace(/\W+/g, "_").slice(0, 80));
    await mkdir(KEPT, { recursive: true });
    for (const [i, { context }] of this.#rooms.entries()) {
      for (const [j, page] of context.pages().entries()) {
        await page.screenshot({ path: `${stem}-${i}-${j}.png`, timeout: 5000 });
        await writeFile(`${stem}-${i}-${j}.html`, await page.content());
      }
      await context.tracing.stop({ path: `${stem}-${i}.zip` });
    }
  }

  async end() {
    for (const { context } of this.#rooms) await context.close();
    for (const thing of this.#ends.reverse()) await thing.end();
  }
}
