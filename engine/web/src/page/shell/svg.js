// Drawings as plain trees: [name, attributes, ...children]. A tree becomes elements of the page or
// the text of a file; tests read trees without a browser.

const SPACE = "http://www.w3.org/2000/svg";

/** The tree as elements. Strings become text nodes, never markup. */
export function toDom(tree) {
  if (!Array.isArray(tree)) return document.createTextNode(String(tree));
  const [name, attributes, ...children] = tree;
  const element = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null).map(toDom));
  return element;
}

/** The tree as the text of an SVG file. */
export function toText(tree) {
  if (!Array.isArray(tree)) return escaped(String(tree));
  const [name, attributes, ...children] = tree;
  const words = Object.entries(attributes ?? {})
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  const inner = children.filter((child) => child !== null).map(toText).join("");
  return `<${name}${words.join("")}>${inner}</${name}>`;
}

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text) => text.replace(/[&<>"]/g, (letter) => ENTITIES[letter]);

/** Every node of a tree. */
export function* nodes(tree) {
  if (!Array.isArray(tree)) return;
  yield tree;
  for (const child of tree.slice(2)) yield* nodes(child);
}
