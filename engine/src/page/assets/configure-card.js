// A card: one workload's fields, its own draft, and what the engine says to it.

import { call } from "./calls.js";
import { FIELDS, PREFIX, RULES } from "./configure-fields.js";
import { drafted, edits, placed, sentences, settled, shown, uses } from "./configure-fields.js";
import { control, mend, said } from "./configure-form.js";
import { el, mark, say } from "./dom.js";

/** A workload's card. `told` hears the configuration that an edit gave; `typed` each letter. */
export class Card {
  constructor(view, told, typed) {
    this.view = view;
    this.told = told;
    this.typed = typed;
    this.draft = {};
    /** What was on the server when a field was typed in first. */
    this.base = {};
    this.wrong = {};
    this.last = "rule";
    this.isSending = false;
    this.build();
    this.show(view);
  }

  build() {
    const name = this.view.deployment;
    this.title = el("h2", { id: `card-${name}` });
    this.controls = new Map(FIELDS.map((field) => [field.key, control(field, name)]));
    const parts = (more) => FIELDS.filter((field) => Boolean(field.more) === more)
      .map((field) => this.controls.get(field.key).part);
    this.message = el("p", { class: "wrong", role: "alert" });
    this.status = el("p", { class: "applied", role: "status" });
    this.image = el("p", { class: "image" });
    this.stop = el("button", { type: "button" }, `Stop scaling ${name}`);
    const more = el("details", {}, el("summary", {}, "More settings"),
      el("div", { class: "fields" }, ...parts(true)));
    this.fields = el("fieldset", { "aria-labelledby": `card-${name}` },
      el("div", { class: "fields" }, ...parts(false)), more, this.image,
      el("div", { class: "foot" }, this.stop, this.status));
    this.form = el("form", { class: "card", novalidate: "" },
      this.title, this.message, this.fields);
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.stop.addEventListener("click", () => this.stopScaling());
    for (const field of FIELDS) this.listen(field);
  }

  listen(field) {
    const { input } = this.controls.get(field.key);
    const read = () => (field.kind === "check" ? (input.checked ? "true" : "") : input.value);
    input.addEventListener("input", () => {
      if (!(field.key in this.draft)) this.base[field.key] = shown(field, this.view.annotations);
      this.draft[field.key] = read();
      this.last = field.key;
      this.showRule();
      this.typed();
    });
    input.addEventListener("change", () => this.apply());
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && field.kind === undefined) this.apply();
      if (event.key === "Escape") this.drop(field);
    });
  }

  /** Back to what the engine has. */
  drop(field) {
    delete this.draft[field.key];
    delete this.wrong[field.key];
    this.show(this.view);
    this.typed();
  }

  /** The annotations with what is typed. */
  get annotations() {
    return drafted(this.draft, this.view.annotations, this.view.defaults);
  }

  /** Takes in the configuration as it is; what is being typed stays. */
  show(view) {
    this.view = view;
    this.draft = settled(this.draft, view.annotations, view.defaults);
    const { settings, deployment } = view;
    const priority = `priority ${settings.priority}${settings.priority === 1 ? " (first)" : ""}`;
    const background = settings.rule === "remainder" ? "background" : null;
    this.title.replaceChildren(deployment, " ", el("small", {}, background ?? priority));
    mark(this.form, "data-kind", background ?? "urgent");
    say(this.image, view.image ? `Image ${view.image}` : "");
    for (const field of FIELDS) this.showField(field);
    this.showRule();
    this.showWrong();
  }

  showField(field) {
    const { input, note, part } = this.controls.get(field.key);
    const value = shown(field, this.view.annotations);
    const isOpen = field.key in this.draft;
    if (!isOpen && field.kind === "check") input.checked = value === "true";
    else if (!isOpen && input.value !== value) input.value = value;
    const other = isOpen && this.base[field.key] !== value;
    say(note, other ? `meanwhile set to ${value || "nothing"}; Escape takes that` : "");
    part.classList.toggle("is-told", other);
  }

  showRule() {
    const rule = this.draft.rule ?? shown(FIELDS[0], this.view.annotations);
    const known = RULES.some(([name]) => name === rule);
    for (const field of FIELDS) {
      this.controls.get(field.key).part.hidden = !uses(field, known ? rule : null);
    }
  }

  showWrong() {
    const troubles = sentences(this.view.trouble);
    const fromThere = placed(troubles, this.view.deployment, "");
    for (const field of FIELDS) {
      const text = this.wrong[field.key] ?? fromThere[field.key];
      mend(this.controls.get(field.key), text);
    }
    say(this.message, this.wrong[""] ?? fromThere[""] ?? "");
  }

  async apply() {
    if (this.isSending) return;
    const { deployment, annotations, defaults } = this.view;
    const changes = edits(this.draft, annotations, defaults);
    if (Object.keys(changes).length === 0) {
      this.wrong = {};
      this.draft = {};
      this.show(this.view);
      this.typed();
      return;
    }
    this.isSending = true;
    const answer = await put([{ deployment, annotations: changes }]);
    this.isSending = false;
    this.hear(answer);
    const now = edits(this.draft, this.view.annotations, defaults);
    const isOther = JSON.stringify(now) !== JSON.stringify(changes);
    if (Object.keys(now).length > 0 && isOther && !this.isTyping()) this.apply();
  }

  /** Tries again what was refused, once something else has changed. */
  retry() {
    if (Object.keys(this.wrong).length > 0 && !this.isTyping()) this.apply();
  }

  /** Whether somebody is in one of the fields; then it is applied once that is left. */
  isTyping() {
    return this.form.contains(document.activeElement);
  }

  /** Takes in what came of an edit. */
  hear(answer) {
    const problems = answer.data?.error?.problems;
    if (answer.ok) this.wrong = {};
    else if (problems) this.wrong = placed(problems, this.view.deployment, this.last);
    else this.wrong = { "": answer.message };
    if (answer.ok) {
      said(this.status, "applied");
      this.told(answer.data);
    }
    this.showWrong();
  }

  async stopScaling() {
    const { deployment, defaults } = this.view;
    const off = defaults[`${PREFIX}is-scalable`] === undefined ? null : "false";
    const annotations = { [`${PREFIX}is-scalable`]: off };
    this.hear(await put([{ deployment, annotations }]));
  }

  /** Whether it can be edited. */
  enable(may) {
    this.fields.disabled = !may;
  }
}

/** Sends edits; as `call` answers. */
export const put = (changes) => call("PUT", "/api/v1/config", { changes });
