// The picture that the background computes, tile by tile. It fills fast, stalls while urgent work
// needs the slots, and continues.

import { mark, place } from "../shell/dom.js";
import { entries } from "../shell/model.js";

/** The number of pixels along a tile's side; each pixel has a shade. */
const SIDE = 8;
/** The shades' colours: 0 is in the Mandelbrot set; outside, lighter shades are closer to it. */
const PALETTE = [
  [0, [8, 59, 45]], [14, [120, 178, 156]], [24, [217, 240, 230]], [70, [178, 223, 204]],
  [130, [120, 196, 165]], [255, [24, 122, 90]],
];
const COLOURS = Array.from({ length: 256 }, (_, shade) => colour(shade));

function colour(shade) {
  const upper = Math.max(1, PALETTE.findIndex(([from]) => from >= shade));
  const [[from, low], [to, high]] = [PALETTE[upper - 1], PALETTE[upper]];
  const share = (shade - from) / (to - from);
  return low.map((value, i) => Math.round(value + share * (high[i] - value)));
}

let painted = { run: null, number: null, tiles: new Map() };
let shades = null;

/** Paints the new tiles of the picture. */
export function showPicture(model) {
  const spare = entries(model, "workload").some(({ value }) => value.background);
  place("picture-place").hidden = !spare && !model.picture;
  const canvas = place("picture");
  const picture = model.picture ?? { number: null, columns: 16, rows: 10, tiles: [] };
  if (painted.run !== model.run || painted.number !== picture.number || !shades) {
    shades = new OffscreenCanvas(picture.columns * SIDE, picture.rows * SIDE);
    painted = { run: model.run, number: picture.number, tiles: new Map() };
  }
  for (const [at, text] of picture.tiles) {
    if (painted.tiles.get(at) === text) continue;
    painted.tiles.set(at, text);
    paint(at % picture.columns, Math.floor(at / picture.columns), text);
  }
  const all = picture.columns * picture.rows;
  const said = picture.number === null ? "No picture yet"
    : `Picture ${picture.number + 1}: ${painted.tiles.size} of ${all} tiles are done`;
  mark(canvas, "aria-label", said);
  mark(canvas, "data-tiles", painted.tiles.size);
  draw(canvas, picture);
}

function paint(column, row, text) {
  const bytes = atob(text);
  const image = new ImageData(SIDE, SIDE);
  for (let i = 0; i < SIDE * SIDE; i += 1) {
    const [r, g, b] = COLOURS[bytes.charCodeAt(i) & 255];
    image.data.set([r, g, b, 255], i * 4);
  }
  shades.getContext("2d").putImageData(image, column * SIDE, row * SIDE);
}

/** Draws the tiles on the page, and an empty cell for each missing one. */
function draw(canvas, { columns, rows }) {
  const scale = devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * scale);
  const height = Math.round((width / columns) * rows);
  if (width === 0) return;
  if (canvas.width !== width || canvas.height !== height) {
    Object.assign(canvas, { width, height });
  }
  const context = canvas.getContext("2d");
  const cell = getComputedStyle(canvas).getPropertyValue("color");
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = false;
  context.drawImage(shades, 0, 0, width, height);
  const edge = (i, many, size) => Math.round((i / many) * size);
  for (let at = 0; at < columns * rows; at += 1) {
    if (painted.tiles.has(at)) continue;
    const [column, row] = [at % columns, Math.floor(at / columns)];
    const [x, y] = [edge(column, columns, width), edge(row, rows, height)];
    const [right, bottom] = [edge(column + 1, columns, width), edge(row + 1, rows, height)];
    context.clearRect(x, y, right - x, bottom - y);
    context.fillStyle = cell;
    context.fillRect(x, y, right - x - scale, bottom - y - scale);
  }
}
