// The token of whoever changes things from another machine. It lives as long as the tab.

import { place } from "./dom.js";

const KEY = "token";
let again = null;

export const token = () => sessionStorage.getItem(KEY);

/** Shows the field; `retry` is called once a token was given. */
export function askForToken(retry) {
  again = retry;
  const form = place("token");
  if (!form) return;
  form.hidden = false;
  place("token-field").focus();
}

/** Wires the field. `told` hears the answer of the call that is tried again. */
export function wireToken(told) {
  place("token").addEventListener("submit", async (event) => {
    event.preventDefault();
    const field = place("token-field");
    sessionStorage.setItem(KEY, field.value.trim());
    field.value = "";
    place("token").hidden = true;
    const retry = again;
    again = null;
    if (retry) told(await retry());
  });
}
