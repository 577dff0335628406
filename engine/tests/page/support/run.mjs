// The Run page as tests use it: through its elements, as a person would.

import { holds } from "./scene.mjs";

const SOON = 15_000;

/** Waits until the page has a chart and says that it is live. */
export async function live(page, withinMs = SOON) {
  await holds(page, "LIVE", withinMs, () =>
    /LIVE|HELD/.test(document.querySelector("#badge")?.textContent ?? ""));
  await holds(page, "a tick", withinMs, () => Number(document.body.dataset.tick) > 0);
}

export const badge = (page, word, withinMs = SOON) =>
  holds(page, `the badge ${word}`, withinMs, (word) =>
    document.querySelector("#badge").textContent.startsWith(word), word);

/** Waits until a number matches the regular expression `test`. */
export const number = (page, name, test, withinMs = SOON) =>
  holds(page, `${name} like ${test}`, withinMs, ([name, test]) => {
    const place = document.querySelector(`[data-number="${name}"]`);
    return new RegExp(test).test(place?.textContent ?? "");
  }, [name, test.source]);

/** Waits for an entry of the log. */
export const logged = (page, test, withinMs = SOON) =>
  holds(page, `an entry like ${test}`, withinMs, (test) =>
    new RegExp(test).test(document.querySelector("#log").textContent), test.source);

/** The tick that the page shows. */
export const tick = (page) => page.evaluate(() => Number(document.body.dataset.tick));

/** The times of the chart's points, as the page has them. */
export const points = (page) => page.evaluate(async () => {
  const { store } = await import("/assets/shell/store.js");
  return [...store.model.history.t];
});

/** Presses a key, by the keyboard alone. */
export const press = (page, key) => page.keyboard.press(key);
