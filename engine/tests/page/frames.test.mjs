// The film's frames in the page's model, and the order in which they are played.

import assert from "node:assert/strict";
import { test } from "node:test";

import { following, frameMs, saidOf } from "../../web/src/page/run/film.js";
import { KEPT_FRAMES, merged } from "../../web/src/page/shell/frames.js";
import { applyFrame, fromSnapshot } from "../../web/src/page/shell/model.js";

const FILM = { columns: 2, rows: 2, frames: 0, container_s: 0 };
const begun = (more = {}) => fromSnapshot({ run: "1a", seq: 1, state: { film: FILM }, ...more });
const paint = (model, numbers, shades = "a") => {
  const tiles = numbers.map((number) => [number, shades]);
  applyFrame(model, { seq: model.seq + 1, tiles });
};
const finished = (model) => model.frames.map(({ number }) => number);

test("a frame is finished when its last tile comes, and has its tiles in order", () => {
  const model = begun();
  paint(model, [3, 1, 0]);
  assert.deepEqual(finished(model), []);
  assert.equal(model.picture.tiles.length, 3);
  paint(model, [2], "b");
  assert.deepEqual(model.frames, [{ number: 0, tiles: ["a", "a", "b", "a"] }]);
  paint(model, [2], "c");
  assert.deepEqual(finished(model), [0], "a repeated tile finishes nothing again");
});

test("the last tiles of a frame may come after the first ones of the next", () => {
  const model = begun();
  paint(model, [0, 1, 2, 4, 5, 6, 7]);
  assert.deepEqual([finished(model), model.picture.number], [[1], 1]);
  paint(model, [3]);
  assert.deepEqual([finished(model), model.picture.number], [[0, 1], 1]);
});

test("a frame with a hole is left out once later frames overtake it", () => {
  const model = begun();
  paint(model, [0, 1, 2, 4, 5, 6, 7, 16, 3]);
  assert.deepEqual([finished(model), model.picture.number], [[1], 4]);
  assert.deepEqual(model.picture.earlier.map(({ number }) => number), [1]);
});

test("a recording that does not say the size of a frame has 16 x 10 tiles", () => {
  const model = begun({ state: {} });
  paint(model, [160, 5]);
  assert.deepEqual([model.picture.number, model.picture.columns, model.picture.rows], [1, 16, 10]);
  assert.deepEqual(model.picture.earlier, [{ number: 0, tiles: [[5, "a"]] }]);
});

test("a snapshot has the open frames, and those of them that are finished", () => {
  const four = (shades) => [0, 1, 2, 3].map((place) => [place, shades]);
  const earlier = [{ number: 5, tiles: four("e") }, { number: 6, tiles: [[1, "f"]] }];
  const model = begun({ picture: { number: 7, columns: 2, rows: 2, tiles: four("g"), earlier } });
  assert.deepEqual(finished(model), [5, 7]);
  paint(model, [24, 26, 27], "f");
  assert.deepEqual(finished(model), [5, 6, 7]);
});

test("a snapshot of an older engine has no earlier frames", () => {
  const model = begun({ picture: { number: 7, columns: 2, rows: 2, tiles: [[0, "a"]] } });
  assert.deepEqual(model.picture.earlier, []);
});

test("a bounded number of frames is kept, each once, in the order of the film", () => {
  const frames = (from, to) =>
    Array.from({ length: to - from }, (_, i) => ({ number: from + i, tiles: [] }));
  const all = merged(frames(100, 300), frames(0, 200)).map(({ number }) => number);
  assert.equal(all.length, KEPT_FRAMES);
  assert.deepEqual([all[0], all.at(-1)], [60, 299]);
});

test("the film is played to its end and back, and never jumps", () => {
  const frames = [3, 5, 6].map((number) => ({ number, tiles: [] }));
  let at = null;
  const played = Array.from({ length: 9 }, () => {
    at = following(frames, at);
    return at.number;
  });
  assert.deepEqual(played, [6, 5, 3, 5, 6, 5, 3, 5, 6]);
  const forward = following(frames, { number: 5, forward: true });
  const longer = [...frames, { number: 8, tiles: [] }];
  assert.deepEqual(following(longer, forward), { number: 8, forward: true }, "it has grown");
  assert.deepEqual(following(longer.slice(2), { number: 3, forward: false }),
    { number: 6, forward: true }, "its beginning is not kept any more");
  assert.equal(following(frames.slice(0, 1), { number: 3, forward: true }).number, 3);
});

test("a few frames are shown for longer, and a film has twelve frames a second", () => {
  assert.deepEqual([2, 3, 11].map(frameMs), [2000, 1000, 200]);
  assert.equal(Math.round(1000 / frameMs(240)), 12);
});

test("an unknown number of frames or time is a dash, never a zero", () => {
  assert.deepEqual(saidOf(undefined),
    { frames: "\u2013 frames of film", time: "\u2013 s of container time" });
  assert.deepEqual(saidOf({ frames: null, container_s: null }), saidOf(undefined));
  assert.deepEqual(saidOf({ frames: 0, container_s: 0 }),
    { frames: "0 frames of film", time: "0 s of container time" });
  assert.deepEqual(saidOf({ frames: 1, container_s: 95.4 }),
    { frames: "1 frame of film", time: "95 s of container time" });
  assert.equal(saidOf({ frames: 9, container_s: 659 }).time, "11 min of container time");
});
