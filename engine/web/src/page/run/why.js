// Why each workload has its count, with its rule's formula.

import { el, keyed, mark, place, say } from "../shell/dom.js";
import { entries } from "../shell/model.js";
import { arrows, called } from "../shell/words.js";
import { phrase } from "../shell/phrases.js";

/** Updates the explanations if they are open. */
export function showWhy(model) {
  const why = place("why");
  if (why.hidden) return;
  keyed(why, entries(model, "workload"), ({ name }) => name, blank, (line, { name, value }) => {
    const [who, text] = line.children;
    say(who, `${called(name, value, value.desired)} ${value.desired}: `);
    say(text, sentence(model.state[`why/${name}`], value));
  });
}

const blank = () => el("p", {}, el("b"), el("span"));

/** The formula and the wanted count; the background wants all spare capacity. */
function sentence(text, { background, wanted }) {
  if (!text) return phrase("why.none");
  const said = arrows(text).replace(/\.$/, "");
  return background ? `${said}.` : phrase("why.wanted", { why: said, wanted });
}

/** Opens or closes the explanations. */
export function toggleWhy(model) {
  const why = place("why");
  why.hidden = !why.hidden;
  mark(place("why-open"), "aria-expanded", String(!why.hidden));
  showWhy(model);
}
