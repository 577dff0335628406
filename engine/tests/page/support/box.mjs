// A box for tests: the real programs, driven only through their public interfaces.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { request } from "node:http";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const HERE = path.dirname(fileURLToPath(import.meta.url));
export const ROOT = path.resolve(HERE, "../../../..");
const TARGET = path.resolve(ROOT, process.env.CARGO_TARGET_DIR ?? "target");
const PROGRAMS = path.join(TARGET, "debug");
/** What is kept of a failed test. */
export const KEPT = path.join(TARGET, "page");

const START_MS = 30_000;
const LEAVE_MS = 20_000;

/** Waits; only between two checks of a condition. */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Calls `look` until it returns something truthy, and returns that. */
export async function until(what, withinMs, look) {
  const end = performance.now() + withinMs;
  let last;
  for (;;) {
    last = await look();
    if (last) return last;
    if (performance.now() > end) throw new Error(`${what}: not within ${withinMs} ms`);
    await pause(50);
  }
}

function environment() {
  const { RUST_LOG, ...rest } = process.env;
  const ours = Object.entries(rest).filter(([name]) => !name.startsWith("MICROSCALING_"));
  return { ...Object.fromEntries(ours), RUST_LOG: "error", MICROSCALING_PARENT: "pipes" };
}

/** A running engine and its processes; they leave when its standard input closes. */
export class Box {
  /** `listen` is IP:PORT; port 0 takes any free one. */
  static async start({ args = [], listen = "127.0.0.1:0", manifest = "demo.yaml" } = {}) {
    const program = path.join(PROGRAMS, "engine");
    if (!existsSync(program)) throw new Error(`${program} is missing; cargo build --workspace`);
    const file = path.resolve(ROOT, manifest);
    const first = ["--scheduler", "process", "--listen", listen, "--manifest", file];
    return Box.run([...first, "--start-delay", "1s", ...args]);
  }

  /** Starts the engine with any arguments; it must print where it listens. */
  static async run(args) {
    const engine = spawn(path.join(PROGRAMS, "engine"), args, {
      env: environment(),
      stdio: ["pipe", "pipe", "inherit"],
    });
    const box = new Box(engine);
    try {
      await box.#listening();
    } catch (error) {
      engine.kill("SIGKILL");
      throw error;
    }
    return box;
  }

  constructor(engine) {
    this.engine = engine;
    this.ended = once(engine, "exit");
    engine.stdin.on("error", () => {});
  }

  async #listening() {
    const lines = createInterface({ input: this.engine.stdout });
    const word = new Promise((resolve) => {
      lines.on("line", (line) => {
        if (line.startsWith("listening ")) resolve(line.slice("listening ".length));
      });
    });
    const gone = this.ended.then(() => {
      throw new Error("the engine ended before it said where it listens");
    });
    gone.catch(() => {});
    const late = setTimeout(() => this.engine.kill("SIGKILL"), START_MS);
    this.address = await Promise.race([word, gone]);
    clearTimeout(late);
    this.url = `http://${this.address}`;
  }

  /** Ends it as a presenter's terminal does, and by force if it does not exit. */
  async end() {
    if (this.engine.exitCode !== null || this.engine.signalCode !== null) return;
    this.engine.stdin.end();
    const timer = setTimeout(() => this.engine.kill("SIGKILL"), LEAVE_MS);
    await this.ended;
    clearTimeout(timer);
  }

  /** Kills it without a chance to clean up. */
  async kill() {
    this.engine.kill("SIGKILL");
    await this.ended;
  }

  async get(place) {
    const answer = await fetch(this.url + place);
    if (!answer.ok) throw new Error(`GET ${place}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  async text(place) {
    return (await fetch(this.url + place)).text();
  }

  state() {
    return this.get("/api/v1/state");
  }

  /** A call as a subcommand makes it; returns status and body. */
  async call(method, place, body) {
    const headers = { "x-microscaling-client": "command" };
    if (body !== undefined) headers["content-type"] = "application/json";
    const answer = await ask(this.url, method, place, headers, body && JSON.stringify(body));
    return { status: answer.status, body: parsed(answer.body) };
  }

  async scale(name, replicas) {
    const place = `/api/v1/deployments/${name}/scale`;
    const { status, body } = await this.call("PUT", place, { replicas });
    if (status !== 200) throw new Error(`scale ${name}: ${status} ${JSON.stringify(body)}`);
  }

  /** Prometheus's numbers, as a map from a series to its value. */
  async metrics() {
    const lines = (await this.text("/metrics")).split("\n").filter((line) => !line.startsWith("#"));
    return new Map(lines.map((line) => {
      const space = line.lastIndexOf(" ");
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }));
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A call with any headers, even those that a browser or fetch refuses to send. */
export function ask(url, method, place, headers = {}, body = undefined) {
  return new Promise((resolve, reject) => {
    const call = request(url + place, { method, headers, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part) => { text += part; });
      answer.on("end", () => resolve({ status: answer.statusCode, body: text }));
      answer.on("error", reject);
    });
    call.on("error", reject);
    call.end(body);
  });
}
