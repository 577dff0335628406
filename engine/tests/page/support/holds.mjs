// What tests and pictures of the pages share.

/** Runs in each page: the bubbles of a first visit were closed. Some documents have no storage. */
export function visited() {
  try {
    localStorage.setItem("first-visit", "done");
  } catch {
    // There is nothing to show in such a document.
  }
}

/** Waits until an expression is true on the page. */
export async function holds(page, what, withinMs, expression, argument) {
  try {
    await page.waitForFunction(expression, argument, { timeout: withinMs, polling: 50 });
  } catch (error) {
    throw new Error(`${what}: not within ${withinMs} ms (${String(error).split("\n")[0]})`);
  }
}
