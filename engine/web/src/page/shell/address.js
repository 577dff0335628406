// Settings in the page's address: ?stage&readonly&theme=dark&scale=1.5&window=120. They count more
// than stored settings, and are not stored. A value that is not valid counts as missing.

const SECONDS = { least: 20, most: 300, otherwise: 60 };
const SCALE = { least: 0.5, most: 3 };

/** The settings in the query of an address: {stage, readOnly, theme, scale, seconds}. */
export function settingsIn(query) {
  const given = new URLSearchParams(query);
  const scale = number(given.get("scale"));
  const seconds = number(given.get("window")) || SECONDS.otherwise;
  const theme = given.get("theme");
  return {
    stage: given.has("stage"),
    readOnly: given.has("readonly"),
    theme: ["light", "dark"].includes(theme) ? theme : null,
    scale: scale >= SCALE.least && scale <= SCALE.most ? scale : 1,
    seconds: Math.min(SECONDS.most, Math.max(SECONDS.least, seconds)),
  };
}

const number = (text) => (/^\d*\.?\d+$/.test(text ?? "") ? Number(text) : NaN);

/** The query without the setting `stage`; all others stay as they are written. */
export function withoutStage(query) {
  const parts = query.replace(/^\?/, "").split("&").filter((part) =>
    part !== "" && part.split("=")[0] !== "stage");
  return parts.length > 0 ? `?${parts.join("&")}` : "";
}

/**
 * Whether the page is in a frame of another page. A frame can only be the stage view, and it is
 * always read-only: the page around it could lay an invisible control under a visitor's pointer.
 */
export const framed = globalThis.window !== undefined && window.top !== window;

const inAddress = settingsIn(globalThis.location?.search ?? "");

/** The settings of this page. */
export const address = {
  ...inAddress, stage: inAddress.stage || framed, readOnly: inAddress.readOnly || framed,
};
