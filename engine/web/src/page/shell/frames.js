// The film's frames in the model: tiles make frames, and frames with all their tiles are finished.
// The engine does the same (engine/stage/src/picture/tiles.rs). Nothing here depends on a browser.

/** How many frames are open for tiles; an older one with a missing tile is left out of the film. */
const OPEN = 4;
/** How many finished frames are kept. */
export const KEPT_FRAMES = 240;
/** The size of a frame in tiles, in recordings that do not say it. */
const GRID = { columns: 16, rows: 10 };

/** The size of a frame in tiles. */
export function gridOf(model) {
  const { columns, rows } = model.picture ?? model.state.film ?? GRID;
  return { columns, rows };
}

/** Copies the frames of a snapshot, or of another tab's model, into a model. */
export function takeFrames(model, { picture, frames }) {
  const copy = ({ tiles, ...grid }) => ({ ...grid, tiles: [...tiles] });
  model.picture = picture
    ? { ...copy(picture), earlier: (picture.earlier ?? []).map(copy) } : null;
  model.frames = [...(frames ?? [])];
  if (model.picture) [...model.picture.earlier, model.picture].forEach((it) => finish(model, it));
}

/** Adds a tile to its frame, in the order of places. */
export function addTile(model, number, shades) {
  const { columns, rows } = gridOf(model);
  const [frame, place] = [Math.floor(number / (columns * rows)), number % (columns * rows)];
  if (!model.picture || frame > model.picture.number) begin(model, frame, { columns, rows });
  const grid = open(model.picture, frame);
  if (!grid) return;
  const others = grid.tiles.filter(([other]) => other !== place);
  grid.tiles = [...others, [place, shades]].sort(([a], [b]) => a - b);
  finish(model, grid);
}

function begin(model, number, grid) {
  const { earlier = [], ...last } = model.picture ?? {};
  const before = model.picture ? [...earlier, { number: last.number, tiles: last.tiles }] : [];
  const stays = before.filter((other) => other.number > number - OPEN);
  model.picture = { number, ...grid, tiles: [], earlier: stays };
}

/** The open frame with this number, or null if it is too old. */
function open(picture, number) {
  if (number === picture.number) return picture;
  if (number <= picture.number - OPEN) return null;
  const known = picture.earlier.find((it) => it.number === number);
  if (known) return known;
  const made = { number, tiles: [] };
  picture.earlier = [...picture.earlier, made].sort((a, b) => a.number - b.number);
  return made;
}

/** Adds a frame to the finished ones if it has all its tiles. */
function finish(model, { number, tiles }) {
  const { columns, rows } = model.picture;
  if (tiles.length < columns * rows || model.frames.some((it) => it.number === number)) return;
  const all = tiles.map(([, shades]) => shades);
  model.frames = merged(model.frames, [{ number, tiles: all }]);
}

/** Two lists of finished frames as one, each frame once, in the order of the film. */
export function merged(some, others) {
  const all = new Map([...some, ...others].map((frame) => [frame.number, frame]));
  return [...all.values()].sort((a, b) => a.number - b.number).slice(-KEPT_FRAMES);
}
