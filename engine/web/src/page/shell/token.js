// The token that changes from another machine need. It is kept until the tab is closed.

import { place } from "./dom.js";

const KEY = "token";
let again = null;

/** The token, or null; in a frame of another page, browsers may refuse the storage. */
export function token() {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Shows the field for the token; `retry` is called once a token is entered. */
export function askForToken(retry) {
  again = retry;
  const form = place("token");
  if (!form) return;
  form.hidden = false;
  place("token-field").focus();
}

/** Sets up the field for the token. `done` is called with the answer of the retried call. */
export function wireToken(done) {
  place("token").addEventListener("submit", async (event) => {
    event.preventDefault();
    const field = place("token-field");
    sessionStorage.setItem(KEY, field.value.trim());
    field.value = "";
    place("token").hidden = true;
    const retry = again;
    again = null;
    if (retry) done(await retry());
  });
}
