// Opens the presenter's window.

import { tell } from "../shell/controls.js";
import { phrase } from "../shell/phrases.js";

const NAME = "presenter";
const SIZE = "popup,width=1280,height=720";

/** Opens the presenter's window, or brings it to the front if it is open. */
export function openPresenter() {
  // Without an address, the browser returns the open window of this name and does not reload it.
  const opened = window.open("", NAME, SIZE);
  if (!opened) {
    tell({ ok: false, message: phrase("presenter.blocked") });
    return;
  }
  if (opened.location.href === "about:blank") opened.location = "/presenter";
  opened.focus();
}
