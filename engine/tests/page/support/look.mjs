// What a person in the last row sees of a page: what is in sight, and how large it is.

/** The elements of the first glance. */
export const GLANCE = ["#status", "#headline", "#slots", "#numbers", "#chart"];

/** The elements that are not fully inside the window, with their positions. */
export function outOfSight(page, places) {
  return page.evaluate((places) => places.flatMap((place) => {
    const element = document.querySelector(place);
    if (!element) return [`${place} is not there`];
    const { left, top, right, bottom, width, height } = element.getBoundingClientRect();
    const seen = width > 0 && height > 0 && left >= 0 && top >= 0
      && right <= innerWidth && bottom <= innerHeight;
    const at = [left, top, right, bottom].map(Math.round).join(" ");
    return seen ? [] : [`${place} is at ${at} of ${innerWidth} x ${innerHeight}`];
  }), places);
}

/** Elements that make the page wider than the window. */
export function tooWide(page) {
  return page.evaluate(() => {
    if (document.documentElement.scrollWidth <= innerWidth) return [];
    const cut = (it) =>
      it && (getComputedStyle(it).overflowX !== "visible" || cut(it.parentElement));
    const over = [...document.querySelectorAll("body *")]
      .filter((it) => it.getBoundingClientRect().right > innerWidth + 0.5 && !cut(it));
    return over.map((it) => `${it.tagName} ${it.id} ${it.textContent.slice(0, 40)}`);
  });
}

/** Texts that do not fit into their own element, which hides the rest and cannot be scrolled. */
export function cutOff(page) {
  return page.evaluate(() => [...document.querySelectorAll("main *, header *")].filter((it) => {
    const { overflowX, overflowY } = getComputedStyle(it);
    const shown = it.checkVisibility() && it.offsetWidth > 1 && it.offsetHeight > 1;
    const cut = (overflow, content, room) =>
      ["hidden", "clip"].includes(overflow) && content > room + 1;
    return shown && (cut(overflowX, it.scrollWidth, it.clientWidth)
      || cut(overflowY, it.scrollHeight, it.clientHeight));
  }).map((it) => `${it.tagName} ${it.id}: ${it.textContent.slice(0, 40)}`));
}

/** All visible texts smaller than this many CSS pixels, with their sizes. */
export function tooSmall(page, least) {
  return page.evaluate((least) => {
    const sizeOf = (element) => {
      const size = parseFloat(getComputedStyle(element).fontSize);
      // A drawing may be scaled down.
      return element instanceof SVGElement ? size * element.getScreenCTM().a : size;
    };
    const hidden = (element, rect) => rect.width <= 1 || rect.height <= 1
      || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const small = new Set();
    while (walker.nextNode()) {
      const [text, element] = [walker.currentNode.data.trim(), walker.currentNode.parentElement];
      if (text === "" || hidden(element, element.getBoundingClientRect())) continue;
      if (clipped(element)) continue;
      // Rounding of a scale does not count.
      if (sizeOf(element) < least - 0.1) small.add(`${sizeOf(element).toFixed(1)} px: ${text}`);
    }
    return [...small];

    // Text for screen readers only is in a box of one pixel.
    function clipped(element) {
      for (let it = element; it; it = it.parentElement) {
        const rect = it.getBoundingClientRect();
        const { overflowX } = getComputedStyle(it);
        if (rect.width <= 1 && rect.height <= 1 && overflowX !== "visible") return true;
      }
      return false;
    }
  }, least);
}

/** The size of an element's letters, in CSS pixels. */
export function letters(page, place) {
  return page.evaluate((place) => {
    const element = document.querySelector(place);
    return element ? parseFloat(getComputedStyle(element).fontSize) : 0;
  }, place);
}

/** The largest letters within an element. */
export function largest(page, place) {
  return page.evaluate((place) => {
    const all = [...document.querySelectorAll(`${place}, ${place} *`)];
    return Math.max(0, ...all.map((it) => parseFloat(getComputedStyle(it).fontSize)));
  }, place);
}
