// The form that makes the engine scale another Deployment.

import { put } from "./card.js";
import { FIELDS, PREFIX, placed, plain, shown, uses } from "./fields.js";
import { control, mend, said } from "./form.js";
import { el, keyed, place, say } from "../shell/dom.js";
import { phrase } from "../shell/phrases.js";

/** The fields' values for a Deployment without annotations. */
const DEFAULTS = { rule: "rate", "target-queue-length": "20" };
const KEYS = ["rule", "queue", "target-queue-length", "target-per-container", "priority"];

/** The form. It calls `onChange` with the configuration after an edit. */
export class Others {
  constructor(onChange) {
    this.onChange = onChange;
    this.form = place("another");
    this.choice = place("another-deployment");
    this.image = place("another-image");
    this.status = place("another-status");
    this.fields = KEYS.map((key) => FIELDS.find((field) => field.key === key));
    this.controls = new Map(this.fields.map((field) => [field.key, control(field, "another")]));
    place("another-fields").append(...[...this.controls.values()].map(({ part }) => part));
    this.chosen = null;
    this.input("rule").addEventListener("change", () => this.showRule());
    this.choice.addEventListener("change", () => this.showChoice());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.apply();
    });
  }

  input(key) {
    return this.controls.get(key).input;
  }

  show(config) {
    this.others = config.others;
    const can = config.others.filter(({ cannot, unfit }) => cannot === null && unfit === null);
    const cannot = config.others.filter(({ cannot, unfit }) => cannot !== null || unfit !== null);
    this.form.hidden = can.length === 0;
    keyed(this.choice, can, (other) => other.deployment,
      (other) => el("option", { value: other.deployment }, other.deployment), () => {});
    const why = cannot.map(({ deployment, cannot: hard, unfit }) =>
      phrase(hard ? "configure.cannot" : "configure.unfit", { deployment, why: hard ?? unfit }));
    say(place("another-cannot"), why.join(" "));
    const onQueues = config.workloads.filter(({ settings }) => settings.source === "queue");
    const queues = onQueues.map(({ settings }) => settings.queue).filter(Boolean);
    const known = [...new Set(queues)];
    keyed(place("queues"), known, (queue) => queue, (queue) => el("option", { value: queue }),
      () => {});
    const priorities = config.workloads.map((workload) => workload.settings.priority);
    this.input("priority").placeholder = String(Math.max(0, ...priorities) + 1);
    this.showChoice();
    this.showRule();
  }

  showChoice() {
    const other = this.others.find((other) => other.deployment === this.choice.value);
    say(this.image, other?.image ? phrase("configure.image", { image: other.image }) : "");
    if (!other || other.deployment === this.chosen) return;
    this.chosen = other.deployment;
    // A Deployment that was scaled before gets its old settings.
    for (const field of this.fields) {
      this.input(field.key).value = shown(field, other.annotations) || (DEFAULTS[field.key] ?? "");
    }
    this.showRule();
  }

  showRule() {
    const rule = this.input("rule").value;
    for (const field of this.fields) {
      this.controls.get(field.key).part.hidden = !uses(field, rule);
    }
  }

  async apply() {
    const deployment = this.choice.value;
    const rule = this.input("rule").value;
    const annotations = { [`${PREFIX}is-scalable`]: "true" };
    for (const field of this.fields.filter((field) => uses(field, rule))) {
      const input = this.input(field.key);
      const value = plain(input.value) || (field.key === "priority" ? input.placeholder : "");
      annotations[PREFIX + field.key] = value === "" ? null : value;
    }
    const answer = await put([{ deployment, annotations }]);
    const problems = answer.data?.error?.problems ?? [];
    const wrong = placed(problems, deployment, "rule");
    if (!answer.ok && problems.length === 0) wrong.rule = answer.message;
    for (const [key, parts] of this.controls) mend(parts, wrong[key]);
    if (!answer.ok) return;
    said(this.status, phrase("configure.is-scaled", { deployment }));
    this.onChange(answer.data);
  }
}
