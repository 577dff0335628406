// Saves the chart as SVG or PNG, and its data as CSV.

import { place } from "../shell/dom.js";
import { csv } from "./table.js";
import { toText } from "../shell/svg.js";

/** The attributes for each class in a saved chart, which has no style sheet. */
const PAINT = {
  band: { fill: "#eaedf0" }, above: { fill: "#f4b183" }, grid: { stroke: "#d8dee4" },
  target: { stroke: "#57606a", "stroke-width": 2, "stroke-dasharray": "8 6" },
  queue: { fill: "none", stroke: "#d55e00", "stroke-width": 4, "stroke-linejoin": "round" },
  contender: { fill: "none", stroke: "#57606a", "stroke-width": 1.5 },
  capacity: { stroke: "#1b1f24", "stroke-width": 2 },
  mark: { stroke: "#1b1f24", "stroke-dasharray": "3 4" },
  "urgent-0": { fill: "#0072b2" }, "hatch-ground": { fill: "#bfe7db" },
  "hatch-line": { stroke: "#009e73", "stroke-width": 4 }, "dots-ground": { fill: "#cde6f5" },
  dot: { fill: "#0072b2" }, "bars-ground": { fill: "#f1dcea" },
  bar: { stroke: "#a3487f", "stroke-width": 5 },
  axis: { fill: "#57606a" }, strong: { "font-weight": 700 },
  "mark-name": { stroke: "#ffffff", "stroke-width": 4, "paint-order": "stroke" },
};

/** The chart with its styles as attributes. */
export function painted(tree, { width, height }) {
  const paint = (node) => {
    if (!Array.isArray(node)) return node;
    const [name, attributes, ...children] = node;
    const classes = String(attributes?.class ?? "").split(" ");
    const looks = Object.assign({}, ...classes.map((it) => PAINT[it] ?? {}));
    const dash = attributes?.["stroke-dasharray"];
    const own = dash ? { "stroke-dasharray": dash } : {};
    const kept = { ...attributes, ...looks, ...own, class: null };
    return [name, kept, ...children.filter((it) => it !== null).map(paint)];
  };
  const [name, attributes, ...children] = paint(tree);
  const ground = ["rect", { width, height, fill: "#ffffff" }];
  const font = { "font-family": "Inter, system-ui, sans-serif", "font-size": 18, fill: "#1b1f24" };
  return [name, { ...attributes, ...font, "aria-hidden": null }, ground, ...children];
}

/** Lets the browser save a file. */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const svg = (drawing) =>
  new Blob([toText(painted(drawing.tree, drawing.size))], { type: "image/svg+xml" });

/** The chart as PNG, at twice its size on the page. */
export async function png(drawing) {
  const { width, height } = drawing.size;
  const url = URL.createObjectURL(svg(drawing));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"),
      { width: width * 2, height: height * 2 });
    canvas.getContext("2d").drawImage(image, 0, 0, width * 2, height * 2);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Sets up the buttons; `drawn` returns the current chart, or null. */
export function wireExport(drawn) {
  const wire = (id, act) => place(id).addEventListener("click", () => drawn() && act(drawn()));
  wire("save-svg", (drawing) => save(svg(drawing), "microscaling.svg"));
  wire("save-png", async (drawing) => save(await png(drawing), "microscaling.png"));
  wire("save-csv", (drawing) =>
    save(new Blob([csv(drawing.data)], { type: "text/csv" }), "microscaling.csv"));
}
