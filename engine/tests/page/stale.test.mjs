// What the page says of an engine that ends, and of one that comes again.

import { claim, holds } from "./support/scene.mjs";

claim("the page says that it is old, soon after its engine has ended", async (scene) => {
  const box = await scene.box();
  const page = await scene.open(box);
  await holds(page, "LIVE", 10_000, () => /LIVE/.test(document.body.textContent));
  scene.expect(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE/);
  const began = performance.now();
  await box.end();
  await holds(page, "STALE", 9000, () => /STALE/.test(document.body.textContent));
  scene.tell(`STALE ${Math.round(performance.now() - began)} ms after the engine was told to end`);
});
