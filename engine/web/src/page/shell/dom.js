// Small helpers for elements. What comes from the stream becomes text, never markup.

export const place = (id) => document.getElementById(id);

/** An element with attributes and children; words become text nodes. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Sets text, and leaves the node alone where it is the same already. */
export function say(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** Sets an attribute, or takes it away for null. */
export function mark(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

/**
 * Makes an element's children those of a list, a child a key; those that stay keep their place,
 * so that styles move and focus stays.
 */
export function keyed(parent, items, key, make, update) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, i) => {
    const name = String(key(item, i));
    let child = old.get(name);
    if (!child) {
      child = make(item, i);
      child.dataset.key = name;
    }
    old.delete(name);
    update(child, item, i);
    if (parent.children[i] !== child) parent.insertBefore(child, parent.children[i] ?? null);
  });
  for (const child of old.values()) child.remove();
}

/** What this browser keeps for its user; one that keeps nothing works all the same. */
export const settings = {
  get(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(key, value);
    } catch {
      // It holds for this page alone, then.
    }
  },
};

/** Text that only a screen reader has. */
export const hidden = (text) => el("span", { class: "sr" }, text);
