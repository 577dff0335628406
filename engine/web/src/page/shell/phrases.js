// The texts that the pages show. All of them are in english.js, so that a translation is one file.

import ENGLISH from "./english.js";

/** The text of a key, with each `{name}` replaced by `values.name`. */
export const phrase = (key, values = {}) =>
  (ENGLISH[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
