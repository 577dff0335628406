// The help and the choice of the theme.

import { place } from "./dom.js";
import { chooseTheme, theme } from "./header.js";

/** Sets up the help; returns a function that opens it. */
export function wireHelp() {
  const open = () => place("help-dialog").showModal();
  place("help")?.addEventListener("click", open);
  place("theme").value = theme();
  place("theme").addEventListener("change", ({ target }) => chooseTheme(target.value));
  return open;
}
