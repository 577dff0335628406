// The fields of a workload and their edits, without access to the page.

import { phrase } from "../shell/phrases.js";

export const PREFIX = "microscaling.com/";

/** The rules with short explanations. */
export const RULES = [
  ["rate", phrase("rule.rate")],
  ["queue", phrase("rule.queue")],
  ["simple-queue", phrase("rule.simple-queue")],
  ["per-container", phrase("rule.per-container")],
  ["remainder", phrase("rule.remainder")],
];

/** The rules that keep a queue to a length, and all rules that read something. */
const KEEPS = ["rate", "queue", "simple-queue"];
const FOLLOWS = [...KEEPS, "per-container"];

const SOURCES = ["queue", "prometheus", "http"];
const METRICS = ["prometheus", "http"];

/**
 * The fields in the order of the page. `for`: the rules that use the field; `from`: the sources for
 * which it is used; `without`: the value that an empty field stands for.
 */
export const FIELDS = [
  { key: "rule", kind: "select", options: RULES, wide: true },
  { key: "target-queue-length", for: KEEPS },
  { key: "target-per-container", for: ["per-container"] },
  { key: "queue", for: FOLLOWS, from: ["queue"], list: "queues" },
  { key: "query", for: FOLLOWS, from: ["prometheus"], wide: true },
  { key: "url", for: FOLLOWS, from: ["http"], wide: true },
  { key: "pointer", for: FOLLOWS, from: ["http"], without: phrase("without.document") },
  { key: "min-containers", without: "1" },
  { key: "max-containers", without: phrase("without.capacity") },
  { key: "max-delta", without: phrase("without.limit") },
  { key: "scale-down-window", for: ["rate", "per-container"], without: "60s" },
  { key: "priority", without: "1" },
  { key: "paused", kind: "check" },
  {
    key: "source", for: FOLLOWS, kind: "select", options: SOURCES.map((name) => [name, name]),
    without: "queue", more: true,
  },
  { key: "source-interval", for: FOLLOWS, without: phrase("without.5s"), more: true },
  {
    key: "metric-name", for: FOLLOWS, from: METRICS, without: phrase("without.deployment"),
    more: true,
  },
  { key: "rate-average", for: ["rate"], without: "15s", more: true },
  { key: "service-rate", for: ["rate"], without: phrase("without.learned"), more: true },
  { key: "fallback-containers", without: phrase("without.unchanged"), more: true },
].map((field) => ({ ...field, label: phrase(`field.${field.key}`) }));

/**
 * Whether a field is used with a rule and a source. If no rule is chosen, those of all rules are.
 */
export const uses = (field, rule, source = "queue") =>
  (!field.for || !rule || field.for.includes(rule))
    && (!field.from || field.from.includes(source));

/** The field that shows why what a workload follows cannot be read. */
export const READ_BY = { queue: "queue", prometheus: "query", http: "url" };

/** The text that a field shows for a Deployment's annotations. */
export function shown(field, annotations) {
  const value = annotations[PREFIX + field.key];
  if (field.kind === "check") return value === "true" ? "true" : "";
  // A choice is never empty.
  return value ?? (field.kind === "select" ? field.without ?? "" : "");
}

/** Pairs of quotes, as keyboards, manifests and word processors write them. */
const QUOTES = ['""', "''", "``", "\u201c\u201d", "\u201e\u201c", "\u201d\u201d", "\u2018\u2019",
  "\u201a\u2018", "\u2019\u2019", "\u00ab\u00bb", "\u00bb\u00ab"];

/** A typed text without surrounding spaces and quotes: manifests need quotes, fields do not. */
export function plain(text) {
  const words = text.trim();
  const quoted = words.length > 1
    && QUOTES.some(([begin, end]) => words.startsWith(begin) && words.endsWith(end));
  return quoted ? plain(words.slice(1, -1)) : words;
}

/** The annotation's value for a field's text; null if the annotation is to be removed. */
export function annotation(field, text, defaults) {
  if (text !== "" && field.kind === "check") return "true";
  if (plain(text) !== "") return plain(text);
  const off = field.kind === "check" && defaults[PREFIX + field.key] !== undefined;
  return off ? "false" : null;
}

/** The edits of a draft: the new values of annotations by their full names. */
export function edits(draft, annotations, defaults) {
  const changes = {};
  for (const field of FIELDS) {
    const text = draft[field.key];
    if (text === undefined || text === shown(field, annotations)) continue;
    const value = annotation(field, text, defaults);
    if (value !== (annotations[PREFIX + field.key] ?? null)) changes[PREFIX + field.key] = value;
  }
  return changes;
}

/** Whether a field's annotation differs from the value that the engine saw first. */
export const differs = (field, annotations, defaults) =>
  annotations[PREFIX + field.key] !== defaults[PREFIX + field.key];

/** The text of a field's Back button. */
export function backTo(field, defaults) {
  const value = shown(field, defaults);
  if (field.kind === "check") {
    return phrase(value === "true" ? "configure.back-on" : "configure.back-off");
  }
  return backToValue(value || field.without);
}

/** The text of a Back button for a value; without one the annotation is removed. */
export const backToValue = (value) =>
  phrase("configure.back-to", { value: value || phrase("configure.nothing") });

/** The draft without the fields whose values the engine has by now. */
export function settled(draft, annotations, defaults) {
  const open = edits(draft, annotations, defaults);
  const left = Object.entries(draft).filter(([key]) => PREFIX + key in open);
  return Object.fromEntries(left);
}

/** Annotations with a draft applied. */
export function drafted(draft, annotations, defaults) {
  const all = { ...annotations };
  for (const [name, value] of Object.entries(edits(draft, annotations, defaults))) {
    if (value === null) delete all[name];
    else all[name] = value;
  }
  return all;
}

/** The sentences of a warning, one for each annotation. */
export function sentences(text) {
  const begin = /^deployment\/(\S+): annotation (\S+) /;
  return (text ?? "").split(/; (?=deployment\/)/).filter(Boolean).map((sentence) => {
    const [, deployment = null, annotation = null] = begin.exec(sentence) ?? [];
    return { deployment, annotation, text: sentence };
  });
}

/** A problem's text beside its own field, where the annotation's name is not needed. */
export function atField(problem) {
  const whose = `deployment/${problem.deployment}: annotation ${PREFIX}`;
  return problem.text.startsWith(whose) ? problem.text.slice(whose.length) : problem.text;
}

/**
 * The texts of an edit's problems by field; a problem without a field is shown at field `last`.
 */
export function placed(problems, deployment, last) {
  const at = {};
  for (const problem of problems) {
    const key = problem.annotation?.slice(PREFIX.length);
    const own = problem.deployment === deployment && FIELDS.some((field) => field.key === key);
    const place = own ? key : last;
    const text = atField(problem);
    at[place] = at[place] ? `${at[place]}; ${text}` : text;
  }
  return at;
}
