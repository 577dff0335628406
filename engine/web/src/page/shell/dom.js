// Small helpers for elements. Values from the stream become text, never markup.

export const place = (id) => document.getElementById(id);

/** An element with attributes and children; strings become text nodes. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Sets an element's text, unless it is the same already. */
export function say(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/** Sets an attribute, or removes it for null and false. */
export function mark(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

/**
 * Makes an element's children match a list, one child for each key. Children whose key stays are
 * kept, so that transitions run and the focus stays.
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

/** Settings in this browser's local storage; without storage they last as long as the page. */
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
      // Without storage, the setting lasts as long as this page.
    }
  },
};

/** Text for screen readers only. */
export const hidden = (text) => el("span", { class: "sr" }, text);
