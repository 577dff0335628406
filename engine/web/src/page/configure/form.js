// Fields with a label, a note and an error text.

import { el, hidden, mark, say } from "../shell/dom.js";

const GONE_MS = 4000;

/** Makes a field; returns its elements: {part, input, wrong, note, back}. */
export function control(field, owner) {
  const id = `${owner}-${field.key}`;
  const input = inputOf(field, id);
  const wrong = el("p", { class: "wrong", id: `${id}-wrong` });
  const note = el("p", { class: "note", id: `${id}-note` });
  const label = el("label", { for: id }, field.label);
  const kind = field.wide ? "field wide" : field.kind === "check" ? "field check" : "field";
  const inside = field.kind === "check" ? [input, label] : [label, input];
  const back = el("button", { type: "button", class: "link back", hidden: true },
    hidden(`${field.label}: `), el("span"));
  const part = el("div", { class: kind }, ...inside, wrong, note, back);
  mark(input, "aria-describedby", `${id}-wrong ${id}-note`);
  return { part, input, wrong, note, back };
}

function inputOf(field, id) {
  if (field.kind === "select") {
    const options = field.options.map(([value, text]) => el("option", { value }, text));
    return el("select", { id, name: field.key }, ...options);
  }
  if (field.kind === "check") return el("input", { id, name: field.key, type: "checkbox" });
  return el("input", {
    id, name: field.key, type: "text", autocomplete: "off", spellcheck: "false",
    autocapitalize: "off", placeholder: field.without, list: field.list,
  });
}

/** Calls `done` when a field's Back button is pressed. */
export function wireBack(back, input, done) {
  // The focus must stay in the field, or the field's draft would be sent first.
  back.addEventListener("pointerdown", (event) => event.preventDefault());
  back.addEventListener("click", () => {
    // The button disappears, so the field gets the focus that the button has.
    if (document.activeElement === back) input.focus();
    done();
  });
}

/** Shows or clears the error of a field. */
export function mend({ input, wrong, part }, text) {
  say(wrong, text ?? "");
  mark(input, "aria-invalid", text ? "true" : null);
  part.classList.toggle("is-wrong", Boolean(text));
  if (text) openAround(part);
}

/** Opens the closed part of a card that would hide an error. */
function openAround(part) {
  const details = part.closest("details");
  if (details) details.open = true;
}

/** Shows a text for some seconds. */
export function said(element, text) {
  say(element, text);
  clearTimeout(element.timer);
  element.timer = setTimeout(() => say(element, ""), GONE_MS);
}
