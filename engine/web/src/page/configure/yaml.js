// Annotations as YAML lines of a manifest, without access to the page.

import { FIELDS, PREFIX } from "./fields.js";

const ORDER = ["is-scalable", "capacity", ...FIELDS.map((field) => field.key)];
const RESERVED = /^(true|false|null|yes|no|on|off|y|n)$/i;

/** A YAML scalar as the engine writes it: quoted if YAML would not read it as a string. */
export const scalar = (text) =>
  /^[a-z][a-z0-9./:-]*$/i.test(text) && !RESERVED.test(text) && !text.endsWith(":")
    ? text
    : JSON.stringify(text);

function place(name) {
  const at = ORDER.indexOf(name.slice(PREFIX.length));
  return at < 0 ? ORDER.length : at;
}

/**
 * The lines of one Deployment.
 * @returns [{text, kind}]; kind is "changed", "gone" (shown as a comment) or null
 */
export function lines(name, annotations, defaults) {
  const names = [...new Set([...Object.keys(annotations), ...Object.keys(defaults)])];
  names.sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
  const head = ["metadata:", `  name: ${scalar(name)}`, "  annotations:"];
  const of = (key) => {
    if (!(key in annotations)) {
      return { text: `    # ${key}: ${scalar(defaults[key])}`, kind: "gone" };
    }
    const kind = annotations[key] === defaults[key] ? null : "changed";
    return { text: `    ${key}: ${scalar(annotations[key])}`, kind };
  };
  return [...head.map((text) => ({ text, kind: null })), ...names.map(of)];
}
