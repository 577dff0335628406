// The audience's address and its QR code: in the stage view, and over the whole screen on a key.

import { tell } from "../shell/controls.js";
import { el, mark, place, say } from "../shell/dom.js";
import { phrase } from "../shell/phrases.js";

const CODE = "/page/audience.svg";

/** Shows the QR code and the address for the audience, if an audience can take part. */
export function showAudience({ state }) {
  const box = place("audience");
  const { audience } = state;
  box.hidden = !audience;
  if (audience) fill(box, audience);
  else box.replaceChildren();
}

function fill(box, { url }) {
  if (box.children.length === 0) box.append(el("img"), el("p"));
  const [image, words] = box.children;
  mark(image, "src", CODE);
  mark(image, "alt", phrase("audience.code", { url }));
  say(words, url.replace(/^http:\/\//, "").replace(/\/$/, ""));
}

/**
 * Fills the screen with the QR code, or says why there is none. Where the code is shown already, as
 * when the presenter's window asks again, this leaves it.
 */
export function showCode({ state }) {
  if (place("code").open) {
    place("code").close();
    return;
  }
  if (!state.audience) {
    tell({ ok: true }, phrase("audience.none"));
    return;
  }
  const dialog = place("code");
  fill(dialog, state.audience);
  dialog.showModal();
}

/** Makes the key of the QR code, a click, and Escape leave it. */
export function wireCode() {
  const dialog = place("code");
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "q" || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    // Otherwise the page's own key would open it again.
    event.stopPropagation();
    dialog.close();
  });
  dialog.addEventListener("click", () => dialog.close());
}
