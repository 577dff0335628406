// The field for the capacity.

import { put } from "./card.js";
import { PREFIX, atField, backToValue, plain } from "./fields.js";
import { mend, said, wireBack } from "./form.js";
import { place, say } from "../shell/dom.js";
import { phrase } from "../shell/phrases.js";

const NAME = `${PREFIX}capacity`;

/** The field calls `onChange` with the configuration after an edit, and `typed` after each key. */
export class Capacity {
  constructor(onChange, typed) {
    this.onChange = onChange;
    this.input = place("capacity-slots");
    const part = this.input.closest(".field");
    this.parts = { input: this.input, wrong: place("capacity-wrong"), part };
    this.draft = null;
    this.sent = null;
    this.back = place("capacity-back");
    wireBack(this.back, this.input, () => this.putBack(typed));
    this.input.addEventListener("input", () => {
      this.draft = this.input.value;
      typed();
    });
    this.input.addEventListener("change", () => this.apply());
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.apply();
      if (event.key === "Escape") {
        this.forget();
        typed();
      }
    });
    place("capacity").addEventListener("submit", (event) => event.preventDefault());
  }

  show(view) {
    this.view = view;
    if (this.draft !== null && plain(this.draft) === this.value) this.draft = null;
    if (this.draft === null && this.input.value !== this.value) this.input.value = this.value;
    mend(this.parts, this.wrong ?? (view.trouble ? this.words(view.trouble) : ""));
    const [now, before] = [view.annotations[NAME], view.defaults[NAME]];
    this.back.hidden = view.measured || (now === before && !this.wrong);
    say(this.back.lastElementChild, backToValue(before ?? phrase("configure.the-flag")));
    const why = view.measured
      ? phrase("configure.slots-free")
      : view.deployment === null ? phrase("configure.slots-flag") : null;
    say(place("capacity-note"), why ?? phrase("configure.slots"));
  }

  /** The value in use; without an annotation it comes from the flag --capacity. */
  get value() {
    return String(this.view.annotations[NAME] ?? this.view.value);
  }

  words(text) {
    return atField({ deployment: this.view.deployment, text });
  }

  /** Enables the field if it can be edited. */
  enable(may) {
    this.input.disabled = !may || this.view.measured || this.view.deployment === null;
    this.back.disabled = this.input.disabled;
  }

  /** The engine's annotations with the draft applied. */
  get annotations() {
    const { annotations } = this.view;
    return this.draft === null ? annotations : { ...annotations, [NAME]: plain(this.draft) };
  }

  /** Forgets the draft and its error. */
  forget() {
    this.draft = null;
    this.wrong = null;
    this.show(this.view);
  }

  /** Retries a refused edit after another edit was applied. */
  retry() {
    if (this.wrong && document.activeElement !== this.input) this.apply();
  }

  async apply() {
    const value = plain(this.draft ?? this.value);
    if (value === this.sent) return;
    if (value === this.value) {
      this.forget();
      return;
    }
    await this.send(value === "" ? null : value);
  }

  /** Restores the value that the engine saw first. */
  async putBack(typed) {
    const [now, before] = [this.view.annotations[NAME], this.view.defaults[NAME]];
    this.forget();
    typed();
    if (now !== before) await this.send(before ?? null);
  }

  async send(value) {
    this.sent = value;
    const annotations = { [NAME]: value };
    const answer = await put([{ deployment: this.view.deployment, annotations }]);
    this.sent = null;
    const problems = answer.data?.error?.problems;
    this.wrong = answer.ok
      ? null
      : problems?.map((it) => this.words(it.text)).join("; ") ?? answer.message;
    if (!answer.ok) return this.show(this.view);
    // If another draft was typed while the edit was being sent, it stays.
    if (this.draft !== null && plain(this.draft) === (value ?? "")) this.draft = null;
    said(place("capacity-status"), phrase("configure.applied"));
    this.onChange(answer.data);
  }
}
