// A card: one workload's fields, its draft, and the engine's answers to it.

import { call } from "../shell/calls.js";
import { FIELDS, PREFIX, READ_BY, RULES } from "./fields.js";
import { backTo, differs, drafted, edits, placed, sentences, settled, shown, uses }
  from "./fields.js";
import { control, mend, said, wireBack } from "./form.js";
import { el, mark, say } from "../shell/dom.js";
import { phrase } from "../shell/phrases.js";

/** A card calls `onChange` with the configuration after an edit, and `typed` after each key. */
export class Card {
  constructor(view, onChange, typed) {
    this.view = view;
    this.onChange = onChange;
    this.typed = typed;
    this.draft = {};
    /** The engine's values when typing began, by field. */
    this.base = {};
    this.wrong = {};
    this.last = "rule";
    /** The edit that is being sent, as text; null for none. */
    this.sent = null;
    /** Whether the draft changed while an edit was being sent, so that another edit must follow. */
    this.again = false;
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
    this.stop = el("button", { type: "button" }, phrase("configure.stop", { name }));
    const more = el("details", {}, el("summary", {}, phrase("configure.more")),
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
    const { input, back } = this.controls.get(field.key);
    wireBack(back, input, () => this.putBack(field));
    const read = () => (field.kind === "check" ? (input.checked ? "true" : "") : input.value);
    input.addEventListener("input", () => {
      if (!(field.key in this.draft)) this.base[field.key] = shown(field, this.view.annotations);
      this.draft[field.key] = read();
      this.last = field.key;
      this.showRule();
      this.typed();
    });
    input.addEventListener("change", () => this.apply(field.key));
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && field.kind === undefined) this.apply(field.key);
      if (event.key === "Escape") this.drop(field);
    });
  }

  /** Drops a field's draft, so that the field shows the engine's value. */
  drop(field) {
    delete this.draft[field.key];
    delete this.wrong[field.key];
    this.show(this.view);
    this.typed();
  }

  /** Restores the value that the engine saw first. */
  async putBack(field) {
    const { deployment, annotations, defaults } = this.view;
    this.drop(field);
    if (!differs(field, annotations, defaults)) return;
    const name = PREFIX + field.key;
    const before = { [name]: defaults[name] ?? null };
    this.last = field.key;
    this.hear(await put([{ deployment, annotations: before }]));
  }

  /** The annotations with the draft applied. */
  get annotations() {
    return drafted(this.draft, this.view.annotations, this.view.defaults);
  }

  /** Shows a new configuration; the draft stays. */
  show(view) {
    this.view = view;
    this.draft = settled(this.draft, view.annotations, view.defaults);
    const { settings, deployment } = view;
    const key = settings.priority === 1 ? "configure.first" : "configure.priority-of";
    const priority = phrase(key, { priority: settings.priority });
    const isBackground = settings.rule === "remainder";
    this.title.replaceChildren(deployment, " ",
      el("small", {}, isBackground ? phrase("background") : priority));
    mark(this.form, "data-kind", isBackground ? "background" : "urgent");
    say(this.image, view.image ? phrase("configure.image", { image: view.image }) : "");
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
    const reads = READ_BY[this.view.settings.source ?? "queue"] === field.key;
    const warning = reads && !isOpen ? this.view.queue_warning : null;
    const present = value || phrase("configure.nothing");
    const meanwhile = phrase("configure.elsewhere", { value: present });
    say(note, other ? meanwhile : warning ?? "");
    note.classList.toggle("warning", Boolean(warning));
    part.classList.toggle("is-told", other || Boolean(warning));
    this.showBack(field);
  }

  /** Shows the Back button if a field differs from the start, or if its edit was refused. */
  showBack(field) {
    const { back } = this.controls.get(field.key);
    const { annotations, defaults } = this.view;
    back.hidden = !(differs(field, annotations, defaults) || field.key in this.wrong);
    say(back.lastElementChild, backTo(field, defaults));
  }

  showRule() {
    const chosen = (key) =>
      this.draft[key]
        ?? shown(FIELDS.find((field) => field.key === key), this.view.annotations);
    const [rule, source] = [chosen("rule"), chosen("source")];
    const known = RULES.some(([name]) => name === rule);
    for (const field of FIELDS) {
      this.controls.get(field.key).part.hidden = !uses(field, known ? rule : null, source);
    }
  }

  showWrong() {
    const troubles = sentences(this.view.trouble);
    const fromThere = placed(troubles, this.view.deployment, "");
    for (const field of FIELDS) {
      const text = this.wrong[field.key] ?? fromThere[field.key];
      mend(this.controls.get(field.key), text);
      this.showBack(field);
    }
    say(this.message, this.wrong[""] ?? fromThere[""] ?? "");
  }

  /** The edits of all fields that the user has left: fields without the focus, and `left`. */
  finished(left) {
    const here = [...this.controls].find(([, it]) => it.input === document.activeElement)?.[0];
    const done = Object.entries(this.draft).filter(([key]) => key === left || key !== here);
    return edits(Object.fromEntries(done), this.view.annotations, this.view.defaults);
  }

  /** Sends the draft; `left` is the field that the user has just left, if any. */
  async apply(left = null) {
    const changes = this.finished(left);
    const text = JSON.stringify(changes);
    if (this.sent !== null) {
      this.again ||= text !== this.sent;
      return;
    }
    if (text === "{}") {
      this.forget(Object.keys(this.draft).filter((key) => key === left));
      return;
    }
    this.sent = text;
    const answer = await put([{ deployment: this.view.deployment, annotations: changes }]);
    this.sent = null;
    this.hear(answer);
    if (!this.again) return;
    this.again = false;
    this.apply();
  }

  /** Forgets the drafts of these fields, and all errors. */
  forget(keys) {
    for (const key of keys) delete this.draft[key];
    this.wrong = {};
    this.show(this.view);
    this.typed();
  }

  /** Retries a refused edit after another edit was applied. */
  retry() {
    if (Object.keys(this.wrong).length > 0 && !this.isTyping()) this.apply();
  }

  /** Whether a field has the focus; its draft is applied once the field is left. */
  isTyping() {
    return this.form.contains(document.activeElement);
  }

  /** Shows the result of an edit. */
  hear(answer) {
    const problems = answer.data?.error?.problems;
    if (answer.ok) this.wrong = {};
    else if (problems) this.wrong = placed(problems, this.view.deployment, this.last);
    else this.wrong = { "": answer.message };
    if (answer.ok) {
      said(this.status, phrase("configure.applied"));
      this.onChange(answer.data);
    }
    this.showWrong();
  }

  async stopScaling() {
    const { deployment, defaults } = this.view;
    const off = defaults[`${PREFIX}is-scalable`] === undefined ? null : "false";
    const annotations = { [`${PREFIX}is-scalable`]: off };
    this.hear(await put([{ deployment, annotations }]));
  }

  /** Enables the fields if the user may edit them. */
  enable(may) {
    this.fields.disabled = !may;
  }
}

/** Sends edits; returns the result of `call`. */
export const put = (changes) => call("PUT", "/api/v1/config", { changes });
