// Draws tiles on a canvas of the page.

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

/** One pixel for each shade, before they are enlarged. */
const pixels = new OffscreenCanvas(1, 1);

/**
 * Draws tiles, and an empty cell for each missing one.
 * @param tiles pairs of a place and its shades in base64, row by row, in a square
 * @param whole whether all tiles are there, so that the pixels may be smoothed
 */
export function drawTiles(canvas, { columns, rows }, tiles, whole) {
  const scale = devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * scale);
  const height = Math.round((width / columns) * rows * (canvas.clientHeight > 0 ? 1 : 0));
  if (width === 0 || height === 0) return;
  if (canvas.width !== width || canvas.height !== height) {
    Object.assign(canvas, { width, height });
  }
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, width, height);
  if (tiles.length > 0) {
    enlarge(tiles, columns, rows);
    context.imageSmoothingEnabled = whole;
    context.imageSmoothingQuality = "high";
    context.drawImage(pixels, 0, 0, width, height);
  }
  if (!whole) drawCells(context, { columns, rows, width, height, scale }, tiles);
}

function enlarge(tiles, columns, rows) {
  const side = Math.round(Math.sqrt(atob(tiles[0][1]).length));
  Object.assign(pixels, { width: columns * side, height: rows * side });
  const context = pixels.getContext("2d");
  const image = context.createImageData(pixels.width, pixels.height);
  for (const [at, text] of tiles) {
    const shades = atob(text);
    const [left, top] = [(at % columns) * side, Math.floor(at / columns) * side];
    for (let i = 0; i < side * side; i += 1) {
      const [x, y] = [left + (i % side), top + Math.floor(i / side)];
      const [r, g, b] = COLOURS[shades.charCodeAt(i) & 255];
      image.data.set([r, g, b, 255], (y * pixels.width + x) * 4);
    }
  }
  context.putImageData(image, 0, 0);
}

function drawCells(context, { columns, rows, width, height, scale }, tiles) {
  const painted = new Set(tiles.map(([at]) => at));
  const edge = (i, many, size) => Math.round((i / many) * size);
  context.fillStyle = getComputedStyle(context.canvas).getPropertyValue("color");
  for (let at = 0; at < columns * rows; at += 1) {
    if (painted.has(at)) continue;
    const [column, row] = [at % columns, Math.floor(at / columns)];
    const [x, y] = [edge(column, columns, width), edge(row, rows, height)];
    const [right, bottom] = [edge(column + 1, columns, width), edge(row + 1, rows, height)];
    context.clearRect(x, y, right - x, bottom - y);
    context.fillRect(x, y, right - x - scale, bottom - y - scale);
  }
}
