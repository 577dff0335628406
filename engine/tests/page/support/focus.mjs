// Which controls of a page the keyboard reaches.

/** A name for each control in sight that a keyboard must reach. */
export function focusables(page) {
  return page.evaluate(() => {
    const all = document.querySelectorAll(
      "a[href], button, input, select, textarea, summary, [tabindex='0']");
    const open = [...all].filter((it) => !it.disabled && it.checkVisibility());
    open.forEach((it, i) => { it.dataset.walk = String(i); });
    return open.map((it, i) => `${i}: ${it.id || it.name || it.textContent.trim().slice(0, 30)}`);
  });
}

/** Presses Tab this often: what was reached, and what did not show its focus. */
export async function walk(page, steps) {
  await page.evaluate(() => { document.activeElement?.blur(); });
  const [reached, unseen] = [[], []];
  for (let i = 0; i < steps; i += 1) {
    await page.keyboard.press("Tab");
    const here = await page.evaluate(() => {
      const it = document.activeElement;
      if (!it || it === document.body || it.dataset.walk === undefined) return null;
      const style = getComputedStyle(it);
      const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
      const name = `${it.dataset.walk}: ${it.id || it.name || it.textContent.trim().slice(0, 30)}`;
      return { name, outlined };
    });
    if (here === null) continue;
    reached.push(here.name);
    if (!here.outlined) unseen.push(here.name);
  }
  return { reached, unseen };
}
